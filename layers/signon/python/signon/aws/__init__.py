"""The only code that calls AWS. Its dictionaries become dataclasses here, once; PascalCase stops here."""
