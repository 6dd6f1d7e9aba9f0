"""Who is signed in to a server: whom a reboot would cut off, and which logins are in use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from signon.db.session import Session
from signon.domain.engines import Family

# RDS's own accounts, and what MySQL lists besides people's sessions.
_NOBODY = {"rdsadmin", "rdsrepladmin", "event_scheduler", "system user", "unauthenticated user"}

# Without pg_read_all_stats the kind of a session is not shown, its user is.
_OTHERS = """\
SELECT count(*) FROM pg_stat_activity
WHERE COALESCE(backend_type, 'client backend') = 'client backend' AND pid <> pg_backend_pid()
  AND usename NOT IN ('rdsadmin', 'rdsrepladmin')
"""

_SIGNED_IN = "SELECT DISTINCT usename::text FROM pg_stat_activity WHERE usename IS NOT NULL LIMIT 200000"


def of_others_in_mysql(session: Session, ours: int) -> int:
    """How many sessions there are besides ours, by its CONNECTION_ID(), and RDS's own."""
    return len([row for row in _in_mysql(session) if row[0] != ours and row[1] not in _NOBODY])


def signed_in_to_mysql(session: Session) -> frozenset[str]:
    """Who is signed in to this instance."""
    return frozenset(str(row[1]) for row in _in_mysql(session))


def _in_mysql(session: Session) -> Sequence[tuple[Any, ...]]:
    return session.query("Look who is signed in", "SHOW PROCESSLIST")


def of_others_in_postgresql(session: Session) -> int:
    """How many sessions there are besides ours and RDS's own."""
    ((others,),) = session.query("Look who is signed in", _OTHERS)
    return int(others)


def signed_in_to_postgresql(session: Session) -> frozenset[str]:
    """Who is signed in to this instance."""
    return frozenset(user for (user,) in session.query("Look who is signed in", _SIGNED_IN))


SIGNED_IN: Mapping[Family, Callable[[Session], frozenset[str]]] = {
    Family.MYSQL: signed_in_to_mysql,
    Family.POSTGRESQL: signed_in_to_postgresql,
}
