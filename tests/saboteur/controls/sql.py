"""A name or text is one identifier or value, and a GRANT reaches what it says, whatever stands in it."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

MYSQL_LOGINS = ("tests/unit/test_mysql_logins.py",)
POSTGRESQL_GRANTS = ("tests/unit/test_postgresql_grants.py",)
QUOTED = ("tests/integration/db/postgresql/test_looking_around.py::test_names_and_texts_are_quoted_each_by_its_kind",)
ENGINES = ("tests/unit/test_engines.py",)
KITS = ("tests/unit/test_connection_kits.py",)

CONTROLS = (
    Control(
        "MySQL: a backtick in a name is doubled",
        f"{LAYER}/domain/logins/mysql_statements.py",
        'identifier.replace("`", "``").replace("%", "%%")',
        'identifier.replace("%", "%%")',
        MYSQL_LOGINS,
    ),
    Control(
        "MySQL: a per cent sign is doubled for the driver",
        f"{LAYER}/domain/logins/mysql_statements.py",
        'identifier.replace("`", "``").replace("%", "%%")',
        'identifier.replace("`", "``")',
        MYSQL_LOGINS,
    ),
    Control(
        "MySQL: wildcards in a GRANT's database name are escaped",
        f"{LAYER}/domain/logins/mysql.py",
        r"""return database.replace("_", r"\_").replace("%", r"\%")""",
        "return database",
        MYSQL_LOGINS,
    ),
    Control(
        "PostgreSQL: names are quoted by the driver",
        f"{LAYER}/db/postgresql.py",
        "return composing.Identifier(*parts)",
        """return composing.SQL('"' + '"."'.join(parts) + '"')""",
        QUOTED,
    ),
    Control(
        "PostgreSQL: texts are quoted by the driver",
        f"{LAYER}/db/postgresql.py",
        "return composing.Literal(value)",
        """return composing.SQL("'" + value + "'")""",
        QUOTED,
    ),
    Control(
        "MariaDB: a GRANT makes no login",
        f"{LAYER}/db/mysql.py",
        ",NO_AUTO_CREATE_USER'",
        "'",
        ("tests/integration/db/test_both_of_the_family.py",),
    ),
    Control(
        "MySQL: a login before which the server chooses somebody else's is not counted as proved",
        f"{LAYER}/domain/logins/login.py",
        "verified = len([each for each in ours if not each.ahead])",
        "verified = len(ours)",
        MYSQL_LOGINS,
    ),
    Control(
        "Aurora MySQL: a ticket of another domain than the person's is not taken",
        f"{LAYER}/domain/logins/mysql.py",
        "(isinstance(login, DirectoryLogin) and login.realm) or profile.realm",
        "profile.realm",
        MYSQL_LOGINS,
    ),
    Control(
        "MySQL: readers get no more than their preset",
        f"{LAYER}/domain/profile/presets.py",
        'Preset.READ: ("SELECT", "SHOW VIEW"),',
        'Preset.READ: ("SELECT", "SHOW VIEW", "DELETE"),',
        MYSQL_LOGINS,
    ),
    Control(
        "PostgreSQL: readers get no more than their preset",
        f"{LAYER}/domain/profile/presets.py",
        'Preset.READ: ("SELECT",),',
        'Preset.READ: ("SELECT", "DELETE"),',
        POSTGRESQL_GRANTS,
    ),
    Control(
        "MySQL: a login wants TLS",
        f"{LAYER}/domain/engines.py",
        "{accounts} REQUIRE SSL ACCOUNT",
        "{accounts} ACCOUNT",
        ENGINES,
        after="MYSQL_IAM =",
    ),
    Control(
        "MySQL: a login is made locked",
        f"{LAYER}/domain/engines.py",
        "REQUIRE SSL ACCOUNT LOCK ATTRIBUTE",
        "REQUIRE SSL ATTRIBUTE",
        ENGINES,
        after="MYSQL_PAM =",
    ),
    Control(
        "PostgreSQL: a login is made without LOGIN",
        f"{LAYER}/domain/engines.py",
        "CREATE ROLE {login} NOLOGIN;",
        "CREATE ROLE {login} LOGIN;",
        ENGINES,
    ),
    Control(
        "PostgreSQL: what somebody is given may not be handed on",
        f"{LAYER}/domain/engines.py",
        '"GRANT {roles} TO {logins}"',
        '"GRANT {roles} TO {logins} WITH ADMIN OPTION"',
        ("tests/integration/db/postgresql/test_logins.py::test_no_membership_may_be_handed_on",),
    ),
    Control(
        "A line of the kit is quoted for the shell",
        f"{LAYER}/domain/kit/quoting.py",
        "one_line(shlex.join(words))",
        'one_line(" ".join(words))',
        KITS,
    ),
    Control(
        "A psql line's values are quoted for libpq",
        f"{LAYER}/domain/kit/quoting.py",
        'f"{name}={_libpq_value(value)}"',
        'f"{name}={value}"',
        KITS,
    ),
    Control(
        "A line of the kit is one line",
        f"{LAYER}/domain/kit/quoting.py",
        "if not (text.isascii() and text.isprintable()) and any(category(character) in _UNSEEN for character in text):",
        "if False:",
        KITS,
    ),
    Control(
        "A kit names a host and nothing else where a host belongs",
        f"{LAYER}/domain/kit/quoting.py",
        "if not _DNS_NAME.fullmatch(name):",
        "if not name:",
        KITS,
    ),
    Control(
        "A kit's page escapes text",
        f"{LAYER}/domain/kit/markup.py",
        'return child if isinstance(child, Html) else escape("\\n".join(map(one_line, child.split("\\n"))))',
        "return child",
        KITS,
    ),
    Control(
        "A kit's page has no text with a character that cannot be seen",
        f"{LAYER}/domain/kit/markup.py",
        'escape("\\n".join(map(one_line, child.split("\\n"))))',
        "escape(child)",
        KITS,
    ),
    Control(
        "A kit's page has no attribute with a character that cannot be seen",
        f"{LAYER}/domain/kit/markup.py",
        '"{escape(one_line(value))}"',
        '"{escape(value)}"',
        KITS,
    ),
    Control(
        "A kit's page escapes attributes",
        f"{LAYER}/domain/kit/markup.py",
        '"{escape(one_line(value))}"',
        '"{one_line(value)}"',
        KITS,
    ),
)
