"""What it costs to judge whose a group role is, by the number of its members."""

from __future__ import annotations

import time
from collections.abc import Iterator

from signon.domain.engines import POSTGRESQL_AD, Method
from signon.domain.logins.postgresql import group_troubles, recognized, wanted_groups
from signon.domain.logins.postgresql_roles import PresentRole, Roles
from signon.domain.memory.made import Memory
from tests.builders import a_profile_for_clusters

NUMBERS = (2_000, 20_000)  # ten times as many take ten times as long, and of the square a hundred times


def measured() -> Iterator[tuple[int, float]]:
    """Seconds of processor time by the number of members, each the best of three."""
    for number in NUMBERS:
        yield number, min(_judged(number) for _ in range(3))


def _judged(number: int) -> float:
    profile = a_profile_for_clusters()
    wanted = wanted_groups(profile)
    mark, member_of = (
        {"profile": profile.name, "complete": True},
        frozenset({"rds_ad", *(each.name for each in wanted)}),
    )
    groups = [
        PresentRole(each.name, mark={"profile": profile.name, "role": each.role}, oid=f"g{place}")
        for place, each in enumerate(wanted)
    ]
    people = [PresentRole(f"p{each}", True, (), mark, member_of, oid=str(each)) for each in range(number)]
    usual = [PresentRole("rds_ad"), PresentRole("rds_iam"), PresentRole("dbadmin", powers=("CREATEROLE",))]
    present = {each.name: each for each in (*usual, *groups, *people)}
    made = {each.name: each.oid for each in (*groups, *people)}
    began = time.process_time()
    roles = recognized({Method.KERBEROS: POSTGRESQL_AD}, profile, Roles("dbadmin", present), Memory(made))
    if group_troubles(profile.name, wanted, roles):
        raise AssertionError("Group roles that are remembered are in order")
    return time.process_time() - began
