from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from signon.db import looking
from signon.domain.finding import Verdict
from signon.domain.logins.change import ChangeKind, LoginChange
from signon.domain.logins.difference import IN_SYNC
from signon.domain.memory.made import Memory
from signon.domain.memory.record import Record
from signon.domain.plan.approvals import NOTHING_APPROVED
from signon.domain.plan.inside import (
    Inside,
    Restarts,
    Seen,
    finish_held_up,
    must_look_at_readers,
    require_calm,
    require_writable,
)
from signon.domain.plan.outside import make_plan
from signon.domain.plan.past import Past
from signon.domain.plan.plan import Plan
from signon.domain.plan.step import StepKind
from signon.domain.profile.profile import Profile
from signon.domain.rds.database import Database
from signon.domain.rds.reboot import Reboot
from signon.errors import DatabaseBusy, DatabaseUnusable, PlanOutdated, RebootDidNotHelp
from tests.builders import (
    DIRECTORY,
    NOW,
    a_cluster,
    a_cluster_id,
    a_database,
    a_database_id,
    a_difference,
    a_directory,
    a_freeze,
    a_member,
    a_membership,
    a_plan,
    a_profile,
    a_record,
    a_record_of_a_finished_one,
    a_record_with_a_reboot_due,
    a_request,
    a_version,
    an_inside,
    an_instance,
    at,
    planned,
    surroundings,
)
from tests.unit.handlers import context_of, handler_of

POSTGRESQL = a_member(id=a_database_id(engine="postgres"), engine_version="16.6")
AURORA_MYSQL = a_cluster(
    id=a_cluster_id(engine="aurora-mysql"),
    engine_version="8.0.mysql_aurora.3.10.1",
    memberships=(a_membership(),),
)
UNLOADED, UNKNOWN = Seen(an_inside(plugin_loaded=False)), Seen(an_inside(plugin_loaded=None))
DONE = Reboot(NOW, requested=True, instances=("payments-orders",), remaining=())


def finished(database: Database, **known: Any) -> Plan:
    """The plan of one that was joined, rebooted and onboarded before."""
    return planned(database, **{"profile": a_profile(), "record": a_record_of_a_finished_one(), **known})


def reboots(plan: Plan) -> list[str]:
    return [step.action for step in plan.steps if step.kind is StepKind.REBOOT]


# ---- where logins can be written


def test_a_read_only_database_is_refused() -> None:
    with pytest.raises(DatabaseUnusable, match=r"payments-orders is read only \|"):
        require_writable(an_inside(read_only=True), a_database())
    with pytest.raises(DatabaseUnusable, match="payments-orders is read only: a setting is on for database postgres"):
        require_writable(an_inside(read_only=True, set_by="a setting is on for database postgres"), a_database())


def test_a_reader_in_place_of_the_writer_is_waited_for() -> None:
    with pytest.raises(DatabaseBusy, match="A reader answers in place of the writer of payments-orders"):
        require_writable(an_inside(read_only=True, follows=True), a_database())


# ---- whether a reboot is due that nothing outside shows


@pytest.mark.parametrize(
    ("database", "record", "seen", "is_due"),
    [
        (a_member(), None, UNLOADED, True),
        (a_member(), None, Seen(an_inside()), False),
        (a_member(), a_record_of_a_finished_one(), UNLOADED, True),  # the server says so, whatever the record says
        (a_member(), a_record(), UNLOADED, True),  # a record that does not know of a join says nothing
        (a_member(), a_record_with_a_reboot_due(), Seen(an_inside()), True),  # the record knows: joined since
        (POSTGRESQL, None, UNKNOWN, True),  # somebody else joined it
        (POSTGRESQL, None, Seen(an_inside()), False),  # somebody has signed in with a ticket
        (POSTGRESQL, a_record_of_a_finished_one(), UNKNOWN, False),
        (POSTGRESQL, a_record(left_as={"directory": DIRECTORY}, onboarded_at=NOW), UNKNOWN, False),
    ],
)
def test_a_reboot_is_due_as_the_record_and_the_inside_say(
    database: Database, record: Record | None, seen: Seen, is_due: bool
) -> None:
    assert bool(reboots(planned(database, record=record, seen=seen))) is is_due


