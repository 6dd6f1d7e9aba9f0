"""A function in the VPC that gets no connection to AWS says to which service, and which way out is missing."""

from __future__ import annotations

import botocore.exceptions
import pytest

from signon.aws.clients import errors_as, inside_the_vpc
from signon.domain.network.service_endpoints import unreachable
from signon.errors import ServiceUnreachable, TemporaryFailure


@pytest.mark.parametrize(
    ("endpoint", "title", "way"),
    [
        ("secretsmanager.eu-central-1.amazonaws.com", "Secrets Manager", "an interface endpoint of Secrets Manager"),
        ("rds.cn-north-1.amazonaws.com.cn", "RDS", "an interface endpoint of RDS"),
        ("profiles-1.s3.eu-central-1.amazonaws.com", "S3", "a gateway endpoint of S3 in their route tables"),
        ("dynamodb.us-gov-west-1.amazonaws.com", "DynamoDB", "a gateway endpoint of DynamoDB"),
        ("123456789012.ddb.eu-central-1.amazonaws.com", "DynamoDB", "a gateway endpoint of DynamoDB"),
        ("proxy.example.com", "AWS", "a VPC endpoint of the service"),
    ],
)
def test_each_service_is_named_with_its_endpoint_and_the_way_that_leads_there(
    endpoint: str, title: str, way: str
) -> None:
    told = unreachable(endpoint)
    assert told.problem == f"{title} ({endpoint}) cannot be reached from this stack's subnets"
    assert way in told.remedy
    assert "NAT gateway" in told.remedy


URL = "https://profiles-1.s3.eu-central-1.amazonaws.com/payments.yaml?versionId=3"
NO_CONNECTION = [
    botocore.exceptions.ConnectTimeoutError(endpoint_url=URL),
    botocore.exceptions.EndpointConnectionError(endpoint_url=URL),
]


@pytest.mark.parametrize("error", NO_CONNECTION)
def test_inside_the_vpc_a_missing_connection_names_service_and_endpoint(error: Exception) -> None:
    # apart: joined with the next, the line is too long
    with pytest.raises(ServiceUnreachable, match=r"S3 \(profiles-1\.s3\.eu-central-1\.amazonaws\.com\)"):  # noqa: SIM117
        with inside_the_vpc(), errors_as():
            raise error


@pytest.mark.parametrize("error", NO_CONNECTION)
def test_elsewhere_it_is_an_outage_that_passes(error: Exception) -> None:
    with inside_the_vpc():
        pass
    with pytest.raises(TemporaryFailure), errors_as():
        raise error


def test_a_lost_answer_waits_for_aws_inside_the_vpc_too() -> None:
    with pytest.raises(TemporaryFailure), inside_the_vpc(), errors_as():
        raise botocore.exceptions.ReadTimeoutError(endpoint_url=URL)
