"""Runs of the product in processes of their own, which are killed or held at a round trip; also their program.

One process has loaded the product and forks for each run, so that a run costs milliseconds and not a second.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from signon.db import logins, session
from signon.db.connection import Address, Connect, Connection, Values
from signon.domain.engines import ENGINES, Family
from signon.domain.profile.profile import DirectoryLogin
from signon.domain.rds.credentials import Credentials
from tests.builders import a_database, a_database_id, a_plan, a_profile
from tests.notebook import Notebook

if TYPE_CHECKING:
    from localcloud.servers import World

People = Mapping[str, Sequence[str]]  # the profile's logins: user -> roles


@dataclass(frozen=True)
class Where:
    """The database, and what else the functions would be told of it."""

    engine: str
    host: str
    port: int
    user: str
    password: str
    bundle: str


@dataclass(frozen=True)
class Point:
    """A moment of a run: a round trip, before it is sent or after it took effect. Signing in is one of them.

    ``what`` is its SQL; where ``number`` is 0, the first one of this SQL is meant.
    """

    number: int
    side: str
    what: str


@dataclass(frozen=True)
class Ended:
    """How a run ended: by which signal, or with which class of error ("": in good order), after which round trips."""

    signal: int = 0
    error: str = ""
    round_trips: Sequence[str] = ()

    @property
    def points(self) -> list[Point]:
        """Every moment between two round trips: after one is before the next."""
        before = [Point(number, "before", what) for number, what in enumerate(self.round_trips, 1)]
        return [*before, Point(len(before), "after", before[-1].what)]


class Runs:
    """Runs of *Lock leavers*, *Create logins* and *Verify logins*, one after the other."""

    def __init__(self, world: World, where: Where) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._program = subprocess.Popen(
            [sys.executable, __file__, str(self._remembered)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path), **world.resolving},
        )
        self._tell(asdict(where))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._program.communicate()
        self._folder.cleanup()

    @property
    def _remembered(self) -> Path:
        return Path(self._folder.name, "made.json")

    def forget(self) -> None:
        """Nothing is remembered of earlier runs."""
        self._remembered.unlink(missing_ok=True)

    def undisturbed(self, *people: People) -> Ended:
        """With these profiles, one after the other."""
        self._tell({"people": people})
        return self.end()

    def killed(self, people: People, point: Point) -> Ended:
        """The run kills itself, with SIGKILL."""
        self._tell({"people": [people], "kill": True, **asdict(point)})
        return self.end()

    def held(self, people: People, point: Point) -> int:
        """Returns when the run stands still at its point: its process."""
        self.begin_to_hold(people, point)
        return self.hear_held()

    def begin_to_hold(self, people: People, point: Point) -> None:
        """Starts a run that will stand still, and does not wait for that."""
        self._tell({"people": [people], "kill": False, **asdict(point)})

    def hear_held(self) -> int:
        """Waits until the run stands still that was begun: its process."""
        return int(self._hear()["held"])

    def is_held(self) -> bool:
        """Whether the run that was begun stands still by now."""
        assert self._program.stdout
        return bool(select.select([self._program.stdout], [], [], 0)[0])

    def go_on(self) -> None:
        """Lets the run go on that is held."""
        self._tell("go on")

    def end(self) -> Ended:
        """Waits for the end of the run."""
        return Ended(**self._hear())

    def _tell(self, what: Any) -> None:
        assert self._program.stdin
        self._program.stdin.write(json.dumps(what) + "\n")
        self._program.stdin.flush()

    def _hear(self) -> Any:
        assert self._program.stdout
        return json.loads(self._program.stdout.readline())


# ---- the program


class Kept(Notebook):
    """It outlives a run that is killed. What stands in it is from before the kill or from after it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.made = json.loads(path.read_text()) if path.exists() else {}

    def write(self, made: Mapping[str, str]) -> None:
        super().write(made)
        unfinished = self._path.with_suffix(".new")
        unfinished.write_text(json.dumps(self.made))
        unfinished.replace(self._path)


@dataclass
class Steps:
    """The round trips that a run has begun, and what happens at one of them."""

    number: int = 0
    side: str = ""
    what: str = ""
    kill: bool = False
    begun: list[str] = field(default_factory=list)

    def __call__(self, side: str, what: str) -> None:
        if side == "before":
            self.begun.append(what)
        here = len(self.begun) == self.number if self.number else what == self.what
        if side != self.side or not here:
            return
        if self.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        self.side = ""  # once
        say({"held": os.getpid()})
        sys.stdin.readline()


class Watched:
    """A connection whose round trips are steps."""

    def __init__(self, connection: Connection, step: Callable[[str, str], None]) -> None:
        self._connection, self._step = connection, step
        self.round_trips = connection.round_trips

    def text(self, sql: str, values: Values) -> str:
        return self._connection.text(sql, values)

    def run(self, sql: str, values: Values) -> Sequence[tuple[Any, ...]]:
        self._step("before", sql)
        rows = self._connection.run(sql, values)
        self.round_trips = self._connection.round_trips
        self._step("after", sql)
        return rows

    def close(self) -> None:
        self._connection.close()


def watched(connect: Connect, step: Callable[[str, str], None]) -> Connect:
    def connected(address: Address, credentials: Callable[[], Credentials], ca_bundle: str) -> Connection:
        what = f"sign in to {address.database or 'the server'}"
        step("before", what)
        connection = connect(address, credentials, ca_bundle)
        step("after", what)
        return Watched(connection, step)

    return connected


def run(where: Where, lists: Sequence[People], steps: Steps) -> str:
    """What the three functions do; the class of the error that they end with."""
    database = a_database(
        id=a_database_id(engine=where.engine), host=where.host, port=where.port, master_user=where.user
    )
    profiles = [
        a_profile(logins=tuple(DirectoryLogin(user, tuple(roles)) for user, roles in people.items()))
        for people in lists
    ]
    master, driver, notebook = Credentials(where.user, where.password), session._driver, Kept(Path(sys.argv[1]))

    def watched_driver(family: Family) -> Connect:
        return watched(driver(family), steps)

    session._driver = watched_driver
    try:
        with session.sign_in(database, lambda: master, where.bundle) as signed_in:
            for profile in profiles:
                leaving = logins.leavers(signed_in, database, profile).locks
                logins.lock(signed_in, database, profile, leaving, before_change=lambda _: None)
                logins.create(
                    signed_in, database, a_plan(), profile, before_change=lambda _: None, **notebook.of_a_run()
                )
        with session.sign_in(database, lambda: master, where.bundle) as signed_in:
            logins.verify(signed_in, database, a_plan(), profiles[-1], notebook.memory)
    except Exception as error:  # noqa: BLE001  it is told
        return type(error).__name__
    return ""


def say(what: Any) -> None:
    print(json.dumps(what), flush=True)


def main() -> None:
    """Forks for each run that is asked for, and says how it ended."""
    where = Where(**json.loads(sys.stdin.readline()))
    session._driver(ENGINES[where.engine].family)  # loads it, once
    while line := sys.stdin.readline():
        asked = json.loads(line)
        people = asked.pop("people")
        if pid := os.fork():
            _, status = os.waitpid(pid, 0)
            if os.WIFSIGNALED(status):
                say({"signal": os.WTERMSIG(status)})
        else:
            steps = Steps(**asked)
            say({"error": run(where, people, steps), "round_trips": steps.begun})
            os._exit(0)


if __name__ == "__main__":
    main()
