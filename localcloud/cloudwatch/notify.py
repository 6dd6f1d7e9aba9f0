"""What an alarm tells its topics: CloudWatch's own message, where the topic and its key let CloudWatch in."""

import datetime
import functools
import json
import logging

from botocore.session import get_session
from moto.cloudwatch.models import Alarm as Kept
from moto.sns.models import sns_backends

from localcloud.iam import held
from localcloud.iam.authorizer import AccessDenied, Authorizer
from localcloud.iam.policies import Need

log = logging.getLogger("localcloud.iam")

SERVICE = "cloudwatch.amazonaws.com"


def notify(kept: Kept, before: str, at: datetime.datetime, authorizer: Authorizer) -> None:
    """Its actions for the state that it has come to; `before` is the one it was in. What cannot be told is logged."""
    actions = {"ALARM": kept.alarm_actions, "OK": kept.ok_actions}.get(kept.state_value, kept.insufficient_data_actions)
    for topic in actions if kept.actions_enabled else ():
        try:
            _require(topic, kept.alarm_arn, authorizer)
        except AccessDenied as denied:
            log.warning("%s: Failed to execute action %s. Received error: %s", kept.name, topic, denied)
            continue
        text = json.dumps(message(kept, before, at, authorizer.account))
        subject = f'{kept.state_value}: "{kept.name}" in {_place(kept.region_name)}'
        sns_backends[authorizer.account][authorizer.region].publish(text, topic, subject=subject[:99])


def _require(topic: str, alarm: str, authorizer: Authorizer) -> None:
    """Raises AccessDenied."""
    source = {"aws:SourceArn": (alarm,), "aws:SourceOwner": (authorizer.account,)}
    policy, key = held.topic(authorizer.account, authorizer.region, topic)
    authorizer.require_of_policy(policy, SERVICE, Need("sns:Publish", topic, source))
    if key is None:
        return
    try:
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            authorizer.require_of_policy(key.policy, SERVICE, Need(action, key.arn, source))
    except AccessDenied as denied:
        # https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
        said = "CloudWatch Alarms does not have authorization to access the SNS topic encryption key."
        raise AccessDenied(said, denied.need) from None


def message(kept: Kept, before: str, at: datetime.datetime, account: str) -> dict[str, object]:
    """As CloudWatch writes it to a topic.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    return {
        "AlarmName": kept.name,
        "AlarmDescription": kept.description,
        "AWSAccountId": account,
        "AlarmConfigurationUpdatedTimestamp": _time(kept.configuration_updated_timestamp),
        "NewStateValue": kept.state_value,
        "NewStateReason": kept.state_reason,
        "StateChangeTime": _time(at),
        "Region": _place(kept.region_name),
        "AlarmArn": kept.alarm_arn,
        "OldStateValue": before,
        "OKActions": kept.ok_actions,
        "AlarmActions": kept.alarm_actions,
        "InsufficientDataActions": kept.insufficient_data_actions,
        "Trigger": {
            "MetricName": kept.metric_name,
            "Namespace": kept.namespace,
            "StatisticType": "Statistic",
            "Statistic": kept.statistic.upper(),
            "Unit": None,
            "Dimensions": [{"value": each.value, "name": each.name} for each in kept.dimensions],
            "Period": int(kept.period),
            "EvaluationPeriods": int(kept.evaluation_periods),
            "DatapointsToAlarm": int(kept.datapoints_to_alarm or kept.evaluation_periods),
            "ComparisonOperator": kept.comparison_operator,
            "Threshold": float(kept.threshold),
            "TreatMissingData": kept.treat_missing_data or "missing",
            "EvaluateLowSampleCountPercentile": "",
        },
    }


@functools.cache
def _place(region: str) -> str:
    """us-east-1 is "US East (N. Virginia)" to people."""
    for partition in get_session().get_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            return str(partition["regions"][region]["description"])
    return region


def _time(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"
