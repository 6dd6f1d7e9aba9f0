"""How much of a database is read: whoever makes things in it ends no function by their number or their size.

The numbers stand in the statements, so that a server sends no more; what a function of 256 MB takes of them is measured
by ``make bench``.
"""

from __future__ import annotations

from signon.errors import DatabaseUnusable

MOST_ROWS = 200_000  # of one answer


def too_large(more_than: str, remedy: str) -> DatabaseUnusable:
    """What is said of a database that has more than is read."""
    return DatabaseUnusable(
        f"The database has more than {more_than}: it is too large to be read here", f"{remedy}; then start again"
    )
