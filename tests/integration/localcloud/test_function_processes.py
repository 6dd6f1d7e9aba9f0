"""A forked process of a function is what a process of its own would be, and ends as it is told to."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from localcloud.functions.fork_server import ForkServers
from localcloud.functions.function_process import FunctionProcess
from localcloud.servers.machine import Machine
from localcloud.servers.world import World
from tests.conftest import Eventually

VARIABLES = {"LANG": "en_US.UTF-8", "PATH": "/usr/bin:/bin", "TZ": ":UTC", "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"}
SIGHT = """
import json, locale, os, sys, time
print(json.dumps({
    "directory": os.getcwd(),
    "path": sys.path,
    "arguments": sys.argv[1:],
    "program": sys.modules["__main__"].__spec__.name,
    "flags": str(sys.flags),
    "text": (sys.stdout.encoding, sys.getfilesystemencoding(), locale.getlocale()),
    "zone": time.tzname,
    "variables": dict(os.environ),
    "parameters": (os.getuid(), os.getgroups(), os.umask(0)),
    "leads its group": os.getpgrp() == os.getpid(),
    "open": sorted(os.listdir("/proc/self/fd"))[:-1],
    "given": sys.stdin.read(),
    "may gain privileges": [line for line in open("/proc/self/status") if "NoNewPrivs" in line],
}))
os._exit(0)
"""

Code = Callable[..., Path]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World(Machine.read()) as world:
        yield world


@pytest.fixture
def servers(world: World) -> Iterator[ForkServers]:
    servers = ForkServers(world, str(world.machine.runtime_python), world.resolving)
    yield servers
    servers.close()


@pytest.fixture
def folder(world: World, request: pytest.FixtureRequest) -> Code:
    """Makes a folder of modules: their text by their name."""

    def make(name: str, **modules: str) -> Path:
        folder = world.folder(f"{abs(hash(request.node.name))}-{name}")
        for module, text in modules.items():
            (folder / f"{module}.py").write_text(text)
        return folder

    return make


def said(process: FunctionProcess) -> str:
    """All that it writes until it ends."""
    with process.stdout as output:
        text = output.read().decode()
    process.wait()
    return text


def look(servers: ForkServers, code: Path, *layers: Path, **variables: str) -> dict[str, Any]:
    process = servers.start("app.handler", code, layers, {**VARIABLES, **variables})
    return json.loads(said(process))


def test_it_sees_what_a_process_of_its_own_sees(servers: ForkServers, folder: Code) -> None:
    layer = folder("layer")
    code = folder("code", app=SIGHT)
    forked = look(servers, code, layer)
    (code / "boto3.py").touch()
    assert look(servers, code, layer) == forked
    assert forked["arguments"] == ["app.handler"]


def test_its_variables_are_its_own_and_nothing_of_another(servers: ForkServers, folder: Code) -> None:
    code = folder("code", app=SIGHT)
    assert "MINE" in look(servers, code, MINE="1")["variables"]
    assert "MINE" not in look(servers, code)["variables"]


@pytest.mark.parametrize("name", ["boto3", "jmespath", "awscrt", "uuid"])  # awscrt is sought and not found
def test_what_its_code_brings_comes_before_the_runtimes(servers: ForkServers, folder: Code, name: str) -> None:
    app = f"import {name}; print({name}.WORD, end='', flush=True); import os; os._exit(0)"
    process = servers.start("app.handler", folder("code", app=app, **{name: "WORD = 'mine'"}), (), VARIABLES)
    assert said(process) == "mine"


def test_what_its_layers_bring_comes_before_the_runtimes(servers: ForkServers, folder: Code) -> None:
    first, second = folder("first", boto3="WORD = 'first'"), folder("second", boto3="WORD = 'second'", other="")
    code = folder("code", app="import boto3, other; print(boto3.WORD, end='', flush=True); import os; os._exit(0)")
    assert said(servers.start("app.handler", code, (first, second), VARIABLES)) == "first"
    assert said(servers.start("app.handler", code, (second, first), VARIABLES)) == "second"


def test_a_variable_that_python_reads_when_it_starts_has_its_effect(servers: ForkServers, folder: Code) -> None:
    code = folder("code", app="import sys; print(sys.flags.utf8_mode, flush=True); import os; os._exit(0)")
    assert [said(servers.start("app.handler", code, (), {**VARIABLES, "PYTHONUTF8": n})) for n in "01"] == [
        "0\n",
        "1\n",
    ]


def test_how_it_ended_is_known(servers: ForkServers, folder: Code) -> None:
    process = servers.start("app.handler", folder("code", app="import os; os._exit(3)"), (), VARIABLES)
    assert said(process) == ""
    assert process.poll() == 3


def test_it_is_killed_whatever_it_does(servers: ForkServers, folder: Code) -> None:
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True)\n"
    code = folder("code", app=stubborn + "while True: time.sleep(60)")
    process = servers.start("app.handler", code, (), VARIABLES)
    with process.stdout as output:
        assert output.readline() == b"on\n"
        assert process.poll() is None
        process.kill()
        assert process.wait() == process.poll() == -signal.SIGKILL
    process.kill()


def test_many_start_at_once(servers: ForkServers, folder: Code) -> None:
    code = folder(
        "code", app="import os; print(os.getpid(), os.environ['N'], flush=True); os._exit(int(os.environ['N']))"
    )

    def start(number: int) -> tuple[str, int | None, int]:
        process = servers.start("app.handler", code, (), {**VARIABLES, "N": str(number)})
        return said(process), process.poll(), process.pid

    with ThreadPoolExecutor(8) as threads:
        for number, (text, status, pid) in enumerate(threads.map(start, range(24))):
            assert (text, status) == (f"{pid} {number}\n", number)


def test_it_ends_with_the_process_that_forked_it_and_then_none_is_started(
    servers: ForkServers, folder: Code, eventually: Eventually
) -> None:
    code = folder("code", app="import time; time.sleep(600)")
    process = servers.start("app.handler", code, (), VARIABLES)
    parent = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[1]
    os.kill(int(parent), signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    eventually(lambda: not Path(f"/proc/{process.pid}").exists())
    process.stdout.close()
    with pytest.raises(ConnectionError):
        servers.start("app.handler", code, (), VARIABLES)


CLOUD = """
import sys, time
from localcloud.functions.fork_server import ForkServers
from localcloud.servers.machine import Machine
from localcloud.servers.world import World
from pathlib import Path
with World(Machine.read()) as world:
    servers = ForkServers(world, str(world.machine.runtime_python), {})
    code = world.folder("code")
    (code / "app.py").write_text("import time; print('on', flush=True); time.sleep(600)")
    process = servers.start("app.handler", code, (), {"LANG": "C"})
    process.stdout.readline()
    print(process.pid, flush=True)
    time.sleep(600)
"""


def test_it_ends_with_the_cloud_however_that_ends(eventually: Eventually) -> None:
    cloud = subprocess.Popen(
        [sys.executable, "-c", CLOUD],
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert cloud.stdout
    with cloud.stdout as output:
        function = Path(f"/proc/{int(output.readline())}")
    assert function.exists()
    cloud.kill()
    cloud.wait()
    eventually(lambda: not function.exists())
