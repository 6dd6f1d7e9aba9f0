from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.finding import Remark
from signon.domain.logins.login import LOGINS_PER_STATEMENT, Name, Proof, Statement
from signon.domain.logins.postgresql import (
    group_troubles,
    make,
    make_groups,
    missing_right,
    open_complete,
    prove,
    unusable,
    wanted_groups,
    wanted_logins,
)
from signon.domain.logins.postgresql_leavers import locks
from signon.domain.logins.postgresql_roles import PresentRole, Roles, Way
from signon.domain.profile.presets import Preset
from signon.domain.profile.profile import DirectoryLogin, IamLogin, Profile, Role
from signon.errors import LoginsIncomplete
from tests.builders import BY_TICKET, a_profile

ALICE, BOB = "alice@CORP.EXAMPLE.COM", "bob@CORP.EXAMPLE.COM"
READ, WRITE = "signon.payments.read", "signon.payments.write"
OF_RDS = {name: PresentRole(name) for name in ("rds_ad", "rds_iam", "rds_superuser")}
MASTER = PresentRole(
    "dbadmin", can_login=True, powers=("CREATEROLE", "CREATEDB"), member_of=frozenset({"rds_superuser"})
)
COMPLETE = {"profile": "payments", "complete": True}


def a_role(name: str = ALICE, **changes: Any) -> PresentRole:
    """A login of ours that is complete and open, of the role `read`."""
    return replace(PresentRole(name, True, (), COMPLETE, frozenset({"rds_ad", READ})), **changes)


def a_group(role: str = "read", **changes: Any) -> PresentRole:
    return replace(PresentRole(f"signon.payments.{role}", mark={"profile": "payments", "role": role}), **changes)


@dataclass
class Server:
    """What our statements do to a server, and nothing else: one that it does not know is an error."""

    roles: dict[str, PresentRole] = field(default_factory=lambda: {**OF_RDS, "dbadmin": MASTER})

    @classmethod
    def of(cls, present: Iterable[PresentRole]) -> Server:
        server = cls()
        server.roles.update({role.name: role for role in present})
        return server

    @property
    def present(self) -> Roles:
        return Roles("dbadmin", dict(self.roles))

    def run(self, statements: Sequence[Statement]) -> None:
        for statement in statements:
            assert statement.sql.count("{}") == len(statement.values)
            values = iter(statement.values)
            for command in statement.sql.split("; "):
                self._run(command, [next(values) for _ in range(command.count("{}"))])

    def _run(self, command: str, values: list[str | Name]) -> None:
        names = [value.text for value in values if isinstance(value, Name)]
        if command == "CREATE ROLE {} NOLOGIN":
            assert names[0] not in self.roles, "error 42710"
            self.roles[names[0]] = PresentRole(names[0])
        elif command == "COMMENT ON ROLE {} IS {}":
            self._change(names[0], mark=json.loads(str(values[1]))["signon"])
        elif command in ("ALTER ROLE {} LOGIN", "ALTER ROLE {} NOLOGIN"):
            self._change(names[0], can_login=command.endswith(" LOGIN"))
        elif granted := re.fullmatch(r"GRANT (\{\}(?:, \{\})*) TO \{\}(?:, \{\})*", command):
            roles = names[: granted[1].count("{}")]
            for name in names[len(roles) :]:
                self._change(name, member_of=self.roles[name].member_of | set(roles))
        else:
            raise AssertionError(command)

    def _change(self, name: str, **changes: Any) -> None:
        self.roles[name] = replace(self.roles[name], **changes)


Plan = Callable[[Roles], Sequence[Statement]]


def onboard(server: Server, profile: Profile) -> int:
    """One run, as the function makes it; how many statements it took."""
    usable = [
        g
        for g in wanted_groups(profile)
        if g.name not in group_troubles(profile.name, wanted_groups(profile), server.present)
    ]
    count = 0
    plans: list[Plan] = [
        lambda roles: make_groups(BY_TICKET, profile.name, usable, roles),
        lambda roles: locking(profile, roles),
        lambda roles: make(BY_TICKET, profile, roles).statements,
        lambda roles: open_complete(BY_TICKET, profile, roles),
    ]
    for plan in plans:
        statements = plan(server.present)
        server.run(statements)
        count += len(statements)
    return count


