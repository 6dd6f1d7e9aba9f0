from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.engines import MYSQL_IAM, MYSQL_PAM, MYSQL_TICKETS, Method, MySqlLogins
from signon.domain.finding import Remark
from signon.domain.logins.login import LOGINS_PER_STATEMENT, Proof, Statement
from signon.domain.logins.mysql import database_pattern, make, open_complete, prove, wanted_logins
from signon.domain.logins.mysql_accounts import Accounts, PresentLogin, account
from signon.domain.logins.mysql_leavers import closes, locks
from signon.domain.profile.presets import MYSQL_PRESETS, MYSQL_PRIVILEGES, Preset
from signon.domain.profile.profile import DirectoryLogin, IamLogin, Profile, Role
from signon.errors import LoginsIncomplete
from tests.builders import BY_PASSWORD, a_login, a_profile

READ = frozenset({"SELECT", "SHOW VIEW"})
WRITE = READ | {"INSERT", "UPDATE", "DELETE", "EXECUTE"}
MADE = {"profile": "payments", "complete": False}
ALICE = DirectoryLogin("alice", ("read",))


class Server:
    """What our statements do to a server, and nothing else: one that it does not know is an error."""

    def __init__(self, present: Sequence[PresentLogin] = ()) -> None:
        self.accounts = {(login.user, login.host): login for login in present}

    @property
    def present(self) -> tuple[PresentLogin, ...]:
        return tuple(self.accounts.values())

    def run(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            self._run(statement)

    def _run(self, statement: Statement) -> None:
        pairs = r"%s@%s(?:, %s@%s)*"
        made = r"%s@%s IDENTIFIED WITH 'auth_pam'(?:, %s@%s IDENTIFIED WITH 'auth_pam')*"
        assert statement.sql.replace("%%", "").count("%s") == len(statement.values)
        if re.fullmatch(rf"CREATE USER {made} REQUIRE SSL ACCOUNT LOCK ATTRIBUTE %s", statement.sql):
            *accounts, attribute = _texts(statement)
            for account in _pairs(accounts):
                assert account not in self.accounts, "error 1396"
                mark = json.loads(attribute)["signon"]
                self.accounts[account] = PresentLogin(*account, "auth_pam", "ANY", locked=True, mark=mark)
        elif altered := re.fullmatch(rf"ALTER USER {pairs} ACCOUNT (LOCK|UNLOCK) ATTRIBUTE %s", statement.sql):
            *accounts, attribute = _texts(statement)
            for account in _pairs(accounts):
                found = self.accounts[account]
                mark = {**(found.mark or {}), **json.loads(attribute)["signon"]}
                self.accounts[account] = replace(found, locked=altered[1] == "LOCK", mark=mark)
        elif granted := re.fullmatch(rf"GRANT ([A-Z, ]+) ON `(.+)`\.\* TO {pairs}", statement.sql):
            pattern = granted[2].replace("%%", "%").replace("``", "`")
            for account in _pairs(_texts(statement)):
                found = self.accounts[account]
                privileges = found.grants.get(pattern, frozenset()) | set(granted[1].split(", "))
                self.accounts[account] = replace(found, grants={**found.grants, pattern: privileges})
        else:
            raise AssertionError(statement.sql)


def _texts(statement: Statement) -> list[str]:
    return [value for value in statement.values if isinstance(value, str)]


def _pairs(values: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(values[::2], values[1::2], strict=True))


def making(profile: Profile, present: Sequence[PresentLogin] = ()) -> tuple[Statement, ...]:
    made = make(profile.name, wanted_logins(BY_PASSWORD, profile), present).statements
    return (*made, *locks(BY_PASSWORD, profile, Accounts(tuple(present), literal_names=False)))


def opening(profile: Profile, present: Sequence[PresentLogin]) -> tuple[Statement, ...]:
    return open_complete(profile.name, wanted_logins(BY_PASSWORD, profile), present)


def left_alone(profile: Profile, present: Sequence[PresentLogin]) -> tuple[Remark, ...]:
    return make(profile.name, wanted_logins(BY_PASSWORD, profile), present).left_alone


def proof_of(profile: Profile, present: Sequence[PresentLogin]) -> Proof:
    return prove(BY_PASSWORD, profile, Accounts(tuple(present), literal_names=False))


def onboard(server: Server, profile: Profile) -> int:
    """One run, as the function makes it; how many statements it took."""
    made = making(profile, server.present)
    server.run(made)
    opened = opening(profile, server.present)
    server.run(opened)
    return len(made) + len(opened)


def for_alice(**changes: Any) -> Profile:
    return a_profile(logins=(ALICE,), **changes)


# ---- the statements


def test_the_statements_are_these() -> None:
    server = Server()
    made = making(a_profile())
    server.run(made)
    mark = '{"signon": {"profile": "payments", "complete": %s}}'
    assert [*made, *opening(a_profile(), server.present)] == [
        Statement(
            "Create locked: alice, bob",
            "CREATE USER %s@%s IDENTIFIED WITH 'auth_pam', %s@%s IDENTIFIED WITH 'auth_pam'"
            " REQUIRE SSL ACCOUNT LOCK ATTRIBUTE %s",
            ("alice", "%", "bob", "%", mark % "false"),
        ),
        Statement(
            "Grant SELECT, SHOW VIEW on payments: alice",
            "GRANT SELECT, SHOW VIEW ON `payments`.* TO %s@%s",
            ("alice", "%"),
        ),
        Statement(
            "Grant SELECT, SHOW VIEW, INSERT, UPDATE, DELETE, EXECUTE on payments: bob",
            "GRANT SELECT, SHOW VIEW, INSERT, UPDATE, DELETE, EXECUTE ON `payments`.* TO %s@%s",
            ("bob", "%"),
        ),
        Statement(
            "Unlock, complete: alice, bob",
            "ALTER USER %s@%s, %s@%s ACCOUNT UNLOCK ATTRIBUTE %s",
            ("alice", "%", "bob", "%", mark % "true"),
        ),
    ]


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("payments", "payments"), ("pay_ments", r"pay\_ments"), ("a_b_c", r"a\_b\_c"), ("50%", r"50\%"), ("_", r"\_")],
)
def test_wildcards_in_a_database_name_are_escaped(name: str, pattern: str) -> None:
    assert database_pattern(name) == pattern


