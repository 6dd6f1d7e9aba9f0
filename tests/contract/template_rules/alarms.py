"""Templates whose alarms nobody hears."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lint.rules import alarms
from tests.contract.template_rules.breaking import ARN, Broken, Resources, properties, statement_of

ALARMS = ("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted", "EventLost", "DatabaseUnfinished", "SweepSilent")
ELSEWHERE = {"ArnLike": {"aws:SourceArn": ARN.format("cloudwatch", "alarm:another-*")}}


def key_policy(**said: Any) -> Callable[[Resources], object]:
    """What the key's policy says of CloudWatch says this instead."""
    return lambda resources: resources["OutcomesKey"]["Properties"]["KeyPolicy"]["Statement"][-1].update(said)


def of_each(what: str) -> tuple[str, ...]:
    return tuple(f"{name}: {what}" for name in ALARMS)


UNHEARD = of_each("no policy lets cloudwatch.amazonaws.com publish to Outcomes for it")
WITHOUT_KEY = of_each("Outcomes is encrypted with OutcomesKey, which cloudwatch.amazonaws.com may not use for it")
WITH_AWS_KEY = of_each("Outcomes is encrypted with alias/aws/sns, which cloudwatch.amazonaws.com may not use for it")

CASES = (
    Broken(
        alarms.an_alarm_tells_somebody_what_to_do,
        properties("EventLost", AlarmActions=[]),
        "EventLost notifies nobody: give it AlarmActions",
    ),
    Broken(
        alarms.an_alarm_tells_somebody_what_to_do,
        properties("EventLost", ActionsEnabled=False),
        "EventLost notifies nobody: give it AlarmActions",
    ),
    Broken(
        alarms.an_alarm_tells_somebody_what_to_do,
        properties("EventLost", AlarmDescription="Something is wrong"),
        "EventLost does not say what to do: give it an AlarmDescription that links to docs/operations.md",
    ),
    Broken(
        alarms.an_alarm_says_what_silence_means,
        properties("SweepSilent", TreatMissingData=None),
        "SweepSilent has no TreatMissingData",
    ),
    Broken(
        alarms.an_alarm_can_be_heard, statement_of("OutcomesPolicy", Condition=ELSEWHERE), UNHEARD[0], also=UNHEARD[1:]
    ),
    Broken(alarms.an_alarm_can_be_heard, key_policy(Condition=ELSEWHERE), WITHOUT_KEY[0], also=WITHOUT_KEY[1:]),
    Broken(alarms.an_alarm_can_be_heard, key_policy(Action="kms:Decrypt"), WITHOUT_KEY[0], also=WITHOUT_KEY[1:]),
    Broken(
        alarms.an_alarm_can_be_heard,
        properties("Outcomes", KmsMasterKeyId="alias/aws/sns"),
        WITH_AWS_KEY[0],
        also=WITH_AWS_KEY[1:],
    ),
    Broken(
        alarms.every_dead_letter_queue_has_an_alarm,
        properties("EventLost", MetricName="NumberOfMessagesSent"),
        "LostEvents has no alarm on ApproximateNumberOfMessagesVisible",
    ),
)
