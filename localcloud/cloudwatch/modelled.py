"""Which alarms can be watched here: what moto keeps of one becomes an Alarm, or is refused: it would never fire."""

from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm as Kept

from localcloud.cloudwatch.alarms import COMPARISONS, MISSING, STATISTICS, Alarm
from localcloud.cloudwatch.metrics import PUBLISHED, metric

# properties that have no effect here, by their names in moto and in CloudFormation
UNKNOWN = {
    "metric_data_queries": "Metrics",
    "extended_statistic": "ExtendedStatistic",
    "unit": "Unit",
    "evaluate_low_sample_count_percentile": "EvaluateLowSampleCountPercentile",
    "threshold_metric_id": "ThresholdMetricId",
    "rule": "AlarmRule",
}


def read(kept: Kept) -> Alarm:
    """Raises what the API answers for an alarm that says something that is not modelled."""
    for name, meaning in UNKNOWN.items():
        if getattr(kept, name):
            raise ValidationError(f"{meaning} of alarms is not modelled here")
    _one_of("Statistic", kept.statistic, STATISTICS)
    _one_of("ComparisonOperator", kept.comparison_operator, COMPARISONS)
    missing = kept.treat_missing_data or "missing"
    _one_of("TreatMissingData", missing, MISSING)
    dimensions = {str(each.name): str(each.value) for each in kept.dimensions}
    _published(kept, dimensions)
    period, periods = int(kept.period), int(kept.evaluation_periods)
    if period % 60:
        raise ValidationError(f"A Period of {period} seconds is not modelled here: only whole minutes are")
    # "must be less than or equal to 86,400 (one day)", for periods of less than an hour; from one on, a week
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    if period * periods > 86400:
        raise ValidationError("Alarms look back at most one day here")
    for action in (*kept.alarm_actions, *kept.ok_actions, *kept.insufficient_data_actions):
        if ":sns:" not in action:
            raise ValidationError(f"Alarm actions can only be topics here, not {action}")
    return Alarm(
        metric(kept.namespace, kept.metric_name, dimensions),
        kept.statistic,
        period,
        periods,
        int(kept.datapoints_to_alarm or periods),
        kept.comparison_operator,
        float(kept.threshold),
        missing,
    )


def _one_of(what: str, said: Any, known: Any) -> None:
    if said not in known:
        raise ValidationError(f"{what} {said} is not modelled here: one of {', '.join(known)} is")


def _published(kept: Kept, dimensions: dict[str, str]) -> None:
    """An alarm on a metric that nobody publishes would never fire."""
    name = (kept.namespace, kept.metric_name)
    if kept.namespace.startswith("AWS/") and set(dimensions) != {PUBLISHED.get(name)}:
        raise ValidationError(f"The metric {' '.join(name)} by {', '.join(dimensions)} is not published here")
