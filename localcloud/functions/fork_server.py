"""Starts the processes of functions: each is forked from one that has imported what the runtime brings
(`preloaded.py`). There is one of these for each set of layers, because layers come before the runtime's own packages.
"""

import json
import os
import socket
import threading
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from localcloud.functions.function_process import FunctionProcess
from localcloud.servers.site import Site

PROGRAM = Path(__file__).with_name("preloaded.py")


class ForkServers:
    """All of one local cloud, each started when it is first wanted."""

    def __init__(self, site: Site, interpreter: str, platform: Mapping[str, str]) -> None:
        """`interpreter` has awslambdaric and boto3 and nothing else. `platform` is what is not Lambda's, for every
        process: the endpoint, name resolution.
        """
        self._site, self._interpreter, self._platform = site, interpreter, platform
        self._servers: dict[tuple[Path, ...], _ForkServer] = {}
        self._lock = threading.Lock()

    def start(
        self, handler: str, code: Path, layers: tuple[Path, ...], environment: Mapping[str, str]
    ) -> FunctionProcess:
        """`python -m awslambdaric` for a handler in the folder `code`, with PYTHONPATH: the code, then the layers."""
        variables = {**environment, "PYTHONPATH": _path(code, *layers), **self._platform}
        with self._lock:
            if layers not in self._servers:
                for_all = {"LANG": environment["LANG"], "PYTHONPATH": _path(*layers), **self._platform}
                self._servers[layers] = _ForkServer(self._site, self._interpreter, for_all)
            server = self._servers[layers]
        return server.start(handler, code, variables)

    def close(self) -> None:
        """Ends them, and with them all that they have forked. Safe to call twice."""
        with self._lock:
            for server in self._servers.values():
                server.close()
            self._servers.clear()


class _ForkServer:
    def __init__(self, site: Site, interpreter: str, environment: Mapping[str, str]) -> None:
        self._supervisor = site.supervisor
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = self._supervisor.start(
                (interpreter, site.program(PROGRAM)), site.home / "functions.log", environment, stdin=theirs.fileno()
            )

    def start(self, handler: str, code: Path, environment: Mapping[str, str]) -> FunctionProcess:
        message = json.dumps({"handler": handler, "folder": str(code), "environment": environment}).encode()
        with ExitStack() as unless_it_starts, ExitStack() as theirs:
            reading, writing = os.pipe()
            output = unless_it_starts.enter_context(os.fdopen(reading, "rb"))
            theirs.enter_context(os.fdopen(writing, "wb"))
            said, saying = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            unless_it_starts.enter_context(said)
            theirs.enter_context(saying)
            socket.send_fds(self._control, [message], [writing, saying.fileno()])
            theirs.close()
            process = FunctionProcess(said, output)
            unless_it_starts.pop_all()
        return process

    def close(self) -> None:
        self._supervisor.end(self._process)
        self._control.close()


def _path(*folders: Path) -> str:
    return os.pathsep.join(map(str, folders))
