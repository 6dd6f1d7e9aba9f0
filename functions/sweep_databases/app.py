"""Sweep databases: once an hour, starts what no event started, what was parked, and what changed since its last run."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from signon.aws import executions, metrics, profiles, rds, records, reporting
from signon.domain import sweep
from signon.domain.times import moment
from signon.settings import setting

logger = Logger()


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    table, machine, now = setting("TABLE"), setting("STATE_MACHINE"), moment(event["now"], "now")
    databases = list(rds.every_database())
    ours = [database for database in databases if sweep.is_candidate(database)]
    known = records.read_all(table, [database.id.resource_id for database in ours])
    candidates = [sweep.Candidate(database, known[database.id.resource_id]) for database in ours]
    newest = {name: profiles.newest_version(setting("PROFILES"), name) for name in sweep.profiles(candidates)}
    due, stop = sweep.due(candidates, newest, now), sweep.stop(candidates)

    reporting.remember_and_tell_of_stop(table, setting("TOPIC"), stop)
    running = executions.running(machine, sweep.AT_ONCE)
    room = sweep.room(running, paused=records.is_paused(table), stopped=stop is not None)
    started = [one for one in due[:room] if executions.start(machine, one.execution_name(now), one.request)]
    for one in started:
        logger.info("Started", extra={"database": one.database.name, "reason": one.reason})
        if one.facts:
            records.note(table, one.database.resource_id, one.facts)
    for database in sweep.restored(candidates):
        records.note(table, database.resource_id, {"swept_drift": ""})
    answer = {"looked_at": len(databases), "due": len(due), "started": len(started)}
    answer["held_back"] = answer["due"] - answer["started"]
    oldest = sweep.oldest_unfinished(candidates, now)
    age = metrics.embedded("OldestUnfinished", "Seconds", oldest.seconds, now)
    logger.info("Swept", extra={**answer, "unfinished": oldest.name or "", **age})
    return answer