def locking(profile: Profile, roles: Roles) -> tuple[Statement, ...]:
    return tuple(locks(BY_TICKET, profile, roles))


def proof_of(profile: Profile, server: Server) -> Proof:
    return prove(BY_TICKET, profile, server.present)


def for_alice(**changes: Any) -> Profile:
    return a_profile(logins=(DirectoryLogin("alice", ("read",)),), **changes)


# ---- the statements


def test_the_statements_are_these() -> None:
    server = Server()
    groups = make_groups(BY_TICKET, "payments", wanted_groups(a_profile()), server.present)
    server.run(groups)
    made = make(BY_TICKET, a_profile(), server.present).statements
    server.run(made)
    role, mark = "CREATE ROLE {} NOLOGIN; COMMENT ON ROLE {} IS {}", '{"signon": {"profile": "payments", %s}}'
    alice, bob, read, write, ad = Name(ALICE), Name(BOB), Name(READ), Name(WRITE), Name("rds_ad")
    assert [*groups, *made, *open_complete(BY_TICKET, a_profile(), server.present)] == [
        Statement(
            f"Create group role: {READ}, {WRITE}",
            f"{role}; {role}",
            (read, read, mark % '"role": "read"', write, write, mark % '"role": "write"'),
        ),
        Statement(
            f"Create without LOGIN: {ALICE}, {BOB}",
            f"{role}; {role}",
            (alice, alice, mark % '"complete": false', bob, bob, mark % '"complete": false'),
        ),
        Statement(f"Grant rds_ad, {READ}: {ALICE}", "GRANT {}, {} TO {}", (ad, read, alice)),
        Statement(f"Grant rds_ad, {READ}, {WRITE}: {BOB}", "GRANT {}, {}, {} TO {}", (ad, read, write, bob)),
        Statement(
            f"LOGIN, complete: {ALICE}, {BOB}",
            "ALTER ROLE {} LOGIN; COMMENT ON ROLE {} IS {}; ALTER ROLE {} LOGIN; COMMENT ON ROLE {} IS {}",
            (alice, alice, mark % '"complete": true', bob, bob, mark % '"complete": true'),
        ),
    ]


def test_names_are_values_and_never_text() -> None:
    hostile = ("o'brien", 'a"b', "{}", "%s", "a; DROP ROLE rds_ad")
    profile = a_profile(logins=tuple(DirectoryLogin(name, ("read",)) for name in hostile))
    for statement in make(BY_TICKET, profile, Server().present).statements:
        assert not any(name in statement.sql.replace("{}", "") for name in hostile)
        assert statement.sql.count("{}") == len(statement.values)


def test_no_statement_drops_or_revokes_anything_or_hands_it_on() -> None:
    server = Server.of([a_role(), a_role(BOB, can_login=False), a_role("carol@CORP.EXAMPLE.COM"), a_group()])
    statements = (
        *make_groups(BY_TICKET, "payments", wanted_groups(a_profile()), server.present),
        *make(BY_TICKET, a_profile(), server.present).statements,
        *open_complete(BY_TICKET, a_profile(), server.present),
    )
    assert statements
    for statement in statements:
        assert not re.search(r"\b(DROP|REVOKE|REASSIGN|PASSWORD|ADMIN|SUPERUSER|RENAME|SET)\b", statement.sql)


@pytest.mark.parametrize(("people", "batches"), [(1, 1), (100, 1), (101, 2), (1000, 10)])
def test_a_hundred_people_share_a_statement(people: int, batches: int) -> None:
    profile = a_profile(logins=tuple(DirectoryLogin(f"user{n}", ("read",)) for n in range(people)))
    server = Server()
    made = make(BY_TICKET, profile, server.present).statements
    assert max(len(statement.values) for statement in made) <= 3 * LOGINS_PER_STATEMENT
    assert onboard(server, profile) == 1 + 3 * batches
    assert proof_of(profile, server).verified == people


