"""Sign-in to PostgreSQL with a ticket of the directory, and nothing in its place."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.servers import SambaDirectory, World

from .accounts import ALICE, BOB, CAROL, FRANK, REALM
from .conftest import Cluster
from .psql import MASTER, as_master, environment, kinit, psql

Ticket = Callable[[tuple[str, str]], Path]

ME = f"alice@{REALM}"
WHO = (
    "SELECT current_user, gss_authenticated, principal, ssl, encrypted"
    " FROM pg_stat_gssapi JOIN pg_stat_ssl USING (pid) WHERE pid = pg_backend_pid()"
)
PSYCOPG2 = """
import sys, psycopg2
cursor = psycopg2.connect(host=sys.argv[1], user=sys.argv[2], dbname="postgres").cursor()
cursor.execute(sys.argv[3])
print(cursor.fetchall())
"""


def test_a_ticket_signs_in_over_verified_tls_by_each_name(world: World, cluster: Cluster, ticket: Ticket) -> None:
    names = [(server, host) for server in (cluster.writer, cluster.reader) for host in server.hosts]
    assert len(names) == 4
    for server, host in names:
        outcome = psql(world, server, ME, WHO, ticket=ticket(ALICE), host=host)
        assert (outcome.rows, outcome.error) == ([[ME, "t", ME, "t", "f"]], "")


def test_a_server_remembers_the_tickets_it_has_seen_in_its_own_folder(
    world: World, cluster: Cluster, ticket: Ticket
) -> None:
    psql(world, cluster.writer, ME, WHO, ticket=ticket(ALICE))
    assert (cluster.writer.log.parent / "replay").exists()


def test_a_client_as_it_comes_signs_in(world: World, cluster: Cluster, ticket: Ticket) -> None:
    """It tries the encryption of Kerberos first, which only TLS connections have a line for."""
    outcome = psql(world, cluster.writer, ME, WHO, ticket=ticket(ALICE), PGGSSENCMODE="prefer")
    assert (outcome.rows, outcome.error) == ([[ME, "t", ME, "t", "f"]], "")


def test_python_signs_in(world: World, cluster: Cluster, ticket: Ticket) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PSYCOPG2, cluster.writer.host, ME, WHO],
        env={**environment(world, ticket(ALICE)), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"[('{ME}', True, '{ME}', True, False)]\n", "")


@pytest.mark.parametrize(
    ("login", "account", "password", "reason"),
    [
        pytest.param(ME, None, "", "GSSAPI", id="no ticket"),
        pytest.param(ME, None, ALICE[1], "GSSAPI", id="a password in place of the ticket"),
        pytest.param(ME, BOB, "", f'GSSAPI authentication failed for user "{ME}"', id="another's ticket"),
        pytest.param(f"bob@{REALM}", BOB, "", "no password supplied", id="a ticket of somebody without a login"),
        pytest.param(f"bob@{REALM}", BOB, BOB[1], "password authentication failed", id="nor with the password"),
        pytest.param(f"frank@{REALM}", FRANK, "", "no password supplied", id="a login that is no member of rds_ad"),
        pytest.param(f"ALICE@{REALM}", ALICE, ALICE[1], "authentication failed", id="another spelling of the login"),
        pytest.param("alice", ALICE, ALICE[1], "password authentication failed", id="the login without the realm"),
        pytest.param("rdsadmin", ALICE, "x", "pg_hba.conf rejects", id="rdsadmin"),
    ],
)
def test_is_refused(
    world: World,
    cluster: Cluster,
    ticket: Ticket,
    login: str,
    account: tuple[str, str] | None,
    password: str,
    reason: str,
) -> None:
    for server in (cluster.writer, cluster.reader):
        outcome = psql(world, server, login, WHO, ticket=account and ticket(account), password=password)
        assert outcome.rows == []
        assert reason in outcome.error


def test_of_a_logins_limits_only_the_connection_limit_stops_a_ticket(
    world: World, cluster: Cluster, ticket: Ticket
) -> None:
    """VALID UNTIL ends a password, and a ticket is none."""
    for limit, rows, error in (
        ("CONNECTION LIMIT 0", [], f'too many connections for role "{ME}"'),
        ("CONNECTION LIMIT -1", [[ME]], ""),
        ("VALID UNTIL '2020-01-01'", [[ME]], ""),
        ("VALID UNTIL 'infinity'", [[ME]], ""),
    ):
        assert as_master(world, cluster.writer, f'ALTER ROLE "{ME}" {limit}').error == ""
        outcome = psql(world, cluster.writer, ME, "SELECT current_user", ticket=ticket(ALICE))
        assert outcome.rows == rows, limit
        assert error in outcome.error


def test_a_disabled_user_gets_no_ticket(world: World, directory: SambaDirectory, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="credentials have been revoked"):
        kinit(world, *CAROL, tmp_path / "ticket")


def test_nobody_signs_in_without_tls(world: World, cluster: Cluster, ticket: Ticket) -> None:
    for login, password in ((ME, ""), MASTER, (f"frank@{REALM}", FRANK[1])):
        outcome = psql(world, cluster.writer, login, WHO, ticket=ticket(ALICE), password=password, PGSSLMODE="disable")
        assert "no pg_hba.conf entry" in outcome.error
        assert "no encryption" in outcome.error


def test_kerberos_encryption_is_no_tls(world: World, cluster: Cluster, ticket: Ticket) -> None:
    outcome = psql(world, cluster.writer, ME, WHO, ticket=ticket(ALICE), PGGSSENCMODE="require")
    assert "no pg_hba.conf entry" in outcome.error
    assert "GSS encryption" in outcome.error


def test_the_certificate_is_for_the_own_names_only(world: World, cluster: Cluster, ticket: Ticket) -> None:
    for wrong in (cluster.reader.host, cluster.writer.address):
        outcome = psql(
            world, cluster.writer, ME, WHO, ticket=ticket(ALICE), host=wrong, PGHOSTADDR=cluster.writer.address
        )
        assert f'does not match host name "{wrong}"' in outcome.error


def test_the_master_user_signs_in_by_password_after_it_has_made_logins(world: World, cluster: Cluster) -> None:
    for server in (cluster.writer, cluster.reader):
        assert as_master(world, server, "SELECT current_user").rows == [[MASTER[0]]]


def test_passwords_appear_in_no_log(world: World, cluster: Cluster, ticket: Ticket) -> None:
    psql(world, cluster.writer, ME, WHO, ticket=ticket(BOB), password=ALICE[1])
    psql(world, cluster.reader, f"frank@{REALM}", WHO, password=FRANK[1] + "x")
    logs = "".join(
        log.read_text(errors="replace") for log in [cluster.writer.log, cluster.reader.log, *world.home.glob("*.log")]
    )
    assert "authentication failed" in logs
    assert not [secret for _, secret in (ALICE, BOB, FRANK, MASTER) if secret in logs]
