"""What an execution was started with: an RDS event or a person's request, nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from signon.domain.database import Database, Readiness, readiness
from signon.domain.engines import ENGINES
from signon.errors import DatabaseBusy, InvalidRequest, NotOurs, ProfileUnusable

# "Must contain from 1 to 63 letters, numbers, or hyphens. First character must be a letter. Can't end with a hyphen or
# contain two consecutive hyphens."
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
_IDENTIFIER = re.compile(r"(?=.{1,63}\Z)[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)
_INSTANCE_ARN = re.compile(r"arn:[a-z-]+:rds:([a-z0-9-]+):(\d{12}):db:([A-Za-z0-9-]+)", re.ASCII)
PROFILE_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}", re.ASCII)
_CHECKSUM = re.compile(r"[0-9a-f]{16}", re.ASCII)
LONGEST_REASON = 256
TAG = "signon:profile"


@dataclass(frozen=True)
class Request:
    """Which database, and what the one who asked said about it.

    ``trigger`` is the event's id (RDS-EVENT-0005) or "manual"; ``approve`` the checksum of the plan that a person
    approves.
    """

    trigger: str
    instance: str
    profile: str | None = None
    dry_run: bool = False
    approve: str | None = None
    reason: str | None = None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Request:
        return cls(**document)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def by_hand(self) -> bool:
        return self.trigger == "manual"

    @property
    def profile_name(self) -> str:
        """The profile to work by. Raises ProfileUnusable: what the tag says is no profile's name."""
        if self.profile and PROFILE_NAME.fullmatch(self.profile):
            return self.profile
        raise ProfileUnusable(
            f"The tag {TAG} is no profile's name: {str(self.profile)[:60]!r}",
            "Write the name of one profile: lower-case letters, digits and hyphens",
        )


def read_request(document: Any, account: str, region: str) -> Request:
    """The request in an execution's input.

    ``account`` and ``region`` are our own: an event of another one is refused although the rule lets none through.
    Raises InvalidRequest: names every field that is wrong, and what belongs there.
    """
    if not isinstance(document, Mapping):
        raise InvalidRequest(f"The input is {type(document).__name__}, not an object. {_HOW_TO}")
    return _from_event(document, account, region) if "detail-type" in document else _from_person(document)


_HOW_TO = 'Start with {"database": {"instance": "NAME"}}; samples of all inputs are in events/.'


def _from_event(event: Mapping[str, Any], account: str, region: str) -> Request:
    detail = event.get("detail")
    detail = detail if isinstance(detail, Mapping) else {}
    arn = _INSTANCE_ARN.fullmatch(str(detail.get("SourceArn", "")))
    if event.get("source") != "aws.rds" or arn is None:
        raise InvalidRequest(
            "The event is not one of RDS about a DB instance:"
            " source must be aws.rds and detail.SourceArn the ARN of an instance."
        )
    for its_account, its_region in ((arn[2], arn[1]), (event.get("account"), event.get("region"))):
        if (its_account, its_region) != (account, region):
            raise InvalidRequest(
                f"The event is of account {its_account} in {its_region};"
                f" this stack serves account {account} in {region}."
            )
    return Request(trigger=str(detail.get("EventID", "an RDS event")), instance=arn[3].lower())


def _from_person(document: Mapping[str, Any]) -> Request:
    problems = [
        f"{field!r} is not a field of a request"
        for field in document
        if field not in ("database", "profile", "dry_run", "approve", "reason")
    ]
    database, approve = document.get("database"), document.get("approve")
    instance = database.get("instance") if isinstance(database, Mapping) and len(database) == 1 else None
    if isinstance(database, Mapping) and set(database) == {"cluster"}:
        problems.append("database.cluster: Aurora clusters are not served; name an RDS instance")
    elif not (isinstance(instance, str) and _IDENTIFIER.fullmatch(instance)):
        problems.append('database must be {"instance": NAME} with the name of a DB instance in lower case')
    profile = document.get("profile")
    if profile is not None and not (isinstance(profile, str) and PROFILE_NAME.fullmatch(profile)):
        problems.append("profile must be a name of lower-case letters, digits and hyphens")
    if not isinstance(document.get("dry_run", False), bool):
        problems.append("dry_run must be true or false")
    checksum = approve.get("plan") if isinstance(approve, Mapping) and len(approve) == 1 else None
    if approve is not None and not (isinstance(checksum, str) and _CHECKSUM.fullmatch(checksum)):
        problems.append('approve must be {"plan": CHECKSUM}, the checksum that the plan was reported with')
    reason = document.get("reason")
    if reason is not None and not (isinstance(reason, str) and len(reason) <= LONGEST_REASON and reason.isprintable()):
        problems.append(f"reason must be one line of at most {LONGEST_REASON} characters")
    if problems:
        raise InvalidRequest(f"{'; '.join(problems)}. {_HOW_TO}")
    return Request("manual", str(instance), profile, document.get("dry_run", False), checksum, reason)


def is_served(database: Database, profile: str | None = None) -> bool:
    """Whether a database is ours to work on: its tag or ``profile`` names a profile, and its engine is served."""
    named = profile or database.tags.get(TAG)
    return bool(named) and database.id.engine in ENGINES and not database.cluster


def admit(request: Request, database: Database | None) -> tuple[Request, Database]:
    """The request, with the profile that it names or the database's tag asks for, and the database.

    A tag only names a profile; what may happen is for the profile to say.
    Raises NotOurs: no profile, not an engine of ours, a member of a cluster, or being deleted. InvalidRequest: a person
    named a database that does not exist. DatabaseBusy: RDS is changing the database.
    """
    if database is None:
        raise (
            InvalidRequest(f"There is no DB instance {request.instance} here. {_HOW_TO}")
            if request.by_hand
            else NotOurs(f"There is no DB instance {request.instance}")
        )
    profile = request.profile or database.tags.get(TAG)
    if not profile:
        raise NotOurs(f"{request.instance} bears no tag {TAG}")
    if database.id.engine not in ENGINES or database.cluster:
        raise NotOurs(
            f"{request.instance} is {'a member of a cluster' if database.cluster else database.id.engine};"
            f" served are instances of {', '.join(ENGINES)}"
        )
    state = readiness(database.status)
    if state is Readiness.LEAVING:
        raise NotOurs(f"{request.instance} is {database.status}")
    if state is Readiness.CHANGING:
        raise DatabaseBusy(f"{request.instance} is {database.status}")
    return replace(request, profile=profile), database
