"""A report: what is remembered of an outcome or of the sweep's stop, and sent if there is news."""

from __future__ import annotations

from signon.aws import notifications, records
from signon.domain.memory.record import ALL
from signon.domain.outcome import report
from signon.domain.outcome.dossier import Dossier
from signon.domain.outcome.message import message
from signon.domain.outcome.outcome import Outcome
from signon.domain.sweep import Stop


def remember_and_tell(table: str, topic: str, ended: Outcome, dossier: Dossier, execution: str, now: str) -> None:
    """Writes the record of the dossier's database, and tells people and machines where that is news."""
    database = dossier.database
    record = records.read(table, database.resource_id) if database else None
    if report.is_news(ended, record, execution):
        notifications.tell(topic, ended.subject, message(ended, execution))
        notifications.announce(database.arn if database else execution, report.event_detail(ended, dossier, execution))
    if database:
        records.note(table, database.resource_id, report.facts(ended, dossier, record, execution, now))


def remember_and_tell_of_stop(table: str, topic: str, stop: Stop | None) -> None:
    """Tells people of the sweep's stop, once for as long as it is the same one; None: it has not stopped."""
    told = records.read(table, ALL)
    if (stop.digest if stop else None) == (told.told if told else None):
        return
    if stop:
        notifications.tell(topic, stop.headline, stop.message)
    records.note(table, ALL, {"told": stop.digest if stop else ""})
