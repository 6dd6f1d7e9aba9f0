"""Every line and URL of the kits, run as it stands but for the name of the person; and hostile names in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from signon.domain.engines import ENGINES, Family, Method
from signon.domain.kit import clients
from signon.domain.kit.facts import SignIn, sign_in_by
from tests.integration.servers.accounts import ALICE, REALM

from .conftest import Cell, Desk

Cells = Mapping[tuple[str, Method], Cell]
ME = f"alice@{REALM}"
WHO = {
    Family.MYSQL: "SELECT CURRENT_USER(), @@external_user",
    Family.POSTGRESQL: "SELECT current_user, gss_authenticated, ssl"
    " FROM pg_stat_gssapi JOIN pg_stat_ssl USING (pid) WHERE pid = pg_backend_pid()",
}


@dataclass(frozen=True)
class Row:
    """A client that signs in to a local server, and the columns that it reads there."""

    engine: str
    method: Method
    client: str
    who: tuple[str, ...]


ROWS = [
    Row("mysql", Method.KERBEROS, "mysql", ("alice@%", ME)),
    Row("mysql", Method.KERBEROS, "mariadb", ("alice@%", ME)),
    Row("mysql", Method.KERBEROS, "mariadb-jdbc", ("alice@%", ME)),
    Row("aurora-postgresql", Method.KERBEROS, "psql", (ME, "t", "t")),
    Row("aurora-postgresql", Method.KERBEROS, "pgjdbc", (ME, "t", "t")),
]
NO_PACKAGE = {"mysql-jdbc"}  # neither Debian nor Ubuntu has MySQL's own driver
NO_LOCAL_SERVER = {
    ("postgres", Method.KERBEROS),
    ("aurora-mysql", Method.KERBEROS),
    *((engine, Method.IAM) for engine in ("mysql", "aurora-mysql", "postgres", "aurora-postgresql", "mariadb")),
}
names = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.engine}, {row.method.value}: {row.client}")


def test_every_client_of_every_kit_has_a_row_or_a_reason() -> None:
    wanted = {
        (engine.name, method, client.name)
        for engine in ENGINES.values()
        for method in engine.logins
        for client in clients.CLIENTS
        if client.family is engine.family and sign_in_by(engine.name, method) in client.works
        if client.name not in NO_PACKAGE and (engine.name, method) not in NO_LOCAL_SERVER
    }
    assert {(row.engine, row.method, row.client) for row in ROWS} == wanted


@names
def test_the_line_signs_in(desk: Desk, cells: Cells, tickets: None, row: Row) -> None:
    cell = cells[row.engine, row.method]
    facts, kind = cell.facts, cell.facts.sign_ins[row.method]
    line, asked = clients.lines(facts, kind, "alice")[row.client], WHO[facts.family]
    if not line.startswith("jdbc:"):
        answer = desk.run(line, cell.kit, sql=asked, typed=ALICE[1])
        assert (answer.rows.replace("|", "\t").split("\t"), answer.error) == (list(row.who), "")
        return
    (driver,) = (client for client in clients.CLIENTS if client.name == row.client)
    typed = ALICE[1] if kind is SignIn.PASSWORD else ""
    of_tools = [clients.settings(tool, driver, facts, kind, "alice") for tool in clients.TOOLS]
    questions = [
        ["connect", line, clients.login(facts, kind, "alice"), typed, asked],
        *(
            ["connect", settings["URL"].replace(clients.FOLDER, str(cell.kit)), settings["Username"], typed, asked]
            for settings in of_tools
        ),
    ]
    options = desk.in_java(cell.kit) if kind is SignIn.TICKET else []
    assert desk.ask_drivers(questions, cell.kit, options) == [list(row.who)] * 3


def test_the_line_for_a_ticket_gets_one(desk: Desk, cells: Cells) -> None:
    cell = cells["aurora-postgresql", Method.KERBEROS]
    line = clients.lines(cell.facts, SignIn.TICKET, "alice")["kinit"]
    mine = {"KRB5CCNAME": desk.tickets("line")}
    assert desk.run(line, cell.kit, typed=ALICE[1], **mine).error == ""
    assert f"Default principal: {ME}\n" in desk.run("klist", cell.kit, **mine).rows


def test_the_line_for_a_token_prints_one_for_this_endpoint_port_and_login(desk: Desk, cells: Cells) -> None:
    cell = cells["mysql", Method.IAM]
    line = clients.lines(cell.facts, SignIn.TOKEN, "alice")["token"]
    keys = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}
    token = desk.run(line, cell.kit, **keys).rows
    assert token.startswith(f"{cell.facts.host}:3306/?Action=connect&DBUser=alice&")
    assert "%2Fus-east-1%2Frds-db%2F" in token
