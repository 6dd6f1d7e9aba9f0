"""Mutation testing: changes the domain's decisions, one operator or number at a time, and asks the unit tests."""