def test_a_server_without_wildcards_is_given_the_name_as_it_is() -> None:
    profile = for_alice(roles={"read": Role(Preset.READ, ("pay_ments",))})
    assert wanted_logins(BY_PASSWORD, profile, literal_names=True)[0].grants == {"pay_ments": READ}
    literal = a_login(grants={"pay_ments": READ})
    assert prove(BY_PASSWORD, profile, Accounts((literal,), literal_names=True)).verified == 1
    with pytest.raises(LoginsIncomplete, match=r"alice lacks SELECT, SHOW VIEW on pay\\_ments"):
        prove(BY_PASSWORD, profile, Accounts((literal,), literal_names=False))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pay_ments", r"`pay\_ments`"),
        ("a`b", "`a``b`"),
        ("50%", r"`50\%%`"),  # the driver makes one % of two
        ("x`.* TO root@localhost; -- ", "`x``.* TO root@localhost; -- `"),
    ],
)
def test_a_hostile_database_name_stays_one_identifier(name: str, text: str) -> None:
    """The profile refuses such names; should one get here, it is still only a name."""
    granted = making(for_alice(roles={"read": Role(Preset.READ, (name,))}))[1]
    assert granted.sql == f"GRANT SELECT, SHOW VIEW ON {text}.* TO %s@%s"
    assert granted.sql % granted.values == f"GRANT SELECT, SHOW VIEW ON {text.replace('%%', '%')}.* TO alice@%"


