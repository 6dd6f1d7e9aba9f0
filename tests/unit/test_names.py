from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.engines import Family
from signon.domain.names import (
    IAM_LOGINS,
    MYSQL_DATABASE,
    POSTGRESQL_DATABASE,
    POSTGRESQL_IAM_LOGIN,
    POSTGRESQL_SCHEMA,
    Grammar,
    group_name,
    iam_login_problem,
    login_name,
    login_problem,
    mysql_account_problem,
    postgresql_role_problem,
    realm_problem,
)
from signon.foreign import visible

OF_LOGINS = (
    "a login consists of lower-case letters, digits, dots, hyphens and underscores, and begins with a letter or a digit"
)
OF_DATABASES = "a database name consists of letters, digits, underscores, dollar signs and hyphens"
HOSTILE = [
    "", " ", "o'brien", '"x"', "`x`", "a`b", "a b", "a\n", "\nalice", "a\x00", "a;drop user root", "../a",
    "a/b", "a\\b",
    "a@b", "a%", "%s", "{0}", "$(id)", "alice ", "Alice", "ALICE", "älice", "a\u200b", "٣", "\u202ealice",
    "\N{CYRILLIC SMALL LETTER A}lice", "\N{FULLWIDTH LATIN SMALL LETTER A}lice",
    "-a", ".a", "_a", "a" * 21, "<b>", "a,b", "a'@'%", "*", "?", "a\U000e0131", "\u115f",
]  # fmt: skip
RESERVED = [
    "root", "admin", "rdsadmin", "rds_superuser_role", "rdsrepladmin", "mysql", "mysql.sys", "mysql.session",
    "mysql-x", "mariadb.sys", "mariadb", "mariadb-x", "public", "none", "event_scheduler", "postgres", "pg_monitor",
    "pg_",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_login_is_refused_and_shown_in_quotes(name: str) -> None:
    problem = login_problem(name, "dbadmin")
    assert problem is not None
    assert problem.startswith(visible(repr(name)))


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("", "'' is empty: a login is 1 to 20 characters long"),
        ("a" * 21, f"{'a' * 21!r} is too long: 21 of at most 20 characters"),
        ("a" * 300, f"{'a' * 100!r}... is too long: 300 of at most 20 characters"),
        ("-a", f"'-a' begins with '-' (U+002D): {OF_LOGINS}"),
        (".a", f"'.a' begins with '.' (U+002E): {OF_LOGINS}"),
        ("_a", f"'_a' begins with '_' (U+005F): {OF_LOGINS}"),
        ("Alice", f"'Alice' begins with 'A' (U+0041): {OF_LOGINS}"),
        ("aLICE", f"'aLICE' contains 'L' (U+004C): {OF_LOGINS}"),
        ("o'brien", f'"o\'brien" contains "\'" (U+0027): {OF_LOGINS}'),
        ("a b", f"'a b' contains ' ' (U+0020): {OF_LOGINS}"),
        ("alice ", f"'alice ' contains ' ' (U+0020): {OF_LOGINS}"),
        ("a\x00", f"'a\\x00' contains '\\x00' (U+0000): {OF_LOGINS}"),
        ("a\u200b", f"'a\\u200b' contains '\\u200b' (U+200B): {OF_LOGINS}"),
        ("a\U0001f600", f"'a\U0001f600' contains '\U0001f600' (U+1F600): {OF_LOGINS}"),
        ("alice@CORP", "'alice@CORP' has a domain: write the name without the domain, 'alice'"),
        ("adoe@CORP.EXAMPLE.COM", "'adoe@CORP.EXAMPLE.COM' has a domain: write the name without the domain, 'adoe'"),
        ("CORP\\adoe", "'CORP\\\\adoe' has a domain: write the name without the domain, 'adoe'"),
        ("ADoe@corp.example.com", "'ADoe@corp.example.com' has a domain: write the name without the domain, 'adoe'"),
        ("CORP\\ADOE", "'CORP\\\\ADOE' has a domain: write the name without the domain, 'adoe'"),
        (
            "CORP.EXAMPLE.COM\\adoe",
            f"{'CORP.EXAMPLE.COM' + chr(92) + 'adoe'!r} has a domain: write the name without the domain, 'adoe'",
        ),
        ("\u212aim@CORP", f"'\u212aim@CORP' begins with '\u212a' (U+212A): {OF_LOGINS}"),
        ("root@CORP", f"'root@CORP' contains '@' (U+0040): {OF_LOGINS}"),
        ("@CORP", f"'@CORP' begins with '@' (U+0040): {OF_LOGINS}"),
        ("alice@a@b", f"'alice@a@b' contains '@' (U+0040): {OF_LOGINS}"),
        ("alice@", f"'alice@' contains '@' (U+0040): {OF_LOGINS}"),
    ],
)
def test_the_rule_that_a_login_breaks_is_named(name: str, rule: str) -> None:
    assert login_problem(name, "dbadmin") == rule


