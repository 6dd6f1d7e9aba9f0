"""A report: what is remembered of an outcome, and told where there is news."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signon.aws import notifications, records
from signon.domain import report
from signon.domain.outcome import Outcome


def remember_and_tell(
    table: str, topic: str, ended: Outcome, dossier: Mapping[str, Any], execution: str, now: str
) -> None:
    """Writes the record of the dossier's database, and tells people and machines where that is news."""
    database = dossier.get("database", {})
    record = records.read(table, database["resource_id"]) if database else None
    if report.is_news(ended, record, execution):
        notifications.tell(topic, ended.headline, ended.message(execution))
        notifications.announce(database.get("arn", execution), report.event_detail(ended, dossier, execution))
    if database:
        records.note(table, database["resource_id"], report.facts(ended, dossier, record, execution, now))
