"""Every line and URL of the kits, run as it stands but for the name of the person; and hostile names in all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import boto3
import pytest

from signon.domain.engines import ENGINES, Family, Method
from signon.domain.kit import clients
from signon.domain.kit.facts import SignIn, sign_in_by
from tests.integration.servers.accounts import ALICE, REALM

from .conftest import KEYS, Cell, Desk

RDS = boto3.client(
    "rds",
    "us-east-1",
    aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
    aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
)
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
    Row("mariadb", Method.IAM, "mysql", (f"{APP}@%",)),
    Row("mariadb", Method.IAM, "mariadb", (f"{APP}@%",)),
    Row("mariadb", Method.IAM, "mariadb-jdbc", (f"{APP}@%",)),
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
TYPED = [row for row in ROWS if row.client not in clients.DRIVERS]
BY_DRIVERS = [row for row in ROWS if row.client in clients.DRIVERS]


def test_every_client_of_every_kit_has_a_row_or_a_reason() -> None:
    wanted = {
        (engine.name, method, client.name)
        for engine in ENGINES.values()
        for method in engine.logins
        for client in clients.CLIENTS
        if client.family is engine.family and sign_in_by(engine.name, method) in client.works
        if client.name not in NO_PACKAGE
    }
    assert {(row.engine, row.method, row.client) for row in ROWS} == wanted


@pytest.mark.parametrize("row", TYPED, ids=lambda row: f"{row.engine}, {row.method}: {row.client}")
def test_a_line_signs_in(desk: Desk, cells: Mapping[str, Cell], tickets: None, row: Row) -> None:
    cell = cells[row.engine]
    line = clients.lines(cell.facts, cell.facts.sign_ins[row.method], row.user)[row.client]
    if (row.client, cell.facts.sign_ins[row.method]) == ("mysql", SignIn.TICKET):
        desk.skip_without_plugin()
    keys = KEYS if row.method is Method.IAM else {}
    answer = desk.run(line, cell.kit, sql=WHO[cell.facts.family], typed=ALICE[1], **keys)
    assert (tuple(answer.rows.split("|")), answer.error) == (row.who, "")


def test_the_drivers_sign_in_with_their_urls_and_with_the_settings_of_desktop_tools(
    desk: Desk, cells: Mapping[str, Cell], tickets: None
) -> None:
    """One JVM for all of them, in one kit's folder: the certificates are the same in each."""
    drivers = {client.name: client for client in clients.CLIENTS if client.is_driver}
    kit, questions, expected = cells["aurora-postgresql"].kit, [], []
    for row in BY_DRIVERS:
        facts = cells[row.engine].facts
        kind = facts.sign_ins[row.method]
        login, password = clients.login(facts, kind, row.user), {SignIn.PASSWORD: ALICE[1], SignIn.TICKET: ""}.get(kind)
        if password is None:
            password = RDS.generate_db_auth_token(facts.host, facts.port, row.user)
        given = {(clients.lines(facts, kind, row.user)[row.client], login)}
        for tool in clients.TOOLS:  # whose paths are whole
            fields = clients.settings(tool, drivers[row.client], facts, kind, row.user)
            given.add((fields["URL"].replace(clients.FOLDER, str(kit)), fields["Username"]))
        questions += [["connect", url, name, password, WHO[facts.family]] for url, name in given]
        expected += [list(row.who)] * len(given)
    assert desk.ask_drivers(questions, kit, desk.in_java(kit)) == expected


def test_the_line_for_a_ticket_gets_one(desk: Desk, cells: Mapping[str, Cell]) -> None:
    cell, mine = cells["aurora-mysql"], {"KRB5CCNAME": desk.tickets("line")}
    line = clients.lines(cell.facts, SignIn.TICKET, "alice")["kinit"]
    assert desk.run(line, cell.kit, typed=ALICE[1], **mine).error == ""
    assert f"Default principal: {ME}\n" in desk.run("klist", cell.kit, **mine).rows
