"""Worlds keep to themselves, and leave nothing behind."""

import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.servers import DirectoryRefused, MySQL, SambaDirectory, ServerFailed, World
from localcloud.servers.controller import PORT_SHIFT
from localcloud.servers.machine import Machine
from tests.whole import first_alone

from .accounts import ALICE, BOB, DOMAIN, HOST, MASTER
from .conftest import Cluster
from .processes import listening, owners, processes_below, shared_memory
from .sign_in import sign_in

AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def test_two_worlds_run_at_once(machine: Machine, world: World, directory: SambaDirectory, database: MySQL) -> None:
    with World(machine) as other:
        other.start_directory(DOMAIN).add_user(*BOB)
        server = other.mysql("payments", HOST, *MASTER)
        server.restart(["kerberos"])
        login = "CREATE USER 'bob'@'%' IDENTIFIED WITH 'auth_pam' REQUIRE SSL"
        assert sign_in(other, server, *MASTER, login).error == ""
        assert sign_in(other, server, *BOB, "SELECT 1").rows == [[1]]
        assert sign_in(world, database, *ALICE, "SELECT 1").rows == [[1]]
        assert "1045" in sign_in(world, database, *BOB).error
    assert not other.home.exists()


def test_names_resolve_in_the_worlds_processes_only(world: World, database: MySQL) -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo(database.host, database.port)
    found = subprocess.run(
        ["getent", "hosts", database.host],
        env={"PATH": "/usr/bin:/bin", **world.resolving},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == [database.address, database.host]


def test_the_directorys_dns_leads_to_its_controller(directory: SambaDirectory) -> None:
    question = b"".join(bytes([len(label)]) + label.encode() for label in DOMAIN.split("."))
    asked = struct.pack(">6H", 1, 0, 1, 0, 0, 0) + question + struct.pack(">BHH", 0, 1, 1)  # its A records
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(60)
        client.sendto(asked, (directory.address, 53 + PORT_SHIFT))
        answer = client.recv(512)
    assert socket.inet_aton(directory.address) in answer.removeprefix(asked)


def test_servers_run_unprivileged_and_listen_on_loopback(world: World, database: MySQL, cluster: Cluster) -> None:
    running = processes_below(world.home)
    assert len(running) >= 4
    assert owners(running) == {world.account.uid} != {0}
    addresses = listening(running)
    assert addresses
    assert all(len(address) == 8 and address.endswith("7F") for address in addresses)  # little-endian: 127.x.y.z


@pytest.mark.parametrize("become", first_alone([()], [AS_NOBODY]), ids=["as we are", "as nobody"])
def test_killing_the_parent_leaves_no_server(
    machine: Machine, become: tuple[str, ...], eventually: Callable[[Callable[[], object]], object]
) -> None:
    if become and os.geteuid() != 0:
        pytest.skip("only root can become nobody")
    if become and subprocess.run([*become, "test", "-r", __file__], check=False).returncode:
        pytest.skip("nobody cannot read this checkout")
    parent = subprocess.Popen(
        [*become, sys.executable, Path(__file__).parent / "wait_to_be_killed.py"],
        env={**os.environ, "PYTHONPATH": ":".join(sys.path), "SIGNON_CACHE": str(machine.cache)},
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    with parent.stdout as said:
        home = Path(said.readline().strip())
    running = processes_below(home)
    assert len(running) > 6  # samba, the program for its users, the verifier, MySQL, two PostgreSQL with their children
    assert len(shared_memory(running)) == 2

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    eventually(lambda: not processes_below(home))
    assert shared_memory(running) == []

    assert home.exists()
    with World(machine):
        assert not home.exists()


def test_a_world_that_is_left_leaves_nothing_of_postgresql(machine: Machine) -> None:
    with World(machine) as world:
        writer = world.postgresql("payments", [HOST], *MASTER)
        reader = world.postgresql_replica("payments-2", [f"2.{HOST}"], writer)
        running = processes_below(world.home)
        assert len(shared_memory(running)) == 2
        reader.delete()
        assert not processes_below(world.home / f"postgresql-{reader.address.rpartition('.')[2]}")
        assert len(shared_memory(running)) == 1
    assert not world.home.exists()
    assert [pid for pid in running if Path(f"/proc/{pid}").exists()] == []
    assert shared_memory(running) == []


def test_a_server_that_dies_says_why_and_where_its_log_is(machine: Machine, world: World) -> None:
    samba = world.spawn("short", ["sh", "-c", "echo the disk is full; exit 3"])
    with pytest.raises(ServerFailed, match=r"(?s)short died \(3\); the end of .*/short.log:\nthe disk is full"):
        world.supervisor.wait_until(lambda: False, samba, "short", world.home / "short.log")


def test_a_weak_password_is_refused_by_the_directory(directory: SambaDirectory) -> None:
    with pytest.raises(DirectoryRefused, match=r"add erin: .*password"):
        directory.add_user("erin", "weak")
