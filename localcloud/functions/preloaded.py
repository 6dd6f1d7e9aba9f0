"""Forks the processes of functions; what the runtime brings is imported once for all of them. A program of the
runtime's own Python, started by `fork_server.py`.

Standard input is a socket. Each message on it asks for a process, and brings two descriptors: what that writes to, and
a socket of its own. There we say its process id and, in the end, how it ended; if the other side shuts it, we kill it.
"""

import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
READ_AT_THE_START = ("PYTHON", "LANG", "LC_", "LD_", "MALLOC_")  # how the names of such variables begin


class Sought:
    """The names of all packages that were sought, found or not."""

    def __init__(self) -> None:
        self.names = {name.partition(".")[0] for name in sys.modules}

    def find_spec(self, name: str, *_: object) -> None:
        self.names.add(name.partition(".")[0])


def preload() -> set[str]:
    """Answers what was sought for it. Not awslambdaric: it reads the function's variables when it is imported."""
    sought = Sought()
    sys.meta_path.insert(0, sought)
    importlib.import_module("boto3")
    sys.meta_path.remove(sought)
    gc.freeze()  # else a collection in a forked process copies all that it visits
    return sought.names


class Processes:
    """Those that were asked for."""

    def __init__(self, control: socket.socket) -> None:
        self._control, self._us, self._ready = control, os.getpid(), select.poll()
        self._ready.register(control, select.POLLIN)
        self._to_kill: dict[int, int] = {}  # by its socket: a process that lives
        self._to_reap: dict[int, tuple[int, int]] = {}  # by what is ready when it has ended: the process, its socket

    def fork(self) -> dict[str, Any]:
        """Returns in each of them: what it is to be."""
        while True:
            # one at a time: what is asked for next may get the number of what is closed here
            descriptor = self._ready.poll()[0][0]
            if descriptor in self._to_kill:
                self._kill(descriptor)
            elif descriptor in self._to_reap:
                self._reap(descriptor)
            elif asked := self._asked():
                return asked

    def _asked(self) -> dict[str, Any] | None:
        message, descriptors, _, _ = socket.recv_fds(self._control, 1 << 16, 2)
        if not message:
            sys.exit()
        output, its = descriptors
        if not (process := os.fork()):
            self._control.detach()  # its number is that of standard input
            for end, (_, other) in self._to_reap.items():
                os.close(end)
                os.close(other)
            os.close(its)
            begin(self._us, output)
            return dict(json.loads(message))
        os.close(output)
        end = os.pidfd_open(process)
        self._to_kill[its], self._to_reap[end] = process, (process, its)
        for descriptor in (its, end):
            self._ready.register(descriptor, select.POLLIN)
        say(its, process)
        return None

    def _kill(self, its: int) -> None:
        self._ready.unregister(its)
        os.kill(self._to_kill.pop(its), signal.SIGKILL)

    def _reap(self, end: int) -> None:
        process, its = self._to_reap.pop(end)
        _, status = os.waitpid(process, 0)
        say(its, os.waitstatus_to_exitcode(status))
        self._ready.unregister(end)
        if self._to_kill.pop(its, None):
            self._ready.unregister(its)
        os.close(end)
        os.close(its)


def say(to: int, number: int) -> None:
    with suppress(BrokenPipeError):  # nobody wants to know
        os.write(to, str(number).encode())


def begin(parent: int, output: int) -> None:
    """A process by itself, which ends with its parent."""
    os.setpgid(0, 0)
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended already
        os._exit(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for standard, descriptor in enumerate((nothing, output, output)):
        os.dup2(descriptor, standard)
    os.close(nothing)
    os.close(output)


def run(sought: set[str], handler: str, folder: str, environment: dict[str, str]) -> None:
    """What `python -m awslambdaric` does; that itself, if the folder has something that was sought elsewhere, or Python
    had to start with another variable.
    """
    started_otherwise = any(
        name.startswith(READ_AT_THE_START) and name != "PYTHONPATH" and os.environ.get(name) != value
        for name, value in environment.items()
    )
    os.chdir(folder)
    its_own = {entry.name.partition(".")[0] for entry in Path(folder).iterdir()}
    if started_otherwise or its_own & sought:
        command = [sys.executable, "-m", "awslambdaric", handler]
        os.execve(sys.executable, command, {"HOME": os.environ["HOME"], **environment})  # noqa: S606  no shell is wanted: this very interpreter anew
    os.environ.update(environment)
    time.tzset()
    sys.path[:1] = [folder, folder]  # not this program's: where we stand, and the first entry of PYTHONPATH
    sys.argv = ["", handler]
    runpy.run_module("awslambdaric", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run(preload(), **Processes(socket.socket(fileno=0)).fork())
