"""What others have written is data, and of everything there is a limit."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

FOREIGN, YAML = f"{LAYER}/foreign.py", f"{LAYER}/domain/profile/yaml_document.py"
OUTCOME, ROLES = f"{LAYER}/domain/outcome/outcome.py", f"{LAYER}/db/postgresql_reading.py"
TEXTS = ("tests/unit/test_foreign_texts.py",)
SCHEMA = f"{LAYER}/domain/profile/schema.py"
FILES = ("tests/unit/test_bad_files.py",)
ATTACKS = "tests/integration/db/postgresql/test_attacks.py"
OF_MYSQL = "tests/integration/db/test_attacks.py"
SECRETS = ("tests/unit/test_master_secrets.py",)

CONTROLS = (
    Control(
        "What cannot be seen is escaped",
        FOREIGN,
        "    if text.isprintable() and not _BLANKS.search(text):\n",
        "    if text is not None:\n",
        TEXTS,
    ),
    Control("A blank letter counts as unseen", FOREIGN, "_BLANKS.match(each) else", "None else", TEXTS),
    Control(
        "A text within a sentence is cut",
        FOREIGN,
        "    seen = cut(visible(without_remedy(str(text)[: longest + 1])), longest)\n",
        "    seen = visible(without_remedy(str(text)))\n",
        TEXTS,
    ),
    Control(
        "A text that is no word stands in quotation marks",
        FOREIGN,
        "    return seen if _PLAIN.fullmatch(seen) or not seen else",
        "    return seen if seen else",
        TEXTS,
    ),
    Control(
        "A sentence that leaves us is cut",
        FOREIGN,
        "    return cut(visible(text[: longest + 1]), longest)\n",
        "    return visible(text)\n",
        TEXTS,
    ),
    Control(
        "No text makes a remedy of ours",
        FOREIGN,
        '    return text.replace(REMEDY, " / Remedy: ")\n',
        "    return text\n",
        TEXTS,
    ),
    Control(
        "An error's text is one line",
        f"{LAYER}/errors.py",
        "        super().__init__(on_one_line(text))\n",
        "        super().__init__(text)\n",
        TEXTS,
        after="class SignonError(Exception):",
    ),
    Control(
        "A finding's text is one line",
        f"{LAYER}/domain/finding.py",
        "on_one_line(getattr(said, name))",
        "getattr(said, name)",
        TEXTS,
    ),
    Control(
        "Lines that are handed over have a size together",
        f"{LAYER}/domain/limits.py",
        "        if room < 0:\n",
        "        if room is None:\n",
        TEXTS,
    ),
    Control(
        "A pattern skips only so much of a pasted text",
        f"{LAYER}/domain/diagnosis/__init__.py",
        "row.bounded() for row in",
        "row for row in",
        ("tests/unit/test_diagnosis.py::test_a_pattern_repeats_nothing_without_end",),
    ),
    Control(
        "The subject of a mail quotes nobody",
        f"{LAYER}/aws/reporting.py",
        "notifications.tell(topic, ended.subject,",
        "notifications.tell(topic, ended.told,",
        ("tests/unit/test_subjects.py",),
    ),
    Control(
        "A parked run's subject quotes nobody",
        OUTCOME,
        "return self.brief or self.headline",
        "return self.headline",
        TEXTS,
    ),
    Control(
        "A message has an end",
        f"{LAYER}/domain/outcome/message.py",
        "if len(text) > LONGEST_MESSAGE:",
        "if len(text) < 0:",
        TEXTS,
    ),
    Control(
        "What an input calls its database is a name, or is not repeated",
        OUTCOME,
        " and _NAME.fullmatch(held[key]):",
        ":",
        ("tests/unit/test_subjects.py",),
    ),
    Control(
        "Names in a database are shown, not pasted",
        f"{LAYER}/domain/logins/postgresql_grants.py",
        'return ".".join(map(shown, (database, *filter(None, within))))',
        'return ".".join((database, *filter(None, within)))',
        (f"{ATTACKS}::test_a_role_of_any_name_forges_no_line",),
    ),
    Control(
        "A terminal shows what is logged as text",
        "localcloud/people/printable.py",
        "each if each.isprintable() else",
        "each if each else",
        TEXTS,
    ),
    Control(
        "A terminal shows why an execution ended as text",
        "localcloud/people/narration.py",
        "return printable(str(self.error or",
        "return str((self.error or",
        TEXTS,
    ),
    Control("A profile has a size", YAML, "    if size > MOST_BYTES:\n", "    if size < 0:\n", FILES),
    Control(
        "A profile has a depth",
        YAML,
        "        if depth > DEEPEST:\n            raise yaml",
        "        if depth < 0:\n            raise yaml",
        FILES,
    ),
    Control(
        "A profile has a depth, its aliases expanded",
        YAML,
        "        if depth > DEEPEST:\n            problem",
        "        if depth < 0:\n            problem",
        FILES,
    ),
    Control(
        "A profile has so many parts",
        YAML,
        "        if parts > MOST_PARTS:\n            raise",
        "        if parts < 0:\n            raise",
        FILES,
    ),
    Control(
        "A profile has so many characters, its aliases expanded",
        YAML,
        "        if characters > MOST_CHARACTERS:\n",
        "        if characters < 0:\n",
        FILES,
    ),
    Control(
        "Of a profile's faults so many are looked at",
        SCHEMA,
        "    if len(errors) == MOST_FAULTS:\n",
        "    if len(errors) < 0:\n",
        FILES,
    ),
    Control(
        "PostgreSQL: of a comment no more is read than a mark has",
        ROLES,
        "(SELECT left(said, 500) FROM",
        "(SELECT said FROM",
        (f"{ATTACKS}::test_no_more_of_three_hundred_comments_is_sent_than_a_mark_has",),
    ),
    Control(
        "PostgreSQL: a comment that does not begin like a mark is not read",
        ROLES,
        " WHERE left(said, 12) = '{{\"signon\": {{')",
        ")",
        (f"{ATTACKS}::test_only_comments_that_begin_like_a_mark_are_sent",),
    ),
    Control(
        "PostgreSQL: no role is looked for among all of them",
        f"{LAYER}/db/postgresql.py",
        '    "enable_mergejoin": "off",\n',
        "",
        (f"{ATTACKS}::test_creating_many_roles_at_once_does_not_scan_all_of_them_for_each",),
    ),
    Control(
        "PostgreSQL: no more roles are sent than are read",
        ROLES,
        "    if not rows:\n",
        "    if rows is None:\n",
        (f"{ATTACKS}::test_a_server_of_more_roles_than_are_read_is_said_to_be_too_large",),
    ),
    Control(
        "PostgreSQL: no more tables are sent than are read",
        ROLES,
        "    if len(rows) > MOST_ROWS:\n",
        "    if len(rows) < 0:\n",
        (f"{ATTACKS}::test_schemas_of_more_tables_than_are_read_are_said_to_be_too_large",),
    ),
    Control(
        "PostgreSQL: a chain of roles that is too deep is said",
        f"{LAYER}/domain/logins/postgresql.py",
        "if len(chain := roles.longest_chain) - 1 > DEEPEST:",
        "if len(chain := roles.longest_chain) < 0:",
        ("tests/unit/test_chains_of_roles.py",),
    ),
    Control(
        "MySQL: no more accounts are sent than are read",
        f"{LAYER}/db/mysql.py",
        "        if len(rows) > MOST_ROWS:\n",
        "        if len(rows) < 0:\n",
        (f"{OF_MYSQL}::test_a_server_of_more_accounts_than_are_read_is_said_to_be_too_large",),
    ),
    Control(
        "MySQL: of an attribute no more is read than a mark has",
        f"{LAYER}/db/mysql_logins.py",
        "LEFT(JSON_EXTRACT(a.ATTRIBUTE, '$.signon'), 500),",
        "JSON_EXTRACT(a.ATTRIBUTE, '$.signon'),",
        (f"{OF_MYSQL}::test_an_attribute_of_any_size_is_no_mark_and_ends_nothing",),
    ),
    Control(
        "RDS's secret of another database is not read",
        f"{LAYER}/domain/rds/master_secret.py",
        "    if _OF_RDS in named:\n",
        "    if named is None:\n",
        SECRETS,
    ),
    Control(
        "A secret that the stack does not list is not read",
        f"{LAYER}/domain/rds/master_secret.py",
        "if not any(fnmatchcase(named, pattern) for pattern in listed):",
        "if named is None:",
        SECRETS,
    ),
    Control(
        "The secret is held against the list before it is read",
        f"{LAYER}/aws/secrets.py",
        "    if refused := refusal(database, named, listed):\n",
        "    if refused := refusal(database, None, listed):\n",
        SECRETS,
    ),
    Control(
        "The plan says of a secret that it will not be read",
        f"{LAYER}/domain/plan/prerequisites/__init__.py",
        "if refused := master_secret.refusal(database, profile.master_secret, around.master_secrets):",
        "if refused := master_secret.refusal(database, None, around.master_secrets):",
        SECRETS,
    ),
)
