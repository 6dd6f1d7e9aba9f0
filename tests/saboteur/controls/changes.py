"""The plan names every change inside the database, and nothing else is changed."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

CHANGE, DOCUMENT = f"{LAYER}/domain/logins/change.py", f"{LAYER}/domain/plan/document.py"
CHANGES, DOCUMENTS = ("tests/unit/test_login_changes.py",), ("tests/unit/test_plan_documents.py",)

CONTROLS = (
    Control(
        "Create logins changes nothing that its plan does not name",
        f"{LAYER}/aws/guard.py",
        "        require_planned(statements, planned, assignment.database)\n",
        "",
        ("tests/unit/test_guard.py",),
    ),
    Control(
        "Another loss or gain than planned is not planned",
        CHANGE,
        "each.parts <= self._planned.get(each.where, set())",
        "each.parts",
        CHANGES,
    ),
    Control(
        "Other privileges than planned are not planned",
        CHANGE,
        "each.parts <= self._planned.get(each.where, set())",
        "each.where in self._planned",
        CHANGES,
    ),
    Control(
        "Only who was to be made is opened",
        CHANGE,
        "each.kind is ChangeKind.UNLOCK and each.subject in self._opened",
        "each.kind is ChangeKind.UNLOCK",
        CHANGES,
    ),
    Control(
        "A plan's document is the one that was planned",
        DOCUMENT,
        "if said != digest:",
        "if not digest:",
        DOCUMENTS,
    ),
    Control(
        "What a dispute would add is covered only where it was approved",
        f"{LAYER}/domain/logins/difference.py",
        'document["if_approved"] if approved else ()',
        'document["if_approved"]',
        CHANGES,
    ),
    Control("A plan's document has a size", DOCUMENT, "if len(text) > MOST_BYTES:", "if not text:", DOCUMENTS),
    Control(
        "A name in a plan's SQL cannot end its comment",
        f"{LAYER}/domain/logins/difference.py",
        "{on_one_line(statement.description, LONGEST_LINE)}",
        "{statement.description}",
        CHANGES,
    ),
    Control(
        "Nobody is said to be able to sign in to a database that has left its directory",
        "functions/verify_logins/app.py",
        "    guard.require_ready(database, plan)\n",
        "",
        ("tests/unit/test_looking_inside.py",),
    ),
    Control(
        "A file of a kit is ours by its content, not by what it says",
        f"{LAYER}/domain/kit/published.py",
        "if there.get(name) != _md5(content)]",
        "if name not in there]",
        ("tests/integration/aws/test_memory.py",),
    ),
)
