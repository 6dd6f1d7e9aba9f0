"""Where a server's plugin has a token of IAM checked: a unix socket of its own, answered in this process.

The socket tells which server asks. native/rdsauth.c describes what is asked and answered.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .account import Account

Check = Callable[[str, str], None]  # user, token; raises TokenRefused


class TokenRefused(Exception):
    """The token does not sign the user in; the message says why, for the server's log only."""


class TokenSocket:
    """It answers from the moment that it is made; who knows IAM sets `check`."""

    def __init__(self, account: Account, path: Path) -> None:
        self.path = path
        self.check: Check = _unknown
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        account.give(path)
        threading.Thread(target=self._listen, daemon=True, name=f"tokens {path}").start()

    def close(self) -> None:
        """Nobody is answered any longer."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a caller; `close` would not
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        with line, line.makefile("rwb") as words:
            _, user_length, token_length = words.readline().split()
            user, token = words.read(int(user_length)), words.read(int(token_length))
            try:
                self.check(user.decode(), token.decode())
                answer = "OK "
            except (TokenRefused, UnicodeDecodeError) as refusal:
                answer = f"NO {refusal}"
            words.write(answer.encode() + b"\n")


def _unknown(_user: str, _token: str) -> None:
    raise TokenRefused("nobody here knows IAM")
