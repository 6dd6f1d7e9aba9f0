"""The people's directory, and the role that RDS uses to join it."""
