"""Sign-in with the directory's password: plugin, verifier, PAM, Kerberos, Active Directory."""

import subprocess

import pytest

from localcloud.servers import MySQL, World
from localcloud.servers.machine import Machine

from .accounts import ALICE, BOB, CAROL, MASTER, REALM
from .sign_in import sign_in

WHO = "SELECT CURRENT_USER(), @@external_user"


def test_the_directory_password_signs_in_over_verified_tls(world: World, database: MySQL) -> None:
    outcome = sign_in(world, database, *ALICE, WHO)
    assert outcome.rows == [["alice@%", f"alice@{REALM}"]]


@pytest.mark.parametrize("client", ["mysql", "mariadb"])
def test_the_command_line_clients_sign_in(machine: Machine, world: World, database: MySQL, client: str) -> None:
    verified = {
        "mysql": (*machine.mysql, "--enable-cleartext-plugin", "--ssl-mode=VERIFY_IDENTITY"),
        "mariadb": (*machine.mariadb, "--no-defaults", "--ssl-verify-server-cert"),
    }[client]
    done = subprocess.run(
        [
            *verified,
            f"--ssl-ca={world.authority.bundle}",
            f"--host={database.host}",
            f"--user={ALICE[0]}",
            "--batch",
            "--skip-column-names",
            f"--execute={WHO}",
        ],
        env={"PATH": "/usr/bin:/bin", "MYSQL_PWD": ALICE[1], **world.resolving},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"alice@%\talice@{REALM}\n", "")


@pytest.mark.parametrize(
    ("who", "password"),
    [
        pytest.param(ALICE[0], "Wr0ng.Passw0rd", id="a wrong password"),
        pytest.param(ALICE[0], "", id="an empty password"),
        pytest.param(ALICE[0], ALICE[1] + "\0more", id="more than the password"),
        pytest.param(*CAROL, id="a disabled user of the directory"),
        pytest.param("dave", "D4ve.Passw0rd", id="a login whose user is not in the directory"),
        pytest.param(*BOB, id="a directory user without a login"),
        pytest.param("ALICE", ALICE[1], id="another spelling of the login"),
    ],
)
def test_is_refused(world: World, database: MySQL, who: str, password: str) -> None:
    outcome = sign_in(world, database, who, password, WHO)
    assert outcome.error.startswith("1045 Access denied")


def test_a_login_that_requires_tls_is_refused_without(world: World, database: MySQL) -> None:
    outcome = sign_in(world, database, *ALICE, WHO, tls=False)
    assert outcome.error.startswith("1045 Access denied")


def test_passwords_appear_in_no_log(world: World, database: MySQL) -> None:
    sign_in(world, database, *ALICE, WHO)
    sign_in(world, database, CAROL[0], CAROL[1], WHO)
    logs = "".join(log.read_text(errors="replace") for log in [database.log, *world.home.glob("*.log")])
    assert "alice" in logs
    assert not [secret for _, secret in (ALICE, CAROL, MASTER) if secret in logs]
