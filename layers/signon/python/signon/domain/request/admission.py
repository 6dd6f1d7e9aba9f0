"""Whether a database that somebody asked for is one we work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from signon.domain.engines import ENGINES, Scope
from signon.domain.rds.database import Database
from signon.domain.rds.readiness import Readiness
from signon.domain.request.request import HOW_TO, TAG, Request
from signon.domain.times import as_events_say, in_iso
from signon.errors import DatabaseBusy, InvalidRequest, NotOurs

KINDS: Mapping[Scope, str] = MappingProxyType({Scope.INSTANCE: "DB instance", Scope.CLUSTER: "DB cluster"})
# How far an event's time and RDS's own time of creation may be apart: AWS says of neither which moment it is.
APART = timedelta(minutes=30)


def is_served(database: Database, profile: str | None = None) -> bool:
    """Whether we work on a database: its tag or ``profile`` names a profile, and its engine is served."""
    return bool(profile or database.tags.get(TAG)) and _has_row(database.id.engine, database.id.scope)


def refuse_stranger(name: str, engine: str, scope: Scope, tags: Mapping[str, str], profile: str | None) -> None:
    """Accepts a database that we work on, whether it is ready or not. Raises NotOurs: says why we do not."""
    if not (profile or tags.get(TAG)):
        raise NotOurs(f"{name} has no tag {TAG}: tag it with the name of a profile that admits it")
    if not _has_row(engine, scope):
        raise NotOurs(f"{name} is a {KINDS[scope]} of {engine}; this stack serves {_SERVED}: remove the tag")


def admit(request: Request, database: Database | None) -> tuple[Request, Database]:
    """The request, about the database that it means and with the profile that it or the database's tag names.

    An instance of a cluster means its cluster. A tag only names a profile; what may happen is for the profile to say.
    Raises NotOurs: no profile, not an engine of ours, being deleted, or an event of another database that had the name
    before. InvalidRequest: a person named a database that does not exist. DatabaseBusy: RDS is changing the database.
    """
    if database is None:
        absent = f"There is no {KINDS[request.scope]} {request.name}"
        raise InvalidRequest(f"{absent} here. {HOW_TO}") if request.by_hand else NotOurs(absent)
    name = database.id.name
    if request.asked_at and request.asked_at < database.created_at - APART:
        raise NotOurs(
            f"The event of {as_events_say(request.asked_at)} is older than {name}, which was created at"
            f" {in_iso(database.created_at)}: it is about another database of that name"
        )
    refuse_stranger(name, database.id.engine, database.id.scope, database.tags, request.profile)
    status = database.deciding_status
    if status.readiness is Readiness.LEAVING:
        raise NotOurs(status.describe(name))
    if status.readiness is Readiness.CHANGING:
        raise DatabaseBusy(status.describe(name))
    named = replace(request, scope=database.id.scope, name=name)
    return (named if request.profile else replace(named, profile=database.tags[TAG], by_tag=True)), database


_SERVED = ", ".join(f"{KINDS[engine.scope]}s of {engine.name}" for engine in ENGINES.values() if engine.logins)


def _has_row(engine: str, scope: Scope) -> bool:
    """A Multi-AZ DB cluster is a cluster of an engine that we serve as instances: its plan says what is not offered."""
    row = ENGINES.get(engine)
    return row is not None and scope in (row.scope, Scope.CLUSTER)
