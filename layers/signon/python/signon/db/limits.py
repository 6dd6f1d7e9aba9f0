"""How much of a database is read, so that no number and no size of things in it can end a function.

The numbers stand in the statements, so that a server sends no more; ``make bench`` measures how much of them a function
of 256 MB can hold.
"""

from __future__ import annotations

from signon.errors import DatabaseUnusable

MOST_ROWS = 200_000  # of one answer
MOST_ACCOUNTS = 100_000  # of MySQL's family: each is more text than a role of PostgreSQL
MOST_BETWEEN_ACCOUNTS = 100_000  # logins granted like roles, and proxies


def too_large(more_than: str, remedy: str) -> DatabaseUnusable:
    """The error for a database that has more than is read."""
    return DatabaseUnusable(
        f"The database has more than {more_than}: it is too large to be read here", f"{remedy}; then start again"
    )
