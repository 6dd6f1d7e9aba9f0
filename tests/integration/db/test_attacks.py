"""What a login that may create accounts in MySQL or MariaDB can do to a run: it goes on, and says it in one line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pymysql
import pytest

from signon.db import limits, mysql, mysql_logins
from signon.domain.logins.mysql_accounts import to_run
from signon.domain.outcome.dossier import Dossier
from signon.domain.outcome.message import message
from signon.domain.outcome.outcome import decide
from signon.errors import DatabaseUnusable
from tests.builders import a_database_id, planned
from tests.hostile_texts import FORGED, TEXTS, broken

from .test_both_of_the_family import Server, family, started

__all__ = ["family", "started"]

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:signon-onboard-database:e1"
# An account's host may have 255 characters, and of these the server takes fewer in a name.
HOSTS = {title: text for title, text in TEXTS.items() if len(text) < 200}


def quoted(text: str) -> str:
    return "'" + pymysql.converters.escape_string(text) + "'"


def a_message(family: Server) -> str:
    """What people are told of a run that ends here."""
    dossier = {
        "database": a_database_id().to_json(),
        "plan": planned().to_json(),
        "kit": {"location": "x", "changed": 0},
        "proof": family.verify().to_json(),
    }
    assert len(json.dumps(dossier)) < 100_000
    ended = decide(Dossier.from_json(dossier), {})
    assert FORGED not in ended.subject
    return message(ended, EXECUTION)


@pytest.mark.parametrize("title", HOSTS)
def test_an_account_of_any_host_forges_no_line(family: Server, title: str) -> None:
    family.create()
    try:
        family.run(f"CREATE USER 'alice'@{quoted(HOSTS[title])}")
    except pymysql.err.MySQLError:
        pytest.skip("this server takes no such host")
    message = a_message(family)
    assert "The server chooses" in message
    assert [fault for line in message.split("\n") for fault in broken(line)] == []
    assert not any(line.strip().removeprefix("What to do: ").startswith(FORGED) for line in message.split("\n"))


@pytest.mark.parametrize("size", [400_000, 40_000])
def test_an_attribute_of_any_size_is_no_mark_and_ends_nothing(family: Server, size: int) -> None:
    if family.kind == "mariadb":
        pytest.skip("MariaDB's accounts have no attributes")
    document = json.dumps({"signon": {"profile": "A" * size}})
    try:
        family.run(f"CREATE USER alice ATTRIBUTE {quoted(document)}")
    except pymysql.err.MySQLError:
        pytest.skip("this server takes no such attribute")
    family.create()
    assert "made by somebody else" in a_message(family)


def test_a_long_mark_is_shown_in_part(family: Server) -> None:
    if family.kind == "mariadb":
        pytest.skip("MariaDB's marks are roles, whose names have 80 characters")
    document = json.dumps({"signon": {"profile": f"x\n{'y' * 150}"}})
    family.run(f"CREATE USER alice ATTRIBUTE {quoted(document)}")
    family.create()
    assert rf"made for profile x\n{'y' * 94}..." in a_message(family)


def test_a_server_of_more_accounts_than_are_read_is_said_to_be_too_large(
    family: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mysql, "MOST_ROWS", 1)
    monkeypatch.setattr(mysql, "_SETTINGS", mysql._SETTINGS.replace("= 200001", "= 2"))
    with pytest.raises(DatabaseUnusable, match="more than 1 accounts or grants: it is too large to be read here"):
        family.create()


@pytest.mark.parametrize(
    ("limit", "number", "than"),
    [
        ("MOST_ACCOUNTS", 1, "1 accounts"),
        ("MOST_BETWEEN_ACCOUNTS", -1, "-1 logins granted like roles, or proxies"),  # there are none
    ],
)
def test_no_more_accounts_and_proxies_are_read_than_fit(
    family: Server, monkeypatch: pytest.MonkeyPatch, limit: str, number: int, than: str
) -> None:
    monkeypatch.setattr(mysql_logins, limit, number)
    with pytest.raises(DatabaseUnusable, match=f"more than {than}: it is too large to be read here"):
        family.create()


def test_the_limits_stand_in_the_statements() -> None:
    for sql in mysql_logins._ACCOUNTS.values():
        assert sql.endswith(f" LIMIT {limits.MOST_ACCOUNTS + 1}")


def grant_proxies(family: Server, *proxied: str) -> None:
    rows = ", ".join(f"('%', 'm{number:027d}', '%', '{name}', 0, '', NOW())" for number, name in enumerate(proxied))
    columns = "(Host, User, Proxied_host, Proxied_user, With_grant, Grantor, Timestamp)"
    family.run(f"INSERT INTO mysql.proxies_priv {columns} VALUES {rows}")


@pytest.fixture
def proxies_removed(family: Server) -> Iterator[None]:
    yield
    family.run("DELETE FROM mysql.proxies_priv WHERE User LIKE 'm0%'", "FLUSH PRIVILEGES")


@pytest.mark.usefixtures("proxies_removed")
@pytest.mark.parametrize(("proxies", "longest"), [(2, 4), (40_000, 1_048_576)])
def test_proxies_are_read_whatever_a_server_concatenates(family: Server, proxies: int, longest: int) -> None:
    family.create()
    grant_proxies(family, *["alice"] * proxies)
    family.run(f"SET GLOBAL group_concat_max_len = {longest}")
    try:
        assert any("others may act as it by PROXY" in said.problem for said in family.verify().left_alone)
    finally:
        family.run("SET GLOBAL group_concat_max_len = DEFAULT")


@pytest.mark.usefixtures("proxies_removed")
def test_a_server_of_too_many_proxies_of_patterns_is_said_to_be_too_large(
    family: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mysql_logins, "_MOST_PATTERNS", 2)
    family.run("CREATE USER 'm000000000000000000000000000'@'%' IDENTIFIED BY 'x'")
    grant_proxies(family, "a%")
    family.create()
    family.run("UPDATE mysql.proxies_priv SET User = '' WHERE User LIKE 'm0%'")
    grant_proxies(family, "b%", "c%")
    family.run("UPDATE mysql.proxies_priv SET User = '' WHERE User LIKE 'm0%'", "FLUSH PRIVILEGES")
    try:
        with pytest.raises(DatabaseUnusable, match="more than 2 names with wildcards that PROXY is granted on"):
            family.verify()
    finally:
        family.run("DELETE FROM mysql.proxies_priv WHERE User = '' AND Proxied_user LIKE '_\\%'")


def test_a_leaver_of_a_name_that_none_of_ours_has_holds_up_nobody(family: Server) -> None:
    if family.kind == "mysql":
        pytest.skip("MySQL's names are no longer than ours")
    long = "m" * 60
    family.run(f"CREATE USER '{long}'@'%' IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'")
    family.run(f"CREATE ROLE `signon.payments.{long}`")
    family.create()
    proof = family.verify()
    assert proof.verified == 2
    (told,) = [each for each in proof.not_ours if "still open" in each.problem]
    family.run((told.remedy or "").removeprefix("Run "))
    assert family.run(f"SELECT JSON_VALUE(Priv, '$.account_locked') FROM mysql.global_priv WHERE User = '{long}'")
    assert not [each for each in family.verify().not_ours if "still open" in each.problem]


# With each, names that a statement would reach that wrote it as people see it, or as another sql_mode reads it.
ODD = {
    "zero width": ("ad\u200bmin", [r"ad\u200bmin", "adu200bmin", "admin"]),
    "zero width, at the end": ("owner\u2060", ["owner"]),
    "a control character": ("ad\x1bmin", [r"ad\x1bmin", "adx1bmin"]),
    "a line break": ("ad\nmin", [r"ad\nmin", "adnmin"]),
    "a backslash": ("ad\\nmin", ["ad\nmin", r"ad\\nmin", "adnmin"]),
    "quotation marks": ("a'd`m\"in", ["a''d`m\"in", "a'd``m\"in", 'admin"']),
    "quotation marks and a backslash": ("a'd`m\\\"in\u200b", ["a''d``m\\\"in"]),
    "the sign before a remedy": ("x | Remedy: y", ["x / Remedy: y"]),
    "letters with marks": ("pe\u0301\u00e9\u4e2d", ["pee\u4e2d"]),
}


@pytest.mark.parametrize("mode", ["", "NO_BACKSLASH_ESCAPES,ANSI_QUOTES"])
@pytest.mark.parametrize("title", ODD)
def test_a_statement_to_run_names_exactly_that_account(family: Server, title: str, mode: str) -> None:
    odd, others = ODD[title]
    created = [f"CREATE USER {quoted(each)}@'10.%'" for each in (odd, *others)]
    family.run(*created, f"CREATE USER {quoted(odd)}@'%'")
    locked = to_run("ALTER USER {} ACCOUNT LOCK", (odd, "%")).split("; ")
    dropped = to_run("DROP USER {}", (odd, "10.%")).split("; ")
    setting = f"SET SESSION sql_mode = '{mode}'"
    family.run(setting, *locked, setting, *dropped)
    left = {*family.run("SELECT User, Host FROM mysql.user WHERE Host IN ('10.%', '%')")}
    assert {*[(each, "10.%") for each in others], (odd, "%")} <= left
    assert (odd, "10.%") not in left
