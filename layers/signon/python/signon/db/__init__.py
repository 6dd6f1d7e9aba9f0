"""The only code that talks to databases."""
