"""What a login that may create accounts in MySQL or MariaDB can do to a run: it goes on, and says it in one line."""

from __future__ import annotations

import json

import pymysql
import pytest

from signon.db import mysql
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
        "kit": {"location": "x"},
        "proof": family.verify().to_json(),
    }
    assert len(json.dumps(dossier)) < 100_000
    ended = decide(dossier, {})
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
