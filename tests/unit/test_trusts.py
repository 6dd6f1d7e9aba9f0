"""People of another domain: what stands in their way, and what they must know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from signon.domain.directory.directory import Trust
from signon.domain.plan.prerequisites.trust import trust_advice, trust_findings
from signon.domain.profile.profile import DirectoryLogin
from tests.builders import AURORA, DIRECTORY, MYSQL, a_cluster, a_directory, a_profile
from tests.unit.networks import ONPREM, a_trust


def found(*trusts: Trust, realms: Iterable[str] = (ONPREM,), trusted: tuple[str, ...] = (ONPREM,)) -> list[str]:
    profile = a_profile(trusted_realms=trusted)
    return [each.problem for each in trust_findings(AURORA, profile, a_directory(), trusts, realms)]


FINDINGS: Mapping[str, tuple[Trust, ...]] = {
    f"Directory {DIRECTORY} has no trust with {ONPREM}": (a_trust(realm="OTHER.EXAMPLE.COM"),),
    f"The trust of directory {DIRECTORY} with {ONPREM} is of type External, not Forest": (a_trust(kind="External"),),
    (
        f"The trust of directory {DIRECTORY} with {ONPREM} is One-Way: Incoming: {ONPREM} trusts the directory, but the"
        f" directory does not trust {ONPREM}"
    ): (a_trust(direction="One-Way: Incoming"),),
} | {
    f"The trust of directory {DIRECTORY} with {ONPREM} is {state}, not Verified": (a_trust(state=state),)
    for state in ("Creating", "Verifying", "VerifyFailed", "UpdateFailed", "Deleting", "Failed")
}


@pytest.mark.parametrize("problem", FINDINGS)
def test_what_keeps_people_of_a_trusted_domain_out_is_found(problem: str) -> None:
    assert found(*FINDINGS[problem]) == [problem]


@pytest.mark.parametrize(
    ("trust", "realm"),
    [
        (a_trust(), ONPREM),
        (a_trust(direction="Two-Way"), ONPREM),
        (a_trust(), f"BERLIN.{ONPREM}"),  # of the same forest
        (a_trust(is_selective=True), ONPREM),
    ],
)
def test_a_verified_forest_trust_that_admits_them_is_all_they_need(trust: Trust, realm: str) -> None:
    assert found(a_trust(realm="OTHER.EXAMPLE.COM", state="Failed"), trust, realms=(realm,), trusted=(realm,)) == []


def test_a_domain_whose_name_only_ends_alike_is_another_one() -> None:
    realm = f"NOT{ONPREM}"
    assert found(a_trust(), realms=(realm,), trusted=(realm,)) == [f"Directory {DIRECTORY} has no trust with {realm}"]


@pytest.mark.parametrize(
    ("state", "passes"),
    [("Creating", True), ("Created", True), ("Verifying", True), ("Updating", True), ("Updated", True)]
    + [(state, False) for state in ("VerifyFailed", "UpdateFailed", "Deleting", "Deleted", "Failed")],
)
def test_a_trust_that_is_being_made_is_waited_for_and_no_other(state: str, passes: bool) -> None:
    trust = a_trust(state=state, reason="the passwords differ")
    (finding,) = trust_findings(AURORA, a_profile(trusted_realms=(ONPREM,)), a_directory(), (trust,), [ONPREM])
    assert (finding.passes, finding.approvable) == (passes, True)
    assert "the passwords differ" in finding.remedy


def test_a_realm_is_the_directorys_own_or_one_that_the_profile_calls_trusted() -> None:
    (problem,) = found(a_trust(), trusted=("OTHER.EXAMPLE.COM",))
    assert problem == (
        f"Profile payments has logins of {ONPREM}, which is neither the realm of its directory nor one of its"
        " trusted_realms"
    )


def test_rds_for_mysql_takes_them_where_the_profile_insists() -> None:
    profile = a_profile(trusted_realms=(ONPREM,))
    (finding,) = trust_findings(MYSQL, profile, a_directory(), (a_trust(),), [ONPREM])
    assert finding.problem == (
        f"RDS for MySQL may not accept people of a trusted domain, and profile payments has logins of {ONPREM}"
    )
    insists = replace(profile, mysql_over_trust=True)
    assert list(trust_findings(MYSQL, insists, a_directory(), (a_trust(),), [ONPREM])) == []
    (finding,) = trust_findings(MYSQL, insists, a_directory(), (), [ONPREM])
    assert finding.problem == f"Directory {DIRECTORY} has no trust with {ONPREM}"


@pytest.mark.parametrize("directory", [None, a_directory()])
def test_what_cannot_be_seen_is_not_held_against_anybody(directory: Any) -> None:
    assert list(trust_findings(AURORA, a_profile(trusted_realms=(ONPREM,)), directory, None, [ONPREM])) == []


ADVICE: dict[str, tuple[Any, tuple[Trust, ...] | None]] = {
    f"Only the owner of directory {DIRECTORY} can see its trusts": (a_cluster(), None),
    f"The trust of directory {DIRECTORY} with {ONPREM} has selective authentication switched on": (
        a_cluster(),
        (a_trust(is_selective=True),),
    ),
    f"Windows clients of {ONPREM} cannot connect through the custom endpoints of payments-ledger (reports, spare)": (
        a_cluster(custom_endpoints=("reports", "spare")),
        (a_trust(),),
    ),
    f"Windows clients of {ONPREM} cannot connect through cluster endpoints in secondary Regions of ledger-world": (
        a_cluster(primary_of="ledger-world"),
        (a_trust(),),
    ),
}


@pytest.mark.parametrize("problem", ADVICE)
def test_what_people_of_a_trusted_domain_must_know_is_told(problem: str) -> None:
    database, trusts = ADVICE[problem]
    assert [each.problem for each in trust_advice(database, a_directory(), trusts, [ONPREM])] == [problem]
    assert list(trust_advice(database, a_directory(), trusts, [])) == []


def test_a_usual_setup_gives_no_advice() -> None:
    assert list(trust_advice(a_cluster(), a_directory(), (a_trust(),), [ONPREM])) == []


@pytest.mark.parametrize(
    ("logins", "realms"),
    [
        ([DirectoryLogin("alice", ("read",))], ()),
        ([DirectoryLogin("alice", ("read",), realm="CORP.EXAMPLE.COM")], ()),
        ([DirectoryLogin("alice", ("read",), realm=ONPREM), DirectoryLogin("bob", ("read",), realm=ONPREM)], (ONPREM,)),
        ([DirectoryLogin("alice", ("read",), engines=("mysql",), realm=ONPREM)], ()),
    ],
)
def test_the_domains_of_a_profile_are_those_of_its_logins_on_the_engine(logins: Any, realms: tuple[str, ...]) -> None:
    assert a_profile(logins=tuple(logins)).foreign_realms("aurora-postgresql") == realms
