"""What an execution was started with: an RDS event or a person's request, nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from signon.domain.engines import Scope
from signon.domain.rds.database import Database
from signon.domain.times import as_events_say, moment, moment_or_none
from signon.errors import InvalidRequest, ProfileUnusable

# "Must contain from 1 to 63 letters, numbers, or hyphens. First character must be a letter. Can't end with a hyphen or
# contain two consecutive hyphens."
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
_IDENTIFIER = re.compile(r"(?=.{1,63}\Z)[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_ARN = re.compile(r"arn:([a-z-]+):rds:([a-z0-9-]+):(\d{12}):(db|cluster):([A-Za-z0-9-]+)", re.ASCII)
_SCOPES = {"db": Scope.INSTANCE, "cluster": Scope.CLUSTER}
PROFILE_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_EVENT_ID = re.compile(r"RDS-EVENT-\d{4}", re.ASCII)
# How the Regions of other partitions than aws begin.
# https://docs.aws.amazon.com/general/latest/gr/rande.html
_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
}
CHECKSUM = re.compile(r"[0-9a-f]{16}", re.ASCII)
LONGEST_REASON = 256
TAG = "signon:profile"
BY_HAND = "manual"  # the trigger of a request that no event made


@dataclass(frozen=True)
class Request:
    """Which database, and what the request says about it.

    ``trigger`` is the event's id (RDS-EVENT-0005) or "manual", ``asked_at`` the event's time; ``approve`` the checksum
    of the plan that a person approves; ``by_tag``: the database's tag named the profile, not a person.
    """

    trigger: str
    scope: Scope
    name: str
    profile: str | None = None
    dry_run: bool = False
    approve: str | None = None
    reason: str | None = None
    asked_at: datetime | None = None
    by_tag: bool = False

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Request:
        asked_at = moment_or_none(document.get("asked_at"), "asked_at")
        return cls(**{**document, "scope": Scope(document["scope"]), "asked_at": asked_at})

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "asked_at": self.asked_at and as_events_say(self.asked_at)}

    @property
    def by_hand(self) -> bool:
        """Whether a person or the sweep started it, and no event of RDS."""
        return self.trigger == BY_HAND

    def profile_name(self, database: Database) -> str:
        """The profile to use: the one that the tag names now, otherwise the one that a person named.

        Raises ProfileUnusable: the tag is not the name of a profile.
        """
        named = database.tags.get(TAG) if self.by_tag else self.profile
        if named and PROFILE_NAME.fullmatch(named):
            return named
        if not named:
            raise ProfileUnusable(
                f"{database.id.name} no longer has the tag {TAG}",
                "Tag it with the name of a profile; or leave it as it is: nothing is done without a tag",
            )
        raise ProfileUnusable(
            f"The tag {TAG} is not the name of a profile: {str(named)[:60]!r}",
            "Write the name of one profile: lower-case letters, digits and hyphens",
        )


def read_request(document: Any, account: str, region: str) -> Request:
    """The request in an execution's input.

    ``account`` and ``region`` are our own: an event from another one is refused although the rule admits none.
    Raises InvalidRequest: names every field that is wrong, and what belongs there.
    """
    if not isinstance(document, Mapping):
        raise InvalidRequest(f"The input is {type(document).__name__}, not an object. {HOW_TO}")
    return _from_event(document, account, region) if "detail-type" in document else _from_person(document)


HOW_TO = 'Start with {"database": {"instance": "NAME"}}; samples of all inputs are in events/.'


def _from_event(event: Mapping[str, Any], account: str, region: str) -> Request:
    detail = event.get("detail")
    detail = detail if isinstance(detail, Mapping) else {}
    arn = _ARN.fullmatch(str(detail.get("SourceArn", "")))
    name = arn[5].lower() if arn else ""
    if event.get("source") != "aws.rds" or arn is None or not _IDENTIFIER.fullmatch(name):
        raise InvalidRequest(
            "The event is not an RDS event about a database: source must be aws.rds"
            " and detail.SourceArn the ARN of a DB instance or a DB cluster."
        )
    for its_account, its_region in ((arn[3], arn[2]), (event.get("account"), event.get("region"))):
        if (its_account, its_region) != (account, region):
            raise InvalidRequest(
                f"The event is from account {_plain(its_account)} in {_plain(its_region)};"
                f" this stack serves account {account} in {region}."
            )
    if arn[1] != partition(region):
        raise InvalidRequest(f"The event is from partition {arn[1]}; {region} is in {partition(region)}.")
    try:
        asked_at = moment(event.get("time", ""), "time")
    except ValueError:
        raise InvalidRequest("The event has no valid time: time must be like 2026-11-20T12:30:00Z.") from None
    event_id = str(detail.get("EventID"))
    trigger = event_id if _EVENT_ID.fullmatch(event_id) else "an RDS event"
    return Request(trigger, _SCOPES[arn[4]], name, asked_at=asked_at)


def partition(region: str) -> str:
    """The partition that a Region is in, as ARNs name it."""
    return next((name for begin, name in _PARTITIONS.items() if region.startswith(begin)), "aws")


def _plain(value: Any) -> str:
    """Somebody else's text for a message: one line of ASCII, not longer than a line."""
    text = str(value)[:60]
    return text if text.isascii() and text.isprintable() else ascii(text)


def _from_person(document: Mapping[str, Any]) -> Request:
    problems = [
        f"{field!r} is not a field of a request"
        for field in document
        if field not in ("database", "profile", "dry_run", "approve", "reason")
    ]
    database, approve = document.get("database"), document.get("approve")
    kind, name = next(iter(database.items())) if isinstance(database, Mapping) and len(database) == 1 else (None, None)
    if kind not in tuple(Scope) or not (isinstance(name, str) and _IDENTIFIER.fullmatch(name)):
        problems.append('database must be {"instance": NAME} or {"cluster": NAME}, with the name in lower case')
    profile = document.get("profile")
    if profile is not None and not (isinstance(profile, str) and PROFILE_NAME.fullmatch(profile)):
        problems.append("profile must be a name of lower-case letters, digits and hyphens")
    if not isinstance(document.get("dry_run", False), bool):
        problems.append("dry_run must be true or false")
    checksum = approve.get("plan") if isinstance(approve, Mapping) and len(approve) == 1 else None
    if approve is not None and not (isinstance(checksum, str) and CHECKSUM.fullmatch(checksum)):
        problems.append('approve must be {"plan": CHECKSUM}, the checksum that the plan was reported with')
    reason = document.get("reason")
    if reason is not None and not (isinstance(reason, str) and len(reason) <= LONGEST_REASON and reason.isprintable()):
        problems.append(f"reason must be one line of at most {LONGEST_REASON} characters")
    if problems:
        raise InvalidRequest(f"{'; '.join(problems)}. {HOW_TO}")
    return Request(BY_HAND, Scope(str(kind)), str(name), profile, document.get("dry_run", False), checksum, reason)
