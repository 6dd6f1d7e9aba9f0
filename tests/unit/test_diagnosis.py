"""The table of error texts: each text of the corpus is told by its row, and a page can use every pattern too."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.diagnosis import DIAGNOSES, Diagnosis, diagnose
from signon.domain.diagnosis.row import LONGEST_GAP
from signon.domain.diagnosis.wrappers import WRAPPERS

ROOT = Path(__file__).parents[2]
CORPUS: list[dict[str, Any]] = yaml.load((ROOT / "tests/error_texts.yaml").read_text(), yaml.CSafeLoader)
# Letters, signs that mean themselves, limited gaps of . and [^x], [xy], groups with |, and ? behind a letter or group.
GAP = rf"\{{0,{LONGEST_GAP}\}}"
SIMPLE = re.compile(rf"(?:[A-Za-z0-9 '\"_/:,@-]|\\\.|\.{GAP}|\[\^[^\]\\]\]{GAP}|\[[^\]^\\]+\]|\((?!\?)|\)|\||\?)+")
# Clients whose wording is their own, and how many texts of theirs there are at least.
DRIVERS = {
    "psql": 20,
    "mysql": 15,
    "mariadb": 10,
    "pgjdbc": 20,
    "mariadb-jdbc": 8,
    "Connector/J": 10,
    "psycopg 3": 5,
    "psycopg2": 2,
    "PyMySQL": 8,
    "mysql-connector-python": 8,
    "pg": 8,
    "mysql2": 8,
    "pgx": 8,
    "go-sql-driver": 8,
    "Npgsql": 12,
    "MySqlConnector": 5,
    "Connector/NET": 2,
    "MySQL ODBC": 1,
    "psqlODBC": 1,
    "DBeaver": 4,
    "pgAdmin": 2,
    "psql on Windows": 6,
    "token": 4,
    "RDS Proxy": 6,
    "libpq": 10,
    "HikariCP": 7,
    "SQLAlchemy": 4,
    "Django": 2,
    "AWS JDBC wrapper": 5,
    "kinit": 15,
    "kinit on macOS": 4,
}
each_row = pytest.mark.parametrize("row", DIAGNOSES, ids=lambda row: row.name)


@pytest.mark.parametrize("entry", CORPUS, ids=lambda entry: entry["name"])
def test_a_text_is_told_by_its_row(entry: dict[str, Any]) -> None:
    found = diagnose(entry["text"])
    assert found
    assert found.name == entry["row"]


@pytest.mark.parametrize(
    "around",
    [
        "org.postgresql.util.PSQLException: GSS Authentication failed\nCaused by: {}",
        "SSPI continuation error: {}",
        "com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure\nCaused by: {}",
        "Npgsql.NpgsqlException (0x80004005): Exception while performing SSL handshake\n ---> {}",
        "MySqlConnector.MySqlException: Unable to connect to any of the specified MySQL hosts.\n ---> {}",
        "Unable to connect to server:\n\n{}",
        "SQL Error [08001]: {}",
        "failed to connect to `user=alice database=shop`: 10.0.1.7:5432 (ledger): {}",
        "[08001] [MySQL][ODBC 8.0(w) Driver]{}",
        "HikariPool-1 - Connection is not available, request timed out after 30000ms.\nCaused by: {}",
    ],
)
def test_what_a_driver_says_around_a_reason_does_not_hide_it(around: str) -> None:
    reasons = [entry for entry in CORPUS if entry["row"] not in {row.name for row in WRAPPERS}]
    for entry in reasons:
        found = diagnose(around.format(entry["text"]))
        assert found
        assert found.name == entry["row"], entry["name"]


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("Server not found in Kerberos database (7)", "no such service"),
        ("KDC has no support for encryption type (14)", "encryption type"),
        ("Receive timed out", "directory unreachable"),
        ("Clock skew too great (37)", "clock skew"),
        ("Failed to find any Kerberos tgt", "no ticket"),
        ("Attempt to obtain new INITIATE credentials failed! (null)", "no ticket"),
        ("something new", "no ticket, no reason"),
    ],
)
def test_of_javas_text_the_mechanisms_level_is_the_reason(reason: str, row: str) -> None:
    found = diagnose(f"GSSException: No valid credentials provided (Mechanism level: {reason})")
    assert found
    assert found.name == row


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_drivers_own_texts_are_known(driver: str) -> None:
    assert sum(entry["name"].startswith(f"{driver}: ") for entry in CORPUS) >= DRIVERS[driver]


@pytest.mark.parametrize(
    "entry", [each for each in CORPUS if "unprovoked" in each or "source" in each], ids=lambda entry: entry["name"]
)
def test_a_text_that_is_not_provoked_says_why_and_where_it_is_from(entry: dict[str, Any]) -> None:
    assert entry["unprovoked"]
    assert entry["source"].startswith("https://")


def test_the_texts_are_many_and_all_different_in_name() -> None:
    assert len({entry["text"] for entry in CORPUS if "unprovoked" not in entry}) >= 25
    assert len({entry["name"] for entry in CORPUS}) == len(CORPUS)


@each_row
def test_a_row_is_what_some_text_is_told_by(row: Diagnosis) -> None:
    assert row.name in {entry["row"] for entry in CORPUS}


def test_names_and_patterns_are_there_once() -> None:
    assert len({row.name for row in DIAGNOSES}) == len({row.pattern for row in DIAGNOSES}) == len(DIAGNOSES)


@each_row
def test_a_pattern_means_the_same_in_python_and_in_javascript(row: Diagnosis) -> None:
    assert SIMPLE.fullmatch(row.pattern), row.pattern
    assert re.compile(row.pattern)


@each_row
def test_a_pattern_repeats_nothing_without_end(row: Diagnosis) -> None:
    signs = re.sub(r"\\.|\[\^?[^\]]+\]", "x", row.pattern)
    assert not re.search(r"[*+]|,\}", signs), row.pattern


@pytest.mark.parametrize(
    ("before", "after", "row"),
    [("root certificate file ", " does not exist", "no bundle"), ("SSPI ", "80090324", "clock skew")],
)
def test_a_pattern_skips_only_so_much(before: str, after: str, row: str) -> None:
    found = diagnose(f"{before}{'x' * LONGEST_GAP}{after}")
    assert found
    assert found.name == row
    assert diagnose(f"{before}{'x' * (LONGEST_GAP + 1)}{after}") is None


@each_row
def test_a_row_says_why_and_what_to_do(row: Diagnosis) -> None:
    assert row.cause.endswith(".")
    assert row.remedy.endswith(".")
    assert "switch" not in row.remedy or "do not switch" in row.remedy


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ERROR",
        "Hello",
        "SELECT 1",
        'invalid DSN: scheme is expected to be either "postgresql" or "postgres", got \'postgresql+asyncpg\'',
        "Server's entry in database has expired",
    ],
)
def test_what_is_not_known_is_not_guessed(text: str) -> None:
    assert diagnose(text) is None


@given(st.text(max_size=300))
def test_any_text_may_be_asked_about(text: str) -> None:
    assert diagnose(text) is None or diagnose(text) in DIAGNOSES


def make_diagnose(error: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "docs/diagnose.py", error],
        env={"PYTHONPATH": str(ROOT / "layers/signon/python")},
        capture_output=True,
        text=True,
        check=False,
    )


def told(error: str) -> str:
    done = make_diagnose(error)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_unknown_text_ends_with_another_exit_code() -> None:
    done = make_diagnose("Hello")
    assert (done.returncode, done.stderr) == (1, "")
    assert "This text is not known" in done.stdout


def test_make_diagnose_tells_cause_and_remedy() -> None:
    said = told('FATAL:  PAM authentication failed for user "alice"')
    assert "older than 15 minutes" in said.replace("\n", " ")
    assert "Make a new token" in said
    assert "a service control policy of the organization" in said.replace("\n", " ")


def test_what_is_told_fits_a_terminal_of_80_columns() -> None:
    for text in ('FATAL:  PAM authentication failed for user "alice"', "Hello"):
        assert max(map(len, make_diagnose(text).stdout.splitlines())) <= 80


def test_a_command_in_a_remedy_is_not_broken_at_a_hyphen() -> None:
    assert "get-caller-identity" in told("Unable to locate credentials")
