"""What goes wrong is heard of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from lint.stack import Stack, listed

_PAGE = "docs/operations.md"
_USES_A_KEY = {"kms:Decrypt", "kms:GenerateDataKey"}


def an_alarm_tells_somebody_what_to_do(stack: Stack) -> Iterator[str]:
    for name, alarm in _alarms(stack):
        if not alarm.get("AlarmActions") or alarm.get("ActionsEnabled") is False:
            yield f"{name} notifies nobody: give it AlarmActions"
        if _PAGE not in alarm.get("AlarmDescription", ""):
            yield f"{name} does not say what to do: give it an AlarmDescription that links to {_PAGE}"


def an_alarm_says_what_silence_means(stack: Stack) -> Iterator[str]:
    """Without it an alarm whose metric has stopped goes to INSUFFICIENT_DATA, of which nobody is told."""
    for name, alarm in _alarms(stack):
        if "TreatMissingData" not in alarm:
            yield f"{name} has no TreatMissingData"


def an_alarm_can_be_heard(stack: Stack) -> Iterator[str]:
    """The topic and its key must allow CloudWatch; AWS's own key does not."""
    for name, alarm in _alarms(stack):
        for action in {*alarm.get("AlarmActions", []), *alarm.get("OKActions", [])}:
            topic = stack.named(action)
            if not _lets_in(stack, topic, {"sns:Publish"}, alarm["AlarmName"]):
                yield f"{name}: no policy lets cloudwatch.amazonaws.com publish to {topic} for it"
            said = stack.resources[topic]["Properties"].get("KmsMasterKeyId") if topic else None
            if said and not _lets_in(stack, stack.named(said), _USES_A_KEY, alarm["AlarmName"]):
                yield f"{name}: {topic} is encrypted with {said}, which cloudwatch.amazonaws.com may not use for it"


def every_dead_letter_queue_has_an_alarm(stack: Stack) -> Iterator[str]:
    watched = {
        stack.named(dimension["Value"])
        for _, alarm in _alarms(stack)
        if alarm.get("MetricName") == "ApproximateNumberOfMessagesVisible"
        for dimension in alarm["Dimensions"]
    }
    for name in stack.of("AWS::SQS::Queue"):
        if name not in watched:
            yield f"{name} has no alarm on ApproximateNumberOfMessagesVisible"


def _alarms(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from stack.of("AWS::CloudWatch::Alarm").items()


def _lets_in(stack: Stack, resource: str | None, actions: set[str], alarm: str) -> bool:
    """Whether a policy of the resource lets CloudWatch do all of that for this alarm."""
    allowed = {
        action
        for policy in stack.policies()
        for statement in policy.allowing
        if resource in (policy.owner, *map(stack.named, listed(statement.get("Resource", []))))
        if statement.get("Principal") == {"Service": "cloudwatch.amazonaws.com"}
        if any(fnmatchcase(alarm, source.rpartition(":")[2]) for source in _sources(statement))
        for action in listed(statement["Action"])
    }
    return resource is not None and actions <= allowed


def _sources(statement: Mapping[str, Any]) -> list[str]:
    return listed(statement.get("Condition", {}).get("ArnLike", {}).get("aws:SourceArn", []))


RULES = (
    an_alarm_tells_somebody_what_to_do,
    an_alarm_says_what_silence_means,
    an_alarm_can_be_heard,
    every_dead_letter_queue_has_an_alarm,
)
