"""A deployment that would lose something fails and says what."""

from pathlib import Path
from textwrap import dedent

import pytest

from localcloud.cloud import Cloud
from localcloud.deploy.cloudformation import DeploymentError


def template(folder: Path, resources: str) -> Path:
    file = folder / "template.yaml"
    head = 'AWSTemplateFormatVersion: "2010-09-09"\nTransform: AWS::Serverless-2016-10-31\nResources:\n'
    file.write_text(head + dedent(resources).replace("\n", "\n  "))
    return file


def test_a_property_that_is_dropped_fails_the_deployment_by_name(cloud: Cloud, tmp_path: Path) -> None:
    file = template(
        tmp_path,
        """
        Table:
          Type: AWS::DynamoDB::Table
          Properties:
            BillingMode: PAY_PER_REQUEST
            AttributeDefinitions: [{AttributeName: a, AttributeType: S}]
            KeySchema: [{AttributeName: a, KeyType: HASH}]
            ContributorInsightsSpecification: {Enabled: true}
        """,
    )
    with pytest.raises(
        DeploymentError, match=r"Table: AWS::DynamoDB::Table loses ContributorInsightsSpecification.Enabled"
    ):
        cloud.deploy(file, "dropped-property")


def test_a_type_that_is_not_known_fails_the_deployment_by_name(cloud: Cloud, tmp_path: Path) -> None:
    file = template(tmp_path, "\nMoney:\n  Type: AWS::Budgets::Budget\n  Properties: {Budget: {BudgetType: COST}}\n")
    with (
        pytest.warns(UserWarning, match="not supported"),
        pytest.raises(DeploymentError, match="Money: AWS::Budgets::Budget is not made"),
    ):
        cloud.deploy(file, "unknown-type")


def test_an_allowance_that_is_not_needed_fails_the_deployment(cloud: Cloud, tmp_path: Path) -> None:
    file = template(tmp_path, "\nTopic: {Type: AWS::SNS::Topic, Properties: {TopicName: kept}}\n")
    with pytest.raises(DeploymentError, match=r"TopicName: allowed to be lost .*, but it is not"):
        cloud.deploy(file, "unused-allowance", {("AWS::SNS::Topic", "TopicName"): "for the test"})


def test_a_resource_that_cannot_be_made_is_named_with_the_reason(cloud: Cloud, tmp_path: Path) -> None:
    file = template(
        tmp_path,
        """
        Machine:
          Type: AWS::Serverless::StateMachine
          Properties:
            Role: arn:aws:iam::123456789012:role/none
            Definition: {StartAt: Nowhere, States: {Somewhere: {Type: Nonsense}}}
        """,
    )
    with pytest.raises(DeploymentError, match=r"Machine \(AWS::StepFunctions::StateMachine\): .*Nonsense"):
        cloud.deploy(file, "broken-machine")