def test_a_name_is_shown_whole_up_to_100_characters() -> None:
    whole, cut = login_problem("a" * 100, ""), login_problem("a" * 101, "")
    assert whole is not None
    assert whole.startswith(f"{'a' * 100!r} ")
    assert cut is not None
    assert cut.startswith(f"{'a' * 100!r}... ")


@pytest.mark.parametrize("name", RESERVED)
def test_a_reserved_login_is_refused(name: str) -> None:
    assert login_problem(name, "dbadmin") == f"{name!r} is reserved: it belongs to the engine or to RDS"


def test_the_master_users_name_is_reserved() -> None:
    assert login_problem("dbadmin", "dbadmin") == "'dbadmin' is reserved: it is the master user's"


def test_a_name_that_active_directory_has_not_is_refused() -> None:
    assert login_problem("alice.", "dbadmin") == "'alice.': Active Directory has no names that end with a dot"


@pytest.mark.parametrize(
    "name",
    ["a", "alice", "7", "a.b-c_d", "a" * 20, "mysqladm", "mariadba", "rooter", "nonesuch", "dbadmin2", "pgadmin"],
)
def test_a_usual_login_passes(name: str) -> None:
    assert login_problem(name, "dbadmin") is None


@given(st.text() | st.from_regex(r"[a-z0-9._-]{1,22}\n?"))
def test_no_login_outside_the_grammar_passes(name: str) -> None:
    if login_problem(name, "") is None:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,19}", name)
        assert name.isascii()
        assert not name.startswith("rds")


@pytest.mark.parametrize("grammar", [MYSQL_DATABASE, POSTGRESQL_DATABASE, POSTGRESQL_SCHEMA], ids=lambda g: g.what)
@pytest.mark.parametrize(
    "name", ["", "a b", "a.b", "a`b", 'a"b', "a%", "a*", "a\n", "\u00e9", "a" * 65, "a\\b", "a'b", "a/b", "%s", "{}"]
)
def test_a_hostile_name_of_a_database_or_schema_is_refused(name: str, grammar: Grammar) -> None:
    problem = grammar.problem(name)
    assert problem is not None
    assert problem.startswith(repr(name))


def test_the_rule_that_a_database_name_breaks_is_named() -> None:
    assert MYSQL_DATABASE.problem("pay.roll") == f"'pay.roll' contains '.' (U+002E): {OF_DATABASES}"
    assert MYSQL_DATABASE.problem("a" * 65) == f"{'a' * 65!r} is too long: 65 of at most 64 characters"
    assert POSTGRESQL_DATABASE.problem("a" * 64) == f"{'a' * 64!r} is too long: 64 of at most 63 characters"


