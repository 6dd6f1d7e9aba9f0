from __future__ import annotations

import json

from signon.domain.rds.database import Instance
from signon.domain.rds.reboot import Reboot, after, cut_off, remaining, since
from tests.builders import NOW, a_cluster, an_instance, at

HALFWAY = Reboot(NOW, requested=True, instances=("ledger-2",), remaining=("ledger-3", "ledger-1"))


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
    assert after(HALFWAY, fewer, {"ledger-1": at(minutes=9)}, NOW, requested=True).remaining == ()


def test_readers_that_restart_with_their_writer_are_asked_for_no_reboot_and_their_sessions_end() -> None:
    together = a_cluster(engine_version="14.6")
    assert names(*remaining(together, None)) == ["ledger-1"]
    assert names(*cut_off(together, None)) == ["ledger-2", "ledger-3", "ledger-1"]
    done = after(None, together, {"ledger-1": NOW}, NOW, requested=True)
    assert (done.instances, done.remaining) == (("ledger-1",), ())
    assert cut_off(together, done) == ()


def test_of_others_the_sessions_end_that_are_on_instances_to_be_rebooted() -> None:
    assert names(*cut_off(a_cluster(), None)) == ["ledger-2", "ledger-3", "ledger-1"]
    assert names(*cut_off(a_cluster(), HALFWAY)) == ["ledger-3", "ledger-1"]


def test_each_visit_adds_what_was_done() -> None:
    first = after(None, a_cluster(), {"ledger-2": NOW}, NOW, requested=True)
    assert first == HALFWAY
    second = after(first, a_cluster(), {"ledger-3": at(minutes=5)}, NOW, requested=False)
    assert second == Reboot(NOW, True, ("ledger-2", "ledger-3"), ("ledger-1",))


def test_whether_rds_was_asked_is_remembered() -> None:
    found = after(None, a_cluster(), {"ledger-2": NOW}, NOW, requested=False)
    assert not found.requested
    assert not after(found, a_cluster(), {"ledger-3": NOW}, NOW, requested=False).requested
    assert after(found, a_cluster(), {"ledger-3": NOW}, NOW, requested=True).requested


def test_the_first_intent_dates_the_reboots() -> None:
    assert after(HALFWAY, a_cluster(), {"ledger-3": at(minutes=-9)}, NOW, requested=False).at == at(minutes=-9)


def test_how_far_the_reboots_are_survives_the_state_machine() -> None:
    assert Reboot.from_json(json.loads(json.dumps(HALFWAY.to_json()))) == HALFWAY


def test_whether_another_one_is_left_is_told_to_the_state_machine() -> None:
    assert HALFWAY.to_json()["more"] is True
    assert (
        after(HALFWAY, a_cluster(), {"ledger-3": NOW, "ledger-1": NOW}, NOW, requested=True).to_json()["more"] is False
    )


def test_where_all_that_were_to_be_rebooted_are_gone_nothing_is_left_to_do() -> None:
    alone = a_cluster(instances=())
    assert after(None, alone, {}, NOW, requested=False) == Reboot(NOW, False, (), ())


def test_what_was_rebooted_before_a_later_join_is_to_be_rebooted_again() -> None:
    assert since(HALFWAY, at(minutes=-1)) == since(HALFWAY, None) == HALFWAY
    assert since(HALFWAY, at(minutes=1)) is None
    assert since(None, NOW) is None
