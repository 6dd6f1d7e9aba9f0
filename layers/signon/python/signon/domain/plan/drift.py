"""The state of a finished database, and how it has changed since: tools, windows and people may change it."""

from __future__ import annotations

from collections.abc import Mapping

from signon.domain.engines import ENGINES
from signon.domain.memory.record import Record
from signon.domain.plan.methods import Methods
from signon.domain.rds.database import Database
from signon.domain.rds.membership import MEMBERSHIP, Progress, deciding, is_ready


def finished(database: Database, methods: Methods, directory: str) -> Mapping[str, str]:
    """How a run by these methods leaves the database, in the record's words; without what it does not set up."""
    set_up = {"directory": directory if methods.kerberos else "", "iam": "on" if methods.iam else ""}
    return {**{name: value for name, value in set_up.items() if value}, **as_it_runs(database)}


def as_it_runs(database: Database) -> Mapping[str, str]:
    """What a membership may depend on, in the record's words."""
    return {"engine_version": database.engine_version, "port": str(database.port)}


def drift(record: Record, database: Database) -> str | None:
    """What is no longer as the last run that finished has left it, as a reason to look again.

    A membership that RDS is changing is not judged: it is checked once that has ended.
    """
    left = record.left_as
    if (directory := left.get("directory")) and (lost := _lost_membership(database, directory)):
        return lost
    if left.get("iam") and not database.iam_enabled:
        return "IAM database authentication is off"
    runs = as_it_runs(database)
    if changed := next((name for name in runs if left.get(name, runs[name]) != runs[name]), None):
        return f"its {changed.replace('_', ' ')} was {left[changed]} and is now {runs[changed]}"
    return None


def _lost_membership(database: Database, directory: str) -> str | None:
    """What its memberships, of which there may be several, have become since it was only in this directory."""
    membership = deciding(database, directory)
    if membership is None:
        return "it is no longer a member of any directory"
    if membership.directory != directory:
        directories = {one.directory for one in database.memberships}
        others = ", ".join(sorted(directories - {directory}))
        return f"it is a member of {others}" + (
            f" as well as of {directory}" if directory in directories else f", and no longer of {directory}"
        )
    return f"its membership is {membership.status}" if MEMBERSHIP.get(membership.status) is Progress.RETRY else None


def outdates_membership(record: Record | None, database: Database, directory: str) -> str | None:
    """What has changed since the database joined the directory, if its engine then requires it to join again.

    None if it joined before that was recorded, or if it is neither a member of this directory nor leaving it because of
    our own call (which has forgotten the join).
    """
    membership = deciding(database, directory)
    if record is None or membership is None or membership.directory != directory:
        return None
    leaves = MEMBERSHIP.get(membership.status) is Progress.BLOCKED and record.associated_at is None
    if not (is_ready(database, directory) or leaves):
        return None
    joined, runs = record.joined_as, as_it_runs(database)
    for name in ENGINES[database.id.engine].joins_anew_after:
        if joined.get(name, runs[name]) != runs[name]:
            return f"its {name.replace('_', ' ')} was {joined[name]} when it joined and is now {runs[name]}"
    return None
