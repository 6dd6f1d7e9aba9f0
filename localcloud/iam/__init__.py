"""IAM of the local cloud: who calls, what that needs, and whether the policies that moto's IAM holds allow it."""