def test_a_reboot_that_only_the_inside_shows_stands_before_the_logins_and_has_its_reason() -> None:
    plan = finished(a_member(), seen=replace(UNLOADED, difference=a_difference()))
    assert [step.kind for step in plan.steps] == ["reboot", "logins", "verify", "publish", "report"]
    assert plan.steps[0].reason == "mysql loads its sign-in plugin when the instance starts"
    assert plan.checksum != finished(a_member()).checksum


def test_where_readers_alone_are_rebooted_theirs_is_what_counts() -> None:
    loaded, unloaded = an_inside(), an_inside(plugin_loaded=False)
    assert not reboots(finished(AURORA_MYSQL, seen=Seen(loaded, (loaded, loaded))))
    assert reboots(finished(AURORA_MYSQL, seen=Seen(loaded, (loaded, unloaded)))) == ["Reboot ledger-2, then ledger-3"]


def test_a_writer_that_needs_no_reboot_is_not_rebooted() -> None:
    with pytest.raises(RebootDidNotHelp, match="on the writer, which needs no reboot"):
        finished(AURORA_MYSQL, seen=UNLOADED)


def test_an_execution_reboots_once() -> None:
    due = a_record_with_a_reboot_due()
    assert reboots(planned(a_member(), record=due))
    assert not reboots(planned(a_member(), record=due, reboot=DONE))
    with pytest.raises(RebootDidNotHelp, match="its sign-in plugin is still not loaded"):
        planned(a_member(), record=due, reboot=DONE, seen=UNLOADED)
    assert not reboots(planned(POSTGRESQL, record=due, reboot=DONE, seen=UNKNOWN))


def test_an_execution_that_plans_again_goes_on_with_the_instances_that_are_left() -> None:
    halfway = Reboot(NOW, requested=True, instances=("ledger-2",), remaining=("ledger-3", "ledger-1"))
    joined = a_cluster(memberships=(a_membership(),))
    plan = planned(joined, record=a_record_with_a_reboot_due(), reboot=halfway)
    assert reboots(plan) == ["Reboot ledger-3, then ledger-1"]


def test_what_joins_anew_is_rebooted_whatever_was_rebooted_before() -> None:
    joined_later = a_record(associated_at=at(minutes=5))
    assert reboots(planned(a_member(), record=joined_later, reboot=DONE))


# ---- people who are signed in


def test_people_are_not_cut_off_by_a_reboot_unasked_and_how_many_is_no_part_of_what_is_approved() -> None:
    plan, later = (planned(seen=Seen(an_inside(other_sessions=number))) for number in (3, 1))
    (finding,) = plan.findings
    assert plan.verdict is Verdict.ASK
    assert finding.problem == "Others are signed in to payments-orders, and a reboot would end their sessions"
    assert finding.remedy == "Wait until these sessions end (3 sessions were open), or approve the plan"
    assert later.checksum == plan.checksum
    assert later.findings[0].remedy == "Wait until these sessions end (1 session was open), or approve the plan"


def test_people_may_stay_where_nothing_is_interrupted() -> None:
    assert finished(a_member(), seen=Seen(an_inside(other_sessions=3))).verdict is Verdict.GO


def test_the_sessions_on_readers_count_as_well() -> None:
    seen = Seen(an_inside(other_sessions=1), (an_inside(other_sessions=2),) * 2)
    assert "(5 sessions were open)" in planned(a_cluster(), seen=seen).findings[0].remedy


def test_where_readers_alone_are_rebooted_people_may_stay_on_the_writer() -> None:
    busy, quiet = an_inside(other_sessions=7), an_inside(plugin_loaded=False)
    assert finished(AURORA_MYSQL, seen=Seen(busy, (quiet, quiet))).verdict is Verdict.GO


@pytest.mark.parametrize("allowed", [True, False])
def test_a_profile_that_admits_existing_databases_may_cut_people_off(allowed: bool) -> None:
    plan = planned(profile=a_profile(existing_allowed=allowed), seen=Seen(an_inside(other_sessions=1)))
    assert (plan.verdict is Verdict.GO) is allowed


