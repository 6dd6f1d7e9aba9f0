from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.engines import Scope
from signon.domain.request.request import Request, read_request
from signon.errors import InvalidRequest, ProfileUnusable
from tests.builders import ACCOUNT, REGION, a_database, a_request, an_event

EVENTS = Path(__file__).parents[2] / "events"
INSTANCE, CLUSTER = Scope.INSTANCE, Scope.CLUSTER


def read(document: Any) -> Request:
    return read_request(document, ACCOUNT, REGION)


SENT = datetime(2026, 11, 20, 12, 26, 13, tzinfo=UTC)
SAMPLES = {
    "rds_instance_created": Request("RDS-EVENT-0005", INSTANCE, "payments-orders", asked_at=SENT),
    "rds_instance_restored_to_point_in_time": Request("RDS-EVENT-0019", INSTANCE, "payments-orders", asked_at=SENT),
    "rds_instance_restored_from_snapshot": Request("RDS-EVENT-0043", INSTANCE, "payments-orders", asked_at=SENT),
    "rds_instance_restarted": Request("RDS-EVENT-0006", INSTANCE, "payments-orders", asked_at=SENT),
    "rds_cluster_created": Request("RDS-EVENT-0170", CLUSTER, "payments-ledger", asked_at=SENT),
    "manual_onboard": Request("manual", INSTANCE, "payments-orders", reason="a second run"),
    "manual_onboard_cluster": Request("manual", CLUSTER, "payments-ledger", reason="a second run"),
    "manual_dry_run": Request("manual", INSTANCE, "payments-orders", "payments", dry_run=True),
    "manual_approve": Request(
        "manual",
        INSTANCE,
        "payments-orders",
        approve="0123456789abcdef",
        reason="agreed with the payments team for tonight",
    ),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_as_what_it_says(name: str) -> None:
    assert read(json.loads((EVENTS / f"{name}.json").read_text())) == SAMPLES[name]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_request_survives_the_state_machine(name: str) -> None:
    request = SAMPLES[name]
    assert Request.from_json(json.loads(json.dumps(request.to_json()))) == request


def test_an_input_says_nothing_of_a_tag_and_asks_for_changes() -> None:
    for request in (read({"database": {"instance": "a"}}), read(an_event())):
        assert (request.by_tag, request.dry_run) == (False, False)


def test_every_sample_is_read_here() -> None:
    assert {path.stem for path in EVENTS.glob("*.json")} == set(SAMPLES)


@pytest.mark.parametrize("name", ["a", "a1", "payments-orders-2", "a" * 63])
def test_a_legal_name_is_read(name: str) -> None:
    assert read({"database": {"instance": name}}) == Request("manual", INSTANCE, name)
    assert read({"database": {"cluster": name}}) == Request("manual", CLUSTER, name)


def test_rds_names_instances_in_lower_case_and_so_do_we() -> None:
    assert read(an_event(SourceArn=f"arn:aws:rds:{REGION}:{ACCOUNT}:db:Orders")).name == "orders"


def test_an_event_of_a_cluster_asks_for_the_cluster() -> None:
    request = read(an_event(SourceArn=f"arn:aws:rds:{REGION}:{ACCOUNT}:cluster:ledger", EventID="RDS-EVENT-0170"))
    assert (request.trigger, request.scope, request.name) == ("RDS-EVENT-0170", CLUSTER, "ledger")


def test_a_reason_is_at_most_256_characters_long() -> None:
    assert read({"database": {"instance": "a"}, "reason": "x" * 256}).reason == "x" * 256


def test_an_event_is_not_made_by_hand_whatever_its_id() -> None:
    event = an_event()
    del event["detail"]["EventID"]
    assert not read(event).by_hand
    assert not read(an_event(EventID="zero")).by_hand
    assert read({"database": {"instance": "a"}}).by_hand


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
NAMED = st.fixed_dictionaries({"instance": JSON}) | st.fixed_dictionaries({"cluster": JSON})
FIELDS = st.sampled_from(["database", "profile", "dry_run", "approve", "reason", "detail-type", "detail", "source"])


@given(JSON | st.dictionaries(FIELDS, JSON | NAMED, max_size=5))
def test_any_document_is_read_or_refused_and_nothing_else(document: Any) -> None:
    try:
        request = read(document)
    except InvalidRequest:
        return
    assert Request.from_json(json.loads(json.dumps(request.to_json()))) == request


# ---- the profile


TAGS_THAT_NAME_NO_PROFILE = ["a,b", "../payments", "Payments", "payments\n", "p" * 41, "-p", "s3://x"]


@pytest.mark.parametrize("tag", TAGS_THAT_NAME_NO_PROFILE)
def test_a_tag_that_is_not_a_profile_name_needs_a_person(tag: str) -> None:
    tags = {"signon:profile": tag}
    with pytest.raises(ProfileUnusable, match="The tag signon:profile is not the name of a profile: ") as refused:
        a_request(profile="payments", by_tag=True).profile_name(a_database(tags=tags))
    assert "\n" not in refused.value.problem
    assert len(refused.value.problem) < 120


@pytest.mark.parametrize("tags", [{}, {"signon:profile": ""}])
def test_a_tag_that_was_taken_off_meanwhile_is_said_to_be_gone(tags: dict[str, str]) -> None:
    with pytest.raises(ProfileUnusable, match="payments-orders no longer has the tag signon:profile"):
        a_request(profile="payments", by_tag=True).profile_name(a_database(tags=tags))


@pytest.mark.parametrize("name", ["p", "payments", "payments-2", "p" * 40])
def test_a_profile_name_is_worked_by(name: str) -> None:
    assert a_request(by_tag=True).profile_name(a_database(tags={"signon:profile": name})) == name


def test_the_tag_is_read_anew_and_what_a_person_named_stays() -> None:
    retagged = a_database(tags={"signon:profile": "orders"})
    assert a_request(profile="payments", by_tag=True).profile_name(retagged) == "orders"
    assert a_request(profile="payments", by_tag=False).profile_name(retagged) == "payments"


@pytest.mark.parametrize(
    "value",
    [
        "../admins", "./admins", "/admins", "admins/", "admins.yaml", "ADMINS", "Admins", "admins,orders",
        "admins orders", " admins", "admins ", "admins\n", "admins\torders", "*", "?", "a*", "admins?versionId=1",
        "admins#", "admins%2e", "..%2fadmins", "s3://evil/admins", "arn:aws:s3:::evil/admins.yaml",
        "https://evil.example/admins", "\u0430dmins", "admins\u200b", "\u202eadmins", "0admins", "-admins", "_admins",
        "a" * 41, '{"logins": []}', "admins'; DROP TABLE x; --", "$(id)", "`id`", "${admins}", "{{admins}}", "<admins>",
        "admins|id", "admins;id", "\0",
    ],
)  # fmt: skip
def test_a_tag_that_is_no_profiles_name_names_none(value: str) -> None:
    with pytest.raises(ProfileUnusable, match="The tag signon:profile is not the name of a profile"):
        a_request(profile=value, by_tag=True).profile_name(a_database(tags={"signon:profile": value}))
