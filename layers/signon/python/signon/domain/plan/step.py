"""A step of a plan: nothing changes anything but a step, and the state machine carries them out in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from signon.domain.engines import Interruption
from signon.foreign import on_one_line


class StepKind(StrEnum):
    """What carries a step out: *Step?* of the state machine has a way for each."""

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

    ``interruption`` is what users of the database notice. ``kind`` is None in a plan of an older version, which nobody
    carries out.
    """

    kind: StepKind | None
    action: str = ""
    reason: str = ""
    interruption: Interruption = Interruption.NONE

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", on_one_line(self.action))
        object.__setattr__(self, "reason", on_one_line(self.reason))

    def to_json(self) -> dict[str, Any]:
        return asdict(self) if self.action else {"kind": self.kind}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Step:
        kind, action, reason = document.get("kind"), document.get("action", ""), document.get("reason", "")
        interruption = Interruption(document.get("interruption", Interruption.NONE))
        return cls(StepKind(kind) if kind else None, action, reason, interruption)
