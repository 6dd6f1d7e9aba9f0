"""Alarms come to the states that CloudWatch documents, and tell the topics that let CloudWatch in."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.clock import Clock
from localcloud.cloud import Cloud
from localcloud.cloudwatch.alarms import ALARM, INSUFFICIENT_DATA, OK, Alarm, Point
from localcloud.cloudwatch.metrics import Metrics, metric
from localcloud.deploy.cloudformation import DeploymentError
from tests.conftest import Eventually

DEPTH = metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": "watched"})
MISSING, IGNORE, BREACHING, NOT_BREACHING = "missing", "ignore", "breaching", "notBreaching"
EVERY = (MISSING, IGNORE, BREACHING, NOT_BREACHING)
RETAINED = "the state that it was in"


def an_alarm(**changes: Any) -> Alarm:
    usual = {
        "metric": DEPTH,
        "statistic": "Maximum",
        "period": 60,
        "periods": 3,
        "to_alarm": 3,
        "comparison": "GreaterThanThreshold",
        "threshold": 0.0,
        "missing": MISSING,
    }
    return Alarm(**{**usual, **changes})


def points(shown: str) -> list[Point]:
    """As the documentation shows them, the newest last: 0 does not breach, X does, - is missing."""
    return [{"0": 0.0, "X": 1.0, "-": None}[each] for each in reversed(shown.split())]


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, both of its tables
DOCUMENTED = [
    (3, "0 - X - X", (OK, OK, OK, OK)),
    (3, "0 - - - -", (OK, OK, OK, OK)),
    (3, "- - - - -", (INSUFFICIENT_DATA, RETAINED, ALARM, OK)),
    (3, "0 X X - X", (ALARM, ALARM, ALARM, ALARM)),
    (3, "- - X - -", (ALARM, RETAINED, ALARM, OK)),
    (2, "0 - X - X", (ALARM, ALARM, ALARM, ALARM)),
    (2, "0 0 X 0 X", (ALARM, ALARM, ALARM, ALARM)),
    (2, "0 - X - -", (OK, OK, ALARM, OK)),
    (2, "- - - - 0", (OK, OK, ALARM, OK)),
    (2, "- - - X -", (ALARM, RETAINED, ALARM, OK)),
]


@pytest.mark.parametrize(("to_alarm", "shown", "states"), DOCUMENTED)
@pytest.mark.parametrize("was", [OK, ALARM, INSUFFICIENT_DATA])
def test_missing_data_are_treated_as_the_documentation_shows(
    to_alarm: int, shown: str, states: tuple[str, ...], was: str
) -> None:
    came_to = [an_alarm(to_alarm=to_alarm, missing=missing).verdict(points(shown), was).state for missing in EVERY]
    assert came_to == [was if state == RETAINED else state for state in states]


@pytest.mark.parametrize(
    ("comparison", "breaching"),
    [
        ("GreaterThanThreshold", [False, False, True]),
        ("GreaterThanOrEqualToThreshold", [False, True, True]),
        ("LessThanThreshold", [True, False, False]),
        ("LessThanOrEqualToThreshold", [True, True, False]),
    ],
)
def test_a_datapoint_breaches_on_the_side_that_the_comparison_names(comparison: str, breaching: list[bool]) -> None:
    alarm = an_alarm(comparison=comparison, threshold=1.0, periods=1, to_alarm=1)
    assert [alarm.verdict([value], OK).state == ALARM for value in (0.0, 1.0, 2.0)] == breaching


@pytest.mark.parametrize(
    ("statistic", "newest"), [("Sum", 6.0), ("Maximum", 4.0), ("Minimum", 2.0), ("Average", 3.0), ("SampleCount", 2.0)]
)
def test_a_datapoint_is_the_statistic_of_a_period_that_ends_with_the_last_whole_minute(
    statistic: str, newest: float
) -> None:
    metrics = Metrics(Clock())
    now = metrics.now() // 60 * 60 + 30
    for ago, value in ((10, 100), (31, 4), (329, 2), (331, 1)):  # the first is of the minute that is not over
        metrics.put(DEPTH, value, now - ago)
    found = an_alarm(statistic=statistic, period=300, periods=1).points(metrics, now)
    assert (found[0], found[1], found[2:]) == (newest, 1.0, [None])


@pytest.mark.parametrize("days", [-3, 1])
def test_what_is_older_than_two_days_or_too_early_is_not_kept(days: int) -> None:
    metrics = Metrics(Clock())
    metrics.put(DEPTH, 1, metrics.now() + days * 86400)
    assert metrics.between(DEPTH, 0, metrics.now() + 2 * 86400) == []


def test_a_metric_is_read_out_of_a_line_of_the_log_and_other_lines_are_left_alone() -> None:
    metrics = Metrics(Clock())
    directive = {"Namespace": "Ours", "Dimensions": [["f"], []], "Metrics": [{"Name": "Age", "Unit": "Seconds"}]}
    line = {"Age": 7, "f": "x", "_aws": {"Timestamp": 1000 * metrics.now(), "CloudWatchMetrics": [directive]}}
    broken: list[Any] = ['{"_aws"', {"_aws": 1}, {**line, "_aws": {"Timestamp": 1}}, {**line, "Age": "old"}, "Age 7"]
    for each in [line, *broken]:
        metrics.logged(each if isinstance(each, str) else json.dumps(each))
    for dimensions in ({"f": "x"}, {}):
        assert metrics.between(metric("Ours", "Age", dimensions), 0, metrics.now() + 1) == [7.0]


# ---- in the cloud

Topic = Callable[..., str]


@pytest.fixture
def watched(cloud: Cloud) -> Iterator[str]:
    """The URL of a queue with one message, which alarms here look at."""
    sqs, url = cloud.client("sqs"), cloud.client("sqs").create_queue(QueueName="watched")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="x")
    yield url
    names = [each["AlarmName"] for each in cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]]
    cloud.client("cloudwatch").delete_alarms(AlarmNames=[name for name in names if name.startswith("depth")])
    sqs.delete_queue(QueueUrl=url)


def put_alarm(cloud: Cloud, name: str, topic: str) -> None:
    cloud.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        AlarmDescription="somebody must look",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "watched"}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=0,
        TreatMissingData="ignore",
        AlarmActions=[topic],
        OKActions=[topic],
    )


def state(cloud: Cloud, name: str) -> str:
    (alarm,) = cloud.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(alarm["StateValue"])


def test_an_alarm_notifies_its_topic_when_it_fires_and_when_it_returns_to_ok(
    cloud: Cloud, watched: str, eventually: Eventually
) -> None:
    sqs, sns = cloud.client("sqs"), cloud.client("sns")
    heard = sqs.create_queue(QueueName="hearing")["QueueUrl"]
    topic = sns.create_topic(Name="told")["TopicArn"]
    arn = sqs.get_queue_attributes(QueueUrl=heard, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def next_one() -> dict[str, Any]:
        (found,) = eventually(lambda: sqs.receive_message(QueueUrl=heard).get("Messages"))
        sqs.delete_message(QueueUrl=heard, ReceiptHandle=found["ReceiptHandle"])
        return dict(json.loads(found["Body"]))

    put_alarm(cloud, "depth", topic)
    fired = next_one()
    if fired["Subject"].startswith(OK):  # it saw the minute before the message was sent
        fired = next_one()
    message = json.loads(fired["Message"])
    assert fired["Subject"] == 'ALARM: "depth" in US East (N. Virginia)'
    assert (message["OldStateValue"], message["NewStateValue"]) in [(INSUFFICIENT_DATA, ALARM), (OK, ALARM)]
    assert message["NewStateReason"] == "Threshold Crossed: 1 datapoint [1.0] was greater than the threshold (0.0)."
    assert message["AlarmDescription"] == "somebody must look"
    assert message["Trigger"]["Dimensions"] == [{"name": "QueueName", "value": "watched"}]
    put_alarm(cloud, "depth", topic)
    assert state(cloud, "depth") == ALARM  # an update leaves it as it is

    sqs.purge_queue(QueueUrl=watched)
    assert next_one()["Subject"] == 'OK: "depth" in US East (N. Virginia)'
    assert state(cloud, "depth") == OK


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def letting_in(action: str, alarm: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": action,
        "Resource": "*",
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{alarm}"}},
    }


NO_KEY = "CloudWatch Alarms does not have authorization to access the SNS topic encryption key"


@pytest.mark.parametrize(
    ("name", "of_topic", "key", "why"),
    [
        ("depth-aws", "depth-*", "alias/aws/sns", NO_KEY),
        ("depth-other", "another-*", None, "not authorized to perform: sns:Publish"),
        ("depth-key", "depth-*", "another-*", NO_KEY),
    ],
)
def test_a_topic_that_does_not_let_cloudwatch_in_hears_nothing(
    cloud: Cloud,
    watched: str,
    eventually: Eventually,
    caplog: pytest.LogCaptureFixture,
    name: str,
    of_topic: str,
    key: str | None,
    why: str,
) -> None:
    attributes = {"Policy": policy(letting_in("sns:Publish", of_topic))}
    if key:
        ours = policy(letting_in("kms:*", key))
        attributes["KmsMasterKeyId"] = (
            key if key.startswith("alias/") else cloud.client("kms").create_key(Policy=ours)["KeyMetadata"]["KeyId"]
        )
    topic = cloud.client("sns").create_topic(Name=name, Attributes=attributes)["TopicArn"]
    with caplog.at_level(logging.WARNING, "localcloud.iam"):
        put_alarm(cloud, name, topic)
        eventually(lambda: state(cloud, name) == ALARM and name in caplog.text)
    assert f"{name}: Failed to execute action {topic}. Received error: " in caplog.text
    assert why in caplog.text


USUAL = {
    "Namespace": "Ours",
    "MetricName": "Age",
    "Statistic": "Maximum",
    "Period": 60,
    "EvaluationPeriods": 1,
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 1,
}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"Statistic": None, "ExtendedStatistic": "p99"}, "ExtendedStatistic of alarms is not modelled"),
        ({"Unit": "Seconds"}, "Unit of alarms is not modelled"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "ComparisonOperator GreaterThanUpperThreshold is not"),
        ({"TreatMissingData": "guess"}, "TreatMissingData guess is not modelled"),
        ({"Period": 10}, "A Period of 10 seconds is not modelled"),
        ({"EvaluationPeriods": 1441}, "look back at most one day"),
        ({"Namespace": "AWS/Lambda", "MetricName": "Errors"}, "The metric AWS/Lambda Errors by .* is not published"),
        ({"AlarmActions": ["arn:aws:lambda:us-east-1:123456789012:function:x"]}, "Alarm actions can only be topics"),
        (
            {"Metrics": [{"Id": "m", "Expression": "1", "ReturnData": True}], "Namespace": None, "MetricName": None},
            "Metrics of alarms is not modelled",
        ),
    ],
)
def test_an_alarm_that_would_not_fire_as_it_says_fails_the_deployment_by_name(
    cloud: Cloud, tmp_path: Path, said: dict[str, Any], why: str
) -> None:
    properties = {name: value for name, value in {**USUAL, **said}.items() if value is not None}
    file = tmp_path / "template.yaml"
    resources = {"Late": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}
    file.write_text(json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}))
    with pytest.raises(DeploymentError, match=rf"Late \(AWS::CloudWatch::Alarm\): .*{why}"):
        cloud.deploy(file, f"late-{time.monotonic_ns()}")