def test_names_of_people_are_values_and_never_text() -> None:
    profile = a_profile(logins=(DirectoryLogin("o'brien", ("read",)), DirectoryLogin("%s", ("write",))))
    for statement in making(profile):
        assert "o'brien" not in statement.sql
        assert statement.sql.count("%s") == len(statement.values)


def test_privileges_come_from_the_presets_alone() -> None:
    granted = [statement.sql for statement in making(a_profile()) if statement.sql.startswith("GRANT")]
    assert granted
    for sql in granted:
        assert set(sql.removeprefix("GRANT ").split(" ON ")[0].split(", ")) <= WRITE
        assert "GRANT OPTION" not in sql


def test_no_statement_drops_or_revokes_anything() -> None:
    everything = [a_login("carol"), a_login("dave", locked=True), a_login(mark=None), a_login("bob", grants={})]
    for statement in (*making(a_profile(), everything), *opening(a_profile(), everything)):
        assert not re.search(r"\b(DROP|REVOKE|DELETE FROM|RENAME|SET PASSWORD|UPDATE mysql)\b", statement.sql)


def test_roles_add_up() -> None:
    roles = {"read": Role(Preset.READ, ("a", "b")), "write": Role(Preset.WRITE, ("b",))}
    (login,) = wanted_logins(BY_PASSWORD, a_profile(roles=roles, logins=(DirectoryLogin("bob", ("read", "write")),)))
    assert login.grants == {"a": READ, "b": WRITE}


@pytest.mark.parametrize(("people", "statements"), [(1, 1), (100, 1), (101, 2), (1000, 10)])
def test_a_hundred_accounts_share_a_statement(people: int, statements: int) -> None:
    profile = a_profile(logins=tuple(DirectoryLogin(f"user{n}", ("read",)) for n in range(people)))
    server = Server()
    assert onboard(server, profile) == 3 * statements
    made = making(profile)
    assert len(made) == 2 * statements
    assert max(len(statement.values) for statement in made) <= 2 * LOGINS_PER_STATEMENT + 1
    assert proof_of(profile, server.present).verified == people


# ---- run twice, cut off, changed


def test_a_second_run_has_nothing_to_do() -> None:
    server = Server()
    assert onboard(server, a_profile()) == 4
    assert onboard(server, a_profile()) == 0
    assert proof_of(a_profile(), server.present).verified == 2


@pytest.mark.parametrize("statements", range(5))
def test_a_run_that_was_cut_off_is_completed_and_nobody_could_use_its_half(statements: int) -> None:
    server = Server()
    server.run(making(a_profile())[:statements])
    assert all(login.locked for login in server.present)
    onboard(server, a_profile())
    assert proof_of(a_profile(), server.present).verified == 2
    assert onboard(server, a_profile()) == 0


def test_a_login_that_was_not_granted_everything_stays_locked() -> None:
    half = a_login(locked=True, mark=MADE, grants={"payments": frozenset({"SELECT"})})
    assert opening(for_alice(), [half]) == ()


def test_what_was_revoked_is_granted_again() -> None:
    server = Server([a_login(grants={})])
    assert onboard(server, for_alice()) == 1
    assert server.present == (a_login(),)


def test_more_grants_than_wanted_are_left() -> None:
    assert making(for_alice(), [a_login(grants={"payments": READ, "other": WRITE})]) == ()


def test_a_leaver_is_locked_and_keeps_everything_else() -> None:
    server = Server([a_login(), a_login("carol")])
    assert onboard(server, for_alice()) == 1
    assert server.accounts["carol", "%"] == a_login("carol", locked=True, mark=MADE)
    assert onboard(server, for_alice()) == 0


def test_each_leaver_is_locked_by_a_statement_of_their_own() -> None:
    present = (a_login(), a_login("carol"), a_login("dave"))
    found = locks(BY_PASSWORD, a_profile(), Accounts(present, literal_names=False))
    assert [each.description for each in found] == ["Lock removed login: carol", "Lock removed login: dave"]


