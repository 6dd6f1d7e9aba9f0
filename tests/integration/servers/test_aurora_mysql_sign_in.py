"""Sign-in to Aurora MySQL with a ticket of the directory, and nothing in its place."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from localcloud.servers import World

from .accounts import ALICE, BOB, FRANK, MASTER, REALM
from .conftest import Aurora
from .mysql_tickets import anybody, mysql
from .sign_in import sign_in

Ticket = Callable[[tuple[str, str]], Path]
Eventually = Callable[[Callable[[], object]], object]

ME = f"alice@%\talice@{REALM}"
NO_TLS = "--ssl-mode=DISABLED"


def said(world: World) -> str:
    """What the verifier has said last."""
    return (world.home / "verifier.log").read_text().splitlines()[-1]


def test_a_ticket_signs_in_over_verified_tls_by_each_name(
    world: World, aurora: Aurora, ticket: Ticket, eventually: Eventually
) -> None:
    names = [(server, host) for server in (aurora.writer, aurora.reader) for host in server.hosts]
    assert len(names) == 4
    for server, host in names:
        eventually(partial(_has_the_login, world, aurora))
        assert mysql(world, server, "alice", ticket(ALICE), host=host) == (ME, "")


def _has_the_login(world: World, aurora: Aurora) -> bool:
    asked = "SELECT COUNT(*) FROM mysql.user WHERE user = 'bob'"
    return sign_in(world, aurora.reader, *MASTER, asked).rows == [[1]]


def test_the_client_gets_a_ticket_by_itself_for_the_password(world: World, aurora: Aurora, tmp_path: Path) -> None:
    who, warned = mysql(world, aurora.writer, "alice", tmp_path / "new", f"--password={ALICE[1]}")
    assert who == ME
    assert "ERROR" not in warned


def test_the_server_proves_itself_to_a_client_that_asks(world: World, aurora: Aurora, ticket: Ticket) -> None:
    assert anybody(world, aurora.writer, "alice", ticket(ALICE)) == (ME, "")


@pytest.mark.parametrize(
    ("login", "account", "reason"),
    [
        pytest.param("alice", BOB, f"the ticket is of bob@{REALM}", id="another's ticket"),
        pytest.param("alice", FRANK, f"the ticket is of frank@{REALM}", id="the ticket of another login"),
        pytest.param("bob", BOB, f"the ticket is of bob@{REALM}", id="a login of another realm"),
    ],
)
def test_the_server_refuses(
    world: World, aurora: Aurora, ticket: Ticket, login: str, account: tuple[str, str], reason: str
) -> None:
    who, error = anybody(world, aurora.writer, login, ticket(account))
    assert who == ""
    assert error.startswith("1045 Access denied")
    assert said(world).endswith(f"NO {reason}")


def test_a_ticket_for_another_server_is_refused(world: World, aurora: Aurora, ticket: Ticket) -> None:
    host = "stranger.cabc123def45.us-east-1.rds.amazonaws.com"
    stranger = world.aurora_mysql("stranger", [host], *MASTER)
    stranger.take_tickets()
    login = f"CREATE USER 'alice'@'%' IDENTIFIED WITH 'authentication_kerberos' BY '{REALM}'"
    assert sign_in(world, stranger, *MASTER, login).error == ""
    assert anybody(world, stranger, "alice", ticket(ALICE)) == (ME, "")
    who, error = anybody(world, stranger, "alice", ticket(ALICE), of=aurora.writer)
    assert (who, error[:18]) == ("", "1045 Access denied")
    assert "ticket 'alice@" in said(world)
    assert " NO " in said(world)
    stranger.delete()


@pytest.mark.parametrize(
    ("login", "account", "more"),
    [
        pytest.param("alice", None, (), id="no ticket"),
        pytest.param("alice", None, ("--password=Wr0ng.Passw0rd",), id="a wrong password in its place"),
        pytest.param("ALICE", ALICE, (), id="another spelling of the login"),
        pytest.param("nobody", ALICE, (), id="a ticket of somebody without a login"),
        pytest.param("alice", ALICE, (NO_TLS,), id="no TLS, which the login requires"),
        pytest.param("rdsadmin", ALICE, (), id="rdsadmin"),
        pytest.param("rdsrepladmin", ALICE, (), id="the readers' account"),
    ],
)
def test_is_refused(
    world: World,
    aurora: Aurora,
    ticket: Ticket,
    login: str,
    account: tuple[str, str] | None,
    more: tuple[str, ...],
) -> None:
    for server in (aurora.writer, aurora.reader):
        who, error = mysql(world, server, login, account and ticket(account), *more)
        assert who == ""
        assert "ERROR 1045 (28000): Access denied" in error or "ERROR 2000 (HY000): Unknown MySQL error" in error


def test_tls_is_required_by_the_login_and_not_by_the_method(world: World, aurora: Aurora, ticket: Ticket) -> None:
    who, _ = mysql(world, aurora.writer, "frank", ticket(FRANK), NO_TLS)
    assert who == f"frank@%\tfrank@{REALM}"


def test_the_realm_of_a_login_can_be_read(world: World, aurora: Aurora) -> None:
    asked = "SELECT plugin, CAST(authentication_string AS CHAR) FROM mysql.user WHERE user = 'alice'"
    assert sign_in(world, aurora.writer, *MASTER, asked).rows == [["authentication_kerberos", REALM]]


def test_a_driver_that_knows_no_tickets_says_so(world: World, aurora: Aurora) -> None:
    assert "authentication_kerberos_client" in sign_in(world, aurora.writer, *ALICE).error
