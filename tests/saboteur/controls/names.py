"""Names are refused, never repaired."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

FILE = f"{LAYER}/domain/names.py"
NAMES = ("tests/unit/test_names.py",)

CONTROLS = (
    Control("A name has a longest length", FILE, "if len(name) > self.longest:", "if len(name) > 1000:", NAMES),
    Control("A name begins as the grammar says", FILE, "if name[0] not in self.first:", "if name[0] == ' ':", NAMES),
    Control(
        "A name is of the grammar's characters", FILE, "if character not in self.rest)", "if character == ' ')", NAMES
    ),
    Control(
        "Reserved names are refused", FILE, "if self.reserved.fullmatch(name) else None", "if False else None", NAMES
    ),
    Control("The master user's name is refused", FILE, "if name == master_user:", "if name == '':", NAMES),
    Control(
        "A realm is one from its beginning to its end", FILE, "_REALM.fullmatch(name)", "_REALM.match(name)", NAMES
    ),
    Control(
        "Nothing is granted on MySQL's own databases, however they are written",
        FILE,
        'information_schema|performance_schema", re.ASCII | re.IGNORECASE',
        'information_schema|performance_schema", re.ASCII',
        NAMES,
    ),
    Control(
        "Nothing is granted on PostgreSQL's own schemas",
        FILE,
        'r"pg_.*|information_schema"',
        'r"information_schema"',
        NAMES,
    ),
    Control(
        "What PostgreSQL would cut is refused", FILE, "if size > LONGEST_POSTGRESQL_ROLE:", "if size > 1000:", NAMES
    ),
    Control(
        "A profile holds no character that cannot be seen",
        f"{LAYER}/domain/profile/schema.py",
        "(each for each in text if not each.isprintable())",
        "(each for each in text[1000:] if not each.isprintable())",
        ("tests/unit/test_profile_schema.py",),
    ),
    Control(
        "A login of the master user's name is a finding",
        f"{LAYER}/domain/plan/prerequisites/__init__.py",
        "_login_problem(engine, login, database.master_user)",
        '_login_problem(engine, login, "")',
        ("tests/unit/test_plans.py",),
    ),
    Control(
        "A request names a database as RDS names them",
        f"{LAYER}/domain/request/request.py",
        "isinstance(name, str) and _IDENTIFIER.fullmatch(name)",
        "isinstance(name, str) and _IDENTIFIER.search(name)",
        ("tests/unit/test_bad_requests.py",),
    ),
)
