"""Resource types that moto's CloudFormation does not know, made through moto's API: one row each.

A row answers the physical id and what the API then says about the resource, which the comparison reads.
"""

import json
from collections.abc import Callable
from typing import Any

from moto.core.common_models import CloudFormationModel

ClientFactory = Callable[[str], Any]  # a service's name -> its boto3 client
Made = tuple[str, dict[str, Any]]


def bucket_policy(client: ClientFactory, name: str, properties: dict[str, Any]) -> Made:
    bucket = properties["Bucket"]
    client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(properties["PolicyDocument"]))
    return name, {"Bucket": bucket, "Policy": client("s3").get_bucket_policy(Bucket=bucket)["Policy"]}


def queue_policy(client: ClientFactory, name: str, properties: dict[str, Any]) -> Made:
    said = {}
    for url in properties["Queues"]:
        client("sqs").set_queue_attributes(
            QueueUrl=url, Attributes={"Policy": json.dumps(properties["PolicyDocument"])}
        )
        said[url] = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]
    return name, {"Queues": list(said), "Policies": list(said.values())}


def topic_policy(client: ClientFactory, name: str, properties: dict[str, Any]) -> Made:
    said = {}
    for arn in properties["Topics"]:
        policy = json.dumps(properties["PolicyDocument"])
        client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        said[arn] = client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]
    return name, {"Topics": list(said), "Policies": list(said.values())}


def subscription(client: ClientFactory, name: str, properties: dict[str, Any]) -> Made:
    arn = client("sns").subscribe(
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties["Endpoint"],
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return arn, client("sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"]


def schedule(client: ClientFactory, name: str, properties: dict[str, Any]) -> Made:
    """It fires: see `scheduler`, which refuses what it could not fire."""
    client("scheduler").create_schedule(**{"Name": name, **properties})
    return properties.get("Name", name), client("scheduler").get_schedule(
        Name=properties.get("Name", name), GroupName=properties.get("GroupName", "default")
    )


def alarm(client: ClientFactory, name: str, properties: dict[str, Any]) -> Made:
    client("cloudwatch").put_metric_alarm(**{"AlarmName": name, **properties})
    name = properties.get("AlarmName", name)
    return name, client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]


TYPES: dict[str, tuple[str | None, Callable[[ClientFactory, str, dict[str, Any]], Made]]] = {
    # by type: the property that names it, and how it is made
    "AWS::S3::BucketPolicy": (None, bucket_policy),
    "AWS::SQS::QueuePolicy": (None, queue_policy),
    "AWS::SNS::TopicPolicy": (None, topic_policy),
    "AWS::SNS::Subscription": (None, subscription),
    "AWS::Scheduler::Schedule": ("Name", schedule),
    "AWS::CloudWatch::Alarm": ("AlarmName", alarm),
}


def install(client: ClientFactory) -> None:
    """Teach moto these types; `client` gives a boto3 client of this cloud."""
    for kind, (name_property, make) in TYPES.items():
        # moto looks at direct subclasses only, once; a later cloud replaces the way they are made
        model = _models.get(kind) or _models.setdefault(kind, _model(kind, name_property))
        model.create_from_cloudformation_json = classmethod(_creator(client, make))


_models: dict[str, Any] = {}


def _model(kind: str, name_property: str | None) -> Any:
    return type(
        kind.rsplit("::", 1)[1],
        (CloudFormationModel,),
        {
            "__module__": __name__,
            "cloudformation_type": staticmethod(lambda: kind),
            "cloudformation_name_type": staticmethod(lambda: name_property),
            "physical_resource_id": "",
            "has_cfn_attr": classmethod(lambda cls, attribute: attribute == "Arn"),
            "get_cfn_attribute": lambda self, attribute: (
                self.said.get(attribute) or self.said[f"{kind.rsplit('::', 1)[1]}Arn"]
            ),
        },
    )


def _creator(client: ClientFactory, make: Callable[[ClientFactory, str, dict[str, Any]], Made]) -> Callable[..., Any]:
    def create(cls: Any, name: str, resource: dict[str, Any], account: str, region: str, **_: Any) -> Any:
        made = cls()
        made.physical_resource_id, made.said = make(client, name, resource["Properties"])
        return made

    return create
