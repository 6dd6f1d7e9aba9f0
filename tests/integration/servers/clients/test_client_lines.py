"""Every line and URL of the kits, run as it stands but for the name of the person; and hostile names in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from signon.domain.engines import ENGINES, Family, Method
from signon.domain.kit import clients
from signon.domain.kit.facts import SignIn, sign_in_by
from tests.integration.servers.accounts import ALICE, REALM

from .conftest import KEYS, Cell, Desk

ME, APP = f"alice@{REALM}", "payments_app"
WHO = {
    Family.MYSQL: "SELECT CURRENT_USER()",
    Family.POSTGRESQL: "SELECT current_user, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
}


@dataclass(frozen=True)
class Row:
    """A client that signs in to a local server, and what it is told of who it is."""

    engine: str
    method: Method
    client: str
    who: tuple[str, ...]

    @property
    def user(self) -> str:
        return "alice" if self.method is Method.KERBEROS else APP


ROWS = [
    Row("mysql", Method.KERBEROS, "mysql", ("alice@%",)),
    Row("mysql", Method.KERBEROS, "mariadb", ("alice@%",)),
    Row("mysql", Method.KERBEROS, "mariadb-jdbc", ("alice@%",)),
    Row("mysql", Method.IAM, "mysql", (f"{APP}@%",)),
    Row("mysql", Method.IAM, "mariadb", (f"{APP}@%",)),
    Row("mysql", Method.IAM, "mariadb-jdbc", (f"{APP}@%",)),
    Row("aurora-mysql", Method.KERBEROS, "mysql", ("alice@%",)),
    Row("aurora-mysql", Method.IAM, "mysql", (f"{APP}@%",)),
    Row("aurora-mysql", Method.IAM, "mariadb", (f"{APP}@%",)),
    Row("aurora-mysql", Method.IAM, "mariadb-jdbc", (f"{APP}@%",)),
    Row("postgres", Method.KERBEROS, "psql", (ME, "t")),
    Row("postgres", Method.KERBEROS, "pgjdbc", (ME, "t")),
    Row("postgres", Method.IAM, "psql", (APP, "t")),
    Row("postgres", Method.IAM, "pgjdbc", (APP, "t")),
    Row("aurora-postgresql", Method.KERBEROS, "psql", (ME, "t")),
    Row("aurora-postgresql", Method.KERBEROS, "pgjdbc", (ME, "t")),
    Row("aurora-postgresql", Method.IAM, "psql", (APP, "t")),
    Row("aurora-postgresql", Method.IAM, "pgjdbc", (APP, "t")),
]
NO_PACKAGE = {"mysql-jdbc"}  # neither Debian nor Ubuntu has MySQL's own driver
NO_LOCAL_SERVER = {"mariadb"}
TYPED = [row for row in ROWS if row.client not in clients.DRIVERS]
BY_DRIVERS = [row for row in ROWS if row.client in clients.DRIVERS]


def test_every_client_of_every_kit_has_a_row_or_a_reason() -> None:
    wanted = {
        (engine.name, method, client.name)
        for engine in ENGINES.values()
        for method in engine.logins
        for client in clients.CLIENTS
        if client.family is engine.family and sign_in_by(engine.name, method) in client.works
        if client.name not in NO_PACKAGE and engine.name not in NO_LOCAL_SERVER
    }
    assert {(row.engine, row.method, row.client) for row in ROWS} == wanted


@pytest.mark.parametrize("row", TYPED, ids=lambda row: f"{row.engine}, {row.method.value}: {row.client}")
def test_a_line_signs_in(desk: Desk, cells: Mapping[str, Cell], tickets: None, row: Row) -> None:
    cell = cells[row.engine]
    line = clients.lines(cell.facts, cell.facts.sign_ins[row.method], row.user)[row.client]
    keys = KEYS if row.method is Method.IAM else {}
    answer = desk.run(line, cell.kit, sql=WHO[cell.facts.family], typed=ALICE[1], **keys)
    assert (tuple(answer.rows.split("|")), answer.error) == (row.who, "")


def test_the_drivers_sign_in_with_their_urls_and_with_the_settings_of_desktop_tools(
    desk: Desk, cells: Mapping[str, Cell], tickets: None
) -> None:
    """One JVM for each kit; what a tool is given has whole paths."""
    drivers = {client.name: client for client in clients.CLIENTS if client.is_driver}
    tokens = dict[str, str]()
    for engine in dict.fromkeys(row.engine for row in BY_DRIVERS):
        cell, questions, expected = cells[engine], [], []
        for row in (row for row in BY_DRIVERS if row.engine == engine):
            kind = cell.facts.sign_ins[row.method]
            lines, login = clients.lines(cell.facts, kind, row.user), clients.login(cell.facts, kind, row.user)
            if kind is SignIn.TOKEN and lines["token"] not in tokens:
                tokens[lines["token"]] = desk.run(lines["token"], cell.kit, **KEYS).rows
            password = {SignIn.PASSWORD: ALICE[1], SignIn.TICKET: ""}.get(kind) or tokens.get(
                lines.get("token", ""), ""
            )
            of_tools = [
                clients.settings(tool, drivers[row.client], cell.facts, kind, row.user) for tool in clients.TOOLS
            ]
            given = {(fields["URL"].replace(clients.FOLDER, str(cell.kit)), fields["Username"]) for fields in of_tools}
            for url, name in {(lines[row.client], login)} | given:
                questions.append(["connect", url, name, password, WHO[cell.facts.family]])
                expected.append(list(row.who))
        options = desk.in_java(cell.kit) if cell.facts.takes_tickets else []
        assert desk.ask_drivers(questions, cell.kit, options) == expected


def test_the_line_for_a_ticket_gets_one(desk: Desk, cells: Mapping[str, Cell]) -> None:
    cell, mine = cells["aurora-mysql"], {"KRB5CCNAME": desk.tickets("line")}
    line = clients.lines(cell.facts, SignIn.TICKET, "alice")["kinit"]
    assert desk.run(line, cell.kit, typed=ALICE[1], **mine).error == ""
    assert f"Default principal: {ME}\n" in desk.run("klist", cell.kit, **mine).rows
