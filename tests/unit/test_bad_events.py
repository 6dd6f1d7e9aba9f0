"""Events that are none of RDS about a database of this account and Region, at a time: refused."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest

from signon.domain.request import request
from signon.domain.request.request import read_request
from signon.errors import InvalidRequest
from tests.builders import ACCOUNT, REGION, an_event

ODD = "odd-1"
ARN = f"arn:aws:rds:{REGION}:{ACCOUNT}"
NO_EVENT = (
    "The event is not an RDS event about a database: source must be aws.rds"
    " and detail.SourceArn the ARN of a DB instance or a DB cluster."
)


def refusal(document: Any) -> str:
    with pytest.raises(InvalidRequest) as refused:
        read_request(document, ACCOUNT, REGION)
    return str(refused.value)


def event(detail: Any = None, **changes: Any) -> dict[str, Any]:
    """RDS's, changed; a detail that is no object stands in the place of its own."""
    usual = an_event(**(detail if isinstance(detail, dict) else {}))
    return {**usual, **({} if isinstance(detail, dict | None) else {"detail": detail}), **changes}


def no_event(name: str, document: Any) -> Any:
    return pytest.param(document, id=name)


def foreign(name: str, whose: str, document: Any) -> Any:
    return pytest.param(whose, document, id=name)


NO_EVENTS = [
    no_event("an event of somebody else's application", event(source="com.example")),
    no_event("an event without a source", event(source=None)),
    no_event("an event whose detail is a text", event("RDS-EVENT-0005")),
    no_event("an event whose detail is a list", event([ODD])),
    no_event("an event without an ARN", event({"SourceArn": None})),
    no_event("an event whose ARN is a name", event({"SourceArn": ODD})),
    no_event("an event whose ARN is a list", event({"SourceArn": [f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{ODD}"]})),
    no_event("an event of a snapshot", event({"SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:snapshot:{ODD}"})),
    no_event("an event of another service's ARN", event({"SourceArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:db:{ODD}"})),
    no_event("an event whose ARN goes on", event({"SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{ODD}\n"})),
    no_event("an event without a detail", {**an_event(), "detail": None}),
    no_event("an event with an empty detail", {**an_event(), "detail": {}}),
    no_event("an event whose ARN is a number", event({"SourceArn": 7})),
    no_event(
        "an event of a cluster's snapshot",
        event({"SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster-snapshot:payments"}),
    ),
    no_event(
        "an event whose ARN has a name of 300 letters",
        event({"SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{'a' * 300}"}),
    ),
    no_event("an event whose ARN has a name of 64 letters", event({"SourceArn": f"{ARN}:db:{'a' * 64}"})),
    no_event("an event whose ARN has a name that ends with a hyphen", event({"SourceArn": f"{ARN}:cluster:odd-"})),
    no_event("an event whose ARN has a name that begins with a digit", event({"SourceArn": f"{ARN}:db:1odd"})),
    no_event("an event whose ARN has a name with two hyphens", event({"SourceArn": f"{ARN}:db:odd--1"})),
    no_event("an event whose ARN is a path", event({"SourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{ODD}/../x"})),
]
FOREIGN = [
    foreign(
        "an ARN of another account",
        f"account 999999999999 in {REGION}",
        event({"SourceArn": f"arn:aws:rds:{REGION}:999999999999:db:{ODD}"}),
    ),
    foreign(
        "an ARN of another Region",
        f"account {ACCOUNT} in eu-west-1",
        event({"SourceArn": f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:{ODD}"}),
    ),
    foreign("an event of another account", f"account 999999999999 in {REGION}", event(account="999999999999")),
    foreign("an event of another Region", f"account {ACCOUNT} in eu-west-1", event(region="eu-west-1")),
]


@pytest.mark.parametrize("document", NO_EVENTS)
def test_an_event_that_names_no_database_is_refused(document: Any) -> None:
    assert refusal(document) == NO_EVENT


@pytest.mark.parametrize(("whose", "document"), FOREIGN)
def test_an_event_of_another_account_or_region_is_refused(whose: str, document: Any) -> None:
    assert refusal(document) == f"The event is from {whose}; this stack serves account {ACCOUNT} in {REGION}."


@pytest.mark.parametrize(
    "time", [None, 7, "", "yesterday", "2026-11-20", "2026-11-20T12:30:00", ["2026"], "2099-01-01"]
)
def test_an_event_without_its_time_is_refused(time: Any) -> None:
    assert (
        refusal({**an_event(), "time": time}) == "The event has no valid time: time must be like 2026-11-20T12:30:00Z."
    )


@pytest.mark.parametrize(
    ("its", "region", "right"),
    [
        ("aws-cn", "us-east-1", "aws"),
        ("aws-us-gov", "eu-west-1", "aws"),
        ("aws", "cn-north-1", "aws-cn"),
        ("aws", "us-gov-west-1", "aws-us-gov"),
        ("aws-iso", "us-isob-east-1", "aws-iso-b"),
        ("a", "us-east-1", "aws"),
    ],
)
def test_an_event_of_another_partition_is_refused(its: str, region: str, right: str) -> None:
    document = event({"SourceArn": f"arn:{its}:rds:{region}:{ACCOUNT}:db:{ODD}"}, region=region)
    with pytest.raises(InvalidRequest) as refused:
        read_request(document, ACCOUNT, region)
    assert str(refused.value) == f"The event is from partition {its}; {region} is in {right}."
    ours = event({"SourceArn": f"arn:{right}:rds:{region}:{ACCOUNT}:db:{ODD}"}, region=region)
    assert read_request(ours, ACCOUNT, region).name == ODD


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-eusc"])
def test_a_region_is_in_the_partition_that_botocore_says(partition: str) -> None:
    session = botocore.session.get_session()
    regions = session.get_available_regions("ec2", partition, allow_non_regional=False)
    assert {request.partition(region) for region in regions} == {partition}


def test_the_longest_name_that_rds_gives_is_taken_from_an_event() -> None:
    longest = "A" + "b" * 62
    assert read_request(event({"SourceArn": f"{ARN}:db:{longest}"}), ACCOUNT, REGION).name == longest.lower()


@pytest.mark.parametrize("odd", ["a\ud800", "x" * 500, "RDS-EVENT-00051", "", None, {"a": 1}])
def test_what_is_no_id_of_an_event_is_not_repeated(odd: Any) -> None:
    assert read_request(event({"EventID": odd}), ACCOUNT, REGION).trigger == "an RDS event"


@pytest.mark.parametrize("odd", ["a\ud800", "x" * 500, "a\nb", ["\u202e"]])
def test_an_account_that_is_none_is_told_in_one_line_of_ascii(odd: Any) -> None:
    said = refusal(event(account=odd))
    assert said.isascii()
    assert said.isprintable()
    assert len(said) < 200
