"""Metrics, as far as alarms look at them: each value with the simulated second that it is of, kept for two days."""

import bisect
import json
import threading
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from localcloud.clock import Clock

Metric = tuple[str, str, frozenset[tuple[str, str]]]  # namespace, name, dimensions

KEPT = 2 * 86400  # an alarm looks back for a day at most
# "The time stamp can be up to two weeks in the past and up to two hours into the future."
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/publishingMetrics.html
AHEAD = 2 * 3600
# what is published here of AWS's own metrics, and the dimension that each has
PUBLISHED = {
    ("AWS/States", "ExecutionsFailed"): "StateMachineArn",
    ("AWS/States", "ExecutionsTimedOut"): "StateMachineArn",
    ("AWS/States", "ExecutionsAborted"): "StateMachineArn",
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): "QueueName",
}
_BY_STATUS = {"FAILED": "ExecutionsFailed", "TIMED_OUT": "ExecutionsTimedOut", "ABORTED": "ExecutionsAborted"}


def metric(namespace: str, name: str, dimensions: Mapping[str, str]) -> Metric:
    """The key of a metric: the order of its dimensions does not matter."""
    return namespace, name, frozenset(dimensions.items())


class Metrics:
    """What was published, by metric. Times are simulated seconds since 1970."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._values: dict[Metric, list[tuple[float, float]]] = defaultdict(list)
        self._lock = threading.Lock()

    def now(self) -> float:
        """The simulated time, in seconds since 1970."""
        return self._clock.now().timestamp()

    def put(self, what: Metric, value: float, at: float | None = None) -> None:
        """`at`: seconds since 1970, now if None; what comes too early is not kept."""
        now = self.now()
        at = now if at is None else at
        if at > now + AHEAD:
            return
        with self._lock:
            values = self._values[what]
            bisect.insort(values, (at, value))
            del values[: bisect.bisect_left(values, (now - KEPT,))]

    def between(self, what: Metric, begin: float, end: float) -> list[float]:
        """The values from `begin` on and before `end`."""
        with self._lock:
            values = self._values.get(what, [])
            first, after = bisect.bisect_left(values, (begin,)), bisect.bisect_left(values, (end,))
            return [value for _, value in values[first:after]]

    # ---- where they come from --------------------------------------------------------------------------------------

    def execution_ended(self, machine: str, status: str) -> None:
        """https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html"""
        if name := _BY_STATUS.get(status):
            self.put(metric("AWS/States", name, {"StateMachineArn": machine}), 1)

    def queue_seen(self, name: str, visible: int) -> None:
        """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html"""
        self.put(metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": name}), visible)

    def logged(self, line: str) -> None:
        """A line of a function's log: the metrics that are embedded in it, if any.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
        """
        if '"_aws"' not in line:
            return
        try:
            said: dict[str, Any] = json.loads(line)
            at = said["_aws"]["Timestamp"] / 1000
            for directive in said["_aws"]["CloudWatchMetrics"]:
                for dimensions in ({name: str(said[name]) for name in names} for names in directive["Dimensions"]):
                    for name in (each["Name"] for each in directive["Metrics"]):
                        self.put(metric(directive["Namespace"], name, dimensions), float(said[name]), at)
        except (ValueError, KeyError, TypeError):
            return  # a line that is no such document is a line of the log and no more
