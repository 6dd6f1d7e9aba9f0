"""A plan's document: all that the plan allows, and nothing else is done."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from signon.domain.finding import Verdict
from signon.domain.kit.facts import kit_facts
from signon.domain.kit.files import render
from signon.domain.logins import difference
from signon.domain.logins.change import NONE, ChangeKind, LoginChange, LoginChanges
from signon.domain.logins.connect_policies import dbuser
from signon.domain.logins.difference import IN_SYNC
from signon.domain.logins.login import Statement
from signon.domain.plan.approvals import NOTHING_APPROVED, Approved
from signon.domain.plan.document import approved, document, key, read, require_planned
from signon.domain.plan.inside import Seen
from signon.domain.plan.plan import Plan
from signon.domain.plan.step import StepKind
from signon.domain.profile.profile import IamLogin, Profile
from signon.domain.rds.database import Database
from signon.errors import DatabaseUnusable, PlanOutdated
from tests.builders import (
    a_database,
    a_database_id,
    a_difference,
    a_member,
    a_profile,
    a_record_of_a_finished_one,
    an_inside,
    planned,
    surroundings,
)

LOCK = LoginChange(ChangeKind.LOCK, "carol")
CREATE = LoginChange(ChangeKind.CREATE, "alice")
SEEN = Seen(an_inside(), (), a_difference(LOCK, CREATE), sql="-- Lock\nALTER USER carol ACCOUNT LOCK;\n")
PLAN = planned(seen=SEEN)


def kept(plan: Plan = PLAN, seen: Seen = SEEN) -> str | None:
    return document(plan, seen.difference, seen.sql)


def logins_of(text: str | None, plan: Plan = PLAN) -> LoginChanges:
    return read(text, plan, StepKind.LOGINS)


def test_a_document_has_the_plan_every_change_and_the_sql() -> None:
    text = kept()
    assert text
    found = json.loads(text)
    assert found["plan"] == json.loads(json.dumps(PLAN.to_json()))
    assert found["locks"] == [{"kind": "lock", "what": "login", "subjects": ["carol"]}]
    assert found["changes"] == [{"kind": "create", "what": "login", "subjects": ["alice"]}]
    assert found["sql"] == ["-- Lock", "ALTER USER carol ACCOUNT LOCK;"]
    assert key(a_database_id(), PLAN.checksum) == f"{a_database_id().resource_id}/{PLAN.checksum}.json"


def test_each_step_reads_its_own_changes_back() -> None:
    assert logins_of(kept()).all == (CREATE,)
    assert read(kept(), PLAN, StepKind.LOCK).all == (LOCK,)
    assert read(kept(), replace(PLAN, steps=PLAN.steps[1:]), StepKind.LOCK) is NONE


@pytest.mark.parametrize(
    "text",
    [None, "", "{", "[]", "null", '{"changes": 1}', '{"changes": [1], "unseen": [], "if_approved": []}', "[" * 9999],
)
def test_a_document_that_is_gone_or_is_none_makes_a_new_plan(text: str | None) -> None:
    with pytest.raises(PlanOutdated, match="is gone, or cannot be read"):
        logins_of(text)


@pytest.mark.parametrize(("part", "kind"), [("locks", StepKind.LOCK), ("changes", StepKind.LOGINS)])
def test_a_document_that_somebody_has_written_makes_a_new_plan(part: str, kind: StepKind) -> None:
    text = kept()
    assert text
    forged = json.loads(text)
    forged[part].append({"kind": forged[part][0]["kind"], "what": "login", "subjects": ["mallory"]})
    with pytest.raises(PlanOutdated, match="is not what was planned"):
        read(json.dumps(forged), PLAN, kind)


def test_what_was_approved_is_in_the_document_of_the_plan_that_was_carried_out() -> None:
    assert approved(kept(), PLAN.profile) == Approved(frozenset(PLAN.approved))
    assert PLAN.approved


@pytest.mark.parametrize(
    "text",
    [
        None,
        "[",
        "[]",
        '{"plan": 1}',
        '{"plan": {"verdict": "GO"}}',
        kept(replace(PLAN, verdict=Verdict.ASK)),
        kept(replace(PLAN, profile=replace(PLAN.profile, sha256="b" * 64))),
        (kept() or "").replace('"approved": [', '"approved": 7, "x": ['),
    ],
    ids=["gone", "no JSON", "a list", "no plan", "no profile", "only asked", "another version", "no lines"],
)
def test_any_other_document_approves_nothing(text: str | None) -> None:
    assert approved(text, PLAN.profile) == NOTHING_APPROVED


def test_a_document_of_a_version_that_had_no_step_that_locks_makes_a_new_plan() -> None:
    document = json.loads(kept() or "")
    document["changes"] = [*document.pop("locks"), *document["changes"]]
    digest = difference.digest(document, difference.OTHERS)
    steps = tuple(replace(step, sha256=digest) for step in PLAN.steps if step.kind is StepKind.LOGINS)
    with pytest.raises(PlanOutdated, match="cannot be read"):
        logins_of(json.dumps(document), replace(PLAN, steps=steps))


def test_a_plan_without_changes_has_no_step_for_logins_and_no_document() -> None:
    seen, around = Seen(an_inside()), surroundings(kit=kit_of(a_member()))
    finished = planned(a_member(), record=a_record_of_a_finished_one(), seen=seen, around=around)
    assert not finished.has(StepKind.LOGINS)
    assert kept(finished, seen) is None
    assert logins_of(None, finished) is NONE


def test_what_is_only_to_be_remembered_is_a_step_without_words() -> None:
    seen = Seen(an_inside(), difference=replace(SEEN.difference, changes=NONE, statements=(), waits=True))
    finished = planned(a_member(), record=a_record_of_a_finished_one(), seen=seen)
    (step,) = (step for step in finished.steps if step.kind is StepKind.LOGINS)
    assert (step.action, step.details) == ("", ())
    assert logins_of(kept(finished, seen), finished) == NONE


def test_a_statement_that_the_plan_does_not_name_is_not_run() -> None:
    allowed = logins_of(kept())
    require_planned([Statement("Create", "x", (), (CREATE,))], allowed, a_database_id())
    more = LoginChange(ChangeKind.CREATE, "mallory")
    for other in (more, LOCK):
        with pytest.raises(PlanOutdated, match=r"have come to need 1 change more$"):
            require_planned([Statement("Create", "x", (), (CREATE, other))], allowed, a_database_id())


def test_of_a_thousand_changes_the_plan_has_the_first_lines_and_the_document_all() -> None:
    changes = [LoginChange(ChangeKind.CREATE, f"person{number}") for number in range(1000)]
    seen = Seen(an_inside(), difference=a_difference(*changes))
    plan = planned(seen=seen)
    (step,) = (step for step in plan.steps if step.kind is StepKind.LOGINS)
    assert step.action == "Create 1000 logins"
    assert len(json.dumps(step.to_json())) < 3_000
    assert len(step.details) + step.more == 1000
    assert len(logins_of(kept(plan, seen), plan).all) == 1000


def test_a_plan_with_more_changes_than_can_be_read_back_is_refused() -> None:
    changes = [LoginChange(ChangeKind.CREATE, f"person{number}".ljust(60, "x")) for number in range(100_000)]
    seen = Seen(an_inside(), difference=a_difference(*changes))
    with pytest.raises(DatabaseUnusable, match="has 100,000 changes, more than can be kept"):
        kept(planned(seen=seen), seen)


def test_a_dispute_of_logins_that_lack_nothing_is_a_step_that_only_an_approval_gives_something_to_do() -> None:
    seen = Seen(an_inside(), difference=IN_SYNC.and_taken_over(IN_SYNC))
    around = surroundings(kit=kit_of(a_member()))
    record = a_record_of_a_finished_one(disputed="0" * 16, disputed_names="alice")
    plan = planned(a_member(), record=record, seen=seen, around=around)
    assert plan.has(StepKind.LOGINS)
    assert plan.says == "No changes, unless the plan is approved"
    assert replace(plan, takes_over="0" * 16).says == "No changes, but what is in dispute is taken over"


def test_more_logins_than_can_be_remembered_are_a_finding_that_does_not_hold_up_locks() -> None:
    full = DatabaseUnusable("It would have 9,000 logins", "Drop some")
    seen = Seen(an_inside(), difference=a_difference(LOCK, full=full))
    plan = planned(seen=seen)
    assert (plan.verdict, plan.steps[0].kind) == (Verdict.ASK, StepKind.LOCK)
    assert not plan.has(StepKind.LOGINS)
    assert [(finding.problem, finding.remedy) for finding in plan.findings] == [
        ("It would have 9,000 logins", "Drop some")
    ]


def test_what_was_not_looked_at_is_said_not_to_be_known() -> None:
    draft = planned(around=surroundings(paused=True))
    assert draft.says == "4 steps change something: associate, reboot, logins (not looked at yet), publish"


def test_a_plan_without_changes_says_that_connect_policies_are_checked() -> None:
    profile = a_profile(
        methods={"mysql": ("iam",)},
        logins=(IamLogin("app", ("read",), used_by=("arn:aws:iam::123456789012:role/api",)),),
    )
    database = a_database(iam_enabled=True)
    connected = {"arn:aws:iam::123456789012:role/api": [frozenset({dbuser(database.id, "app")})]}
    around = surroundings(kit=kit_of(database, profile), connect_policies=connected)
    plan = planned(database, profile, around=around, seen=Seen(an_inside()), record=a_record_of_a_finished_one())
    assert plan.says == "No changes; the policies of its IAM roles are checked"


def kit_of(database: Database, profile: Profile | None = None) -> dict[str, str]:
    """As S3 shows it where the kit is published."""
    profile = profile or a_profile()
    files = render(kit_facts(database, profile, profile.methods_for(database.id.engine)), b"")
    return {name: hashlib.md5(content, usedforsecurity=False).hexdigest() for name, content in files.items()}


def test_who_gains_or_loses_what_is_part_of_what_is_approved() -> None:
    def checksum(*changes: LoginChange) -> str:
        return planned(seen=Seen(an_inside(), difference=a_difference(*changes))).checksum

    many = [LoginChange(ChangeKind.CREATE, f"person{number}") for number in range(1000)]
    assert checksum(CREATE) != checksum(LoginChange(ChangeKind.CREATE, "dave"))
    assert checksum(*many) != checksum(*many[:-1], LoginChange(ChangeKind.CREATE, "mallory"))
