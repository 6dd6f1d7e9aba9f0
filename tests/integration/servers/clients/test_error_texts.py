"""What people's clients say when something is wrong: provoked here, and what it is diagnosed as."""

from __future__ import annotations

import ctypes
import shutil
import socket
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from localcloud.servers import AuroraMySQL, MySQL, World
from signon.domain.diagnosis import diagnose
from signon.domain.kit import clients
from signon.domain.kit.facts import SignIn
from tests.integration.servers.accounts import ALICE, FRANK, REALM
from tests.integration.servers.sign_in import sign_in

from .client_errors import CASES, ELSEWHERE, STRANGERS_CA, UNREACHABLE, Case
from .conftest import KEYS, RDS_BUNDLE, ROOT, Cell, Desk

CORPUS = {each["name"]: each for each in yaml.load((ROOT / "tests/error_texts.yaml").read_text(), yaml.CSafeLoader)}
DIRECTORY_UNREACHABLE = f"""\
[libdefaults]
 udp_preference_limit = 1
[realms]
 {REALM} = {{
  kdc = 127.0.0.1:1
 }}
"""
PYMYSQL: Mapping[str, tuple[str, dict[str, Any]]] = {  # by engine, and what is different
    "PyMySQL: wrong password": ("mysql", {"password": FRANK[1]}),
    "PyMySQL: no TLS": ("mysql", {"tls": False}),
    "PyMySQL: another authority": ("mysql", {"bundle": RDS_BUNDLE}),
    "PyMySQL: another name": ("mysql", {"host": "{address}"}),
    "PyMySQL: unknown host": ("mysql", {"host": ELSEWHERE}),
    "PyMySQL: no Kerberos plugin": ("aurora-mysql", {}),
}
LIBKRB5 = {"kinit: clock skew": -1765328347, "kinit: password expired": -1765328361}  # krb5.h's codes
USUALLY = {
    "mysql": "mysql",
    "mariadb": "mysql",
    "mariadb-jdbc": "mysql",
    "psql": "aurora-postgresql",
    "pgjdbc": "aurora-postgresql",
    "kinit": "aurora-postgresql",
}
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.fixture(scope="module")
def silent() -> Iterator[int]:
    """A port that takes no more connections and refuses none."""
    with ExitStack() as open_ones:
        listening = open_ones.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            waiting = open_ones.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


@pytest.fixture(scope="module")
def scene(desk: Desk, cells: Mapping[str, Cell], tickets: None, silent: int) -> dict[str, str]:
    """The files of what goes wrong are next to the kits'; what a case's parts stand for."""
    for cell in cells.values():
        shutil.copy(RDS_BUNDLE, cell.kit / STRANGERS_CA)
        (cell.kit / UNREACHABLE).write_text(DIRECTORY_UNREACHABLE)
    kit, expired = cells["aurora-postgresql"].kit, {"KRB5CCNAME": desk.tickets("expired")}
    desk.run(f"kinit -l 1s alice@{REALM}", kit, typed=ALICE[1], **expired)
    desk.run("while klist -s; do sleep 0.1; done", kit, **expired)
    return {"silent": str(silent)}


@dataclass(frozen=True)
class Attempt:
    """A case's line in the kit that it is of, with what is different."""

    cell: Cell
    sign_in: SignIn
    line: str


def attempt(case: Case, cells: Mapping[str, Cell], scene: dict[str, str]) -> Attempt:
    engine, method = case.cell
    cell = cells[engine or USUALLY[case.client]]
    sign_in = cell.facts.sign_ins[method]
    line = clients.lines(cell.facts, sign_in, case.user)[case.client]
    for old, new in case.instead:
        assert old in line
        line = line.replace(old, new.format(address=cell.address, **scene))
    return Attempt(cell, sign_in, line)


@pytest.fixture(scope="module")
def drivers(desk: Desk, cells: Mapping[str, Cell], scene: dict[str, str]) -> Mapping[str, str]:
    """What JDBC drivers say, by case; a JVM for all that have the same tickets and options."""
    together = defaultdict(list)
    for case in CASES:
        if case.client in clients.DRIVERS:
            together[case.ticket, case.without].append(case)
    kit, said = cells["aurora-postgresql"].kit, dict[str, str]()
    for (ticket, without), cases in together.items():
        questions = []
        for case in cases:
            made = attempt(case, cells, scene)
            login = clients.login(made.cell.facts, made.sign_in, case.user)
            typed = "" if made.sign_in is SignIn.TICKET else case.typed
            questions.append(["connect", made.line, login, typed, case.sql])
        options = [option for option in desk.in_java(kit) if not without or without not in option]
        answers = desk.ask_drivers(questions, kit, options, KRB5CCNAME=desk.tickets(ticket))
        for case, (word, *texts) in zip(cases, answers, strict=True):
            assert word == "error"
            said[case.name] = "\n".join(texts)
    return said


@pytest.fixture
def said(
    case: Case, request: pytest.FixtureRequest, desk: Desk, cells: Mapping[str, Cell], scene: dict[str, str]
) -> str:
    """What the client says."""
    if case.client in clients.DRIVERS:
        drivers: Mapping[str, str] = request.getfixturevalue("drivers")
        return drivers[case.name]
    made = attempt(case, cells, scene)
    if CORPUS[case.name]["row"] == "no ticket for MySQL":
        desk.skip_without_plugin()
    ticket = "new" if case.client == "kinit" else case.ticket
    more = {"KRB5CCNAME": desk.tickets(ticket), **KEYS, **case.environment}
    return desk.run(made.line, made.cell.kit, sql=case.sql, typed=case.typed, **more).error


@each_case
def test_the_clients_text_is_diagnosed_as_the_corpus_says(case: Case, said: str) -> None:
    diagnosis = diagnose(said)
    assert diagnosis is not None, said
    assert diagnosis.name == CORPUS[case.name]["row"], said


@pytest.mark.parametrize("name", PYMYSQL)
def test_pymysqls_text_is_diagnosed_as_the_corpus_says(
    name: str, world: World, cells: Mapping[str, Cell], payments: MySQL, books: AuroraMySQL
) -> None:
    engine, different = PYMYSQL[name]
    server = {"mysql": payments, "aurora-mysql": books}[engine]
    asked = {"user": ALICE[0], "password": ALICE[1], "host": server.host, **different}
    asked["host"] = asked["host"].format(address=cells[engine].address)
    said = sign_in(world, server, **asked).error
    diagnosis = diagnose(said)
    assert diagnosis is not None, said
    assert diagnosis.name == CORPUS[name]["row"], said


@pytest.mark.parametrize("name", LIBKRB5)
def test_what_takes_another_clock_to_provoke_is_in_libkrb5s_words(name: str) -> None:
    library, context = ctypes.CDLL("libkrb5.so.3"), ctypes.c_void_p()
    library.krb5_init_context(ctypes.byref(context))
    library.krb5_get_error_message.restype = ctypes.c_char_p
    words = library.krb5_get_error_message(context, ctypes.c_int32(LIBKRB5[name])).decode()
    assert CORPUS[name]["text"] == f"kinit: {words} while getting initial credentials"


def test_every_text_of_the_corpus_is_provoked_or_says_why_not() -> None:
    provoked = {case.name for case in CASES} | set(LIBKRB5) | set(PYMYSQL)
    assert {name for name, each in CORPUS.items() if "unprovoked" not in each} == provoked