def test_who_is_listed_by_a_method_that_is_not_used_here_is_no_leaver_and_is_closed_with_the_rest() -> None:
    """As in a switch of methods, which a person approves first."""
    profile = for_alice(skipped=(DirectoryLogin("carol", ("read",)),))
    accounts = Accounts((a_login(), a_login("carol")), literal_names=False)
    assert list(locks(BY_PASSWORD, profile, accounts)) == []
    (closed,) = closes(BY_PASSWORD, profile, accounts)
    assert [str(change) for change in closed.changes] == [
        "lock login carol, which no longer signs in here as the profile says"
    ]
    assert list(closes(BY_PASSWORD, replace(profile, lock_leavers=False), accounts)) == []


def test_a_leaver_who_comes_back_is_unlocked() -> None:
    server = Server([a_login()])
    onboard(server, a_profile(logins=(DirectoryLogin("bob", ("read",)),)))
    assert server.accounts["alice", "%"].locked
    onboard(server, for_alice())
    assert server.accounts["alice", "%"] == a_login()


def test_a_profile_may_let_leavers_stay() -> None:
    assert making(for_alice(lock_leavers=False), [a_login(), a_login("carol")]) == ()


@pytest.mark.parametrize(
    "somebody",
    [
        a_login("carol", mark=None),
        a_login("carol", mark={"profile": "ledger", "complete": True}),
        a_login("carol", locked=True),
        a_login("carol", host="localhost"),
        a_login("rdsadmin", host="localhost", mark=None),
    ],
)
def test_a_login_that_is_not_ours_does_not_leave(somebody: PresentLogin) -> None:
    assert making(for_alice(), [a_login(), somebody]) == ()


FOREIGN = {
    "alice: made by somebody else (plugin caching_sha2_password)": a_login(mark=None, plugin="caching_sha2_password"),
    "alice: made for profile ledger": a_login(mark={"profile": "ledger", "complete": True}),
    "alice: made for profile None": a_login(mark={}),
    "alice: changed since we made it (plugin mysql_native_password, TLS ANY)": a_login(plugin="mysql_native_password"),
    "alice: changed since we made it (plugin auth_pam, TLS not required)": a_login(tls=""),
    "alice: changed since we made it (plugin auth_pam, TLS X509)": a_login(tls="X509"),
    "alice: locked by somebody else": a_login(locked=True),
}


@pytest.mark.parametrize("reason", FOREIGN)
def test_a_login_that_is_not_ours_to_touch_is_left_alone_and_said(reason: str) -> None:
    server = Server([FOREIGN[reason]])
    assert left_alone(for_alice(), server.present) == (Remark(reason),)
    assert onboard(server, for_alice()) == 0
    proof = proof_of(for_alice(), server.present)
    assert (proof.verified, proof.left_alone) == (0, (Remark(reason),))


def test_a_login_of_the_same_name_from_another_host_is_another_login() -> None:
    theirs = a_login(host="10.0.0.1", mark=None)
    server = Server([theirs])
    onboard(server, for_alice())
    assert server.present == (theirs, a_login())


# ---- accounts that the server would choose before ours


@pytest.mark.parametrize("user", ["alice", ""])
@pytest.mark.parametrize(
    "host",
    ["bastion.example.com", "10.0.0.1", "2001:db8::1", "10.0.0.0/255.0.0.0", "10.0.0.0/8", "10.%", "%.example.com",
     "10.0.0._", "%%", "_%"],
)  # fmt: skip
def test_whatever_comes_before_a_login_of_ours_is_told_and_the_login_is_not_counted(user: str, host: str) -> None:
    theirs = a_login(user, host=host, mark=None, plugin="caching_sha2_password", locked=True)
    proof = proof_of(for_alice(), [theirs, a_login()])
    before = "before alice's own login" if user else "before every login, because it is anonymous"
    told = f"The server chooses '{user}'@'{host}' (plugin caching_sha2_password) {before}, for connections from {host}"
    assert proof == Proof(0, (), (Remark(f"{told}; if nobody needs it, run DROP USER '{user}'@'{host}'"),))


