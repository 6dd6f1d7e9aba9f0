"""The directory of the people, and the role by which RDS joins it."""
