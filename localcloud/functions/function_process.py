"""A function's process as it is seen from here: we are not its parent, the fork server is."""

import signal
import socket
import threading
from contextlib import suppress
from typing import IO


class FunctionProcess:
    """As much of subprocess.Popen as is needed. Any thread may call it."""

    def __init__(self, said: socket.socket, stdout: IO[bytes]) -> None:
        """`said` is where its parent says its id and how it ended. Raises ConnectionError if there is no parent."""
        self._said, self.stdout = said, stdout
        self._returncode: int | None = None
        self._lock = threading.Lock()
        if not (pid := said.recv(16)):
            raise ConnectionError("the process that forks functions has ended; functions.log says why")
        self.pid = int(pid)

    def poll(self) -> int | None:
        """How it ended, like Popen's; None while it lives."""
        with suppress(BlockingIOError):
            return self._ended(socket.MSG_DONTWAIT)
        return None

    def wait(self) -> int:
        """To be called where its end is near: nobody else gets an answer meanwhile."""
        return self._ended()

    def kill(self) -> None:
        """Its parent does it, whatever the process does; and nobody else may have its id by now."""
        with suppress(OSError):  # it has ended
            self._said.shutdown(socket.SHUT_WR)

    def _ended(self, flags: int = 0) -> int:
        with self._lock:
            if self._returncode is None:
                said = self._said.recv(16, flags)
                self._returncode = int(said) if said else -signal.SIGKILL  # with its parent
                self._said.close()
            return self._returncode
