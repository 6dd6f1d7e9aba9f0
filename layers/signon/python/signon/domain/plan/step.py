"""A step of a plan: nothing changes anything but a step, and the state machine carries them out in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from signon.domain.engines import Interruption
from signon.foreign import on_one_line


class StepKind(StrEnum):
    """What carries a step out: *Step?* of the state machine has a way for each."""

    LOCK = "lock"  # always the first one, and done whatever else the plan asks or waits for
    LEAVE_DIRECTORY = "leave_directory"
    SWITCH_IAM = "switch_iam"
    ASSOCIATE = "associate"
    REBOOT = "reboot"
    CONNECT_POLICY = "connect_policy"
    LOGINS = "logins"
    VERIFY = "verify"
    PUBLISH = "publish"
    REPORT = "report"  # always the last one: an index past the end would fail in a Pass, which has no Catch


@dataclass(frozen=True)
class Step:
    """``action`` and ``reason`` are for people, and empty where a step changes nothing: then its kind alone travels.

    ``interruption`` is what users of the database notice. ``details`` are the first lines of what it changes, ``more``
    how many there are besides, ``sha256`` the digest of all of it, by which the plan's document is known. ``kind`` is
    None in a plan of an older version, which nobody carries out.
    """

    kind: StepKind | None
    action: str = ""
    reason: str = ""
    interruption: Interruption = Interruption.NONE
    details: tuple[str, ...] = ()
    more: int = 0
    sha256: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", on_one_line(self.action))
        object.__setattr__(self, "reason", on_one_line(self.reason))

    @property
    def is_known(self) -> bool:
        """Whether all that it changes has been looked at: logins are, inside."""
        return self.kind is not StepKind.LOGINS or bool(self.sha256)

    def to_json(self) -> dict[str, Any]:
        said = ("kind", "action", "reason", "interruption") if self.action else ("kind",)
        return {
            **{name: getattr(self, name) for name in said},
            **({"details": list(self.details)} if self.details else {}),
            **({"more": self.more} if self.more else {}),
            **({"sha256": self.sha256} if self.sha256 else {}),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Step:
        kind, action, reason = document.get("kind"), document.get("action", ""), document.get("reason", "")
        return cls(
            StepKind(kind) if kind else None,
            action,
            reason,
            Interruption(document.get("interruption", Interruption.NONE)),
            tuple(document.get("details", ())),
            document.get("more", 0),
            document.get("sha256", ""),
        )