def test_what_a_person_approved_about_sessions_is_not_asked_again_on_the_way() -> None:
    busy = Seen(an_inside(other_sessions=2))
    asked = planned(seen=busy)
    approved = planned(seen=busy, request=a_request(approve=asked.checksum))
    assert (approved.verdict, approved.tolerates_sessions) == (Verdict.GO, True)
    assert planned(seen=busy, begun=approved).verdict is Verdict.GO
    assert planned(seen=busy, begun=planned()).verdict is Verdict.ASK  # nobody was signed in then


def test_who_has_signed_in_since_makes_the_execution_plan_again() -> None:
    require_calm(0, a_database(), a_plan())
    require_calm(3, a_database(), a_plan(tolerates_sessions=True))
    with pytest.raises(PlanOutdated, match="Since the plan for payments-orders was made, others have signed in"):
        require_calm(1, a_database(), a_plan())


# ---- one question


def test_everything_that_a_person_may_decide_is_asked_at_once() -> None:
    old = a_member(created_at=at(days=-9), pending_groups=("p",))
    seen = Seen(an_inside(plugin_loaded=False, other_sessions=1))
    plan = finished(old, seen=seen)
    assert [finding.problem for finding in plan.findings] == [
        "payments-orders is older than 24 hours",
        "A pending change that others requested would be applied as well: parameter group p",
        "Others are signed in to payments-orders, and a reboot would end their sessions",
    ]
    approved = finished(old, seen=seen, request=a_request(approve=plan.checksum))
    assert approved.verdict is Verdict.GO
    assert finished(old, begun=approved, seen=Seen(an_inside(plugin_loaded=False))).verdict is Verdict.GO


@pytest.mark.parametrize(
    ("database", "around", "request_", "verdict"),
    [
        (a_database(), {}, {}, "LOOK"),
        (a_database(created_at=at(days=-9)), {}, {}, "LOOK"),  # a person is asked once, about what is seen inside too
        (a_database(), {"role": None}, {}, "ASK"),
        (a_database(created_at=at(days=-9)), {"role": None}, {}, "ASK"),
        (a_database(), {"paused": True}, {}, "PARK"),
        (a_database(), {"directory": a_directory(stage="Creating")}, {}, "PARK"),
    ],
)
def test_nothing_is_looked_at_inside_where_something_must_be_fixed_or_waited_for_first(
    database: Database, around: dict[str, Any], request_: dict[str, Any], verdict: str
) -> None:
    draft = make_plan(a_request(**request_), database, a_profile(), a_version(), surroundings(**around), NOW, Past())
    assert (draft.verdict, draft.looks_inside) == (verdict, verdict == "LOOK")


UNUSABLE_DIRECTORY = {"directory": None}


def held_up(database: Database | None = None, profile: Profile | None = None, **others: Any) -> Plan:
    """The draft for a database of ours, where something must be fixed first."""
    given = {"record": a_record_of_a_finished_one(), "around": UNUSABLE_DIRECTORY, **others}
    around, record = surroundings(**given["around"]), given["record"]
    database = database or a_member()
    return make_plan(a_request(), database, profile or a_profile(), a_version(), around, NOW, Past(record))


def test_where_something_must_be_fixed_first_those_are_looked_for_who_are_to_be_locked() -> None:
    draft = held_up()
    assert (draft.verdict, draft.looks_inside) == (Verdict.ASK, True)
    found = a_difference(LoginChange(ChangeKind.LOCK, "carol"))
    plan = finish_held_up(draft, a_profile(), found)
    assert [step.kind for step in plan.steps] == [StepKind.LOCK, *(step.kind for step in draft.steps)]
    assert plan.checksum == draft.checksum
    assert finish_held_up(draft, a_profile(), IN_SYNC) == draft


@pytest.mark.parametrize(
    "changed",
    [
        {"record": None},
        {"profile": a_profile(lock_leavers=False)},
        {"profile": a_profile(names=("others-*",))},
        {"database": a_member(tags={})},
        {"database": a_member(tags={"signon:profile": "ledger"})},
        {"database": a_member(vpc="vpc-0000000000000other")},
        {"database": a_member(master_secret=None)},
        {"database": a_member(status="rebooting")},
        {"around": {**UNUSABLE_DIRECTORY, "paused": True}},
    ],
    ids=["nobody of ours", "they may stay", "not admitted", "no tag", "another tag", "out of reach", "no secret",
         "it restarts", "a pause"],
)  # fmt: skip
def test_nobody_is_looked_for_where(changed: dict[str, Any]) -> None:
    assert not held_up(**changed).looks_inside