def test_a_role_that_nobody_has_or_that_says_nothing_about_postgresql_has_no_group() -> None:
    roles = {**a_profile().roles, "elsewhere": Role(Preset.READ, mysql=("payments",))}
    profile = a_profile(roles=roles, logins=(DirectoryLogin("alice", ("read", "elsewhere")),))
    assert [group.name for group in wanted_groups(profile)] == [READ]
    (alice,) = wanted_logins(BY_TICKET, profile)
    assert alice.roles == {"rds_ad", READ}


# ---- run twice, cut off, changed


def test_a_second_run_has_nothing_to_do() -> None:
    server = Server()
    assert onboard(server, a_profile()) == 5
    assert onboard(server, a_profile()) == 0
    assert proof_of(a_profile(), server) == Proof(2, ())


def test_a_login_that_is_no_member_of_everything_stays_closed() -> None:
    half = a_role(can_login=False, mark={"profile": "payments", "complete": False}, member_of=frozenset({"rds_ad"}))
    assert open_complete(BY_TICKET, for_alice(), Server.of([half, a_group()]).present) == ()


def test_a_leaver_loses_login_and_keeps_everything_else() -> None:
    carol = a_role("carol@CORP.EXAMPLE.COM")
    server = Server.of([a_role(), carol, a_group()])
    assert onboard(server, for_alice()) == 1
    assert server.roles[carol.name] == replace(carol, can_login=False, mark={"profile": "payments", "complete": False})
    assert onboard(server, for_alice()) == 0
    assert onboard(Server.of([a_role(), carol, a_group()]), for_alice(lock_leavers=False)) == 0


def test_each_leaver_is_locked_by_a_statement_of_their_own() -> None:
    left = [a_role("carol@CORP.EXAMPLE.COM"), a_role("dave@CORP.EXAMPLE.COM")]
    found = locking(a_profile(), Server.of([a_role(), *left, a_group()]).present)
    assert [each.description for each in found] == [f"Lock removed login: {role.name}" for role in left]


@pytest.mark.parametrize(
    ("name", "member_of"),
    [
        ("carol@CORP.EXAMPLE.COM", "rds_ad"),
        ("dave@ONPREM.EXAMPLE.COM", "rds_ad"),
        ("app", "rds_iam"),
        ("alice@OLD.EXAMPLE.COM", "rds_ad"),
    ],
    ids=["another method", "of another realm", "a token", "the directory is another one"],
)
def test_who_is_listed_and_does_not_sign_in_so_here_is_no_leaver_and_is_closed_with_the_rest(
    name: str, member_of: str
) -> None:
    skipped = (
        DirectoryLogin("carol", ("read",)),
        DirectoryLogin("dave", ("read",), realm="ONPREM.EXAMPLE.COM"),
        IamLogin("app", ("read",)),
    )
    profile, login = for_alice(skipped=skipped), a_role(name, member_of=frozenset({member_of}))
    roles = Server.of([a_role(), login, a_group()]).present
    assert locking(profile, roles) == ()
    (closed,) = make(BY_TICKET, profile, roles).statements
    assert str(closed.changes[0]) == f"lock login {name}, which no longer signs in here as the profile says"
    assert len(locking(for_alice(), roles)) == (0 if name.startswith("alice") else 1)


def test_a_group_role_is_no_leaver() -> None:
    assert locking(for_alice(), Server.of([a_role(), a_group(), a_group("old")]).present) == ()


def in_other_hands(name: str, *others: str) -> Remark:
    return Remark(
        f"others may use it or give it away ({', '.join(others)})",
        f'Run REVOKE "{name}" FROM "{others[0]}" CASCADE, likewise for each; if the server warns and nothing changes,'
        " one of them created the role: rename it and start again, so that we create our own",
    )


FOREIGN = {
    "made by somebody else (member of rds_superuser)": a_role(mark=None, member_of=frozenset({"rds_superuser"})),
    "made by somebody else (member of no role)": a_role(mark=None, member_of=frozenset()),
    "made for profile ledger": a_role(mark={"profile": "ledger", "complete": True}, member_of=frozenset({"rds_ad"})),
    "made for profile None": a_role(mark={}, member_of=frozenset({"rds_ad"})),
    "changed since we made it (SUPERUSER)": a_role(powers=("SUPERUSER",)),
    "locked by somebody else": a_role(can_login=False),
    f"no login may have both rds_ad and rds_iam: {ALICE} is a member of rds_iam": a_role(
        member_of=frozenset({"rds_ad", READ, "rds_iam"})
    ),
}


