"""What we remember of a database between executions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from signon.domain.times import moment, moment_or_none
from signon.errors import End

_TIMES = ("associated_at", "rebooted_at", "onboarded_at", "reported_at", "next_look", "unfinished_since")
ALL = "*"  # in place of a resource id: for what concerns every database


@dataclass(frozen=True)
class Record:
    """Times are in UTC; the table holds them as ISO 8601 (``of_facts``).

    ``associated_at`` is when we last asked RDS to join the database, ``reboot_intents`` when we last were about to
    ask for a reboot of each instance, ``rebooted_at`` the first of the reboots after which the logins have worked;
    ``told`` is the digest of the last message. ``end``, ``error``, ``execution``, ``reported_at``, ``plan``,
    ``profile``, ``profile_version`` and ``next_look`` are of the last run that reported; ``unfinished_since`` is
    the first ``next_look`` of all the runs that parked it one after the other; ``swept_version`` is the profile's
    version that the sweep last started the database for. ``begun`` is the checksum of the plan by which something was
    last begun, until the database is onboarded: what was approved with it is not asked again (``plan/approvals.py``).
    ``connected_roles`` are the ARNs of the IAM roles that were allowed to connect, and since
    when. ``left_as`` is how the last run that finished has left the database, ``joined_as`` what it ran as when it
    was last asked to join the directory (both in the words of ``drift.py``); ``swept_drift`` is what the sweep last
    started it for of what had changed since, until that is as it was. ``excess`` is what the last run that finished
    has found granted besides what the profile gives. ``remembers`` says that what was made is remembered in an item
    of its own: records from before that have none. ``disputed`` is the digest of what the last run that finished
    has found bearing our mark without being remembered, ``disputed_names`` says it in words.
    """

    associated_at: datetime | None = None
    rebooted_at: datetime | None = None
    told: str | None = None
    onboarded_at: datetime | None = None
    end: End | None = None
    error: str | None = None
    execution: str | None = None
    reported_at: datetime | None = None
    plan: str | None = None
    profile: str | None = None
    profile_version: str | None = None
    next_look: datetime | None = None
    unfinished_since: datetime | None = None
    swept_version: str | None = None
    begun: str | None = None
    reboot_intents: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    swept_drift: str | None = None
    connected_roles: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    left_as: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    joined_as: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    excess: str | None = None
    remembers: str | None = None
    disputed: str | None = None
    disputed_names: str | None = None

    @classmethod
    def of_facts(cls, facts: Mapping[str, Any]) -> Record:
        """From what the table holds: times as text, in UTC.

        Raises ValueError: one of them is not ISO 8601, or ``end`` is not how an execution ends.
        """
        times = {name: moment_or_none(facts[name], name) for name in _TIMES if name in facts}
        end = End(facts["end"]) if facts.get("end") else None
        by_name = {
            field: {name: moment(at, f"{field}.{name}") for name, at in facts.get(field, {}).items()}
            for field in ("reboot_intents", "connected_roles")
        }
        return cls(**{**facts, **times, **by_name, "end": end})

    @property
    def trusts_marks(self) -> bool:
        """Whether the database was onboarded before we remembered what we make: then its marks are trusted once."""
        return self.onboarded_at is not None and self.remembers is None

    @property
    def reboot_due(self) -> bool | None:
        """Whether the database was joined and not rebooted since.

        None if somebody else joined it: a look inside decides.
        """
        joined, rebooted = self.associated_at, self.rebooted_at
        if joined is None:
            return None
        return rebooted is None or rebooted < joined

    def was_restarted_in(self, directory: str) -> bool:
        """Whether we know that the database was restarted after it joined: by our own reboot, or because a run of ours
        that finished has left it in this directory, with logins that were opened only after the restart.
        """
        if self.reboot_due is not None:
            return not self.reboot_due
        return self.rebooted_at is not None or self.left_as.get("directory") == directory

    @property
    def is_ours(self) -> bool:
        """Whether we have begun to work on the database: then it is not a stranger, however old it is."""
        return self.associated_at is not None or self.onboarded_at is not None

    @property
    def open_intents(self) -> Mapping[str, datetime]:
        """The instances whose reboot was intended after the last association, and when."""
        joined = self.associated_at
        return {name: at for name, at in self.reboot_intents.items() if joined is None or at >= joined}


@dataclass(frozen=True)
class Known:
    """What the table holds of a database: its record, and since when somebody holds its claim."""

    record: Record | None = None
    held_since: datetime | None = None
