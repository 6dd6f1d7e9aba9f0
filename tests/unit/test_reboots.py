from __future__ import annotations

import json

import pytest

from signon.domain.plan.permission import permit
from signon.domain.rds.database import Instance
from signon.domain.rds.reboot import Reboot, after, cut_off, remaining
from signon.errors import RebootDidNotHelp, RebootNotAllowed
from tests.builders import NOW, a_cluster, a_cluster_id, a_database, a_plan, an_instance, at

HALFWAY = Reboot(NOW, requested=True, instances=("ledger-2",), remaining=("ledger-3", "ledger-1"))
DONE = Reboot(NOW, requested=True, instances=("payments-orders",), remaining=())


def test_a_plan_that_may_reboot_does() -> None:
    permit(a_plan(may_reboot=True), a_database(), None)


def test_an_execution_reboots_once() -> None:
    with pytest.raises(RebootDidNotHelp, match="its sign-in plugin is still not loaded"):
        permit(a_plan(may_reboot=True), a_database(), DONE)


def test_a_writer_that_needs_no_reboot_is_not_rebooted() -> None:
    alone = a_cluster(id=a_cluster_id(engine="aurora-mysql"), instances=(an_instance("ledger-1", is_writer=True),))
    with pytest.raises(RebootDidNotHelp, match="on the writer, which needs no reboot"):
        permit(a_plan(may_reboot=True), alone, None)


def test_an_execution_goes_on_with_the_instances_that_are_left() -> None:
    permit(a_plan(may_reboot=True), a_cluster(), HALFWAY)


def test_a_reboot_that_nobody_allowed_is_asked_for() -> None:
    with pytest.raises(RebootNotAllowed) as refused:
        permit(a_plan(may_reboot=False), a_database(), None)
    assert f'"approve": {{"plan": "{a_plan().checksum}"}}' in refused.value.remedy


def names(*instances: Instance) -> list[str]:
    return [instance.name for instance in instances]


def test_the_writer_is_the_last_one() -> None:
    assert names(*remaining(a_cluster(), None)) == ["ledger-2", "ledger-3", "ledger-1"]
    assert names(*remaining(a_cluster(), HALFWAY)) == ["ledger-3", "ledger-1"]


def test_a_failover_on_the_way_changes_the_order_and_not_who_is_left() -> None:
    instances = (an_instance("ledger-1"), an_instance("ledger-2"), an_instance("ledger-3", is_writer=True))
    assert names(*remaining(a_cluster(instances=instances), HALFWAY)) == ["ledger-1", "ledger-3"]


def test_a_reader_that_appears_on_the_way_was_started_after_the_join_and_needs_no_reboot() -> None:
    more = a_cluster(instances=(an_instance("ledger-0"), *a_cluster().instances))
    assert names(*remaining(more, HALFWAY)) == ["ledger-3", "ledger-1"]


def test_a_deleted_reader_is_no_longer_waited_for() -> None:
    fewer = a_cluster(instances=(an_instance("ledger-1", is_writer=True),))
    assert after(HALFWAY, fewer, {"ledger-1": at(minutes=9)}, requested=True).remaining == ()


def test_readers_that_restart_with_their_writer_are_asked_for_no_reboot_and_their_sessions_end() -> None:
    together = a_cluster(engine_version="14.6")
    assert names(*remaining(together, None)) == ["ledger-1"]
    assert names(*cut_off(together, None)) == ["ledger-2", "ledger-3", "ledger-1"]
    done = after(None, together, {"ledger-1": NOW}, requested=True)
    assert (done.instances, done.remaining) == (("ledger-1",), ())
    assert cut_off(together, done) == ()


def test_of_others_the_sessions_end_that_are_on_instances_to_be_rebooted() -> None:
    assert names(*cut_off(a_cluster(), None)) == ["ledger-2", "ledger-3", "ledger-1"]
    assert names(*cut_off(a_cluster(), HALFWAY)) == ["ledger-3", "ledger-1"]


def test_each_visit_adds_what_was_done() -> None:
    first = after(None, a_cluster(), {"ledger-2": NOW}, requested=True)
    assert first == HALFWAY
    second = after(first, a_cluster(), {"ledger-3": at(minutes=5)}, requested=False)
    assert second == Reboot(NOW, True, ("ledger-2", "ledger-3"), ("ledger-1",))


def test_whether_rds_was_asked_is_remembered() -> None:
    found = after(None, a_cluster(), {"ledger-2": NOW}, requested=False)
    assert not found.requested
    assert not after(found, a_cluster(), {"ledger-3": NOW}, requested=False).requested
    assert after(found, a_cluster(), {"ledger-3": NOW}, requested=True).requested


def test_the_first_intent_dates_the_reboots() -> None:
    assert after(HALFWAY, a_cluster(), {"ledger-3": at(minutes=-9)}, requested=False).at == at(minutes=-9)


def test_how_far_the_reboots_are_survives_the_state_machine() -> None:
    assert Reboot.from_json(json.loads(json.dumps(HALFWAY.to_json()))) == HALFWAY