@pytest.mark.parametrize("reason", FOREIGN)
def test_a_login_that_is_not_ours_to_touch_is_left_alone_and_said(reason: str) -> None:
    server = Server.of([FOREIGN[reason], a_group()])
    assert onboard(server, for_alice()) == 0
    assert proof_of(for_alice(), server) == Proof(0, (Remark(f"{ALICE}: {reason}"),))


# ---- what keeps people out


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            a_role(takes_nobody=True),
            Remark("CONNECTION LIMIT 0 keeps everybody out", f'Run ALTER ROLE "{ALICE}" CONNECTION LIMIT -1'),
        ),
        (
            a_role(inherits=False, member_of=frozenset({"rds_ad"})),
            Remark(f"NOINHERIT would keep the rights of {READ} from it", f'Run ALTER ROLE "{ALICE}" INHERIT'),
        ),
        (
            a_role(inherits=False, only_by_set_role=frozenset({"rds_ad", READ})),
            Remark(
                f"it does not inherit the rights of {READ}",
                f'Run ALTER ROLE "{ALICE}" INHERIT; from PostgreSQL 16 on also'
                f' GRANT "{READ}" TO "{ALICE}" WITH INHERIT TRUE',
            ),
        ),
        (
            a_role(only_by_set_role=frozenset({READ})),
            Remark(f"it does not inherit the rights of {READ}", f'Run GRANT "{READ}" TO "{ALICE}" WITH INHERIT TRUE'),
        ),
    ],
    ids=["CONNECTION LIMIT 0", "NOINHERIT, not yet a member", "NOINHERIT", "a membership without INHERIT"],
)
@pytest.mark.parametrize("adopt", [False, True], ids=["ours", "to be adopted"])
def test_a_login_that_keeps_people_out_is_reported_and_not_counted(
    found: PresentRole, said: Remark, *, adopt: bool
) -> None:
    changes: dict[str, Any] = {"mark": None, "can_login": False} if adopt else {}
    server = Server.of([a_group(), replace(found, **changes)])
    before = dict(server.roles)
    profile = for_alice(adopt=frozenset({"alice"})) if adopt else for_alice()
    assert onboard(server, profile) == 0
    assert server.roles == before
    of_others = in_other_hands(READ, ALICE)
    not_ours = (of_others.after(f"{READ}: "),) if adopt and READ in found.member_of else ()
    told = of_others.after(f"it needs {READ}, which is not ours to use: ") if not_ours else said
    assert proof_of(profile, server) == Proof(0, (told.after(f"{ALICE}: "),), not_ours=not_ours)


@pytest.mark.parametrize(
    "found",
    [
        a_role(only_by_set_role=frozenset({"rds_ad"})),  # being a member is all that matters there
        a_role(inherits=False, only_by_set_role=frozenset({"rds_ad"})),  # its group was granted with INHERIT TRUE
    ],
)
def test_what_blocks_nobody_is_not_reported(found: PresentRole) -> None:
    server = Server.of([a_group(), found])
    assert onboard(server, for_alice()) == 0
    assert proof_of(for_alice(), server) == Proof(1, ())


# ---- what the master user may not change

GRANT = 'Have an administrator of {0} run GRANT "{0}" TO "dbadmin" WITH ADMIN TRUE, INHERIT FALSE, SET FALSE'


def believed(server: Server) -> Roles:
    return replace(server.present, believed=True)