@pytest.mark.parametrize(
    ("user", "host"),
    [
        ("alice", ""),  # after '%'
        ("", "%"),  # of equal hosts the named user's comes first
        ("", ""),
        ("Alice", "10.%"),  # names are compared letter by letter
        ("carol", "10.%"),
        ("alice", "localhost"),  # nobody comes from there
        ("", "LOCALHOST"),
    ],
)
def test_what_the_server_does_not_prefer_is_not_told(user: str, host: str) -> None:
    assert proof_of(for_alice(), [a_login(user, host=host, mark=None), a_login()]) == Proof(1, ())


def test_an_anonymous_account_is_told_once_and_a_login_that_is_not_ours_needs_no_second_reason() -> None:
    anonymous = a_login("", host="10.%", mark=None)
    theirs = [a_login(mark=None, plugin="sha"), a_login("alice", host="10.%", mark=None)]
    bob = a_login("bob", grants={"payments": WRITE})
    proof = proof_of(a_profile(), [anonymous, *theirs, bob])
    assert (proof.verified, proof.left_alone) == (0, (Remark("alice: made by somebody else (plugin sha)"),))
    assert [told.problem.partition(" (")[0] for told in proof.not_ours] == ["The server chooses ''@'10.%'"]


def test_a_login_is_made_and_opened_although_another_one_comes_before_it() -> None:
    server = Server([a_login(host="10.%", mark=None)])
    assert onboard(server, for_alice()) == 3
    assert not server.accounts["alice", "%"].locked


@pytest.mark.parametrize(
    ("user", "host", "typed"),
    [("o'brien", "%", "'o''brien'@'%'"), ("a\\b", "10.%", "'a\\\\b'@'10.%'"), ("", "h'x", "''@'h''x'")],
)
def test_an_account_is_written_as_one_types_it(user: str, host: str, typed: str) -> None:
    assert account(user, host) == typed


# ---- whose realm

ONPREM, HOME = "ONPREM.EXAMPLE.NET", "CORP.EXAMPLE.COM"
BY_MYSQL_TICKET = {Method.KERBEROS: MYSQL_TICKETS}
TEAM = (DirectoryLogin("alice", ("read",)), DirectoryLogin("otto", ("read",), realm=ONPREM))


def a_ticket_login(user: str, realm: str) -> PresentLogin:
    return a_login(user, plugin="authentication_kerberos", tls="", stored=realm)


def test_a_person_of_a_trusted_domain_is_made_with_the_realm_of_that_domain() -> None:
    profile = a_profile(realm=HOME, logins=TEAM)
    made = make("payments", wanted_logins(BY_MYSQL_TICKET, profile), ())
    assert made.statements[0].values[:6] == ("alice", "%", HOME, "otto", "%", ONPREM)


@pytest.mark.parametrize("realm", [HOME, "OTHER.EXAMPLE.NET", ""])
def test_a_login_of_another_realm_than_its_persons_is_no_proof_and_is_altered(realm: str) -> None:
    profile = a_profile(realm=HOME, logins=TEAM)
    alice, wrong = a_ticket_login("alice", HOME), a_ticket_login("otto", realm)
    with pytest.raises(LoginsIncomplete, match="otto still signs in as before"):
        prove(BY_MYSQL_TICKET, profile, Accounts((alice, wrong), literal_names=False))
    wanted = wanted_logins(BY_MYSQL_TICKET, profile)
    altered = make("payments", wanted, (alice, wrong)).statements[0]
    assert (altered.description, altered.values[:3]) == ("Alter, locked: otto", ("otto", "%", ONPREM))
    right = a_ticket_login("otto", ONPREM)
    assert prove(BY_MYSQL_TICKET, profile, Accounts((alice, right), literal_names=False)).verified == 2


