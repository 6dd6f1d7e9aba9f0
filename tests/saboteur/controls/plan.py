"""A plan first: what the profile does not allow by itself a person approves, by the plan's checksum."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

DOMAIN = f"{LAYER}/domain/plan"
PLAN, APPROVALS, DECISION = f"{DOMAIN}/plan.py", f"{DOMAIN}/approvals.py", f"{DOMAIN}/decision.py"
OUTSIDE, INSIDE = f"{DOMAIN}/outside.py", f"{DOMAIN}/inside.py"
PLANS, LOOKING = ("tests/unit/test_plans.py",), ("tests/unit/test_looking_inside.py",)

CONTROLS = (
    Control(
        "An approval is of this plan's checksum",
        DECISION,
        "if request.approve == plan.checksum:",
        "if request.approve:",
        PLANS,
    ),
    Control("A checksum is of one database", PLAN, "        database.resource_id,\n", "", PLANS),
    Control("A checksum is of one version of the profile", PLAN, "        plan.profile.sha256,\n", "", PLANS),
    Control(
        "What stands in the way cannot be approved",
        DECISION,
        "for finding in plan.findings if not finding.approvable)",
        "for finding in plan.findings if not plan.findings)",
        PLANS,
    ),
    Control(
        "A database that is older than a day is asked about",
        APPROVALS,
        "if not change.existing_allowed and not database.is_new(now) and (interrupts or not is_ours):",
        "if not profile:",
        PLANS,
    ),
    Control(
        "A reboot is asked about where the profile says so",
        APPROVALS,
        "if interrupts and not change.reboot_allowed:",
        "if not profile:",
        PLANS,
    ),
    Control(
        "Pending changes of others are asked about",
        APPROVALS,
        "for change in () if profile.change.other_pending_allowed else applied:",
        "for change in ():",
        PLANS,
    ),
    Control(
        "An approval covers the lines of its plan alone",
        APPROVALS,
        "return _line(finding) in self.lines",
        "return bool(_line(finding))",
        PLANS,
    ),
    Control(
        "What was approved under another version of the profile is asked about again",
        f"{LAYER}/domain/plan/document.py",
        'if (plan["verdict"], plan["profile"]["sha256"]) != (Verdict.GO, version.sha256):',
        'if plan["verdict"] != Verdict.GO:',
        PLANS,
    ),
    Control(
        "Pending changes of others are looked for again before RDS is asked",
        f"{LAYER}/aws/guard.py",
        "if plan.applies_along is not None and (more",
        "if plan.applies_along is not None and not plan and (more",
        ("tests/unit/test_guard.py",),
    ),
    Control(
        "Nothing is changed during a freeze",
        DECISION,
        "if freeze and request.approve != plan.checksum:",
        "if freeze and not request:",
        PLANS,
    ),
    Control(
        "The pause switch parks everything",
        OUTSIDE,
        "    if around.paused:\n",
        "    if not plan:\n",
        PLANS,
    ),
    Control(
        "A reboot that only a look inside shows is asked about like any other",
        INSIDE,
        "    if lacks_reboot:\n        to_allow",
        "    if not plan:\n        to_allow",
        (*PLANS, *LOOKING),
    ),
    Control(
        "People who are signed in are asked about before a reboot ends their sessions",
        INSIDE,
        "if plan.has(StepKind.REBOOT) and sessions and not tolerates else ()",
        "if not plan else ()",
        LOOKING,
    ),
    Control(
        "Nobody's session is cut off who has signed in during the join",
        INSIDE,
        "if sessions and not plan.tolerates_sessions:",
        "if not plan:",
        LOOKING,
    ),
    Control(
        "An execution reboots no instance twice when it plans again",
        f"{LAYER}/domain/plan/outside.py",
        "return remaining(database, done) if done or due else ()",
        "return database.to_reboot if done or due else ()",
        LOOKING,
    ),
    Control(
        "Nothing of a database is touched where something must be fixed first",
        DECISION,
        "if must_be_fixed else plan",
        "if not plan else plan",
        LOOKING,
    ),
    Control(
        "A plan of an older version is not carried out",
        PLAN,
        "if any(step.kind is None for step in plan.steps):",
        "if not plan:",
        LOOKING,
    ),
    Control(
        "No logins are made for people of a directory that the database has left",
        f"{LAYER}/aws/guard.py",
        "if not is_ready(database, plan.directory):",
        "if not plan:",
        ("tests/unit/test_guard.py",),
    ),
    Control(
        "While paused the sweep starts nothing",
        "functions/sweep_databases/app.py",
        "paused=records.is_paused(table)",
        "paused=False",
        ("tests/unit/test_functions_that_no_state_calls.py",),
    ),
)
