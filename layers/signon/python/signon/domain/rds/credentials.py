"""A user's name and password, on their way from Secrets Manager to a connection."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """Never printed: not even by repr."""

    user: str
    password: str = field(repr=False)

    def problem(self) -> str | None:
        """Why no driver could sign in with them, or None; reveals nothing of them.

        PyMySQL replaces an empty name by that of the process's owner, and for an empty password libpq looks elsewhere.
        """
        for what, text in (("username", self.user), ("password", self.password)):
            if not text:
                return f"its {what} is empty"
            if "\0" in text:
                return f"its {what} contains the character NUL, where drivers cut it off"
            if any("\ud800" <= character <= "\udfff" for character in text):
                return f"its {what} contains half a character (a lone surrogate), which UTF-8 has no bytes for"
        return None
