"""Names of endpoints, as processes that were started before them resolve them."""

import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.servers.names import Names

ASK = """
import socket, sys
for name in sys.stdin:
    try:
        print(socket.gethostbyname(name.strip()), flush=True)
    except OSError:
        print("unknown", flush=True)
"""


@pytest.fixture
def names(tmp_path: Path) -> Names:
    (tmp_path / "hosts").touch()
    return Names(tmp_path / "hosts", tmp_path / "services")


def test_a_process_resolves_names_of_the_same_second_one_after_the_other(names: Names) -> None:
    environment = {"PATH": "/usr/bin:/bin", **names.resolving}
    talk = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", ASK], env=environment, **talk) as process:  # type: ignore[call-overload]

        def resolved(name: str) -> str:
            print(name, file=process.stdin, flush=True)
            return str(process.stdout.readline().strip())

        try:
            for number in range(5):
                host = f"{number}.cabc123def45.us-east-1.rds.amazonaws.com"
                assert resolved(host) == "unknown"
                address = names.add(host)
                assert resolved(host) == address
                names.forget(address)
                assert resolved(host) == "unknown"
        finally:
            process.stdin.close()
    names.close()
