"""Runs pytest in forks of a process that has imported it and what its tests import, which takes longer than the tests.

Called with the path of a socket it serves there; with arguments after that it runs pytest with these, as if by itself.
"""

from __future__ import annotations

import gc
import json
import os
import socket
import sys


def serve(path: str) -> None:
    """Says "ready", then runs pytest for each caller, one after the other, until it is ended."""
    # What is tested is not imported here, but in the forks: it differs.
    import hypothesis.strategies  # noqa: F401  every fork has it
    import pytest

    import localcloud.cloud  # noqa: F401  every fork has it

    gc.freeze()  # pytest collects garbage at each end

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
