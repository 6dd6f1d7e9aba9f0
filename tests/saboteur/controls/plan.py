"""A plan first: what the profile does not allow by itself a person approves, by the plan's checksum."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

PLAN, APPROVALS = f"{LAYER}/domain/plan/plan.py", f"{LAYER}/domain/plan/approvals.py"
PLANS = ("tests/unit/test_plans.py",)

CONTROLS = (
    Control(
        "An approval is of this plan's checksum",
        PLAN,
        "if request.approve == plan.checksum:",
        "if request.approve:",
        PLANS,
    ),
    Control("A checksum is of one database", PLAN, "        database.id.resource_id,\n", "", PLANS),
    Control("A checksum is of one version of the profile", PLAN, "        plan.profile.sha256,\n", "", PLANS),
    Control(
        "What stands in the way cannot be approved",
        PLAN,
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
        "return self.lines is None or _line(finding) in self.lines",
        "return bool(self.lines is None or _line(finding))",
        PLANS,
    ),
    Control(
        "What was approved under another version of the profile is asked about again",
        APPROVALS,
        "if record is None or record.allowed != version.sha256:",
        "if record is None or record.allowed is None:",
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
        PLAN,
        "if freeze and request.approve != plan.checksum:",
        "if freeze and not request:",
        PLANS,
    ),
    Control(
        "The pause switch parks everything",
        PLAN,
        "return _paused(plan, now) if around.paused else _decided",
        "return _decided",
        PLANS,
    ),
    Control(
        "Nothing is rebooted that nobody allowed",
        f"{LAYER}/domain/plan/permission.py",
        "if not plan.may_reboot:",
        "if not plan:",
        ("tests/unit/test_reboots.py",),
    ),
    Control(
        "Nobody's session is cut off",
        f"{LAYER}/domain/plan/probe.py",
        "if reboots(probe, plan) and probe.other_sessions and not plan.tolerates_sessions:",
        "if reboots(probe, plan) and not plan:",
        ("tests/unit/test_probes.py",),
    ),
    Control(
        "While paused the sweep starts nothing",
        "functions/sweep_databases/app.py",
        "paused=records.is_paused(table)",
        "paused=False",
        ("tests/unit/test_functions_that_no_state_calls.py",),
    ),
)
