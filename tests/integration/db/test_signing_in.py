"""The master signs in: to the database and to nobody else, and is told why where that fails."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from localcloud.servers import World
from localcloud.servers.account import Account
from localcloud.servers.authority import Authority
from signon.db.session import sign_in
from signon.domain.credentials import Credentials
from signon.domain.database import Database
from signon.errors import ConnectionRefused, DatabaseBusy, TemporaryFailure
from tests.conftest import Eventually

from . import certificates
from .certificates import Certificate
from .conftest import HOST, MASTER, Names, Operator, SignIn
from .rogue import Rogue


def master() -> Credentials:
    return Credentials(*MASTER)


class Secret:
    """Passwords in the order in which they are read; ``read`` counts."""

    def __init__(self, *passwords: str) -> None:
        self._passwords = passwords
        self.read = 0

    def __call__(self) -> Credentials:
        self.read += 1
        return Credentials(MASTER[0], self._passwords[min(self.read, len(self._passwords)) - 1])


# ---- the password


def test_the_master_signs_in_over_tls(as_master: SignIn) -> None:
    with as_master() as session:
        rows = session.query("Ask", "SHOW SESSION STATUS LIKE 'Ssl_version'")
    assert rows[0][1] in ("TLSv1.2", "TLSv1.3")


def test_a_right_password_is_read_once(operator: Operator, database: Database, bundle: str) -> None:
    secret = Secret(MASTER[1])
    with sign_in(database, secret, bundle):
        assert secret.read == 1


def test_a_password_that_was_rotated_since_it_was_read_is_read_again(
    operator: Operator, database: Database, bundle: str
) -> None:
    secret = Secret("of last week", MASTER[1])
    with sign_in(database, secret, bundle) as session:
        assert session.query("Ask", "SELECT 1") == ((1,),)
    assert secret.read == 2


def test_a_wrong_password_is_read_again_exactly_once(operator: Operator, database: Database, bundle: str) -> None:
    secret = Secret("wr0ng")
    with pytest.raises(ConnectionRefused, match="does not let the master user in") as refused:
        sign_in(database, secret, bundle).__enter__()
    assert secret.read == 2
    assert "Reset the master password" in refused.value.remedy
    assert "wr0ng" not in str(refused.value)


def test_a_master_whose_account_is_locked_is_not_let_in(operator: Operator, database: Database, bundle: str) -> None:
    operator.run("CREATE USER 'former'@'%' IDENTIFIED BY 'Form3r' ACCOUNT LOCK")
    with pytest.raises(ConnectionRefused, match="does not let the master user in"):
        sign_in(database, lambda: Credentials("former", "Form3r"), bundle).__enter__()


def test_a_master_whose_password_has_expired_is_not_let_in(operator: Operator, database: Database, bundle: str) -> None:
    operator.run("CREATE USER 'former'@'%' IDENTIFIED BY 'Form3r' PASSWORD EXPIRE")
    with pytest.raises(ConnectionRefused, match="does not let the master user in"):
        sign_in(database, lambda: Credentials("former", "Form3r"), bundle).__enter__()


def test_the_connection_is_closed_after_an_error(as_master: SignIn, operator: Operator, eventually: Eventually) -> None:
    def leave() -> None:
        with as_master():
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        leave()
    eventually(lambda: all(row[1] != MASTER[0] for row in operator.run("SHOW PROCESSLIST")))


# ---- TLS


def test_a_server_of_another_authority_is_refused(database: Database, tmp_path: Path) -> None:
    stranger = Authority(Account.unprivileged(), tmp_path / "stranger.pem")
    with pytest.raises(ConnectionRefused, match=f"The TLS of {HOST} cannot be verified") as refused:
        sign_in(database, master, str(stranger.bundle)).__enter__()
    assert "Give the database a certificate of a current RDS certificate authority" in refused.value.remedy


def test_another_database_that_answers_at_the_address_is_refused(database: Database, names: Names, bundle: str) -> None:
    other = HOST.replace("orders", "invoices")
    names.addresses[other] = names.addresses[HOST]
    with pytest.raises(ConnectionRefused, match=f"The TLS of {other} cannot be verified"):
        sign_in(replace(database, host=other), master, bundle).__enter__()


@pytest.mark.parametrize("certificate", certificates.WORTHLESS)
def test_a_rogue_with_a_worthless_certificate_hears_nothing_of_the_master(
    certificate: Callable[[World, Path], Certificate],
    world: World,
    database: Database,
    names: Names,
    bundle: str,
    tmp_path: Path,
) -> None:
    secret = Secret(MASTER[1])
    with Rogue(certificate(world, tmp_path)) as rogue:
        names.addresses[HOST] = rogue.address
        with pytest.raises(ConnectionRefused, match=f"The TLS of {HOST} cannot be verified"):
            sign_in(replace(database, port=rogue.port), secret, bundle).__enter__()
    assert rogue.visits == secret.read == 1
    assert MASTER[0].encode() not in rogue.heard
    assert MASTER[1].encode() not in rogue.heard


def test_a_rogue_without_tls_hears_nothing_of_the_master(database: Database, names: Names, bundle: str) -> None:
    with Rogue() as rogue:
        names.addresses[HOST] = rogue.address
        with pytest.raises(ConnectionRefused, match=f"The TLS of {HOST} cannot be verified"):
            sign_in(replace(database, port=rogue.port), master, bundle).__enter__()
    assert rogue.visits == 1
    assert rogue.heard == b""


def test_only_with_the_databases_own_certificate_the_rogue_would_have_heard_it(
    world: World, database: Database, names: Names, bundle: str, tmp_path: Path
) -> None:
    """The rogue of these tests has ears."""
    with Rogue(world.authority.issue(tmp_path, HOST)) as rogue:
        names.addresses[HOST] = rogue.address
        with pytest.raises(ConnectionRefused, match="does not let the master user in"):
            sign_in(replace(database, port=rogue.port), master, bundle).__enter__()
    assert MASTER[1].encode() in rogue.heard


def test_a_server_that_goes_down_during_the_handshake_is_tried_again_later(
    database: Database, names: Names, bundle: str
) -> None:
    with Rogue(hangs_up=True) as rogue:
        names.addresses[HOST] = rogue.address
        with pytest.raises(TemporaryFailure):
            sign_in(replace(database, port=rogue.port), master, bundle).__enter__()
    assert MASTER[0].encode() not in rogue.heard


# ---- the way there


def test_a_server_that_is_down_is_tried_three_times_and_waited_for(
    database: Database, names: Names, bundle: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    names.addresses[HOST] = "127.0.0.1"
    with pytest.raises(DatabaseBusy, match=f"{HOST}:{free} refuses connections"):
        sign_in(replace(database, port=free), master, bundle).__enter__()
    assert names.asked == [HOST] * 3


def test_a_name_that_does_not_resolve_is_tried_three_times(database: Database, names: Names, bundle: str) -> None:
    lost = "lost.invalid"
    with pytest.raises(ConnectionRefused, match=r"lost\.invalid:3306 is not reached") as refused:
        sign_in(replace(database, host=lost), master, bundle).__enter__()
    assert names.asked == [lost] * 3
    assert "DatabaseAccessSecurityGroup" in refused.value.remedy


def test_a_server_that_comes_up_meanwhile_is_reached(
    operator: Operator, database: Database, names: Names, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, resolve = names.addresses[HOST], socket.getaddrinfo

    def later(host: str, *arguments: Any, **more: Any) -> Any:
        names.addresses[HOST] = "127.255.255.254" if names.asked.count(HOST) < 2 else there
        return resolve(host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", later)
    with sign_in(database, master, bundle) as session:
        assert session.query("Ask", "SELECT 1") == ((1,),)


@pytest.mark.parametrize(
    ("greeting", "error"),
    [(b"", TemporaryFailure), (b"HTTP/1.1 400 Bad Request\r\n\r\n", ConnectionRefused)],
)
def test_somebody_who_does_not_speak_as_mysql_does_is_told_apart(
    greeting: bytes, error: type[Exception], database: Database, names: Names, bundle: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            visitor, _ = listener.accept()
            with visitor:
                visitor.sendall(greeting)

        threading.Thread(target=answer, daemon=True).start()
        names.addresses[HOST] = "127.0.0.1"
        with pytest.raises(error):
            sign_in(replace(database, port=listener.getsockname()[1]), master, bundle).__enter__()
