"""The membership of an instance or a cluster in a directory, as a pure function of the time since it was asked for.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos.html names the statuses, and
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos-managing.html the same ones.
Nothing ticks and nobody has to look: a caller at any time gets what RDS would say then. The walk never waits
for a reboot: if the product forgets it, sign-ins fail.
"""

import datetime
from dataclasses import dataclass, replace
from typing import Self

JOINING = datetime.timedelta(minutes=30)  # pending-enable-kerberos, for a sixth of it, and enabling-kerberos
LEAVING = datetime.timedelta(minutes=5)  # disabling-kerberos

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class DomainMembership:
    """One join: `begins` and `takes` date it, `ends_as` is the status that it ends in, when nothing changes it."""

    domain: str
    fqdn: str
    iam_role_name: str
    begins: datetime.datetime  # the call, or the maintenance window it waits for
    ends_as: str = "kerberos-enabled"
    takes: datetime.timedelta = JOINING
    left: datetime.datetime | None = None  # since when it is being disabled

    def status(self, now: datetime.datetime) -> str:
        """The documented status, or "" when the database is no longer a member."""
        if self.left is not None:
            return "disabling-kerberos" if now - self.left < LEAVING else ""
        if now < self.begins:
            return "pending-maintenance-enable-kerberos"
        if now - self.begins < self.takes / 6:
            return "pending-enable-kerberos"
        if now - self.begins < self.takes:
            return "enabling-kerberos"
        return self.ends_as

    def left_at(self, now: datetime.datetime) -> Self:
        """The same, being disabled since `now`."""
        return replace(self, left=now)


def next_window(window: str, now: datetime.datetime) -> datetime.datetime:
    """When the maintenance window (`wed:06:38-wed:07:08`, UTC) opens next; now, if it is open."""
    opens, closes = (_this_week(edge, now) for edge in window.lower().split("-"))
    if closes <= opens:
        closes += datetime.timedelta(days=7)
    if opens <= now < closes:
        return now
    return opens if now < opens else opens + datetime.timedelta(days=7)


def assigned_window(now: datetime.datetime) -> str:
    """The maintenance window of a database that is created now without one. RDS takes a random day; here it is the
    one that is furthest away, so that no window opens by chance.
    """
    day = DAYS[(now.weekday() + 4) % 7]
    return f"{day}:06:38-{day}:07:08"


def _this_week(edge: str, now: datetime.datetime) -> datetime.datetime:
    day, hour, minute = edge.split(":")
    monday = now.replace(hour=0, minute=0, second=0, microsecond=0) - datetime.timedelta(days=now.weekday())
    return monday + datetime.timedelta(days=DAYS.index(day), hours=int(hour), minutes=int(minute))