@pytest.mark.parametrize(
    ("grammar", "name"),
    [
        *((MYSQL_DATABASE, name) for name in ("mysql", "MySQL", "sys", "SYS")),
        *((MYSQL_DATABASE, name) for name in ("information_schema", "performance_schema")),
        *((POSTGRESQL_DATABASE, name) for name in ("template0", "template1", "rdsadmin")),
        *((POSTGRESQL_SCHEMA, name) for name in ("pg_catalog", "pg_toast", "pg_temp_3", "information_schema")),
    ],
)  # fmt: skip
def test_nothing_is_granted_on_what_belongs_to_the_engine(grammar: Grammar, name: str) -> None:
    assert grammar.problem(name) == f"{name!r} is reserved: it belongs to the engine"


@pytest.mark.parametrize("grammar", [MYSQL_DATABASE, POSTGRESQL_DATABASE, POSTGRESQL_SCHEMA], ids=lambda g: g.what)
@pytest.mark.parametrize("name", ["payments", "Payments_2", "a$b", "a-b", "_", "a" * 63, "postgres", "public"])
def test_a_usual_name_of_a_database_or_schema_passes(name: str, grammar: Grammar) -> None:
    assert grammar.problem(name) is None


@pytest.mark.parametrize(
    ("grammar", "longest"), [(MYSQL_DATABASE, 64), (POSTGRESQL_DATABASE, 63), (POSTGRESQL_SCHEMA, 63)]
)
def test_the_longest_name_of_a_database_or_schema_passes_and_no_longer_one(grammar: Grammar, longest: int) -> None:
    assert grammar.problem("a" * longest) is None
    assert grammar.problem("a" * (longest + 1)) is not None


@given(st.text(), st.sampled_from([MYSQL_DATABASE, POSTGRESQL_DATABASE, POSTGRESQL_SCHEMA]))
def test_no_name_outside_the_grammar_passes(name: str, grammar: Grammar) -> None:
    if grammar.problem(name) is None:
        assert re.fullmatch(r"[A-Za-z0-9_$-]{1,64}", name)


@pytest.mark.parametrize(
    "name", ["", "CORP", "corp.example.com", "CORP..COM", "-A.B", "A-.B", "A.B\n", "A.B.", "A B.C", "CÖRP.COM"]
)
def test_what_is_no_realm_is_refused(name: str) -> None:
    assert realm_problem(name) == (
        f"{name!r} is not a Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM"
    )


@pytest.mark.parametrize("name", ["CORP.EXAMPLE.COM", "A.B", "A-1.B2", "1.2"])
def test_a_realm_passes(name: str) -> None:
    assert realm_problem(name) is None


def test_a_long_name_is_refused_quickly() -> None:
    assert realm_problem("A-" * 5000 + "!")
    assert login_problem("a" * 100_000, "")


@pytest.mark.parametrize(
    ("realm", "longest", "rule"),
    [
        ("A" * 200 + "." + "B" * 55, 255, f"{'A' * 100!r}... is too long: 256 of at most 255 characters"),
        (
            "CORP." + "E" * 57,
            61,
            f"{'CORP.' + 'E' * 57!r} is too long: 62 of at most 61 characters (the limit of RDS for MySQL)",
        ),
        ("A." + "B" * 64, 255, f"{'A.' + 'B' * 64!r} has a label that is too long: 64 of at most 63 characters"),
    ],
)
def test_the_rule_that_a_realm_breaks_is_named(realm: str, longest: int, rule: str) -> None:
    assert realm_problem(realm, longest) == rule


def test_a_realm_at_the_limit_passes() -> None:
    assert realm_problem("CORP." + "E" * 56, 61) is None
    assert realm_problem("A." + "B" * 63) is None
    assert realm_problem("A." * 126 + "BBB") is None


def test_a_realm_is_no_longer_than_a_name_of_dns() -> None:
    assert realm_problem("A." * 126 + "BBBB") is not None


