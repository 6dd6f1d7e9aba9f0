"""Hostile names in everything that a kit is made of, read by whatever reads it for real."""

from __future__ import annotations

import json
import os
import string
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from psycopg2.extensions import parse_dsn

from signon.domain.engines import Family, Method
from signon.domain.kit import clients, quoting
from signon.domain.kit.facts import KitFacts, SignIn
from signon.domain.kit.krb5 import file_for, krb5_conf
from signon.domain.kit.quoting import Unquotable
from tests.hostile_names import hostile

from .jdbc import ask_drivers

COUNT = int(os.environ.get("HOSTILE_NAMES", "1000"))
REALM, TRUSTED = "CORP.EXAMPLE.COM", "ONPREM.EXAMPLE.COM"
HOST = "payments.cabc123def45.us-east-1.rds.amazonaws.com"
PERSON = "alice"
PLAIN = {*string.ascii_letters, *string.digits, "_", "-"}
# Each program shows its arguments, and the end of a line; a token is none of ours to have.
SHOWING = """\
show() { printf '%s\\0' "$@" >&3; printf '\\n\\0' >&3; }
mysql() { show mysql "$@"; }
mariadb() { show mariadb "$@"; }
psql() { show psql "$@"; }
kinit() { show kinit "$@"; }
aws() { show aws "$@"; }
"""
LIBKRB5 = Path(__file__).with_name("libkrb5.py")


def facts(engine: str, family: Family, realm: str = REALM, host: str = HOST) -> KitFacts:
    return KitFacts("ours", engine, engine, family, "us-east-1", host, 3306, (Method.KERBEROS,), realm, (TRUSTED,))


def shell_lines(user: str) -> Iterator[str]:
    """Of every engine family and way to sign in."""
    for family in Family:
        for sign_in in SignIn:
            for line in clients.lines(facts(family, family), sign_in, user).values():
                if not line.startswith("jdbc:"):
                    yield line


def seen_by_a_shell(lines: list[str], folder: Path) -> list[list[str]]:
    """The arguments that each program got."""
    script, seen = folder / "lines.sh", folder / "seen"
    script.write_text(SHOWING + "\n".join(lines) + "\n")
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec 3>"$1"; . "$0"', script, seen], cwd=folder, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")
    words, arguments = seen.read_bytes().decode().split("\0"), list[list[str]]()
    arguments.append([])
    for word in words[:-1]:
        if word == "\n":
            arguments.append([])
        else:
            arguments[-1].append(word)
    return arguments[:-1]


def meaning(arguments: list[str]) -> list[object]:
    """With psql's connection string as libpq itself reads it."""
    return [parse_dsn(word) if arguments[0] == "psql" and "=" in word else word for word in arguments]


def put(value: object, name: str) -> object:
    """The meaning of the plain line, with ``name`` in place of the plain one."""
    if isinstance(value, dict):
        return {key: put(each, name) for key, each in value.items()}
    return str(value).replace(PERSON, name)


def is_refused(name: str) -> bool:
    return any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in name)


def test_a_real_shell_and_libpq_read_exactly_the_name(tmp_path: Path) -> None:
    plain = [meaning(arguments) for arguments in seen_by_a_shell(list(shell_lines(PERSON)), tmp_path)]
    assert {arguments[0] for arguments in plain} == {"mysql", "mariadb", "psql", "kinit", "aws"}
    taken = [name for name in hostile()[:COUNT] if name and not is_refused(name)]
    assert len(taken) > COUNT / 3
    seen = iter(seen_by_a_shell([line for name in taken for line in shell_lines(name)], tmp_path))
    for name in taken:
        for arguments in plain:
            assert meaning(next(seen)) == [put(value, name) for value in arguments]
    assert next(seen, None) is None
    assert {path.name for path in tmp_path.iterdir()} == {"lines.sh", "seen"}


@pytest.mark.parametrize("quote", [quoting.one_line, lambda name: quoting.shell(["x", name])], ids=["text", "shell"])
def test_what_ends_a_line_or_is_not_seen_is_refused(quote: Callable[[str], str]) -> None:
    refused = [name for name in hostile()[:COUNT] if is_refused(name)]
    assert len(refused) > 100
    for name in refused:
        with pytest.raises(Unquotable):
            quote(name)