@pytest.mark.parametrize(
    ("profile", "present", "said"),
    [
        (
            for_alice(adopt=frozenset({"alice"})),
            [a_group(), a_role(mark=None, administered=False, member_of=frozenset({"rds_ad"}))],
            Remark(f"{ALICE}: the master user may not change it", GRANT.format(ALICE)),
        ),
        (
            for_alice(),
            [a_group(), a_role(mark={**COMPLETE, "complete": False}, can_login=False, administered=False)],
            Remark(f"{ALICE}: the master user may not change it", GRANT.format(ALICE)),
        ),
        (
            for_alice(),
            [a_group(administered=False)],
            Remark(f"{ALICE}: the master user may not grant it {READ}", GRANT.format(READ)),
        ),
    ],
    ids=["to be adopted", "half made", "its group role"],
)
def test_a_login_that_the_master_user_may_not_change_is_left_alone_when_the_server_has_refused_it(
    profile: Profile, present: list[PresentRole], said: Remark
) -> None:
    server = Server.of(present)
    assert make(BY_TICKET, profile, server.present).statements or open_complete(BY_TICKET, profile, server.present)
    assert make(BY_TICKET, profile, believed(server)).left_alone == (said,)
    assert not make(BY_TICKET, profile, believed(server)).statements
    assert not open_complete(BY_TICKET, profile, believed(server))
    assert prove(BY_TICKET, profile, believed(server)) == Proof(0, (said,))


def test_a_login_that_lacks_nothing_needs_no_right_to_change_it() -> None:
    server = Server.of([a_group(administered=False), a_role(administered=False)])
    assert prove(BY_TICKET, for_alice(), believed(server)) == Proof(1, ())


def test_a_leaver_that_the_master_user_may_not_lock_is_told() -> None:
    server = Server.of([a_group(), a_role(), a_role(BOB, administered=False)])
    assert locking(for_alice(), server.present)
    assert not locking(for_alice(), believed(server))
    assert prove(BY_TICKET, for_alice(), believed(server)).not_ours == (
        Remark(f"{BOB}: still open, because the master user may not lock it", GRANT.format(BOB)),
    )
    assert not prove(BY_TICKET, for_alice(lock_leavers=False), believed(server)).not_ours


def test_the_right_that_is_missing_for_everybody_is_told_with_what_to_run() -> None:
    server = Server()
    assert missing_right(BY_TICKET, for_alice(), server.present) is None
    server.roles["rds_iam"] = PresentRole("rds_iam", administered=False)
    assert missing_right(BY_TICKET, for_alice(), server.present) is None  # nobody is to have it
    server.roles["rds_ad"] = PresentRole("rds_ad", administered=False)
    told = missing_right(BY_TICKET, for_alice(), server.present)
    assert told
    assert told[0] == "The master user dbadmin may not grant rds_ad"
    assert told[1].startswith(GRANT.format("rds_ad"))
    server.roles["dbadmin"] = replace(MASTER, powers=("CREATEDB",))
    told = missing_right(BY_TICKET, for_alice(), server.present)
    assert told
    assert told[0] == "The master user dbadmin has no CREATEROLE"
    assert told[1].startswith('Have another administrator run ALTER ROLE "dbadmin" CREATEROLE')


def test_a_role_that_already_has_rds_ad_needs_nobody_to_grant_it() -> None:
    server = Server.of([a_group(), a_role()])
    server.roles["rds_ad"] = PresentRole("rds_ad", administered=False)
    assert missing_right(BY_TICKET, for_alice(), server.present) is None


# ---- rds_ad xor rds_iam, and never the master


def test_no_login_becomes_a_member_of_both_by_a_detour() -> None:
    """app > token > rds_iam: a member of the group role would be a member of rds_iam."""
    chain = [
        PresentRole("token", member_of=frozenset({"rds_iam"})),
        PresentRole("app", member_of=frozenset({"token"})),
        a_role(can_login=False, mark={"profile": "payments", "complete": False}, member_of=frozenset({"app"})),
        a_group(),
    ]
    server = Server.of(chain)
    assert onboard(server, for_alice()) == 0
    way = f"{ALICE} is a member of app is a member of token is a member of rds_iam"
    said = Remark(f"{ALICE}: no login may have both rds_ad and rds_iam: {way}")
    assert proof_of(for_alice(), server).left_alone == (said,)


def test_no_login_is_created_where_rds_ad_itself_leads_to_rds_iam() -> None:
    server = Server.of([PresentRole("rds_ad", member_of=frozenset({"rds_iam"})), a_group()])
    assert onboard(server, for_alice()) == 0
    way = f"{ALICE} is a member of rds_ad is a member of rds_iam"
    said = Remark(f"{ALICE}: no login may have both rds_ad and rds_iam: {way}")
    assert proof_of(for_alice(), server).left_alone == (said,)


