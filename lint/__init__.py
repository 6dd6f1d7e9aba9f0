"""Checks of our own in `make lint`: the template as CloudFormation gets it, policies, SQL, secrets."""
