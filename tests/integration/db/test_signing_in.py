"""The master signs in: to the database and to nobody else, and is told why where that fails."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from localcloud.servers.account import Account
from localcloud.servers.authority import Authority
from signon.db.session import sign_in
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database
from signon.errors import ConnectionRefused, DatabaseBusy
from tests.conftest import Eventually

from .conftest import HOST, MASTER, Names, Operator, SignIn


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
        assert session.round_trips == 2, "those of signing in"
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


def test_a_locked_master_account_is_refused(operator: Operator, database: Database, bundle: str) -> None:
    operator.run("CREATE USER 'former'@'%' IDENTIFIED BY 'Form3r' ACCOUNT LOCK")
    with pytest.raises(ConnectionRefused, match=r"account is locked at .* \(MySQL error 3118\)"):
        sign_in(database, lambda: Credentials("former", "Form3r"), bundle).__enter__()


def test_a_master_with_an_expired_password_is_refused(operator: Operator, database: Database, bundle: str) -> None:
    operator.run("CREATE USER 'former'@'%' IDENTIFIED BY 'Form3r' PASSWORD EXPIRE")
    with pytest.raises(ConnectionRefused, match=r"password has expired at .* \(MySQL error 1862\)") as refused:
        sign_in(database, lambda: Credentials("former", "Form3r"), bundle).__enter__()
    assert "PASSWORD EXPIRE NEVER" in refused.value.remedy


def test_a_master_whose_plugin_is_not_loaded_asks_for_no_reboot(
    operator: Operator, database: Database, bundle: str
) -> None:
    operator.run("CREATE USER 'former'@'%' IDENTIFIED WITH auth_pam", "UNINSTALL PLUGIN auth_pam")
    with pytest.raises(ConnectionRefused, match=r"by a plugin that it has not loaded.* \(MySQL error 1524\)"):
        sign_in(database, lambda: Credentials("former", "Form3r"), bundle).__enter__()


def test_the_connection_is_closed_when_the_work_is_done(
    as_master: SignIn, operator: Operator, eventually: Eventually
) -> None:
    def is_signed_in() -> bool:
        return any(row[1] == MASTER[0] for row in operator.run("SHOW PROCESSLIST"))

    with as_master():
        assert is_signed_in()
    eventually(lambda: not is_signed_in())


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
    with pytest.raises(ConnectionRefused, match=r"lost\.invalid:3306 cannot be reached") as refused:
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
