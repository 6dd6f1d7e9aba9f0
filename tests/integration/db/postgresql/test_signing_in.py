"""The master signs in: to the database and to nobody else, and is told why where that fails."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from localcloud.servers import World
from localcloud.servers.account import Account
from localcloud.servers.authority import Authority
from signon.db.session import sign_in
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database
from signon.errors import ConnectionRefused, DatabaseBusy, MasterSecretUnusable, SignonError, TemporaryFailure
from tests.conftest import Eventually

from .conftest import HOST, MASTER, Operator, SignIn

WITHOUT_RIGHT_CERTIFICATE = f"The TLS of {HOST} cannot be verified"


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


def refused(database: Database, bundle: str, credentials: Callable[[], Credentials] = master) -> SignonError:
    with pytest.raises(SignonError) as raised:
        sign_in(database, credentials, bundle).__enter__()
    assert MASTER[1] not in str(raised.value)
    assert raised.value.__suppress_context__
    return raised.value


# ---- the password


def test_the_master_signs_in_over_tls_without_a_round_trip_more(as_master: SignIn) -> None:
    with as_master() as session:
        assert session.round_trips == 0
        ((tls, version),) = session.query("Ask", "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    assert (tls, version in ("TLSv1.2", "TLSv1.3")) == (True, True)


def test_a_password_that_was_rotated_since_it_was_read_is_read_again(
    operator: Operator, database: Database, bundle: str
) -> None:
    secret = Secret("Rotated", MASTER[1])
    with sign_in(database, secret, bundle) as session:
        assert session.query("Ask", "SELECT 1") == ((1,),)
    assert secret.read == 2


@pytest.mark.parametrize("password", ["pässwörd-1", "Hunter2€x", "日本語-8", "Gr\N{GRINNING FACE}n-9"])
def test_the_master_signs_in_with_a_password_of_any_characters(
    operator: Operator, database: Database, bundle: str, password: str
) -> None:
    operator.run(f"CREATE ROLE former LOGIN PASSWORD '{password}'")
    with sign_in(database, lambda: Credentials("former", password), bundle) as session:
        assert session.query("Ask", "SELECT session_user::text") == (("former",),)


@pytest.mark.parametrize("password", ["Hunter2€x", "Hunter2\ud800x", "Hunter2\0x", "Hunter2\N{GRINNING FACE}x"])
def test_nothing_of_a_wrong_password_is_said_or_logged_whatever_its_characters(
    operator: Operator, database: Database, bundle: str, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        error = refused(database, bundle, lambda: Credentials(MASTER[0], password))
    assert isinstance(error, MasterSecretUnusable if {"\0", "\ud800"} & {*password} else ConnectionRefused)
    for said in (str(error), repr(error), repr(error.__cause__), caplog.text):
        assert "Hunter2" not in said
        assert not any(odd in said for odd in ("€", "u20ac", "ud800", "\N{GRINNING FACE}", "1f600", "position"))
    assert error.__suppress_context__


def test_a_name_that_no_driver_can_send_is_the_secrets_fault(database: Database, bundle: str) -> None:
    error = refused(database, bundle, lambda: Credentials("ad\udfffmin", "Hunter2"))
    assert isinstance(error, MasterSecretUnusable)
    assert "udfff" not in f"{error!r}"


def test_a_wrong_password_is_read_again_exactly_once(operator: Operator, database: Database, bundle: str) -> None:
    secret = Secret("not-used-here")
    error = refused(database, bundle, secret)
    assert isinstance(error, ConnectionRefused)
    assert error.problem == f"{HOST} does not let the master user in to database postgres"
    assert error.remedy == (
        "Reset the master password, or fix the secret that the profile names. If the password is right, it has expired:"
        " have another administrator run ALTER ROLE <the master user> VALID UNTIL 'infinity'"
    )
    assert secret.read == 2


WRONG_PASSWORD = f"{HOST} does not let the master user in to database postgres"


@pytest.mark.parametrize(
    ("change", "problem", "remedy"),
    [
        ("CREATE ROLE former LOGIN", WRONG_PASSWORD, "Reset the master password"),
        ("CREATE ROLE former LOGIN PASSWORD %s VALID UNTIL '2020-01-01'", WRONG_PASSWORD, "VALID UNTIL 'infinity'"),
        (
            "CREATE ROLE former PASSWORD %s",
            f"The master user of {HOST} may not sign in: it is NOLOGIN",
            "Have another administrator run ALTER ROLE <the master user> LOGIN",
        ),
        (
            "CREATE ROLE former LOGIN PASSWORD %s; REVOKE CONNECT ON DATABASE postgres FROM PUBLIC",
            f"The master user may not connect to database postgres of {HOST}",
            'GRANT CONNECT ON DATABASE "postgres" TO <the master user>',
        ),
        *(
            (
                f"CREATE ROLE former LOGIN PASSWORD %s; {grants}",
                f"{HOST} does not take the master user's password: pg_hba.conf rejects it",
                "is a member of rds_iam or rds_ad, directly or through another role",
            )
            for grants in (
                "GRANT rds_iam TO former",
                "GRANT rds_ad TO former",
                "CREATE ROLE team IN ROLE rds_iam; GRANT team TO former",
            )
        ),
    ],
)
def test_a_master_who_may_not_sign_in_is_told_why(
    change: str, problem: str, remedy: str, operator: Operator, database: Database, bundle: str
) -> None:
    operator.run(change.replace("%s", "'Correct-Horse-7'"))
    try:
        error = refused(database, bundle, lambda: Credentials("former", "Correct-Horse-7"))
    finally:
        operator.run("GRANT CONNECT ON DATABASE postgres TO PUBLIC")
    assert isinstance(error, ConnectionRefused)
    assert error.problem == problem
    assert remedy in error.remedy
    assert "former" not in str(error)


@pytest.mark.parametrize(
    ("change", "back", "problem", "remedy"),
    [
        (
            "ALTER DATABASE postgres RENAME TO shop",
            "ALTER DATABASE shop RENAME TO postgres",
            f"{HOST} has no database postgres, in which the master user signs in",
            'Rename it back, or run CREATE DATABASE "postgres"',
        ),
        (
            "ALTER DATABASE postgres ALLOW_CONNECTIONS false",
            "ALTER DATABASE postgres ALLOW_CONNECTIONS true",
            f"Database postgres of {HOST}, in which the master user signs in, takes no connections",
            'Run ALTER DATABASE "postgres" ALLOW_CONNECTIONS true in another database',
        ),
    ],
)
def test_a_server_without_the_database_to_sign_in_to_is_told_so(
    change: str, back: str, problem: str, remedy: str, operator: Operator, database: Database, bundle: str
) -> None:
    kick_out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'postgres'"
    operator.run(kick_out, change, database="rdsadmin")
    try:
        error = refused(database, bundle)
    finally:
        operator.run(back, database="rdsadmin")
    assert isinstance(error, ConnectionRefused)
    assert (error.problem, error.remedy) == (problem, remedy)


def test_an_empty_password_is_the_secrets_fault(operator: Operator, database: Database, bundle: str) -> None:
    error = refused(database, bundle, lambda: Credentials(MASTER[0], ""))
    assert isinstance(error, MasterSecretUnusable)
    assert error.problem == "The master secret has an empty password"


def test_the_connection_is_closed_after_an_error(as_master: SignIn, operator: Operator, eventually: Eventually) -> None:
    def leave() -> None:
        with as_master():
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        leave()
    eventually(lambda: operator.run("SELECT 1 FROM pg_stat_activity WHERE usename = 'dbadmin'") == [])


def test_the_connection_is_closed_when_the_work_is_done(
    as_master: SignIn, operator: Operator, eventually: Eventually
) -> None:
    signed_in = "SELECT 1 FROM pg_stat_activity WHERE usename = 'dbadmin'"
    with as_master():
        assert operator.run(signed_in) != []
    eventually(lambda: operator.run(signed_in) == [])


def test_a_database_that_is_dropped_before_we_are_in_it_is_looked_for_again(as_master: SignIn) -> None:
    with as_master() as session, pytest.raises(TemporaryFailure, match="Database nowhere was dropped or renamed"):
        session.in_database("nowhere").__enter__()


def test_a_second_session_verifies_and_counts_as_the_first(payments: Operator, as_master: SignIn) -> None:
    with as_master() as session:
        with session.in_database("payments") as inside:
            assert inside.query(
                "Ask", "SELECT current_database(), ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
            ) == (("payments", True),)
        assert session.round_trips == 1


# ---- TLS


def test_a_server_of_another_authority_is_refused(operator: Operator, database: Database, tmp_path: Path) -> None:
    stranger = Authority(Account.unprivileged(), tmp_path / "stranger.pem")
    error = refused(database, str(stranger.bundle))
    assert isinstance(error, ConnectionRefused)
    assert error.problem == WITHOUT_RIGHT_CERTIFICATE
    assert error.remedy.startswith("Give the database a certificate of a current RDS certificate authority")


def test_another_database_that_answers_at_the_address_is_refused(
    operator: Operator, database: Database, bundle: str
) -> None:
    other = HOST.replace("orders", "invoices")
    assert f"The TLS of {other} cannot be verified" in str(refused(replace(database, host=other), bundle))


def test_without_a_bundle_no_server_is_trusted(operator: Operator, database: Database, tmp_path: Path) -> None:
    assert WITHOUT_RIGHT_CERTIFICATE in str(refused(database, str(tmp_path / "missing.pem")))


# ---- the way there


@pytest.mark.usefixtures("operator")
def test_a_server_that_is_down_is_tried_three_times_and_waited_for(database: Database, bundle: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free = listener.getsockname()[1]
    secret = Secret(MASTER[1])
    error = refused(replace(database, port=free), bundle, secret)
    assert isinstance(error, DatabaseBusy)
    assert f"{HOST}:{free} refuses connections" in str(error)
    assert secret.read == 3


def test_a_name_that_does_not_resolve_is_tried_three_times(
    database: Database, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGHOSTADDR")
    secret = Secret(MASTER[1])
    error = refused(replace(database, host="lost.invalid"), bundle, secret)
    assert isinstance(error, ConnectionRefused)
    assert error.problem == "lost.invalid:5432 cannot be reached from this stack's subnets"
    assert "DatabaseAccessSecurityGroup" in error.remedy
    assert secret.read == 3


def test_a_server_that_is_shutting_down_is_waited_for(
    world: World, database: Database, bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a smart shutdown it answers, and lets nobody new in."""
    host = HOST.replace("orders", "closing")
    server = world.postgresql("closing", [host], *MASTER)
    monkeypatch.setenv("PGHOSTADDR", server.address)
    closing = replace(database, host=host)
    with sign_in(closing, master, bundle):
        os.kill(server._process.pid, 15)  # smart: it waits for our session
        error = None
        while not isinstance(error, DatabaseBusy):
            error = refused(closing, bundle)
    assert "accepts no sign-in yet" in str(error)
    server.delete()


