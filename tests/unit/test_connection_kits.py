from __future__ import annotations

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg2.extensions import parse_dsn

from signon.domain.connection_kit import client_lines, render
from signon.domain.kit_files import CA_BUNDLE
from tests.builders import REALM, a_database, a_database_id

HOST = a_database().host


def test_each_client_verifies_the_name_against_the_bundle() -> None:
    lines = client_lines(a_database(), REALM, "alice")
    where = ["--host", HOST, "--port", "3306", "--user", "alice", "--password"]
    assert shlex.split(lines["mysql"]) == [
        "mysql", *where, "--enable-cleartext-plugin", "--ssl-mode=VERIFY_IDENTITY", f"--ssl-ca={CA_BUNDLE}",
    ]  # fmt: skip
    assert shlex.split(lines["mariadb"]) == [
        "mariadb", *where, f"--ssl-ca={CA_BUNDLE}", "--ssl-verify-server-cert",
    ]  # fmt: skip


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_hostile_name_stays_one_word_of_the_shell(user: str, host: str) -> None:
    for line in client_lines(a_database(host=host), REALM, user).values():
        words = shlex.split(line)
        assert words[words.index("--host") + 1] == host
        assert words[6] == user


@pytest.mark.parametrize("user", ["o'brien", "$(id)", "a; rm -rf /", "a\nb", "`id`", "*"])
def test_a_hostile_user_does_nothing_in_a_shell(user: str) -> None:
    assert all(shlex.split(line)[6] == user for line in client_lines(a_database(), REALM, user).values())


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
    assert facts["clients"] == client_lines(a_database(), REALM)


def test_the_page_holds_the_lines_as_they_stand() -> None:
    page = render(a_database(), REALM, b"PEM")["connect.md"].decode()
    assert page.startswith("# Connecting to payments-orders\n")
    for line in client_lines(a_database(), REALM).values():
        assert f"\n    {line}\n" in page


def test_a_kit_is_the_same_every_time() -> None:
    assert render(a_database(), REALM, b"PEM") == render(a_database(), REALM, b"PEM")


def test_a_kit_holds_no_secret() -> None:
    files = render(a_database(), REALM, b"PEM")
    assert not any(b"secret" in content or b"dbadmin" in content for content in files.values())


# ---- PostgreSQL

CLUSTER = a_database(
    id=a_database_id(engine="aurora-postgresql"),
    host="payments-orders.cluster-cabc123def45.us-east-1.rds.amazonaws.com",
    port=5432,
)


def test_a_postgresql_client_gets_a_ticket_and_verifies_the_name_against_the_bundle() -> None:
    lines = client_lines(CLUSTER, REALM, "alice")
    assert shlex.split(lines["kinit"]) == ["kinit", "alice@CORP.EXAMPLE.COM"]
    psql, connection = shlex.split(lines["psql"])
    assert psql == "psql"
    assert parse_dsn(connection) == {
        "host": CLUSTER.host,
        "port": "5432",
        "dbname": "postgres",
        "user": "alice@CORP.EXAMPLE.COM",
        "sslmode": "verify-full",
        "sslrootcert": CA_BUNDLE,
        "gssencmode": "disable",
    }


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_a_hostile_name_stays_one_word_of_the_shell_and_one_value_of_the_connection(user: str) -> None:
    lines = client_lines(CLUSTER, REALM, user)
    assert shlex.split(lines["kinit"]) == ["kinit", f"{user}@{REALM}"]
    assert parse_dsn(shlex.split(lines["psql"])[1])["user"] == f"{user}@{REALM}"


def test_a_postgresql_kit_has_the_realms_krb5_conf_as_well() -> None:
    kit = render(CLUSTER, REALM, b"PEM")
    assert set(kit) == {"connect.md", "connect.json", "krb5.conf", CA_BUNDLE}
    assert (
        kit["krb5.conf"].decode()
        == """\
[libdefaults]
    default_realm = CORP.EXAMPLE.COM
    dns_lookup_kdc = true
    dns_canonicalize_hostname = false
    rdns = false

[domain_realm]
    .corp.example.com = CORP.EXAMPLE.COM
    corp.example.com = CORP.EXAMPLE.COM
    .us-east-1.rds.amazonaws.com = CORP.EXAMPLE.COM
"""
    )


def test_the_facts_of_a_postgresql_kit_say_how_one_signs_in() -> None:
    facts = json.loads(render(CLUSTER, REALM, b"PEM")["connect.json"])
    assert (facts["engine"], facts["sign_in"], facts["port"]) == ("aurora-postgresql", "Kerberos ticket", 5432)
    assert facts["clients"] == client_lines(CLUSTER, REALM)


def test_the_page_of_a_postgresql_kit_holds_the_lines_as_they_stand() -> None:
    page = render(CLUSTER, REALM, b"PEM")["connect.md"].decode()
    assert page.startswith("# Connecting to payments-orders\n")
    for line in client_lines(CLUSTER, REALM).values():
        assert f"\n    {line}\n" in page
    assert "\n    export KRB5_CONFIG=$PWD/krb5.conf\n" in page
