"""Starts processes under the unprivileged account and ends them all, whatever becomes of us."""

import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from signal import Signals
from typing import IO

from localcloud import background_errors

from .account import Account

PATIENCE = 240.0  # seconds until a server that does not get ready is given up
LAST_MOMENT = 10.0  # seconds that a process may take to end at once


class ServerFailed(RuntimeError):
    """A server died, or did not get ready; the message ends with the last lines of its log."""


class Supervisor:
    """The parent of all processes of one world."""

    def __init__(self, account: Account, home: Path) -> None:
        self._account, self._home = account, home
        self._processes: dict[subprocess.Popen[bytes], Signals] = {}
        self._serving: dict[subprocess.Popen[bytes], tuple[str, Path]] = {}  # what it is, and its log
        # The kernel sends the parent-death signal when the *thread* that forked ends: one thread forks, and stays.
        self._forker = ThreadPoolExecutor(1, "forker")

    def start(
        self,
        argv: Iterable[str | Path],
        output: Path | int,
        environment: Mapping[str, str],
        cwd: Path | None = None,
        stdin: int = subprocess.DEVNULL,
        last: Signals = Signals.SIGKILL,
    ) -> subprocess.Popen[bytes]:
        """Starts a process. `output` takes what it writes, errors too: a log to append to, or subprocess.PIPE.

        `last` is the signal that ends it at once, when it is deleted or we die.
        """
        return self._forker.submit(self._start, argv, output, environment, cwd, stdin, last).result()

    def _start(
        self,
        argv: Iterable[str | Path],
        output: Path | int,
        environment: Mapping[str, str],
        cwd: Path | None,
        stdin: int,
        last: Signals,
    ) -> subprocess.Popen[bytes]:
        log: IO[bytes] | int = output.open("ab") if isinstance(output, Path) else output
        try:
            process = subprocess.Popen(
                self._account.command(argv, last),
                stdin=stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment(environment),
                cwd=cwd or self._home,
                process_group=0,  # Ctrl-C is for us; we end them
            )
        finally:
            if not isinstance(log, int):
                log.close()
        self._processes = {each: its for each, its in self._processes.items() if each.poll() is None} | {process: last}
        return process

    def run(
        self, argv: Iterable[str | Path], environment: Mapping[str, str] | None = None, given: str | None = None
    ) -> str:
        """Runs a program to its end and answers what it wrote; it reads what is `given`.

        Raises ServerFailed if it did not exit with 0.
        """
        command = [str(word) for word in argv]
        stdin = subprocess.DEVNULL if given is None else subprocess.PIPE
        process = self.start(command, subprocess.PIPE, environment or {}, stdin=stdin)
        output, _ = process.communicate(None if given is None else given.encode())
        text = output.decode(errors="replace")
        if process.returncode:
            raise ServerFailed(f"`{' '.join(command)}` ended with {process.returncode}:\n{_last_lines(text)}")
        return text

    def wait_until(self, ready: Callable[[], bool], process: subprocess.Popen[bytes], name: str, log: Path) -> None:
        """Returns when `ready` says so; from then on the process serves until it is told to stop.

        Raises ServerFailed if it dies first, or takes too long.
        """
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if process.poll() is not None:
                what = f"{name} died ({process.returncode})"
            elif time.monotonic() > deadline:
                what = f"{name} is not ready after {PATIENCE:.0f} s"
            else:
                time.sleep(0.02)
                continue
            raise _failed(what, log)
        self._serving[process] = (name, log)

    def stop(self, process: subprocess.Popen[bytes], signal: Signals) -> None:
        """Sends the signal, and waits for the end."""
        self._serving.pop(process, None)
        process.send_signal(signal)
        process.wait()

    def end(self, *processes: subprocess.Popen[bytes]) -> None:
        """Ends processes at once: nothing of theirs is kept."""
        for process in processes:
            self._serving.pop(process, None)
            process.send_signal(self._processes.get(process, Signals.SIGKILL))
        for process in processes:
            try:
                process.wait(LAST_MOMENT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def close(self) -> None:
        """Ends all processes at once; MySQL would take its time to stop in good order.

        A server that has died by itself is reported: nobody else may have noticed.
        """
        for process, (name, log) in self._serving.items():
            if process.poll() is not None:
                background_errors.report(_failed(f"{name} died ({process.returncode})", log))
        self.end(*self._processes)
        for process in self._processes:
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()
        self._forker.shutdown()

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self._home), **more}


def _failed(what: str, log: Path) -> ServerFailed:
    return ServerFailed(f"{what}; the end of {log}:\n{_last_lines(log.read_text(errors='replace'))}")


def _last_lines(text: str) -> str:
    return "\n".join(text.splitlines()[-15:])
