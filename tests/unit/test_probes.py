from __future__ import annotations

import pytest

from signon.domain.probe import judge, reboots, with_readers
from signon.errors import DatabaseInUse, DatabaseUnusable
from tests.builders import a_cluster, a_database, a_member, a_plan, a_probe, a_record_of_a_finished_one, planned

CALM = planned(a_member(), record=a_record_of_a_finished_one())  # interrupts nobody


def test_a_new_database_that_nobody_uses_passes() -> None:
    judge(a_probe(plugin_loaded=False), a_database(), a_plan())


def test_a_read_only_database_is_refused() -> None:
    with pytest.raises(DatabaseUnusable, match="payments-orders is read only"):
        judge(a_probe(read_only=True), a_database(), CALM)


def test_people_are_not_cut_off_by_a_planned_reboot() -> None:
    with pytest.raises(DatabaseInUse, match="3 other sessions are open on payments-orders") as refused:
        judge(a_probe(other_sessions=3), a_database(), a_plan())
    assert a_plan().checksum in refused.value.remedy


def test_people_are_not_cut_off_by_a_reboot_that_only_the_probe_shows() -> None:
    with pytest.raises(DatabaseInUse):
        judge(a_probe(plugin_loaded=False, other_sessions=1), a_member(), CALM)


def test_people_may_stay_where_nothing_is_interrupted() -> None:
    judge(a_probe(other_sessions=3), a_member(), CALM)


def test_the_sessions_on_readers_count_as_well() -> None:
    seen = with_readers(a_probe(other_sessions=1), [2, 2])
    assert seen.other_sessions == 5
    with pytest.raises(DatabaseInUse, match="5 other sessions are open on payments-ledger"):
        judge(seen, a_cluster(), planned(a_cluster()))


def test_a_plan_that_ends_no_session_needs_no_look_at_readers() -> None:
    assert not reboots(a_probe(), CALM)
    assert reboots(a_probe(plugin_loaded=False), CALM)
    assert reboots(a_probe(), a_plan())


def test_an_approved_plan_may_cut_people_off() -> None:
    judge(a_probe(other_sessions=3), a_database(), a_plan(tolerates_sessions=True))
