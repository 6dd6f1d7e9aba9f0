"""The documents of plans in their bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signon.aws.clients import client, errors_as
from signon.domain.logins.change import LoginChanges
from signon.domain.logins.difference import Difference
from signon.domain.plan.document import MOST_BYTES, document, key, read
from signon.domain.plan.plan import Plan
from signon.domain.plan.step import StepKind
from signon.domain.rds.database import DatabaseId

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class _NoSuchDocument(Exception):
    pass


def keep(bucket: str, database: DatabaseId, plan: Plan, found: Difference, sql: str) -> None:
    """Puts the plan's document there, if it has one, in place of that of an equal plan.

    ``found``: the difference that the plan was finished with, and its ``sql``.
    """
    if text := document(plan, found, sql):
        s3: S3Client = client("s3")
        with errors_as():
            s3.put_object(Bucket=bucket, Key=key(database, plan), Body=text.encode(), ContentType="application/json")


def planned(bucket: str, database: DatabaseId, plan: Plan, kind: StepKind) -> LoginChanges:
    """The changes that the plan allows to its step of this kind.

    Raises PlanOutdated: its document is gone, or is another one's.
    """
    return read(_kept(bucket, key(database, plan)), plan, kind)


def _kept(bucket: str, name: str) -> str | None:
    s3: S3Client = client("s3")
    try:
        with errors_as({"NoSuchKey": _NoSuchDocument}):
            return s3.get_object(Bucket=bucket, Key=name)["Body"].read(MOST_BYTES).decode(errors="replace")
    except _NoSuchDocument:
        return None
