"""What has happened to a database before a plan of it is made."""

from __future__ import annotations

from dataclasses import dataclass

from signon.domain.memory.record import Record
from signon.domain.plan.approvals import NOTHING_APPROVED, Approved
from signon.domain.rds.reboot import Reboot


@dataclass(frozen=True)
class Past:
    """``record`` is what we remember, ``approved`` what nobody is asked again, ``reboot`` what this execution has
    rebooted already.
    """

    record: Record | None = None
    approved: Approved = NOTHING_APPROVED
    reboot: Reboot | None = None