@pytest.mark.parametrize(("method", "sql", "stored"), [("kerberos", MYSQL_PAM, ""), ("iam", MYSQL_IAM, "RDS")])
def test_a_login_that_needs_no_ticket_is_stored_without_a_realm(method: str, sql: MySqlLogins, stored: str) -> None:
    login = IamLogin("otto", ("read",)) if method == "iam" else DirectoryLogin("otto", ("read",), realm=ONPREM)
    assert wanted_logins({Method(method): sql}, a_profile(logins=(login,)))[0].stored == stored


# ---- the proof


@pytest.mark.parametrize(
    ("present", "fault"),
    [
        ([], "alice does not exist"),
        ([a_login(locked=True, mark=MADE)], "alice is locked"),
        ([a_login(mark=MADE)], "alice is locked"),
        ([a_login(grants={})], "alice lacks SELECT, SHOW VIEW on payments"),
        ([a_login(host="localhost")], "alice does not exist"),
    ],
)
def test_a_login_that_is_not_as_wanted_is_named(present: list[PresentLogin], fault: str) -> None:
    with pytest.raises(LoginsIncomplete, match=f"1 login is not as the profile requires: {fault}"):
        proof_of(for_alice(), present)


def test_ten_faults_are_enough_for_a_message() -> None:
    profile = a_profile(logins=tuple(DirectoryLogin(f"user{n}", ("read",)) for n in range(30)))
    with pytest.raises(LoginsIncomplete) as refused:
        proof_of(profile, [])
    assert refused.value.problem.startswith("30 logins are not as the profile requires: user0 does not exist; ")
    assert refused.value.problem.count("does not exist") == 10


READS, WRITES = frozenset({"SELECT", "SHOW VIEW"}), frozenset(WRITE)


@pytest.mark.parametrize(
    ("grants", "excess"),
    [
        ({"payments": READS}, ()),
        ({"payments": WRITES}, ("alice: DELETE, EXECUTE, INSERT, UPDATE on payments",)),  # the profile said write once
        ({"payments": READS, "ledger": READS}, ("alice: SELECT, SHOW VIEW on ledger",)),
        ({"payments": READS, "%": READS, "a": READS}, ("alice: SELECT, SHOW VIEW on %, SELECT, SHOW VIEW on a",)),
    ],
)
def test_what_a_login_has_beyond_its_roles_is_reported_and_changes_nothing(
    grants: dict[str, frozenset[str]], excess: tuple[str, ...]
) -> None:
    server = Server([a_login(grants=grants)])
    assert onboard(server, for_alice()) == 0
    assert proof_of(for_alice(), server.present) == Proof(1, (), excess=excess)


def test_what_others_have_is_not_told() -> None:
    locked = a_login(locked=True, grants={"payments": WRITES})
    assert proof_of(for_alice(), [locked]).excess == ()
    assert proof_of(for_alice(), [a_login(), a_login("carol", mark=None, grants={"ledger": WRITES})]).excess == ()


# ---- for any profile and any server

USERS = st.sampled_from(["alice", "bob", "carol", "dave"])
DATABASES = st.sampled_from(["payments", "pay_ments", "ledger"])
PRIVILEGES = st.frozensets(st.sampled_from(sorted(WRITE)))
MARKS = st.none() | st.builds(
    lambda profile, complete: {"profile": profile, "complete": complete},
    st.sampled_from(["payments", "ledger"]),
    st.booleans(),
)
LOGINS = st.builds(
    PresentLogin,
    USERS,
    st.sampled_from(["%", "localhost", "10.%"]),
    st.sampled_from(["auth_pam", "caching_sha2_password"]),
    st.sampled_from(["ANY", ""]),
    st.booleans(),
    MARKS,
    st.dictionaries(DATABASES.map(database_pattern), PRIVILEGES, max_size=2),
)
ROLES = st.fixed_dictionaries(
    {
        "read": st.builds(Role, st.just("read"), st.lists(DATABASES, max_size=3).map(tuple)),
        "write": st.builds(Role, st.just("write"), st.lists(DATABASES, max_size=3).map(tuple)),
    }
)
PEOPLE = st.dictionaries(
    USERS, st.lists(st.sampled_from(["read", "write"]), min_size=1, max_size=2).map(tuple), min_size=1
).map(lambda people: tuple(DirectoryLogin(user, roles) for user, roles in people.items()))
SERVERS = st.lists(LOGINS, max_size=6, unique_by=lambda login: (login.user, login.host))


