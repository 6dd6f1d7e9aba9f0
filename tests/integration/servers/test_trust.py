"""People of a domain on premises, whom the directory trusts, sign in to its databases with tickets of their own."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localcloud.servers import SambaDirectory, TrustedDomain, World

from .accounts import ALICE
from .conftest import Cluster
from .psql import Outcome, as_master, environment, psql

ONPREM = "ONPREM.EXAMPLE.COM"
CARL = ("carl", "Correct-Horse-7")
ME = f"carl@{ONPREM}"
WHO = "SELECT current_user, principal FROM pg_stat_gssapi WHERE pid = pg_backend_pid()"

SignIn = Callable[[str, Path], Outcome]


@pytest.fixture(scope="session")
def on_premises(world: World, directory: SambaDirectory) -> TrustedDomain:
    """carl, and an alice, who is not the directory's."""
    domain = world.start_trusted_domain(directory, ONPREM.lower())
    for name, password in (CARL, ALICE):
        domain.add_user(name, password)
    return domain


def get_ticket(world: World, on_premises: TrustedDomain, user: str, password: str, ticket: Path) -> Path:
    done = subprocess.run(
        ["kinit", f"{user}@{on_premises.realm}"],
        input=f"{password}\n",
        env={**environment(world, ticket), "KRB5_CONFIG": str(on_premises.krb5_conf)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return ticket


@pytest.fixture
def sign_in(world: World, cluster: Cluster, on_premises: TrustedDomain) -> Iterator[SignIn]:
    """To the writer, which has a login for carl, by a client on premises."""
    assert as_master(world, cluster.writer, f'CREATE USER "{ME}" WITH LOGIN', f'GRANT rds_ad TO "{ME}"').error == ""
    krb5_conf = str(on_premises.krb5_conf)
    yield lambda login, ticket: psql(world, cluster.writer, login, WHO, ticket=ticket, KRB5_CONFIG=krb5_conf)
    assert as_master(world, cluster.writer, f'DROP USER "{ME}"').error == ""


def test_a_person_of_a_trusted_domain_signs_in_and_is_nobody_else(
    world: World, on_premises: TrustedDomain, sign_in: SignIn, tmp_path: Path
) -> None:
    ticket = get_ticket(world, on_premises, *CARL, tmp_path / "carl")
    assert sign_in(ME, ticket) == Outcome([[ME, ME]], "")
    refused = sign_in("alice@CORP.EXAMPLE.COM", ticket)
    assert (refused.rows, "GSSAPI authentication failed" in refused.error) == ([], True)


def test_a_namesake_of_a_trusted_domain_is_another_person(
    world: World, on_premises: TrustedDomain, sign_in: SignIn, tmp_path: Path
) -> None:
    ticket = get_ticket(world, on_premises, *ALICE, tmp_path / "alice")
    for login in ("alice@CORP.EXAMPLE.COM", ME):
        refused = sign_in(login, ticket)
        assert (refused.rows, "GSSAPI authentication failed" in refused.error) == ([], True)
