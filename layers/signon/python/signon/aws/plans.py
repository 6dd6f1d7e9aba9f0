"""The documents of plans in their bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signon.aws.clients import client, errors_as
from signon.domain.logins.change import LoginChanges
from signon.domain.logins.difference import Difference
from signon.domain.memory.record import Record
from signon.domain.plan import document
from signon.domain.plan.approvals import NOTHING_APPROVED, Approved
from signon.domain.plan.document import MOST_BYTES, key, read
from signon.domain.plan.plan import Plan
from signon.domain.plan.step import StepKind
from signon.domain.profile.profile import ProfileVersion
from signon.domain.rds.database import DatabaseId
from signon.domain.request.request import CHECKSUM

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class _NoSuchDocument(Exception):
    pass


def keep(bucket: str, database: DatabaseId, plan: Plan, found: Difference, sql: str) -> None:
    """Puts the plan's document there, if it has one, in place of that of an equal plan.

    ``found``: the difference that the plan was finished with, and its ``sql``.
    """
    if text := document.document(plan, found, sql):
        s3: S3Client = client("s3")
        with errors_as():
            s3.put_object(
                Bucket=bucket, Key=key(database, plan.checksum), Body=text.encode(), ContentType="application/json"
            )


def planned(bucket: str, database: DatabaseId, plan: Plan, kind: StepKind) -> LoginChanges:
    """The changes that the plan allows to its step of this kind.

    Raises PlanOutdated: its document is gone, or is another one's.
    """
    return read(_kept(bucket, key(database, plan.checksum)), plan, kind)


def approved(bucket: str, database: DatabaseId, record: Record | None, version: ProfileVersion) -> Approved:
    """What was approved with the plan by which the database was begun, as its document has it, under this version of
    the profile.
    """
    if record is None or not CHECKSUM.fullmatch(record.begun or ""):
        return NOTHING_APPROVED
    return document.approved(_kept(bucket, key(database, record.begun or "")), version)


def _kept(bucket: str, name: str) -> str | None:
    s3: S3Client = client("s3")
    try:
        with errors_as({"NoSuchKey": _NoSuchDocument}):
            return s3.get_object(Bucket=bucket, Key=name)["Body"].read(MOST_BYTES).decode(errors="replace")
    except _NoSuchDocument:
        return None
