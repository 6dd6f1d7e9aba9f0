"""The reboots after joining: one instance at a time, readers first, each once however often the function runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from signon.domain.database import Database, Instance
from signon.errors import RebootDidNotHelp, RebootNotAllowed

if TYPE_CHECKING:
    from signon.domain.plan import Plan


@dataclass(frozen=True)
class Reboot:
    """How far the reboots are; travels between the states.

    ``at`` is the first intent, ``requested`` says that this execution asked RDS for one; ``instances`` are those that
    were rebooted, ``remaining`` those that will be. Which ones that are is settled at the first visit: an instance that
    appears later was started after the join.
    """

    at: str
    requested: bool
    instances: tuple[str, ...]
    remaining: tuple[str, ...]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Reboot:
        return cls(**{**document, "instances": tuple(document["instances"]), "remaining": tuple(document["remaining"])})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def permit(plan: Plan, database: Database, before: Reboot | None) -> None:
    """Lets a reboot pass; ``before`` is what this execution has rebooted already.

    Raises RebootDidNotHelp: all of it. RebootNotAllowed: neither profile nor approval allows it.
    """
    name = database.id.name
    if before is None and not database.to_reboot:
        raise RebootDidNotHelp(
            f"{name} has joined, and its sign-in plugin is not loaded on the writer, which needs no reboot",
            "Look at the cluster's error log for authentication_kerberos; if it says nothing, ask AWS Support",
        )
    if before is not None and not before.remaining:
        raise RebootDidNotHelp(
            f"{name} was rebooted after it was joined, and its sign-in plugin is still not loaded",
            "Look at the database's error log for its sign-in plugin; if it says nothing, open a case with AWS Support",
        )
    if not plan.may_reboot:
        raise RebootNotAllowed(
            f"{name} must be rebooted before its logins work",
            f'Start with "approve": {{"plan": "{plan.checksum}"}}, or let the profile allow it: under change, reboot,'
            " existing (older than 24 hours) and other_pending (changes of others wait for a reboot)",
        )


def remaining(database: Database, before: Reboot | None) -> tuple[Instance, ...]:
    """The instances that are still to be rebooted, in that order; those that are gone meanwhile need none."""
    if before is None:
        return database.to_reboot
    return tuple(instance for instance in database.instances if instance.name in before.remaining)


def cut_off(database: Database, before: Reboot | None) -> tuple[Instance, ...]:
    """The instances whose sessions end by the reboots that are left: with a writer's, maybe those of its readers."""
    left = remaining(database, before)
    return database.instances if left and database.restarts_together else left


def after(before: Reboot | None, database: Database, done: Mapping[str, datetime], *, requested: bool) -> Reboot:
    """The next page: ``done`` are the instances that this visit found or asked to be rebooted, and since when."""
    earlier = (before.at,) if before else ()
    return Reboot(
        at=min(earlier + tuple(moment.isoformat() for moment in done.values())),
        requested=requested or (before is not None and before.requested),
        instances=((*before.instances, *done) if before else tuple(done)),
        remaining=tuple(one.name for one in remaining(database, before) if one.name not in done),
    )