@given(ROLES, PEOPLE, st.booleans(), SERVERS)
def test_one_run_is_enough_and_touches_only_what_is_ours(
    roles: dict[str, Role], people: tuple[DirectoryLogin, ...], lock: bool, present: list[PresentLogin]
) -> None:
    profile = a_profile(roles=roles, logins=people, lock_leavers=lock)
    server = Server(present)
    onboard(server, profile)
    for before in present:
        after = server.accounts[before.user, before.host]
        if before.mark is None or before.mark["profile"] != "payments" or before.host != "%":
            assert after == before
        assert (after.plugin, after.tls) == (before.plugin, before.tls)
        assert all(before.grants[pattern] <= after.grants[pattern] for pattern in before.grants)
    proof = proof_of(profile, server.present)
    outranked = {user for user, host in server.accounts if host == "10.%"} & {login.user for login in people}
    left = {said.problem.partition(":")[0] for said in proof.left_alone}
    assert proof.verified == len(people) - len(left | outranked)
    assert len(proof.not_ours) >= len(outranked - left)
    assert onboard(server, profile) == 0


@given(ROLES, PEOPLE, SERVERS, st.integers(0, 12))
def test_a_run_that_is_cut_off_anywhere_is_completed_by_the_next(
    roles: dict[str, Role], people: tuple[DirectoryLogin, ...], present: list[PresentLogin], until: int
) -> None:
    profile = a_profile(roles=roles, logins=people)
    server = Server(present)
    server.run(making(profile, server.present)[:until])
    onboard(server, profile)
    proof_of(profile, server.present)
    assert onboard(server, profile) == 0


def test_logins_that_another_profile_has_left_open_are_reported() -> None:
    left = replace(a_login("zoe"), mark={"profile": "ledger", "complete": True})
    server = Server([left])
    onboard(server, for_alice())
    assert proof_of(for_alice(), server.present).not_ours == (Remark("zoe: still open, made for profile ledger"),)


def test_accounts_of_a_leavers_name_at_other_hosts_are_said_while_they_are_open() -> None:
    left = replace(a_login("zoe"), mark={"profile": "payments", "complete": True})
    elsewhere = [replace(a_login("zoe"), host=host, mark=None) for host in ("10.%", "localhost", "", "10.0.0.7")]
    server = Server([left, *elsewhere[:-1], replace(elsewhere[-1], locked=True)])
    onboard(server, for_alice())
    assert server.accounts["zoe", "%"].locked
    (said,) = proof_of(for_alice(), server.present).not_ours
    assert said == Remark(
        "zoe was removed from the profile, and 'zoe'@'10.%' (plugin auth_pam) is another account of that name, made"
        " by somebody else and open",
        "If nobody needs it, run DROP USER 'zoe'@'10.%'",
    )


def test_where_leavers_are_not_locked_their_other_accounts_are_ignored() -> None:
    left = replace(a_login("zoe"), mark={"profile": "payments", "complete": True})
    server = Server([left, replace(a_login("zoe"), host="10.%", mark=None)])
    profile = replace(for_alice(), lock_leavers=False)
    onboard(server, profile)
    assert proof_of(profile, server.present).not_ours == ()


def test_whatever_a_preset_gives_is_granted_in_the_order_of_all_privileges() -> None:
    for privileges in MYSQL_PRESETS.values():
        assert privileges == tuple(each for each in MYSQL_PRIVILEGES if each in privileges)