def test_the_drivers_read_exactly_the_name_of_a_database(tmp_path: Path) -> None:
    urls = dict[str, str]()
    for name in hostile()[:COUNT]:
        if name and not is_refused(name):
            urls[name] = quoting.postgresql_url(HOST, 5432, name, {"sslmode": "verify-full"})
    answers = ask_drivers([["parse", url] for url in urls.values()], tmp_path, {"PATH": "/usr/bin:/bin"})
    assert answers == [[HOST, "5432", name] for name in urls]


def test_mariadbs_driver_is_given_no_name_that_it_would_have_to_decode(tmp_path: Path) -> None:
    names = [*hostile()[:COUNT], "payments", "pay-roll$2", "Pay_Roll"]
    urls = taken(names, lambda name: quoting.mysql_url("mariadb", HOST, 3306, name, {"sslMode": "verify-full"}))
    assert set(urls) == {name for name in names if not set(name) - PLAIN - {"$"}}
    answers = ask_drivers([["parse", url] for url in urls.values()], tmp_path, {"PATH": "/usr/bin:/bin"})
    assert answers == [[HOST, "3306", name or "null"] for name in urls]


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda name: quoting.postgresql_url(name, 5432, "postgres", {}), id="a URL of PostgreSQL's"),
        pytest.param(lambda name: quoting.mysql_url("mariadb", name, 3306, "", {}), id="a URL of MariaDB's"),
        pytest.param(lambda name: krb5_conf(facts("postgres", Family.POSTGRESQL, realm=name)), id="a realm"),
        pytest.param(
            lambda name: krb5_conf(facts("postgres", Family.POSTGRESQL).of_people_of(name)), id="a trusted realm"
        ),
        pytest.param(file_for, id="a file for a trusted realm"),
    ],
)
def test_what_is_no_dns_name_is_refused_where_one_belongs(make: Callable[[str], str]) -> None:
    good = taken([name for name in [*hostile()[:COUNT], "A.B-C.D"] if name], make)
    assert "A.B-C.D" in good
    assert not [name for name in good if set(name) - PLAIN - {"."} or name[0] in ".-" or ".." in name]


def taken(names: list[str], make: Callable[[str], str]) -> dict[str, str]:
    """What is made of those that are not refused."""
    made = dict[str, str]()
    for name in names:
        with suppress(Unquotable):
            made[name] = make(name)
    return made


def libkrb5_reads(configurations: list[str], folder: Path) -> list[dict[str, object]]:
    """What libkrb5 makes of each file: the default realm, the realms of the hosts, the way to the database's realm."""
    done = subprocess.run(
        [sys.executable, LIBKRB5],
        input=json.dumps(
            {"folder": str(folder), "files": configurations, "hosts": [HOST, "dc1.corp.example.com"], "to": REALM}
        ),
        capture_output=True,
        text=True,
        check=True,
    )
    answer: list[dict[str, object]] = json.loads(done.stdout)
    return answer


def test_libkrb5_reads_the_realm_the_databases_realm_and_the_way_there(tmp_path: Path) -> None:
    ours = facts("postgres", Family.POSTGRESQL)
    managed, trusted = libkrb5_reads([krb5_conf(ours), krb5_conf(ours.of_people_of(TRUSTED))], tmp_path)
    assert managed == {"default": REALM, "hosts": [REALM, REALM], "way": []}
    assert trusted == {
        "default": TRUSTED,
        "hosts": [REALM, REALM],
        "way": [f"krbtgt/{TRUSTED}@{TRUSTED}", f"krbtgt/{REALM}@{TRUSTED}"],
    }


def test_libkrb5_reads_every_realm_that_the_kit_takes(tmp_path: Path) -> None:
    labels = [name.upper() for name in hostile()[:COUNT] if name.isascii() and name.isalnum() and len(name) < 64]
    realms = [f"{label}.EXAMPLE.COM" for label in labels]
    assert len(realms) > 20
    files = [krb5_conf(facts("postgres", Family.POSTGRESQL, realm=realm)) for realm in realms]
    assert [found["default"] for found in libkrb5_reads(files, tmp_path)] == realms
