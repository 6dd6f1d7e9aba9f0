"""What an alarm makes of its datapoints.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

import operator
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from localcloud.cloudwatch.metrics import Metric, Metrics

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"

STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "Minimum": min,
    "Average": statistics.fmean,
    "SampleCount": len,
}
COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
MISSING = {"breaching": "Breaching", "notBreaching": "NonBreaching", "ignore": "Ignore", "missing": "Missing"}
# "CloudWatch attempts to retrieve a higher number of data points than the number specified as Evaluation Periods":
# how many more it does not say; in its examples it is five for three
MORE = 2

Point = float | None  # None: missing


@dataclass(frozen=True)
class AlarmVerdict:
    """The state that an alarm takes, and CloudWatch's sentence about why (StateReason)."""

    state: str
    reason: str


@dataclass(frozen=True)
class Alarm:
    """`to_alarm` of `periods` datapoints must breach."""

    metric: Metric
    statistic: str
    period: int
    periods: int
    to_alarm: int
    comparison: str
    threshold: float
    missing: str

    def points(self, metrics: Metrics, now: float) -> list[Point]:
        """The evaluation range, the newest first. It ends with the last whole minute and is read anew each minute."""
        end = now // 60 * 60
        windows = [(end - (age + 1) * self.period, end - age * self.period) for age in range(self.periods + MORE)]
        values = [metrics.between(self.metric, *window) for window in windows]
        return [float(STATISTICS[self.statistic](each)) if each else None for each in values]

    def verdict(self, points: Iterable[Point], state: str) -> AlarmVerdict:
        """What it is where it has been in `state` so far."""
        real = [point for point in points if point is not None][: self.periods]
        breaching = sum(self._breaches(point) for point in real)
        lacking = self.periods - len(real)
        if breaching + (lacking if self.missing == "breaching" else 0) >= self.to_alarm:
            return self._said(ALARM, real, lacking)
        if not lacking or self.missing in ("breaching", "notBreaching") or breaching < len(real):
            return self._said(OK, real, lacking)
        if self.missing == "ignore":
            return self._said(state, real, lacking)
        return self._said(ALARM if real else INSUFFICIENT_DATA, real, lacking)

    def _breaches(self, point: float) -> bool:
        return COMPARISONS[self.comparison][0](point, self.threshold)

    def _said(self, state: str, real: Sequence[float], lacking: int) -> AlarmVerdict:
        """In CloudWatch's words."""
        if not real and state == INSUFFICIENT_DATA:
            return AlarmVerdict(state, f"Insufficient Data: {_counted(self.periods, 'datapoint')} were unknown.")
        if not real:
            received = f"no datapoints were received for {_counted(self.periods, 'period')}"
            treated = f"{_counted(lacking, 'missing datapoint')} {_were(lacking)} treated as [{MISSING[self.missing]}]"
            return AlarmVerdict(state, f"Threshold Crossed: {received} and {treated}.")
        values = ", ".join(str(point) for point in real)
        were = _were(len(real)) + ("" if state == ALARM else " not")
        than = f"{COMPARISONS[self.comparison][1]} the threshold ({self.threshold})"
        return AlarmVerdict(state, f"Threshold Crossed: {_counted(len(real), 'datapoint')} [{values}] {were} {than}.")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
