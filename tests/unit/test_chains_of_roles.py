"""Chains of memberships, which a role that may create roles can make as deep as it likes."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import pytest

from signon.domain.engines import POSTGRESQL_AD, Method
from signon.domain.logins.postgresql import make, open_complete, prove, recognized, unusable
from signon.domain.logins.postgresql_marks import in_other_hands
from signon.domain.logins.postgresql_roles import DEEPEST, MOST_OTHERS, PresentRole, Roles, Way
from signon.domain.memory.made import Memory
from signon.domain.profile.profile import DirectoryLogin, Profile
from tests.builders import a_profile

WAYS = {Method.KERBEROS: POSTGRESQL_AD}


def a_chain(links: int, top: str = "top") -> Roles:
    """``links`` memberships, one of the other, the last one of ``top``; the master user begins it."""
    names = ["dbadmin", *(f"link-{each}" for each in range(links - 1)), top]
    chain = [PresentRole(name, member_of=frozenset({above})) for name, above in pairwise(names)]
    roles = [*chain, PresentRole(top), PresentRole("rds_ad"), PresentRole("rds_iam")]
    return Roles("dbadmin", {role.name: role for role in roles})


@pytest.mark.parametrize(("links", "said"), [(DEEPEST, 0), (DEEPEST + 1, 1), (20_000, 1)])
def test_one_that_is_too_deep_is_said_with_what_to_run(links: int, said: int) -> None:
    found = prove(WAYS, a_profile(logins=()), a_chain(links)).not_ours
    assert len(found) == said
    for line in found:
        assert line.problem.startswith(f"A chain of {links} memberships leads from dbadmin to top; more than 200 are")
        assert 'REVOKE "link-0" FROM "dbadmin"' in (line.remedy or "")


def test_a_way_through_it_is_told_by_its_ends() -> None:
    problem, remedy = unusable(WAYS, a_chain(7_000, top="rds_ad")) or ("", "")
    assert problem == (
        "The master user would sign in by rds_ad alone: dbadmin is a member of link-0 is a member of link-1 is a"
        " member of 6995 more, one of the other is a member of link-6997 is a member of link-6998 is a member of rds_ad"
    )
    assert remedy == "Revoke the role link-0 from dbadmin, then start again"


def test_what_it_takes_of_memory_grows_with_the_roles_and_not_with_their_square() -> None:
    roles = a_chain(20_000, top="rds_ad")
    tracemalloc.start()
    try:
        assert roles.way(["dbadmin"], "rds_ad") == Way(
            ("dbadmin", "link-0", "link-1", "link-19997", "link-19998", "rds_ad"), 20_001 - 6
        )
        assert len(roles.longest_chain) == 20_001
        assert len(roles.members("rds_ad")) == 20_000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 40_000_000


# ---- what it takes of time, in calls


MARK = {"profile": "payments", "complete": True}


def users(number: int) -> list[str]:
    return [f"user{each}" for each in range(number)]


def a_server(present: Iterable[PresentRole], **changes: Any) -> Roles:
    master = PresentRole("dbadmin", can_login=True, powers=("CREATEROLE",))
    usual = (master, PresentRole("rds_ad"), PresentRole("rds_iam"))
    return Roles("dbadmin", {role.name: role for role in (*usual, *present)}, **changes)


def chained(names: Iterable[str], top: str, **changes: Any) -> list[PresentRole]:
    """Each is a member of the next one, and the last one of ``top``."""
    return [PresentRole(name, member_of=frozenset({above}), **changes) for name, above in pairwise((*names, top))]


def links(number: int) -> list[str]:
    return [f"link{each}" for each in range(number)]


def marked_roles_in_a_chain(number: int) -> Roles:
    return a_server(chained(links(number), "rds_ad", can_login=True, mark=MARK))


def marked_roles_beneath_a_chain(number: int) -> Roles:
    chain = chained(links(number), "rds_ad")
    return a_server([*chain, *chained_to("link0", [f"marked{each}" for each in range(number)])])


def chained_to(top: str, names: Iterable[str]) -> list[PresentRole]:
    return [PresentRole(name, can_login=True, mark=MARK, member_of=frozenset({top})) for name in names]


def marked_group_roles_above_a_chain(number: int) -> Roles:
    names = [f"signon.payments.x{each}" for each in range(number)]
    groups = [PresentRole(name, mark={"profile": "payments", "role": f"x{each}"}) for each, name in enumerate(names)]
    return a_server([*groups, *chained(links(number), "all"), PresentRole("all", member_of=frozenset(names))])


def creators_above_a_chain(number: int) -> Roles:
    names = [f"creator{each}" for each in range(number)]
    creators = [PresentRole(name, powers=("CREATEROLE",)) for name in names]
    chain = chained(links(number), "all")
    return a_server([*creators, *chain, PresentRole("all", member_of=frozenset(names))], open_to_creators=True)


def logins_of_the_profile_above_a_chain(number: int) -> Roles:
    """Somebody was made a member of each of them."""
    names = [f"{user}@CORP.EXAMPLE.COM" for user in users(number)]
    of_all = PresentRole("all", member_of=frozenset(names))
    return a_server([*chained_to("rds_ad", names), of_all, *chained(links(number), "all", can_login=True)])


def logins_of_the_profile_beneath_a_chain(number: int) -> Roles:
    """Somebody has made each of them a member of what leads to rds_iam."""
    names = [f"{user}@CORP.EXAMPLE.COM" for user in users(number)]
    return a_server([*chained_to("link0", names), *chained(links(number), "rds_iam")])


def of_many(number: int) -> Profile:
    return a_profile(logins=tuple(DirectoryLogin(user, ("read",)) for user in users(number)))


def calls(of: Callable[[], object]) -> int:
    """How many functions are called, those of C among them: that grows with the steps of a walk."""
    count = 0

    def counting(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counting)
    try:
        of()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    ("built", "logins"),
    [
        (marked_roles_in_a_chain, 0),
        (marked_roles_beneath_a_chain, 0),
        (marked_group_roles_above_a_chain, 0),
        (creators_above_a_chain, 0),
        (logins_of_the_profile_above_a_chain, 1),
        (logins_of_the_profile_beneath_a_chain, 1),
    ],
)
def test_what_it_takes_of_time_grows_with_the_roles_and_not_with_their_square(
    built: Callable[[int], Roles], logins: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signon.domain.logins.postgresql_roles.MOST_OTHERS", 20)  # for so few roles

    def taken_by(number: int) -> int:
        present, profile = built(number), of_many(logins * number)

        def a_run() -> None:
            roles = recognized(WAYS, profile, present, Memory())
            unusable(WAYS, roles)
            make(WAYS, profile, roles)
            open_complete(WAYS, profile, roles)
            prove(WAYS, profile, roles)

        return calls(a_run)

    assert taken_by(400) < 3 * taken_by(200)


def test_no_more_of_those_who_may_use_a_login_are_looked_for_than_are_told() -> None:
    roles = a_server([*chained_to("rds_ad", ["alice"]), *chained(links(2 * MOST_OTHERS), "alice")])
    assert len(roles.others_with_access("alice")) == MOST_OTHERS
    assert in_other_hands("alice", roles.others_with_access("alice")).problem.endswith(", and maybe others)")
    assert not in_other_hands("alice", ["tenant"]).problem.endswith(", and maybe others)")
