"""One effect: an execution that was overtaken, or follows an outdated plan, changes nothing."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

CLAIMS_FILE, GUARD_FILE = f"{LAYER}/aws/claims.py", f"{LAYER}/aws/guard.py"
CLAIMS = ("tests/integration/aws/test_claims.py",)
GUARD = ("tests/unit/test_guard.py",)
TASKS = ("tests/contract/test_task_errors.py",)
LOOKS = "database = guard.before_change("
LOOKS_ONLY = "database = (lambda *_: guard.rds.observe(assignment.database))("

CONTROLS = (
    Control(
        "One holder at a time",
        CLAIMS_FILE,
        '"attribute_not_exists(holder) OR holder = :execution"',
        '"attribute_not_exists(holder) OR attribute_exists(holder) OR holder = :execution"',
        CLAIMS,
    ),
    Control(
        "Of many who take over one wins",
        CLAIMS_FILE,
        '"holder = :holder AND fence = :fence", values',
        '"holder = :holder OR fence >= :fence", values',
        CLAIMS,
    ),
    Control(
        "A claim settles before it is taken over",
        CLAIMS_FILE,
        "if not is_abandoned(stopped_at, longest_timeout, now):",
        "if not is_abandoned(stopped_at, longest_timeout * 0, now):",
        CLAIMS,
    ),
    Control(
        "Confirming looks at the fence number",
        CLAIMS_FILE,
        ' or int(held.get("fence", {}).get("N", "0")) != claim.fence:',
        ":",
        CLAIMS,
    ),
    Control(
        "Confirming looks at the holder",
        CLAIMS_FILE,
        'held.get("holder", {}).get("S") != claim.execution or int(',
        "int(",
        CLAIMS,
    ),
    Control(
        "An overtaken holder releases nothing",
        CLAIMS_FILE,
        '"holder = :execution AND fence = :fence AND attribute_not_exists(again)"',
        '"(holder = :execution OR fence >= :fence) AND attribute_not_exists(again)"',
        CLAIMS,
    ),
    Control("Before every change: the fence", GUARD_FILE, "    claims.confirm(table, assignment.claim)\n", "", GUARD),
    Control(
        "Before every change: no plan of before a redrive",
        GUARD_FILE,
        "if plan.redrives != assignment.redrives:",
        "if plan.redrives > assignment.redrives:",
        GUARD,
    ),
    Control(
        "Before every change: the tag",
        GUARD_FILE,
        "if assignment.request.by_tag and tag != planned.name:",
        "if assignment.request.by_tag and tag is None:",
        GUARD,
    ),
    Control(
        "Before every change: the profile's version",
        GUARD_FILE,
        "if newest != planned.version:",
        "if newest is None:",
        GUARD,
    ),
    Control(
        "Before every change: the resource id",
        f"{LAYER}/aws/rds.py",
        "if database.id.resource_id != identity.resource_id:",
        "if not database.id.resource_id:",
        ("tests/unit/test_rds.py",),
    ),
    Control(
        "Associate directory looks before its change", "functions/associate_directory/app.py", LOOKS, LOOKS_ONLY, TASKS
    ),
    *(
        Control(f"{step} looks before its change", f"functions/{folder}/app.py", LOOKS, LOOKS_ONLY, TASKS)
        for step, folder in (
            ("Leave directory", "leave_directory"),
            ("Switch IAM authentication", "switch_iam_authentication"),
        )
    ),
    Control(
        "Ensure connect policy looks before its changes",
        "functions/ensure_connect_policy/app.py",
        "before_change=lambda: guard.before_change(",
        "before_change=lambda: (lambda *_: None)(",
        TASKS,
    ),
    Control("Reboot database looks before its change", "functions/reboot_database/app.py", LOOKS, LOOKS_ONLY, TASKS),
    Control(
        "Publish connection kit looks before its change",
        "functions/publish_connection_kit/app.py",
        LOOKS,
        LOOKS_ONLY,
        TASKS,
    ),
    Control(
        "Create logins looks before its changes",
        f"{LAYER}/aws/guard.py",
        "        before_change(table, bucket, assignment)\n        require",
        "        require",
        (*TASKS, "tests/unit/test_guard.py"),
    ),
    Control(
        "MySQL: it looks before logins are made",
        f"{LAYER}/db/mysql_logins.py",
        "    if making or made != memory.made:\n        before_change(making)\n",
        "",
        ("tests/integration/db/test_logins.py::test_a_run_that_has_been_outdated_changes_nothing",),
    ),
    Control(
        "MySQL: it looks before logins are opened",
        f"{LAYER}/db/mysql_logins.py",
        "    if opening:\n        before_change(opening)\n",
        "    if opening:\n",
        (
            "tests/integration/db/test_logins.py::test_a_run_that_is_outdated_half_way_leaves_nothing_that_anybody_could_use",
        ),
    ),
    Control(
        "PostgreSQL: it looks before each group of statements",
        f"{LAYER}/db/postgresql_logins.py",
        "    if statements:\n        before_change(statements)\n",
        "    if statements:\n",
        ("tests/integration/db/postgresql/test_logins.py::test_a_run_that_has_been_outdated_changes_nothing",),
    ),
)
