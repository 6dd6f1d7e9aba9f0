"""Figures on the pages are those of the code, the state machine and the template."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs import permissions
from signon.aws.rds_changes import EVENTS_KEPT
from signon.db import limits
from signon.domain import sweep, waits
from signon.domain.engines import ENGINES
from signon.domain.logins import connect_policies
from signon.domain.memory import made
from signon.domain.profile import schema
from signon.domain.rds import membership
from signon.domain.rds.database import NEW_FOR
from signon.domain.request import admission
from signon.domain.waits import seconds_before_look

ROOT = Path(__file__).parents[2]
MACHINE: dict[str, Any] = yaml.load((ROOT / "statemachines/onboard_database.asl.yaml").read_text(), yaml.CSafeLoader)
STATES: dict[str, Any] = MACHINE["States"]
ALARMS: dict[str, Any] = {
    each["Properties"]["AlarmName"]["Fn::Sub"].removeprefix("${AWS::StackName}-"): each["Properties"]
    for each in permissions.TEMPLATE["Resources"].values()
    if each["Type"] == "AWS::CloudWatch::Alarm"
}
SIMULATED = (ROOT / "tests/simulation/test_schedules.py").read_text()  # to import it takes a machine with servers
SCHEDULES = re.findall(r"IN_MAKE_TEST, IN_TEST_ALL = (\d+), (\d+)", SIMULATED)[0]
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def many(count: float) -> str:
    """The number, as pages write it."""
    assert count == int(count)
    return WORDS[int(count)]


def retried(error: str) -> timedelta:
    """For how long a Task retries an error; of the pauses, which are as long as chance has it, the middle."""
    (retry,) = (each for each in STATES["Make plan"]["Retry"] if error in each["ErrorEquals"])
    assert retry["JitterStrategy"] == "FULL"
    pauses = (
        min(retry["MaxDelaySeconds"], retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt)
        for attempt in range(retry["MaxAttempts"])
    )
    return timedelta(seconds=sum(pauses) / 2)


SWEEP = permissions.TEMPLATE["Resources"]["SweepDatabases"]["Properties"]["Timeout"] // 60
PLANS = permissions.TEMPLATE["Resources"]["Plans"]["Properties"]["LifecycleConfiguration"]["Rules"][0]
PLANS_KEPT = PLANS["ExpirationInDays"]
PARKED = many(waits.PARK_AFTER / HOUR)
ACCEPTED = many(waits.ACCEPTED_WITHIN / MINUTE)
ATTEMPTS = many(membership.MOST_ATTEMPTS)
AGAIN = many(STATES["Retry the association"]["Seconds"] / 60)
LIVES = many(MACHINE["TimeoutSeconds"] / 3600)
REPLANS = many(STATES["Planned often?"]["Choices"][0]["NumericLessThan"])
BUSY = many(round(retried("DatabaseBusy") / HOUR)).replace("one", "an")
PASSING = many(round(retried("TemporaryFailure") / MINUTE))


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("docs/procedure.md", f"*Parked* after {PARKED} hours"),
        ("docs/operations.md", f"is older than {NEW_FOR // HOUR} hours |"),
        ("layers/signon/python/signon/domain/plan/approvals.py", f"is older than {NEW_FOR // HOUR} hours"),
        ("layers/signon/python/signon/domain/profile/profile.schema.json", f"older than {NEW_FOR // HOUR} hours"),
        ("docs/procedure.md", f"the same call again, {AGAIN} minutes later; {ATTEMPTS} attempts"),
        ("docs/procedure.md", f"*Needs a person* after {ATTEMPTS} |"),
        ("docs/procedure.md", f'for {ACCEPTED} minutes after our call it means "not yet"'),
        ("docs/procedure.md", f"{REPLANS.capitalize()} times at most, then *Parked*"),
        ("docs/procedure.md", f"older than {'.'.join(map(str, ENGINES['mysql'].oldest))} cannot bear our mark"),
        ("docs/operations.md", f"changes the membership after {PARKED} hours"),
        ("docs/operations.md", f"or the database itself after {many(retried('DatabaseBusy') // HOUR)}"),
        ("docs/operations.md", f"retried for about {PASSING} minutes, then *Parked*"),
        ("docs/operations.md", f"retried for about {BUSY} hour, then *Parked*"),
        ("docs/operations.md", f"planned again with the claim kept, {REPLANS} times at most"),
        ("docs/operations.md", f"{PARKED} hours of waiting for the membership"),
        ("docs/operations.md", f"timed out (after {LIVES} hours)"),
        ("docs/operations.md", f"an execution has taken {LIVES} hours"),
        ("docs/operations.md", f"up to {many(sweep.AT_ONCE)} running executions"),
        ("docs/operations.md", f"where the {many(sweep.EQUAL_FAILURES)} newest records have the same end"),
        ("docs/operations.md", f"more than {admission.APART // MINUTE} minutes older than the database"),
        ("docs/operations.md", f"*DATABASE* is older than {NEW_FOR // HOUR} hours"),
        ("docs/operations.md", f"else {many(waits.LOOK_AGAIN_AFTER / HOUR).replace('one', 'an')} hour later"),
        ("docs/operations.md", f"for more than {many(ALARMS['database-unfinished']['Threshold'] / 3600)} hours for a"),
        ("docs/operations.md", f"at {many(ALARMS['database-unfinished']['EvaluationPeriods'])} sweeps in a row"),
        ("docs/operations.md", f"| how long the sweep may take | {SWEEP} minutes, ours"),
        (
            "docs/operations.md",
            "for more than "
            + many(ALARMS["sweep-silent"]["Period"] * ALARMS["sweep-silent"]["EvaluationPeriods"] / 3600)
            + " hours no sweep has come to its end",
        ),
        ("docs/operations.md", f"more than {limits.MOST_ROWS:,} roles, {2 * limits.MOST_ROWS:,} memberships"),
        ("docs/operations.md", f"more than {limits.MOST_ACCOUNTS:,} accounts"),
        ("docs/operations.md", f"{limits.MOST_BETWEEN_ACCOUNTS:,} logins granted like roles or proxies"),
        ("docs/operations.md", f"or {limits.MOST_ROWS:,} grants"),
        ("docs/operations.md", f"{made.MOST_BYTES:,} bytes of names and oids"),
        ("docs/operations.md", f"at most {schema.MOST_LOGINS:,} logins, and {schema.MOST_IAM_ROLES} IAM roles"),
        ("docs/operations.md", f"`RESOURCE-ID/CHECKSUM.json`, for {PLANS_KEPT} days"),
        ("docs/operations.md", f"| [{connect_policies.MOST_POLICIES}](https://docs.aws.amazon.com/IAM/"),
        ("docs/architecture.md", f"{many(len(ALARMS)).capitalize()} alarms report what the stack cannot report"),
        ("docs/deploying.md", f"{many(len(ALARMS))} alarms and one metric of its own"),
        ("docs/architecture.md", f"the same {SCHEDULES[0]} in each `make test`, {SCHEDULES[1]} others in"),
        ("docs/architecture.md", f"from {many(seconds_before_look(0) / 60)} minute to half an hour"),
        ("docs/architecture.md", f"and is asked for {EVENTS_KEPT.days} at most"),
        ("docs/architecture.md", f"membership {PARKED} hours after that"),
        ("docs/architecture.md", f"by the same call, {ATTEMPTS} times at most"),
        ("docs/architecture.md", f"taken more than {many(sweep.LONGEST_EXECUTION / HOUR)} hours ago"),
    ],
)
def test_a_figure_of_a_page_is_the_codes(page: str, says: str) -> None:
    assert says in re.sub(r"\s+", " ", (ROOT / page).read_text())


def test_the_last_two_alarms_also_notify_when_they_return_to_ok() -> None:
    assert "the last two also tell when all is well again" in (ROOT / "docs/operations.md").read_text()
    assert [name for name, alarm in ALARMS.items() if "OKActions" in alarm] == list(ALARMS)[-2:]


def test_a_lost_event_is_kept_for_two_weeks() -> None:
    assert (
        "could not be reported | the queue of the output `LostEventsQueue`, two weeks |"
        in (ROOT / "docs/operations.md").read_text()
    )
    (queue,) = (each for each in permissions.TEMPLATE["Resources"].values() if each["Type"] == "AWS::SQS::Queue")
    assert timedelta(seconds=queue["Properties"]["MessageRetentionPeriod"]) == timedelta(weeks=2)


def test_waits_grow_by_three_tenths_to_half_an_hour() -> None:
    assert "each wait three tenths longer than the one before" in (ROOT / "docs/architecture.md").read_text()
    waits = [seconds_before_look(looks) for looks in range(10)]
    assert all(abs(longer / before - 1.3) < 0.02 for before, longer in pairwise(waits))
    assert seconds_before_look(100) == 1800
