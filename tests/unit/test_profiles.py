from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.engines import ENGINES, Method
from signon.domain.profile.presets import Preset
from signon.domain.profile.profile import DirectoryLogin, IamLogin, Profile, Role, read_profile, sha256
from signon.domain.profile.schema import checked, problems
from signon.domain.profile.yaml_document import load
from signon.errors import ProfileUnusable
from tests.builders import a_database, a_database_id, a_freeze, a_profile

PROFILES = Path(__file__).parents[2] / "profiles"
EXAMPLE = (PROFILES / "payments.yaml").read_bytes()


def test_the_example_is_read_as_what_it_says() -> None:
    profile = checked("payments", EXAMPLE)
    assert profile == a_profile(freezes=a_freeze("2026-12-15", "2027-01-06"))


def test_the_example_of_applications_is_read_as_what_it_says() -> None:
    profile = checked("payments-api", (PROFILES / "payments-api.yaml").read_bytes())
    assert (profile.directory, profile.realm) == ("", "")
    assert {engine for engine in ENGINES if profile.methods_for(engine) == {Method.IAM}} == set(ENGINES)
    role = "arn:aws:iam::123456789012:role/payments-api"
    assert profile.logins == (
        IamLogin("payments_app", ("write",), used_by=(role,)),
        IamLogin("payments_reports", ("read",), used_by=(role,)),
    )


def test_an_alias_is_what_it_stands_for() -> None:
    assert load(b"a: &a [x]\nb: [*a, *a]\n") == {"a": ["x"], "b": [["x"], ["x"]]}


def test_a_key_may_stand_in_two_places() -> None:
    assert load(b"a: {x: 1}\nb: {x: 2}") == {"a": {"x": "1"}, "b": {"x": "2"}}


def test_scalars_are_text() -> None:
    assert load(b"[no, 0111, 1.0, 2026-01-01, null, ~]") == ["no", "0111", "1.0", "2026-01-01", "null", "~"]


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_a_profile_or_refused(text: bytes) -> None:
    with pytest.raises(ProfileUnusable):
        checked("payments", text)


def test_what_a_profile_does_not_say_is_safe() -> None:
    document = load(EXAMPLE)
    del document["change"], document["access"]
    profile = read_profile("payments", document)
    assert (profile.change.existing_allowed, profile.change.other_pending_allowed) == (False, False)
    assert profile.master_secret is None


def test_every_choice_is_read() -> None:
    document = load(EXAMPLE)
    document["admits"] |= {"accounts": ["123456789012"], "vpcs": ["vpc-1"]}
    document["change"] = {"apply": "window", "reboot": "ask", "existing": "allowed", "other_pending": "allowed"}
    document["access"] = {
        "master": "arn:aws:secretsmanager:us-east-1:123456789012:secret:m",
        "leavers": {"lock": "never"},
    }
    profile = read_profile("payments", document)
    assert list(problems(document, "payments")) == []
    assert profile == a_profile(
        accounts=("123456789012",),
        vpcs=("vpc-1",),
        apply_immediately=False,
        reboot_allowed=False,
        existing_allowed=True,
        other_pending_allowed=True,
        lock_leavers=False,
        master_secret="arn:aws:secretsmanager:us-east-1:123456789012:secret:m",
    )


def test_a_role_for_other_engines_grants_nothing_here() -> None:
    document = load(EXAMPLE)
    document["roles"]["read"] = {"preset": "read"}
    assert read_profile("payments", document).roles["read"] == Role(Preset.READ)


@pytest.mark.parametrize(
    ("profile", "database", "refusal"),
    [
        (a_profile(), a_database(), None),
        (a_profile(engines=("postgres",)), a_database(), "it admits no engine mysql"),
        (a_profile(), a_database(id=a_database_id(name="orders")), "it admits no name orders"),
        (a_profile(accounts=("999999999999",)), a_database(), "it admits no account 123456789012"),
        (a_profile(accounts=("123456789012",)), a_database(), None),
        (a_profile(vpcs=("vpc-9",)), a_database(), "it admits no VPC vpc-0a1b2c"),
        (a_profile(vpcs=("vpc-9",)), a_database(vpc=None), "it names a VPC, and the database is in none"),
        (a_profile(names=("*",)), a_database(id=a_database_id(name="anything")), None),
        (a_profile(names=("payments",)), a_database(), "it admits no name payments-orders"),
    ],
)
def test_a_profile_admits_only_what_it_says(profile: Profile, database: Any, refusal: str | None) -> None:
    assert profile.refuses(database) == refusal


@pytest.mark.parametrize(
    ("day", "until"),
    [
        ("2026-12-14", None),
        ("2026-12-15", "2027-01-06"),
        ("2027-01-06", "2027-01-06"),
        ("2027-01-07", None),
    ],
)
def test_a_freeze_holds_from_its_first_to_its_last_day(day: str, until: str | None) -> None:
    change = a_profile(freezes=a_freeze("2026-12-15", "2027-01-06")).change
    assert change.frozen_until(date.fromisoformat(day)) == (until and date.fromisoformat(until))


def test_of_two_freezes_the_later_end_counts() -> None:
    freezes = a_freeze("2026-12-01", "2026-12-10") + a_freeze("2026-12-05", "2026-12-20")
    assert a_profile(freezes=freezes).change.frozen_until(date(2026, 12, 6)) == date(2026, 12, 20)


def test_the_methods_are_those_that_the_profile_names_and_aws_offers() -> None:
    assert a_profile().methods_for("mysql") == {Method.KERBEROS}
    assert a_profile(methods={"mariadb": ("kerberos", "iam")}).methods_for("mariadb") == {Method.IAM}
    assert a_profile(methods={}).methods_for("postgres") == frozenset()
    assert a_profile().methods_for("oracle-ee") == frozenset()


def test_names_of_people_are_not_printed_by_accident() -> None:
    assert "alice" not in repr(a_profile(logins=(DirectoryLogin("alice", ("read",)),)))


def test_the_hash_is_that_of_the_bytes() -> None:
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
