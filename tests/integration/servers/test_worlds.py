"""Worlds keep to themselves, and leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.machine import Machine
from localcloud.servers import Directory, DirectoryRefused, MySQL, ServerFailed, World

from .accounts import ALICE, BOB, DOMAIN, HOST, MASTER
from .sign_in import sign_in

AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def test_two_worlds_run_at_once(machine: Machine, world: World, directory: Directory, database: MySQL) -> None:
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


def test_servers_run_unprivileged_and_listen_on_loopback(world: World, database: MySQL) -> None:
    running = _processes_below(world.home)
    assert len(running) >= 4
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in running} == {world.account.uid} != {0}
    # rows of /proc/net/tcp: number, local address as little-endian hexadecimal, ..., state 0A is LISTEN, ..., uid
    listening = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    ours = [row for row in listening if row[3] == "0A" and int(row[7]) == world.account.uid]
    assert ours
    assert all(row[1][6:8] == "7F" for row in ours)


@pytest.mark.parametrize("become", [pytest.param((), id="as we are"), pytest.param(AS_NOBODY, id="as nobody")])
def test_killing_the_parent_leaves_no_server(machine: Machine, become: tuple[str, ...]) -> None:
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
    home = Path(parent.stdout.readline().strip())
    assert len(_processes_below(home)) == 4  # samba, the program for its users, the verifier, MySQL

    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _eventually(lambda: not _processes_below(home))

    assert home.exists()
    with World(machine):
        assert not home.exists()


def test_a_server_that_dies_says_why_and_where_its_log_is(machine: Machine, world: World) -> None:
    samba = world.spawn("short", ["sh", "-c", "echo the disk is full; exit 3"])
    with pytest.raises(ServerFailed, match=r"(?s)short died \(3\); the end of .*/short.log:\nthe disk is full"):
        world.supervisor.wait_until(lambda: False, samba, "short", world.home / "short.log")


def test_a_weak_password_is_refused_by_the_directory(directory: Directory) -> None:
    with pytest.raises(DirectoryRefused, match=r"add erin: .*password"):
        directory.add_user("erin", "weak")


def _processes_below(home: Path) -> list[int]:
    """The processes whose working directory is the world's, or in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(home):
                found.append(int(process.name))
        except OSError:
            continue  # it ended, or is another user's
    return found


def _eventually(condition: Callable[[], bool]) -> None:
    """Returns when it is so; the runner's own limit ends it otherwise."""
    while not condition():
        time.sleep(0.02)
