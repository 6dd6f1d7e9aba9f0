"""moto is patched from within, at one exact version. All that is replaced there goes through here."""

from typing import Any


def patch(owner: Any, **replacements: Any) -> None:
    """Replace attributes of a class or module of moto. Types cannot follow where methods change their signature."""
    for name, replacement in replacements.items():
        setattr(owner, name, replacement)
