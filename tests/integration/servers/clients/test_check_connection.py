"""The kit's script that says what is not reached: bash, real sockets, and names as the local servers' are resolved."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from signon.domain.engines import Family, Method
from signon.domain.kit.facts import KitFacts
from signon.domain.kit.reachability import check_connection

from .conftest import Cell, Desk

HOST, REALM = "payments.cabc123def45.us-east-1.rds.amazonaws.com", "CORP.EXAMPLE.COM"
PORTS = "directory_ports='53 88 464'"  # which only root may listen at


@pytest.fixture
def sockets() -> Iterator[ExitStack]:
    with ExitStack() as sockets:
        yield sockets


@pytest.fixture
def answering(sockets: ExitStack) -> int:
    """A port of 127.0.0.1 that answers."""
    port: int = sockets.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
    return port


@pytest.fixture
def closed() -> int:
    """One at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port: int = gone.getsockname()[1]
        return port


@pytest.fixture
def silent(sockets: ExitStack) -> int:
    """One that takes no more connections and refuses none."""
    listening = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(3):
        waiting = sockets.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(listening.getsockname())
    port: int = listening.getsockname()[1]
    return port


Check = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Runs the script of a database at ``port`` whose directory has these ports; ``known`` are the names that resolve.

    Of the machine's programs it finds sleep alone.
    """
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "sleep").symlink_to("/bin/sleep")

    def run(
        engine: str, port: int, *directory: int, known: tuple[str, ...] = (HOST, REALM.lower())
    ) -> subprocess.CompletedProcess[str]:
        facts = KitFacts(
            "payments", engine, engine, Family.POSTGRESQL, "us-east-1", HOST, port, (Method.KERBEROS,), REALM
        )
        text = check_connection(facts)
        script, hosts = tmp_path / "check-connection", tmp_path / "hosts"
        if directory:
            assert PORTS in text
        script.write_text(text.replace(PORTS, f"directory_ports='{' '.join(map(str, directory))}'"))
        hosts.write_text("".join(f"127.0.0.1 {name}\n" for name in known))
        return subprocess.run(
            ["/bin/bash", script],
            env={
                "PATH": str(programs),
                "SECONDS_TO_WAIT": "1",
                "LD_PRELOAD": "libnss_wrapper.so",
                "NSS_WRAPPER_HOSTS": str(hosts),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )

    return run


def test_everything_answers(check: Check, answering: int) -> None:
    done = check("aurora-postgresql", answering, answering, answering)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("ok    ") == 3
    assert f"ok    database: {HOST}:{answering} answers\n" in done.stdout


def test_signing_in_with_a_typed_password_needs_no_directory(check: Check, answering: int) -> None:
    done = check("mysql", answering)
    assert (done.returncode, done.stdout) == (0, f"ok    database: {HOST}:{answering} answers\n")


def test_a_closed_port_is_told_from_one_that_nothing_comes_back_from(
    check: Check, closed: int, silent: int, answering: int
) -> None:
    done = check("aurora-postgresql", closed, silent, answering)
    assert (done.returncode, done.stderr) == (3, "")
    assert f"FAIL  database: {HOST}:{closed} refuses the connection\n" in done.stdout
    assert f"FAIL  directory: corp.example.com:{silent} does not answer within 1 s\n" in done.stdout
    assert "the directory's security group" in done.stdout
    assert f"ok    directory: corp.example.com:{answering} answers\n" in done.stdout


def test_the_database_alone(check: Check, closed: int, answering: int) -> None:
    assert check("aurora-postgresql", closed, answering).returncode == 1


def test_a_directory_whose_name_is_not_known_is_told_of_once(check: Check, answering: int) -> None:
    done = check("aurora-postgresql", answering, answering, answering, known=(HOST,))
    assert done.returncode == 2
    assert done.stdout.count("the name corp.example.com is not known here") == 1
    assert "DNS servers" in done.stdout


def test_a_database_whose_name_is_not_known(check: Check, answering: int) -> None:
    done = check("mysql", answering, known=())
    assert done.returncode == 1
    assert f"the name {HOST} is not known here" in done.stdout


def test_a_published_script_finds_database_and_directory_at_their_own_ports(
    desk: Desk, cells: Mapping[str, Cell]
) -> None:
    cell = cells["aurora-postgresql"]
    done = desk.run("bash check-connection", cell.kit)
    assert done.error == ""
    assert [line for line in done.rows.splitlines() if not line.startswith("      ")] == [
        f"ok    database: {cell.facts.host}:{cell.facts.port} answers",
        *(
            f"ok    directory, {what}: {REALM.lower()}:{port} answers"
            for what, port in (("DNS", 53), ("Kerberos", 88), ("passwords", 464))
        ),
    ]
