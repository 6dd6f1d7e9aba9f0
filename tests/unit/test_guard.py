"""Before every change, and the reboots: on RDS, a table and a bucket that are kept in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from signon.aws import claims, guard, profiles, rds, rds_changes, reboots, records
from signon.domain.logins.change import ChangeKind, LoginChange, LoginChanges
from signon.domain.logins.login import Statement
from signon.domain.memory.claim import Claim
from signon.domain.memory.record import Record
from signon.domain.plan.assignment import Assignment
from signon.domain.plan.methods import Methods
from signon.domain.rds.database import Database, Instance
from signon.domain.rds.reboot import Reboot
from signon.errors import ClaimLost, DatabaseBusy, DatabaseGone, DatabaseUnusable, PlanOutdated
from tests.builders import (
    EXECUTION,
    NOW,
    a_cluster,
    a_cluster_id,
    a_database,
    a_database_id,
    a_member,
    a_plan,
    a_record,
    a_request,
    an_instance,
    at,
)

BEGUN = a_plan(checksum="0123456789abcdef").as_begun
CLAIM = Claim(a_database_id().resource_id, EXECUTION, 1)


class World:
    """What RDS, the table and the bucket say, and what RDS was asked for."""

    def __init__(self) -> None:
        self.database: Database | Exception = a_database()
        self.newest: str | None = "v1"
        self.fence = 1
        self.record: Record | None = None
        self.restarted: set[str] = set()
        self.rebooted: list[str] = []
        self.asked: list[str] = []

    def observe(self, _: object) -> Database:
        self.asked.append("observe")
        if isinstance(self.database, Exception):
            raise self.database
        return self.database

    def confirm(self, _: str, claim: Claim) -> None:
        self.asked.append("confirm")
        if claim.fence != self.fence:
            raise ClaimLost("another execution has taken over")

    def newest_version(self, _: str, __: str) -> str | None:
        self.asked.append("newest")
        return self.newest

    def note(self, _: str, __: str, facts: Mapping[str, Any]) -> None:
        noted = vars(Record.of_facts(facts))
        self.record = replace(self.record or Record(), **{name: noted[name] for name in facts})

    def reboot(self, instance: Instance) -> None:
        assert self.record
        assert instance.name in self.record.reboot_intents, "the intent is stored before the call"
        self.rebooted.append(instance.name)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    replaced: dict[Any, dict[str, Any]] = {
        rds: {"observe": world.observe},
        claims: {"confirm": world.confirm},
        profiles: {"newest_version": world.newest_version},
        records: {"read": lambda _, __: world.record, "note": world.note},
        rds_changes: {
            "restarted_since": lambda instance, _, __: instance.name in world.restarted,
            "reboot": world.reboot,
        },
    }
    for module, functions in replaced.items():
        for name, function in functions.items():
            monkeypatch.setattr(module, name, function)
    return world


# ---- the guard


def checked(redrives: int = 0, **changes: Any) -> Database:
    return guard.before_change("t", "b", Assignment(a_request(**changes), a_database_id(), a_plan(), CLAIM, redrives))


def test_before_statements_the_guard_looks_and_the_plan_must_name_them(world: World) -> None:
    change = LoginChange(ChangeKind.LOCK, "carol")
    assignment = Assignment(a_request(), a_database_id(), a_plan(), CLAIM, 0)
    look = guard.before_statements("t", "b", assignment, LoginChanges.of([change]))
    look([Statement("Lock", "x", (), (change,))])
    assert world.asked == ["observe", "confirm", "newest"]
    with pytest.raises(PlanOutdated, match="have come to need 1 change more"):
        look([Statement("Unlock", "x", (), (LoginChange(ChangeKind.UNLOCK, "carol"),))])
    world.database = DatabaseGone("payments-orders is db-NEW now")
    with pytest.raises(DatabaseGone):
        look(())


def test_where_nothing_has_moved_the_database_may_be_changed(world: World) -> None:
    assert checked() == a_database()
    assert world.asked == ["observe", "confirm", "newest"]


def test_another_database_under_the_name_is_not_touched(world: World) -> None:
    world.database = DatabaseGone("payments-orders is db-NEW now")
    with pytest.raises(DatabaseGone):
        checked()


@pytest.mark.parametrize("status", ["stopping", "stopped", "storage-full"])
def test_a_database_that_does_not_become_available_by_itself_is_not_touched(world: World, status: str) -> None:
    world.database = a_database(status=status)
    with pytest.raises(DatabaseUnusable, match=f"payments-orders is {status} | Remedy: Bring it to available"):
        checked()


def test_an_execution_that_has_lost_the_claim_changes_nothing(world: World) -> None:
    world.fence = 2
    with pytest.raises(ClaimLost):
        checked()


@pytest.mark.parametrize(("tags", "says"), [({"signon:profile": "orders"}, "orders"), ({}, "nothing")])
def test_a_tag_that_names_another_profile_outdates_the_plan(world: World, tags: dict[str, str], says: str) -> None:
    world.database = a_database(tags=tags)
    with pytest.raises(PlanOutdated) as outdated:
        checked()
    assert str(outdated.value) == (
        f"The tag signon:profile of payments-orders now says {says}, but the plan is for payments"
    )


def test_the_tag_has_no_say_where_a_person_named_the_profile(world: World) -> None:
    world.database = a_database(tags={})
    assert checked(by_tag=False, trigger="manual").tags == {}


@pytest.mark.parametrize("newest", ["v2", None])
def test_a_newer_version_of_the_profile_outdates_the_plan(world: World, newest: str | None) -> None:
    world.newest = newest
    with pytest.raises(PlanOutdated) as outdated:
        checked(by_tag=False)
    assert str(outdated.value) == "Profile payments has changed since the plan for payments-orders was made"


def modifying(database: Database, **changes: Any) -> None:
    plan = a_plan(**changes)
    guard.before_modifying(database, Assignment(a_request(), a_database_id(), plan, CLAIM, 0))


WAITING = a_database(pending_changes=("EngineVersion", "Port", "MasterUserPassword"), pending_groups=("p",))


def test_what_others_have_asked_for_since_the_plan_was_made_outdates_it() -> None:
    with pytest.raises(PlanOutdated) as outdated:
        modifying(WAITING, applies_along=("Port",))
    assert str(outdated.value) == (
        "Since the plan for payments-orders was made, somebody has asked RDS for more: EngineVersion"
    )
    with pytest.raises(PlanOutdated):
        modifying(a_cluster(pending_changes=("EngineVersion",)))


def test_what_the_plan_knows_of_or_the_profile_allows_is_applied_along() -> None:
    modifying(WAITING, applies_along=("EngineVersion", "Port"))
    modifying(WAITING, applies_along=None)
    modifying(WAITING, applies_along=(), apply_immediately=False)
    modifying(a_database())
    switching = Methods(kerberos=False, iam=True, switches_iam=True)
    modifying(a_database(pending_changes=("IAMDatabaseAuthenticationEnabled",)), methods=switching)


def test_a_redriven_execution_follows_no_plan_of_before(world: World) -> None:
    with pytest.raises(PlanOutdated) as outdated:
        checked(redrives=1)
    assert str(outdated.value) == "The plan for payments-orders was made before the execution was redriven"


def test_an_execution_that_has_lost_the_claim_makes_no_new_plan_when_redriven(world: World) -> None:
    world.fence = 2
    with pytest.raises(ClaimLost):
        checked(redrives=1)


# ---- the reboots


def visit(world: World, before: Reboot | None = None, now: datetime = NOW) -> Reboot:
    """One visit of "Reboot database" to the cluster."""
    assert isinstance(world.database, Database)
    return reboots.reboot_next("t", world.database, before, now, BEGUN)


@pytest.fixture
def cluster(world: World) -> World:
    world.database, world.record = a_cluster(), a_record(associated_at=at(minutes=-40))
    return world


def test_an_instance_is_rebooted_and_nothing_is_left(world: World) -> None:
    reboot = visit(world)
    assert reboot == Reboot(NOW, requested=True, instances=("payments-orders",), remaining=())
    assert world.rebooted == ["payments-orders"]


def test_readers_are_rebooted_before_the_writer_one_each_visit(cluster: World) -> None:
    first = visit(cluster)
    assert (cluster.rebooted, first.remaining) == (["ledger-2"], ("ledger-3", "ledger-1"))
    second = visit(cluster, first, at(minutes=5))
    assert (cluster.rebooted, second.remaining) == (["ledger-2", "ledger-3"], ("ledger-1",))
    third = visit(cluster, second, at(minutes=10))
    assert (cluster.rebooted, third.remaining) == (["ledger-2", "ledger-3", "ledger-1"], ())
    assert (third.at, third.requested) == (NOW, True)
    assert cluster.record
    assert set(cluster.record.reboot_intents) == {"ledger-1", "ledger-2", "ledger-3"}


def test_a_visit_that_was_cut_off_after_its_call_reboots_nobody_a_second_time(cluster: World) -> None:
    visit(cluster)
    cluster.database = with_statuses("rebooting", "available", "available")
    again = visit(cluster)
    assert cluster.rebooted == ["ledger-2"]
    assert (again.requested, again.instances, again.remaining) == (True, ("ledger-2",), ("ledger-3", "ledger-1"))


def test_a_visit_that_was_cut_off_before_its_call_makes_up_for_it(cluster: World) -> None:
    cluster.note("t", "", {"reboot_intents": {"ledger-2": NOW.isoformat()}})
    visit(cluster)
    assert cluster.rebooted == ["ledger-2"]


def test_another_execution_goes_on_where_the_last_one_was_stopped(cluster: World) -> None:
    cluster.note("t", "", {"reboot_intents": {"ledger-2": at(minutes=-9).isoformat()}})
    cluster.restarted = {"ledger-2"}
    reboot = visit(cluster)
    assert cluster.rebooted == ["ledger-3"]
    assert (reboot.at, reboot.requested) == (at(minutes=-9), True)
    assert (reboot.instances, reboot.remaining) == (("ledger-2", "ledger-3"), ("ledger-1",))


def test_a_cluster_whose_instances_were_all_restarted_at_our_request_is_left_alone(cluster: World) -> None:
    names = {"ledger-1", "ledger-2", "ledger-3"}
    cluster.note("t", "", {"reboot_intents": dict.fromkeys(sorted(names), at(minutes=-9).isoformat())})
    cluster.restarted = names
    reboot = visit(cluster)
    assert cluster.rebooted == []
    assert (reboot.requested, reboot.remaining, set(reboot.instances)) == (False, (), names)


def test_intents_of_before_the_last_join_count_for_nothing(cluster: World) -> None:
    cluster.note("t", "", {"reboot_intents": {"ledger-2": at(hours=-2).isoformat()}})
    cluster.restarted = {"ledger-2"}
    visit(cluster)
    assert cluster.rebooted == ["ledger-2"]


def with_statuses(*statuses: str) -> Database:
    """The cluster, whose readers ledger-2 and ledger-3 and writer ledger-1 are in these states."""
    instances = zip(a_cluster().instances, statuses, strict=True)
    return a_cluster(instances=tuple(replace(instance, status=status) for instance, status in instances))


@pytest.mark.parametrize(
    "statuses", [("available", "available", "failing-over"), ("available", "creating", "available")]
)
def test_nobody_is_rebooted_while_a_neighbour_is_down(cluster: World, statuses: tuple[str, ...]) -> None:
    cluster.database = with_statuses(*statuses)
    with pytest.raises(DatabaseBusy, match=r"instance ledger-. of payments-ledger is"):
        visit(cluster)
    assert cluster.rebooted == []


def test_a_reader_that_appears_on_the_way_is_not_rebooted(cluster: World) -> None:
    first = visit(cluster)
    cluster.database = a_cluster(instances=(an_instance("ledger-0"), *a_cluster().instances))
    second = visit(cluster, first)
    assert (cluster.rebooted, second.remaining) == (["ledger-2", "ledger-3"], ("ledger-1",))


def test_a_cluster_is_found_by_the_guard_as_well(cluster: World) -> None:
    claim = Claim(a_cluster_id().resource_id, EXECUTION, 1)
    assert guard.before_change("t", "b", Assignment(a_request(), a_cluster_id(), a_plan(), claim, 0)) == a_cluster()


# ---- what is ready for people of a directory


def test_a_member_that_is_usable_is_ready_for_its_people() -> None:
    guard.require_ready(a_member(), a_plan())


@pytest.mark.parametrize("membership", ["failed", "disabling-kerberos", "enabling-kerberos"])
def test_one_whose_membership_is_not_ready_any_more_is_planned_for_again(membership: str) -> None:
    with pytest.raises(PlanOutdated, match="payments-orders is no longer a member of d-9367000001"):
        guard.require_ready(a_member(membership), a_plan())


def test_one_that_restarts_is_waited_for() -> None:
    with pytest.raises(DatabaseBusy, match="payments-orders is rebooting"):
        guard.require_ready(a_member(status="rebooting"), a_plan())


def test_who_signs_in_with_tokens_needs_no_membership() -> None:
    guard.require_ready(a_database(status="modifying"), a_plan(methods=Methods(kerberos=False, iam=True)))


def test_what_was_approved_is_remembered_before_the_first_reboot(cluster: World) -> None:
    """A reboot may be all that a plan changes."""
    visit(cluster)
    assert cluster.record
    assert cluster.record.begun == "0123456789abcdef"
