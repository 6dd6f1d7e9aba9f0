"""Scripted faults: what goes wrong next, each once, in the order it was scripted. Tests write here, the local AWS
reads.
"""

import threading
from collections import defaultdict, deque


class Faults:
    """Queues by the name of what shall fail.

    `create_db_instance`, `describe_db_instances`, `modify_db_instance`, `reboot_db_instance`, `create_db_cluster`,
    `describe_db_clusters`, `modify_db_cluster`: an RDS error code to answer.
    `join`: the status in which the next domain membership ends, `failed` or `enable-kerberos-failed`.
    `start_execution`, `deliver:<function name>`: a message with which the next attempt of a rule or a schedule at a
    state machine or at that function fails.
    `invoke:<function name>`: `kill` ends the function's process in mid-work, any other word is the error type it
    answers.
    """

    def __init__(self) -> None:
        self._next: dict[str, deque[str]] = defaultdict(deque)
        self._lock = threading.Lock()

    def script(self, what: str, *answers: str) -> None:
        """The next `len(answers)` times, `what` fails so."""
        with self._lock:
            self._next[what].extend(answers)

    def take(self, what: str) -> str | None:
        """The fault that is due for `what`, if any; it happens once."""
        with self._lock:
            return self._next[what].popleft() if self._next[what] else None

    def clear(self) -> None:
        """Whatever was scripted and has not happened yet will not."""
        with self._lock:
            self._next.clear()