def test_postgresql_counts_bytes_and_the_realm_with_them() -> None:
    assert login_name("alice", "CORP.EXAMPLE.COM") == "alice@CORP.EXAMPLE.COM"
    assert postgresql_role_problem("a" * 63) is None
    assert (
        postgresql_role_problem("\u00e9" * 32)
        == f"{chr(233) * 32!r} is too long for PostgreSQL: 64 of at most 63 bytes"
    )
    assert postgresql_role_problem(group_name("p" * 40, "r" * 20)) == (
        f"'signon.{'p' * 40}.{'r' * 20}' is too long for PostgreSQL: 68 of at most 63 bytes"
    )


@pytest.mark.parametrize("name", ["a" * 21, "a" * 32, "payments_app", "app.", "App", "PAYMENTS-API", "_app", "7"])
def test_a_login_that_comes_with_a_token_is_as_long_as_mysqls_accounts_and_in_no_directory(name: str) -> None:
    assert iam_login_problem(name, "dbadmin") is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a" * 33,
        "a b",
        "rdsadmin",
        "RDSadmin",
        "Root",
        "PUBLIC",
        "pg_x",
        "PG_X",
        "mariadb.sys",
        "dbadmin",
        "DBAdmin",
        "*",
        "app*",
        "a?",
        "${aws:username}",
        "a$",
        "a/b",
        "alice@CORP.EXAMPLE.COM",
        "-a",
        ".a",
        "Äpp",
        "a\n",
    ],
)
def test_a_login_that_comes_with_a_token_obeys_the_other_rules_of_logins(name: str) -> None:
    assert iam_login_problem(name, "dbadmin") is not None
    assert iam_login_problem(name, "dbadmin", POSTGRESQL_IAM_LOGIN) is not None or name == "a" * 33


def test_a_login_that_comes_with_a_token_is_as_long_as_its_engine_takes_it() -> None:
    for family, longest in ((Family.MYSQL, 32), (Family.POSTGRESQL, 63)):
        grammar = IAM_LOGINS[family]
        assert iam_login_problem("A" * longest, "dbadmin", grammar) is None
        assert iam_login_problem("A" * (longest + 1), "dbadmin", grammar) == (
            f"{'A' * (longest + 1)!r} is too long: {longest + 1} of at most {longest} characters"
        )


@given(st.text() | st.from_regex(r"[A-Za-z0-9._-]{1,65}\n?"), st.sampled_from(list(IAM_LOGINS.values())))
def test_a_login_that_comes_with_a_token_says_nothing_but_itself_in_a_policy(name: str, grammar: Grammar) -> None:
    if iam_login_problem(name, "", grammar) is None:
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,62}", name)
        assert not name.lower().startswith(("rds", "pg_"))


@pytest.mark.parametrize("name", ["a", "alice bob", "root", "a" * 32, "\u00e9" * 32, "\ufffe", "\uffff", "a\u200b"])
def test_what_mysql_stores_under_exactly_this_name_passes(name: str) -> None:
    assert mysql_account_problem(name) is None


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        " alice",
        "alice ",
        "alice\t",
        "\u3000alice",
        "\0",
        "a\0b",
        "a\U00010000",
        "\U0001f600",
        "a" * 33,
        "a\ud800",
    ],
)
def test_what_mysql_would_store_under_another_name_is_refused(name: str) -> None:
    assert mysql_account_problem(name) is not None


@pytest.mark.parametrize("name", ["a", " a ", "\u00e9" * 31, "\U0001f600", "a" * 62])
def test_what_postgresql_stores_under_exactly_this_name_passes(name: str) -> None:
    assert postgresql_role_problem(name) is None


@pytest.mark.parametrize("name", ["", "\0", "a\0b", "a" * 64, "\u00e9" * 32, "a" * 1000, "a\ud800", "\udfff"])
def test_what_postgresql_would_store_under_another_name_is_refused(name: str) -> None:
    assert postgresql_role_problem(name) is not None


def test_the_character_that_neither_server_keeps_is_named() -> None:
    assert "(U+0000)" in str(postgresql_role_problem("a\0b"))
    assert "(U+0000)" in str(mysql_account_problem("a\0b"))
