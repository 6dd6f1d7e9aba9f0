"""Chains of memberships, which a role that may create roles can make as deep as it likes."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest

from signon.domain.engines import POSTGRESQL_AD, Method
from signon.domain.logins.postgresql import prove, unusable
from signon.domain.logins.postgresql_roles import DEEPEST, PresentRole, Roles
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
        assert len(roles.way(["dbadmin"], "rds_ad") or ()) == 20_001
        assert len(roles.longest_chain) == 20_001
        assert len(roles.members("rds_ad")) == 20_000
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 40_000_000
