"""Runs pytest in forks of a process that has imported it, with hypothesis, once: that takes longer than the tests.

`forked_pytest.py SOCKET` serves; `forked_pytest.py SOCKET ARGUMENT...` runs pytest with the arguments, as if by itself.
"""

from __future__ import annotations

import json
import os
import socket
import sys


def serve(path: str) -> None:
    """Says "ready", then runs pytest for each caller, one after the other, until it is ended."""
    import hypothesis.strategies  # noqa: F401  what is tested is not imported here, but in the forks
    import pytest

    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        print("ready", flush=True)
        while True:
            caller, _ = server.accept()
            with caller, caller.makefile() as asked:
                arguments = json.loads(asked.readline())
                child = os.fork()
                if child == 0:
                    for stream in (1, 2):
                        os.dup2(caller.fileno(), stream)
                    code = int(pytest.main(arguments))
                    sys.stdout.flush()
                    os._exit(code)
                code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                caller.sendall(f"\n{code}".encode())


def call(path: str, arguments: list[str]) -> int:
    """Prints what pytest says. Answers its exit code."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        connection.sendall(f"{json.dumps(arguments)}\n".encode())
        with connection.makefile() as answer:
            said, _, code = answer.read().rpartition("\n")
    print(said)
    return int(code)


if __name__ == "__main__":
    if sys.argv[2:]:
        sys.exit(call(sys.argv[1], sys.argv[2:]))
    serve(sys.argv[1])