def test_a_role_that_the_master_is_a_member_of_is_not_granted_rds_ad() -> None:
    half = a_role(can_login=False, mark={"profile": "payments", "complete": False}, member_of=frozenset())
    team = PresentRole("team", member_of=frozenset({ALICE}))
    server = Server.of([half, a_group(), team, replace(MASTER, member_of=frozenset({"team"}))])
    assert onboard(server, for_alice()) == 0
    assert proof_of(for_alice(), server).left_alone == (
        Remark(f"{ALICE}: rds_ad would shut the master user out: dbadmin is a member of team is a member of {ALICE}"),
    )


def test_a_member_of_a_login_must_not_get_both_by_it_either() -> None:
    half = a_role(can_login=False, mark={"profile": "payments", "complete": False}, member_of=frozenset())
    server = Server.of([half, a_group(), PresentRole("batch", member_of=frozenset({ALICE, "rds_iam"}))])
    assert onboard(server, for_alice()) == 0
    assert proof_of(for_alice(), server).left_alone == (
        Remark(f"{ALICE}: no login may have both rds_ad and rds_iam: batch, a member of it, is one of rds_iam"),
    )


def test_a_password_user_who_is_a_member_of_a_login_keeps_the_password_sign_in() -> None:
    half = a_role(can_login=False, mark={"profile": "payments", "complete": False}, member_of=frozenset())
    batch = PresentRole("batch", can_login=True, member_of=frozenset({ALICE}))
    server = Server.of([half, a_group(), batch])
    assert onboard(server, for_alice()) == 0
    assert proof_of(for_alice(), server).left_alone == (
        Remark(f"{ALICE}: rds_ad would end the password sign-in of batch, who is a member of it"),
    )


@pytest.mark.parametrize("role", ["rds_ad", "rds_iam"])
def test_a_master_who_reaches_either_is_told_the_way(role: str) -> None:
    team = PresentRole("team", member_of=frozenset({role}))
    present = Server.of([team, replace(MASTER, member_of=frozenset({"team"}))]).present
    assert unusable(BY_TICKET, present) == (
        f"The master user would sign in by {role} alone: dbadmin is a member of team is a member of {role}",
        "Revoke the role team from dbadmin, then start again",
    )


def test_a_usual_master_may_go_on() -> None:
    assert unusable(BY_TICKET, Server().present) is None


def test_a_server_without_rds_ad_is_none_of_rds() -> None:
    assert unusable(BY_TICKET, Roles("dbadmin", {"dbadmin": MASTER})) == (
        "There is no role rds_ad",
        "Ask AWS Support: RDS creates it on every database server",
    )


def test_a_circle_of_memberships_ends_the_search() -> None:
    circle = Roles(
        "a", {"a": PresentRole("a", member_of=frozenset("b")), "b": PresentRole("b", member_of=frozenset("a"))}
    )
    assert circle.way(["a"], "rds_iam") is None
    assert circle.way(["a"], "b") == Way(("a", "b"))
    assert circle.longest_chain == ("a",)


# ---- adoption