def test_in_a_freeze_the_plan_is_finished_and_its_checksum_can_be_approved() -> None:
    profile = a_profile(freezes=a_freeze("2026-11-20", "2026-11-22"))
    parked = planned(profile=profile)
    assert parked.verdict is Verdict.PARK
    assert planned(profile=profile, request=a_request(approve=parked.checksum)).verdict is Verdict.GO


# ---- the functions


@dataclass
class Function:
    """One of the two, and the hosts that it has signed in to."""

    name: str
    app: Any
    database: Database
    hosts: list[str | None] = field(default_factory=list)

    def __call__(self, plan: Plan, reboot: Reboot | None = None) -> Any:
        event = {
            "request": a_request().to_json(),
            "plan": json.loads(json.dumps(plan.to_json())),
            "database": self.database.id.to_json(),
            "reboot": reboot and reboot.to_json(),
            "now": "2026-11-20T12:30:00Z",
        }
        return self.app.handler(event, context_of(self.name))


def function_of(monkeypatch: pytest.MonkeyPatch, name: str, database: Database, seen: Inside) -> Function:
    """The function, of which every database is this one, and looks like this inside."""
    function = Function(name, handler_of(name), database)
    app = function.app

    @contextmanager
    def sign_in(*_: Any, host: str | None = None) -> Iterator[Any]:
        function.hosts.append(host)
        yield SimpleNamespace(text=lambda statement: statement.sql)

    monkeypatch.setattr(app, "rds", SimpleNamespace(observe=lambda _: database))
    monkeypatch.setattr(app, "records", SimpleNamespace(read=lambda *_: None))
    monkeypatch.setattr(app, "profiles", SimpleNamespace(planned=lambda *_: a_profile()), raising=False)
    monkeypatch.setattr(app, "setting", lambda _: "bundle.pem")
    monkeypatch.setattr(looking, "sign_in", sign_in)
    monkeypatch.setattr(app, "memories", SimpleNamespace(recall=lambda *_: Memory()), raising=False)
    monkeypatch.setattr(
        app, "plans", SimpleNamespace(keep=lambda *_: None, approved=lambda *_: NOTHING_APPROVED), raising=False
    )
    locks = a_difference(LoginChange(ChangeKind.LOCK, "carol"))
    inside = SimpleNamespace(
        look_inside=lambda *_: seen, difference=lambda *_, memory: IN_SYNC, leavers=lambda *_: locks
    )
    monkeypatch.setattr(looking, "logins", inside)
    return function


@pytest.mark.parametrize(
    ("database", "raised"),
    [(a_member(status="rebooting"), DatabaseBusy), (a_database(), PlanOutdated)],
    ids=["it restarts", "it is no member any more"],
)
def test_verify_logins_looks_whether_people_can_sign_in_also_where_no_login_was_to_be_made(
    monkeypatch: pytest.MonkeyPatch, database: Database, raised: type[Exception]
) -> None:
    app = handler_of("verify_logins")
    monkeypatch.setattr(app, "rds", SimpleNamespace(observe=lambda _: database))
    event = {"plan": json.loads(json.dumps(planned().to_json())), "database": database.id.to_json()}
    with pytest.raises(raised):
        app.handler(event, context_of("verify_logins"))


