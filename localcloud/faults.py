"""Scripted faults: what goes wrong next, each once, in the order it was scripted. Tests and the demo write here, the
local AWS reads.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Callable

Action = Callable[[], object]


class Faults:
    """Queues by the name of what is to fail.

    `create_db_instance`, `describe_db_instances`, `modify_db_instance`, `reboot_db_instance`, `create_db_cluster`,
    `describe_db_clusters`, `modify_db_cluster`, `failover_db_cluster`: an RDS error code to answer.
    `join`: the status in which the next domain membership ends: `failed`, `enable-kerberos-failed`, or
    `enabling-kerberos` for one that is stuck.
    `start_execution`, `deliver:<function name>`: a message with which the next attempt of a rule or a schedule at a
    state machine or at that function fails.
    `invoke:<function name>`: `kill` ends the function's process in mid-work, any other word is the error type it
    answers.

    And moments, at which something else happens than an answer.

    `invoke:<function name>`: just before a function is invoked.
    `call:<function name>:<service>:<Operation>`, `answered:...`: just before one of its calls is let through to AWS,
    and just before it reads AWS's answer.
    """

    def __init__(self) -> None:
        self._next: dict[str, deque[str]] = defaultdict(deque)
        self._waiting: dict[str, list[tuple[int, Action]]] = {}
        self._lock = threading.Lock()

    def script(self, what: str, *answers: str) -> None:
        """The next `len(answers)` times, `what` fails so."""
        with self._lock:
            self._next[what].extend(answers)

    def take(self, what: str) -> str | None:
        """The fault that is due for `what`, if any; it happens once."""
        with self._lock:
            return self._next[what].popleft() if self._next[what] else None

    def at(self, moment: str, action: Action, *, nth: int = 1) -> None:
        """The nth time from now that it is this moment, that happens, and everybody waits for it."""
        with self._lock:
            self._waiting.setdefault(moment, []).append((nth, action))

    def reached(self, moment: str) -> None:
        """What was to happen at this moment happens."""
        with self._lock:
            counted = [(left - 1, action) for left, action in self._waiting.pop(moment, [])]
            if later := [(left, action) for left, action in counted if left]:
                self._waiting[moment] = later
        for left, action in counted:
            if not left:
                action()

    def clear(self) -> None:
        """Whatever was scripted and has not happened yet will not."""
        with self._lock:
            self._next.clear()
            self._waiting.clear()