@pytest.mark.parametrize(
    ("found", "others", "said", "run"),
    [
        ({"powers": ("CREATEROLE", "CREATEDB")}, (), "CREATEROLE, CREATEDB", "ALTER ROLE {} NOCREATEROLE NOCREATEDB"),
        (
            {"member_of": frozenset({"rds_superuser"})},
            (),
            f"the rights of rds_superuser, which no login of ours has: {ALICE} is a member of rds_superuser",
            'REVOKE "rds_superuser" FROM {}, and start again',
        ),
        (
            {"member_of": frozenset({"app", "team"})},
            (PresentRole("team", member_of=frozenset({"pg_write_all_data"})), PresentRole("pg_write_all_data")),
            (
                "the rights of pg_write_all_data, which no login of ours has:"
                f" {ALICE} is a member of team is a member of pg_write_all_data"
            ),
            'REVOKE "team" FROM {}, and start again',
        ),
        (
            {"member_of": frozenset({"makers"})},
            (PresentRole("makers", powers=("CREATEROLE",)),),
            "the rights of makers",
            'REVOKE "makers" FROM {}',
        ),
        ({"member_of": frozenset({"dbadmin"})}, (), "the rights of dbadmin", 'REVOKE "dbadmin" FROM {}'),
        ({"member_of": frozenset({"pg_new"})}, (PresentRole("pg_new"),), "the rights of pg_new", "REVOKE"),
        ({"member_of": frozenset({"rds_new"})}, (PresentRole("rds_new"),), "the rights of rds_new", "REVOKE"),
    ],
)
def test_a_login_with_powers_is_not_adopted_and_what_to_run_is_said(
    found: dict[str, Any], others: tuple[PresentRole, ...], said: str, run: str
) -> None:
    profile = for_alice(adopt=frozenset({"alice"}))
    server = Server.of([PresentRole("app"), *others, PresentRole(ALICE, **found)])
    (left,) = make(BY_TICKET, profile, server.present).left_alone
    assert left.problem.startswith(f"{ALICE}: it is not adopted with {said}")
    assert (left.remedy or "").startswith(f"Run {run}".replace("{}", f'"{ALICE}"'))
    onboard(server, profile)
    assert not server.roles[ALICE].can_login
    assert server.roles[ALICE].mark is None


@pytest.mark.parametrize("role", ["app", "pg_monitor", "pg_read_all_stats", "rds_ad"])
def test_a_login_with_other_memberships_is_adopted_with_them(role: str) -> None:
    profile = for_alice(adopt=frozenset({"alice"}))
    server = Server.of([PresentRole(role), PresentRole(ALICE, member_of=frozenset({role}))])
    onboard(server, profile)
    assert server.roles[ALICE].can_login
    assert role in server.roles[ALICE].member_of


# ---- group roles