def test_a_reader_without_an_endpoint_has_no_sessions_to_look_for(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = a_cluster()
    coming, *others = cluster.instances
    cluster = replace(cluster, instances=(replace(coming, host="", status="creating"), *others))
    look_inside = function_of(monkeypatch, "look_inside", cluster, an_inside())
    look_inside(planned(cluster))
    assert look_inside.hosts == [None, others[0].host]


def test_of_a_plan_that_is_held_up_the_function_looks_for_leavers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    look_inside = function_of(monkeypatch, "look_inside", a_member(), an_inside())
    plan = look_inside(held_up())
    assert (plan["verdict"], plan["steps"][0]["kind"]) == ("ASK", "lock")
    with pytest.raises(DatabaseUnusable, match="is read only"):
        function_of(monkeypatch, "look_inside", a_member(), an_inside(read_only=True))(held_up())


def test_what_keeps_a_plan_from_being_finished_keeps_nobody_from_being_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = a_member()
    look_inside = function_of(monkeypatch, "look_inside", broken, an_inside())
    unreadable = DatabaseUnusable("There is more than is read", "Tidy up")
    monkeypatch.setattr("signon.db.looking.logins.difference", mock.Mock(side_effect=unreadable))
    plan = look_inside(finished(broken))
    assert (plan["verdict"], plan["steps"][0]["kind"]) == ("ASK", "lock")
    assert plan["findings"][-1]["problem"] == "There is more than is read"
    monkeypatch.setattr("signon.db.looking.logins.leavers", lambda *_: IN_SYNC)
    with pytest.raises(DatabaseUnusable, match="more than is read"):
        look_inside(finished(broken))


def test_a_name_that_somebody_typed_locks_nobody_before_the_plan_is_carried_out() -> None:
    seen = Seen(an_inside(), difference=a_difference(LoginChange(ChangeKind.LOCK, "carol")))
    frozen = a_profile(freezes=a_freeze("2026-11-20", "2026-11-22"))
    for tag, locks in (("payments", True), ("orders", False)):
        tagged = a_member(tags={"signon:profile": tag})
        parked = planned(tagged, frozen, record=a_record_of_a_finished_one(), seen=seen)
        assert (parked.verdict, parked.has(StepKind.LOCK)) == (Verdict.PARK, locks)
        assert planned(tagged, record=a_record_of_a_finished_one(), seen=seen).has(StepKind.LOCK)


def test_before_a_reboot_only_those_are_counted_whom_it_would_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = a_cluster(memberships=(a_membership(),))
    halfway = Reboot(NOW, requested=True, instances=("ledger-2",), remaining=("ledger-3", "ledger-1"))
    count_sessions = function_of(monkeypatch, "count_sessions", cluster, an_inside())
    assert count_sessions(planned(cluster), halfway) == {"other_sessions": 0}
    assert count_sessions.hosts == [an_instance("ledger-3").host, None]
    with pytest.raises(PlanOutdated, match="others have signed in"):
        function_of(monkeypatch, "count_sessions", cluster, an_inside(other_sessions=1))(planned(cluster))


@pytest.mark.parametrize(
    ("database", "error"),
    [(a_cluster(), PlanOutdated), (a_cluster(memberships=(a_membership(),), status="modifying"), DatabaseBusy)],
)
def test_nobody_is_counted_where_no_reboot_could_follow(
    monkeypatch: pytest.MonkeyPatch, database: Database, error: type[Exception]
) -> None:
    count_sessions = function_of(monkeypatch, "count_sessions", database, an_inside())
    with pytest.raises(error):
        count_sessions(planned(database))
    assert count_sessions.hosts == []


@pytest.mark.parametrize("function", ["look_inside", "count_sessions"])
def test_a_plan_of_an_older_version_is_not_followed(monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    database = a_member()
    plan = a_plan(steps=tuple(replace(step, kind=None) for step in a_plan().steps))
    of_today = function_of(monkeypatch, function, database, an_inside())
    with pytest.raises(PlanOutdated, match="before the stack was updated"):
        of_today(plan)
    assert of_today.hosts == []


@pytest.mark.parametrize(
    ("writer", "database", "matter"),
    [
        (an_inside(), a_cluster(memberships=(a_membership(),)), False),
        (an_inside(plugin_loaded=False), a_cluster(memberships=(a_membership(),)), True),
        (an_inside(), a_cluster(), True),
        (an_inside(), AURORA_MYSQL, True),
    ],
)
def test_readers_are_looked_at_where_a_reboot_would_cut_their_people_off(
    writer: Inside, database: Database, matter: bool
) -> None:
    plan = planned(database, a_profile(), record=None, seen=Seen(an_inside(), (an_inside(),)))
    assert must_look_at_readers(writer, database, plan, Restarts(None, are_made=True)) is matter