@pytest.mark.parametrize(
    ("limited", "said"),
    [
        ("ROLE dbadmin", "the master user: its CONNECTION LIMIT"),
        ("DATABASE postgres", "database postgres: its CONNECTION LIMIT"),
    ],
)
def test_a_server_without_a_connection_left_is_tried_again(
    limited: str, said: str, operator: Operator, database: Database, bundle: str
) -> None:
    with sign_in(database, master, bundle):
        operator.run(f"ALTER {limited} CONNECTION LIMIT 1")
        try:
            error = refused(database, bundle)
        finally:
            operator.run(f"ALTER {limited} CONNECTION LIMIT -1")
    assert isinstance(error, TemporaryFailure)
    assert str(error) == f"{HOST}:5432 has no connection left for {said}"


# ---- what is loaded


@pytest.mark.parametrize(("family", "other"), [("mysql", "psycopg2"), ("postgresql", "pymysql")])
def test_a_run_for_one_family_does_not_load_the_other_ones_driver(family: str, other: str) -> None:
    program = f"""
import sys
from signon.db import logins, session
from signon.domain.engines import ENGINES, Family
assert not {{"psycopg2", "pymysql"}} & set(sys.modules)
session._driver(Family("{family}"))
assert "{other}" not in sys.modules
"""
    layer = Path(__file__).parents[4] / "layers/signon/python"
    subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": str(layer)}, check=True)