TROUBLES = {
    "made by somebody else": a_group(mark=None),
    "made for role write of profile payments": a_group(mark={"profile": "payments", "role": "write"}),
    "made for role read of profile ledger": a_group(mark={"profile": "ledger", "role": "read"}),
    "changed since we made it (LOGIN)": a_group(can_login=True),
    "changed since we made it (CREATEROLE, member of rds_superuser)": a_group(
        powers=("CREATEROLE",), member_of=frozenset({"rds_superuser"})
    ),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_group_role_that_is_not_as_we_make_it_is_given_to_nobody(trouble: str) -> None:
    server = Server.of([TROUBLES[trouble]])
    assert onboard(server, for_alice()) == 0
    proof = proof_of(for_alice(), server)
    assert proof.left_alone == (Remark(f"{ALICE}: it needs {READ}, which is not ours to use: {trouble}"),)
    assert proof.not_ours == (Remark(f"{READ}: {trouble}"),)


# ---- the proof


@pytest.mark.parametrize(
    ("present", "fault"),
    [
        ([], f"{ALICE} does not exist"),
        ([a_role(can_login=False, mark={"profile": "payments", "complete": False})], f"{ALICE} is locked"),
        ([a_role(member_of=frozenset({"rds_ad"}))], f"{ALICE} lacks membership of {READ}"),
        ([a_role(member_of=frozenset())], f"{ALICE} lacks membership of rds_ad; membership of {READ}"),
        ([a_role(name=ALICE.lower())], f"{ALICE} does not exist"),
    ],
)
def test_a_login_that_is_not_as_wanted_is_named(present: list[PresentRole], fault: str) -> None:
    with pytest.raises(LoginsIncomplete, match=f"1 login is not as the profile requires: {re.escape(fault)}"):
        proof_of(for_alice(), Server.of([*present, a_group()]))


def test_a_proof_lists_separately_what_waits_and_what_is_not_ours() -> None:
    server = Server.of([a_role(), a_group()])
    others = Remark("core.t of app")
    proof = prove(BY_TICKET, for_alice(), server.present, not_ours=[others], waiting=["payments: not there"])
    assert proof == Proof(1, (), not_ours=(others,), waiting=("payments: not there",))
    told = {"verified", "left_alone", "not_ours", "waiting", "excess", "left_out"}
    assert set(proof.to_json()) == told
    more = replace(proof, trusted=("admin",), disputed="5f2a", disputed_names=ALICE)
    assert set(more.to_json()) == {*told, "trusted", "disputed", "disputed_names"}


@pytest.mark.parametrize(
    ("others_held", "excess"),
    [
        ((), ()),
        (("signon.payments.write",), (f"{ALICE}: membership of signon.payments.write",)),
        (("app", "rds_superuser"), (f"{ALICE}: membership of app, membership of rds_superuser",)),
    ],
)
def test_what_a_login_has_beyond_its_roles_is_reported_and_changes_nothing(
    others_held: tuple[str, ...], excess: tuple[str, ...]
) -> None:
    member = a_role(member_of=frozenset({"rds_ad", READ, *others_held}))
    others = [PresentRole(name) for name in others_held]
    server = Server.of([member, a_group(), *others])
    assert proof_of(for_alice(), server) == Proof(1, (), excess=excess)


def test_what_group_roles_have_in_excess_is_listed_after_that_of_logins() -> None:
    member = a_role(member_of=frozenset({"rds_ad", READ, "app"}))
    server = Server.of([member, a_group(), PresentRole("app")])
    proof = prove(BY_TICKET, for_alice(), server.present, excess=[f"{READ}: INSERT on TABLE payments.core.t"])
    assert proof.excess == (f"{ALICE}: membership of app", f"{READ}: INSERT on TABLE payments.core.t")


# ---- for any profile and any server

PEOPLE = st.dictionaries(
    st.sampled_from(["alice", "bob", "carol"]),
    st.lists(st.sampled_from(["read", "write"]), min_size=1, max_size=2).map(tuple),
    min_size=1,
).map(lambda people: tuple(DirectoryLogin(user, roles) for user, roles in people.items()))
NAMES = ["team", "token", ALICE, BOB, "carol@CORP.EXAMPLE.COM", READ, WRITE]
MARKS = st.none() | st.sampled_from(
    [
        COMPLETE,
        {"profile": "payments", "complete": False},
        {"profile": "ledger", "complete": True},
        {"profile": "payments", "role": "read"},
    ]
)
PRESENT = st.builds(
    PresentRole,
    st.sampled_from(NAMES),
    st.booleans(),
    st.sampled_from([(), ("CREATEDB",)]),
    MARKS,
    st.frozensets(st.sampled_from([*NAMES, "rds_ad", "rds_iam"]), max_size=2),
)
SERVERS = st.lists(PRESENT, max_size=6, unique_by=lambda role: role.name)


@given(PEOPLE, st.booleans(), SERVERS, st.frozensets(st.sampled_from(NAMES), max_size=1))
def test_one_run_is_enough_and_touches_only_what_is_ours(
    people: tuple[DirectoryLogin, ...], lock: bool, present: list[PresentRole], of_master: frozenset[str]
) -> None:
    profile = a_profile(logins=people, lock_leavers=lock)
    server = Server.of([*present, replace(MASTER, member_of=of_master)])
    if unusable(BY_TICKET, server.present):
        return
    both_before = have_both(server)
    onboard(server, profile)
    assert have_both(server) == both_before
    assert unusable(BY_TICKET, server.present) is None
    for before in present:
        after = server.roles[before.name]
        if before.mark is None or before.mark["profile"] != "payments":
            assert after == before
        assert after.powers == before.powers
        assert before.member_of <= after.member_of
    proof = proof_of(profile, server)
    assert proof.verified + len(proof.left_alone) == len(people)
    assert onboard(server, profile) == 0


def have_both(server: Server) -> set[str]:
    """Who is a member of rds_ad and of rds_iam, by whatever way."""
    roles = server.present
    return {name for name in roles.present if roles.way([name], "rds_ad") and roles.way([name], "rds_iam")}


@given(PEOPLE, SERVERS, st.integers(0, 6))
def test_a_run_that_is_cut_off_anywhere_is_completed_by_the_next(
    people: tuple[DirectoryLogin, ...], present: list[PresentRole], until: int
) -> None:
    profile = a_profile(logins=people)
    server = Server.of(present)
    if unusable(BY_TICKET, server.present):
        return
    server.run(make(BY_TICKET, profile, server.present).statements[:until])
    onboard(server, profile)
    proof_of(profile, server)
    assert onboard(server, profile) == 0
