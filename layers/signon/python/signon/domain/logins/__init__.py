"""Accounts in the database, their grants, and the roles that may connect."""
