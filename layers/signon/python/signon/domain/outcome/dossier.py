"""The dossier of an execution: what its states have found and done so far, as *Report outcome* is given it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from signon.domain.kit.published import PublishedKit
from signon.domain.logins.connect_policies import Connected
from signon.domain.logins.login import CreatedLogins, LockedLogins, ShortProof
from signon.domain.memory.claim import Claim
from signon.domain.memory.record import Record
from signon.domain.plan.plan import Plan
from signon.domain.rds.database import DatabaseId
from signon.domain.rds.membership import Reading
from signon.domain.rds.reboot import Reboot
from signon.domain.rds.waiting import Visit
from signon.domain.request.request import Request

T = TypeVar("T")


@dataclass(frozen=True)
class Failure:
    """What a Catch has noted of a state: the error's name, and its message; None if the cause has none."""

    error: str
    message: str | None

    @classmethod
    def from_json(cls, document: Mapping[str, str]) -> Failure:
        return cls(document.get("Error", ""), _message(document.get("Cause", "")))


@dataclass(frozen=True)
class Dossier:
    """Each field is one state's answer; None: that state was not reached, or the execution is from before it.

    ``directory_role`` is the role's name. ``reported`` is the record of what was last reported of the database: of an
    execution that ended without a report there is nothing else.
    """

    request: Request | None = None
    database: DatabaseId | None = None
    plan: Plan | None = None
    claim: Claim | None = None
    locked: LockedLogins | None = None
    leaving: Visit | None = None
    switching: Visit | None = None
    directory_role: str | None = None
    membership: Reading | None = None
    reboot: Reboot | None = None
    policies: Connected | None = None
    logins: CreatedLogins | None = None
    proof: ShortProof | None = None
    kit: PublishedKit | None = None
    error: Failure | None = None
    reported: Record | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Dossier:
        """From the state machine's data; where *Describe database* failed, that is the error alone.

        Raises KeyError, TypeError, ValueError: a state has answered something else.
        """
        if "Error" in document:
            return cls(error=Failure.from_json(document))

        def page(name: str, read: Callable[[Any], T]) -> T | None:
            answer = document.get(name)
            return None if answer is None else read(answer)

        return cls(
            request=page("request", Request.from_json),
            database=page("database", DatabaseId.from_json),
            plan=page("plan", Plan.from_json),
            claim=page("claim", Claim.from_json),
            locked=page("locked", LockedLogins.from_json),
            leaving=page("leaving", Visit.from_json),
            switching=page("switching", Visit.from_json),
            directory_role=page("directory_role", lambda answer: str(answer["role"])),
            membership=page("membership", Reading.from_json),
            reboot=page("reboot", Reboot.from_json),
            policies=page("policies", Connected.from_json),
            logins=page("logins", CreatedLogins.from_json),
            proof=page("proof", ShortProof.from_json),
            kit=page("kit", PublishedKit.from_json),
            error=page("error", Failure.from_json),
        )

    @property
    def checksum(self) -> str | None:
        """The plan's."""
        return self.plan.checksum if self.plan else self._before.plan

    @property
    def profile(self) -> str | None:
        """The name of the profile that was planned with; before a plan, of the one that the request names."""
        if self.plan:
            return self.plan.profile.name
        return self._before.profile or (self.request.profile if self.request else None)

    @property
    def profile_version(self) -> str | None:
        """The version in the bucket that was planned with."""
        return self.plan.profile.version if self.plan else self._before.profile_version

    @property
    def _before(self) -> Record:
        return self.reported or Record()

    @property
    def changed(self) -> bool:
        """Whether the execution has changed anything."""
        return bool(
            (self.locked and self.locked.locked)
            or (self.membership and self.membership.attempts)
            or (self.leaving and self.leaving.requested)
            or (self.switching and self.switching.requested)
            or (self.policies and self.policies.changed)
            or (self.reboot and self.reboot.requested)
            or (self.logins and self.logins.statements)
            or (self.kit and self.kit.changed)
        )


def _message(cause: str) -> str | None:
    """The errorMessage in a Lambda error's Cause, if there is one. A stack trace stays where it is."""
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
