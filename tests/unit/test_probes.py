from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from signon.domain.plan.plan import Plan
from signon.domain.plan.probe import as_recorded, judge, reboots, with_readers
from signon.errors import DatabaseBusy, DatabaseInUse, DatabaseUnusable
from tests.builders import (
    NOW,
    a_cluster,
    a_database,
    a_database_id,
    a_member,
    a_plan,
    a_probe,
    a_record,
    a_record_of_a_finished_one,
    planned,
)
from tests.unit.handlers import context_of, handler_of

CALM = planned(a_member(), record=a_record_of_a_finished_one())  # interrupts nobody


def test_a_new_database_that_nobody_uses_passes() -> None:
    judge(a_probe(plugin_loaded=False), a_database(), a_plan())


def test_a_read_only_database_is_refused() -> None:
    with pytest.raises(DatabaseUnusable, match=r"payments-orders is read only \|"):
        judge(a_probe(read_only=True), a_database(), CALM)
    with pytest.raises(DatabaseUnusable, match="payments-orders is read only: a setting is on for database postgres"):
        judge(a_probe(read_only=True, set_by="a setting is on for database postgres"), a_database(), CALM)


def test_a_reader_in_place_of_the_writer_is_waited_for() -> None:
    with pytest.raises(DatabaseBusy, match="A reader answers in place of the writer of payments-orders"):
        judge(a_probe(read_only=True, follows=True), a_database(), CALM)


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
    seen = with_readers(a_probe(other_sessions=1), [a_probe(other_sessions=2)] * 2, writer_too=True)
    assert seen.other_sessions == 5
    with pytest.raises(DatabaseInUse, match="5 other sessions are open on payments-ledger"):
        judge(seen, a_cluster(), planned(a_cluster()))


@pytest.mark.parametrize(
    ("of_writer", "of_readers", "loaded"),
    [(True, [True, True], True), (True, [True, False], False), (None, [True, False], None)],
)
def test_where_readers_alone_are_rebooted_theirs_is_what_counts(
    of_writer: bool | None, of_readers: list[bool], loaded: bool | None
) -> None:
    readers = [a_probe(plugin_loaded=each, other_sessions=2) for each in of_readers]
    seen = with_readers(a_probe(plugin_loaded=of_writer, other_sessions=7), readers, writer_too=False)
    assert (seen.plugin_loaded, seen.other_sessions) == (loaded, 4)


def test_a_plan_that_ends_no_session_needs_no_look_at_readers() -> None:
    assert not reboots(a_probe(), CALM)
    assert reboots(a_probe(plugin_loaded=False), CALM)
    assert reboots(a_probe(), a_plan())


@pytest.mark.parametrize(
    ("inside", "restarted", "loaded"),
    [(None, True, True), (None, False, None), (False, True, False), (True, False, True)],
)
def test_where_no_look_inside_can_tell_the_record_does(
    inside: bool | None, restarted: bool, loaded: bool | None
) -> None:
    plan = replace(CALM, restarted=restarted)
    assert as_recorded(a_probe(plugin_loaded=inside), plan) == a_probe(plugin_loaded=loaded)


POSTGRESQL = a_member(id=a_database_id(engine="postgres"))


def test_a_second_run_on_postgresql_reboots_nothing_and_cuts_nobody_off() -> None:
    plan = planned(POSTGRESQL, record=a_record_of_a_finished_one())
    assert Plan.from_json(plan.to_json()).restarted
    seen = as_recorded(a_probe(plugin_loaded=None, other_sessions=3), plan)
    assert not reboots(seen, plan)
    judge(seen, POSTGRESQL, plan)


def test_a_postgresql_database_that_somebody_else_joined_is_rebooted_once() -> None:
    plan = planned(POSTGRESQL, record=None)
    assert reboots(as_recorded(a_probe(plugin_loaded=None), plan), plan)
    left = {"directory": plan.directory}
    again = planned(POSTGRESQL, record=a_record(left_as=left, onboarded_at=NOW))
    assert not reboots(as_recorded(a_probe(plugin_loaded=None), again), again)


def test_an_approved_plan_may_cut_people_off() -> None:
    judge(a_probe(other_sessions=3), a_database(), a_plan(tolerates_sessions=True))


def test_a_reader_without_an_endpoint_has_no_sessions_to_look_for(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = a_cluster()
    coming, *others = cluster.instances
    cluster = replace(cluster, instances=(replace(coming, host="", status="creating"), *others))
    hosts: list[str | None] = []

    @contextmanager
    def sign_in(*_: Any, host: str | None = None) -> Iterator[None]:
        hosts.append(host)
        yield

    app = handler_of("probe_connection")
    monkeypatch.setattr(app, "rds", SimpleNamespace(observe=lambda _: cluster))
    monkeypatch.setattr(app, "session", SimpleNamespace(sign_in=sign_in))
    monkeypatch.setattr(app, "setting", lambda _: "bundle.pem")
    answers = SimpleNamespace(probe=lambda *_: a_probe(other_sessions=0), other_sessions=lambda *_: 0)
    monkeypatch.setattr(app, "logins", answers)
    event = {"plan": planned(cluster).to_json(), "database": cluster.id.to_json(), "reboot": None}
    app.handler(event, context_of("probe_connection"))
    assert hosts == [None, others[0].host]
