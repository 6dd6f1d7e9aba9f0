from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signon.domain.connection_kit import CA_BUNDLE, client_lines, render
from tests.builders import REALM, a_database

HOST = a_database().host


def test_each_client_verifies_the_name_against_the_bundle() -> None:
    lines = client_lines(a_database(), "alice")
    where = ["--host", HOST, "--port", "3306", "--user", "alice", "--password"]
    assert shlex.split(lines["mysql"]) == [
        "mysql", *where, "--enable-cleartext-plugin", "--ssl-mode=VERIFY_IDENTITY", f"--ssl-ca={CA_BUNDLE}",
    ]  # fmt: skip
    assert shlex.split(lines["mariadb"]) == [
        "mariadb", *where, f"--ssl-ca={CA_BUNDLE}", "--ssl-verify-server-cert",
    ]  # fmt: skip


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_hostile_name_stays_one_word_of_the_shell(user: str, host: str) -> None:
    for line in client_lines(a_database(host=host), user).values():
        words = shlex.split(line)
        assert words[words.index("--host") + 1] == host
        assert words[6] == user


@pytest.mark.parametrize("user", ["o'brien", "$(id)", "a; rm -rf /", "a\nb", "`id`", "*"])
def test_a_hostile_user_does_nothing_in_a_shell(user: str) -> None:
    assert all(shlex.split(line)[6] == user for line in client_lines(a_database(), user).values())


def test_a_kit_is_a_page_the_facts_and_the_bundle() -> None:
    files = render(a_database(), REALM, b"PEM")
    assert set(files) == {"connect.md", "connect.json", CA_BUNDLE}
    assert files[CA_BUNDLE] == b"PEM"


def test_the_facts_are_for_machines() -> None:
    facts = json.loads(render(a_database(), REALM, b"PEM")["connect.json"])
    assert {name: facts[name] for name in ("endpoint", "port", "engine", "realm", "ca_bundle")} == {
        "endpoint": HOST,
        "port": 3306,
        "engine": "mysql",
        "realm": REALM,
        "ca_bundle": CA_BUNDLE,
    }
    assert facts["clients"] == client_lines(a_database())


def test_the_page_holds_the_lines_as_they_stand() -> None:
    page = render(a_database(), REALM, b"PEM")["connect.md"].decode()
    assert page.startswith("# Connecting to payments-orders\n")
    for line in client_lines(a_database()).values():
        assert f"\n    {line}\n" in page


def test_a_kit_is_the_same_every_time() -> None:
    assert render(a_database(), REALM, b"PEM") == render(a_database(), REALM, b"PEM")


def test_a_kit_holds_no_secret() -> None:
    files = render(a_database(), REALM, b"PEM")
    assert not any(b"secret" in content or b"dbadmin" in content for content in files.values())
