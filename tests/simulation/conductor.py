"""Who does his next step, and when: threads of which one runs at a time, and a clock that jumps."""

from __future__ import annotations

import datetime
import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HANG = 60  # real seconds that one step may take
BEGIN = datetime.datetime(2026, 1, 5, 8, tzinfo=datetime.UTC)  # a Monday, in nobody's maintenance window

_current = threading.local()


def _closed() -> threading.Lock:
    """A gate that one thread opens for another, and that closes behind him."""
    gate = threading.Lock()
    gate.acquire()
    return gate


class GivenUp(BaseException):
    """The schedule is over, and this thread with it."""


class Actor:
    """Something that is done in steps: it stops at each of its calls, and goes on when it is told to."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self.name, self.wakes_at = name, 0.0
        self.ended = self._given_up = False
        self._go, self._stopped = _closed(), _closed()
        self._error: BaseException | None = None
        threading.Thread(target=self._run, args=[work], daemon=True, name=name).start()

    def step(self) -> None:
        """On to its next call, or to its end. Raises what the work raises."""
        self._go.release()
        if not self._stopped.acquire(timeout=HANG):
            raise TimeoutError(f"{self.name} is at its next step for {HANG} seconds")
        if self._error:
            raise self._error

    def pause(self) -> None:
        """Called by the work itself."""
        self._stopped.release()
        self._go.acquire()
        if self._given_up:
            raise GivenUp

    def give_up(self) -> None:
        if not self.ended:
            self._given_up = True
            self.step()

    def _run(self, work: Callable[[], None]) -> None:
        _current.actor = self
        self._go.acquire()
        try:
            if not self._given_up:
                work()
        except GivenUp:
            pass
        except BaseException as error:  # noqa: BLE001  raised in the thread that steps
            self._error = error
        self.ended = True
        self._stopped.release()


def pause() -> None:
    """Lets others go first; where nobody conducts, nothing."""
    if actor := getattr(_current, "actor", None):
        actor.pause()


class Conductor:
    """The clock of the simulation, with what RDS and Step Functions want of one."""

    stopped = False  # as localcloud.clock.Clock

    def __init__(self) -> None:
        self.actors: list[Actor] = []
        self._elapsed = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()

    def now(self) -> datetime.datetime:
        return BEGIN + datetime.timedelta(seconds=self._elapsed)

    def elapsed(self) -> float:
        return self._elapsed

    @contextmanager
    def working(self) -> Iterator[None]:
        """Work takes no time here."""
        yield

    def at(self, seconds: float, what: Callable[[], None]) -> None:
        """Does it once, so many seconds from now."""
        heapq.heappush(self._due, (self._elapsed + seconds, next(self._number), what))

    def start(self, name: str, work: Callable[[], None]) -> Actor:
        actor = Actor(name, work)
        actor.wakes_at = self._elapsed
        self.actors.append(actor)
        return actor

    def take(self, seconds: float) -> None:
        """Something takes so long, and nobody waits for it."""
        self._elapsed += seconds

    def sleep(self, seconds: float) -> None:
        """Called by an actor."""
        actor: Actor = _current.actor
        actor.wakes_at = self._elapsed + seconds
        actor.pause()

    @property
    def awake(self) -> list[Actor]:
        """Who can do his next step, in the order in which they began."""
        self.actors = [actor for actor in self.actors if not actor.ended]
        return [actor for actor in self.actors if actor.wakes_at <= self._elapsed]

    def jump(self) -> bool:
        """To the next moment at which something happens; False where nothing will."""
        moments = [actor.wakes_at for actor in self.actors if not actor.ended]
        moments += [self._due[0][0]] if self._due else []
        if not moments:
            return False
        self._elapsed = max(self._elapsed, min(moments))
        while self._due and self._due[0][0] <= self._elapsed:
            heapq.heappop(self._due)[2]()
        return True

    def pass_by(self, seconds: float) -> None:
        """So much time, with all that happens in it."""
        until = self._elapsed + seconds
        self.at(seconds, lambda: None)
        while self._elapsed < until:
            self.run_awake()
            self.jump()

    def run_awake(self) -> None:
        """Everybody who can, each until he waits or has ended."""
        while awake := self.awake:
            awake[0].step()

    def run(self) -> None:
        """Everything, until nobody is left who would do anything by himself."""
        self.run_awake()
        while self.jump():
            self.run_awake()

    def reset(self) -> None:
        """Nobody is left, and it is the beginning."""
        for actor in self.actors:
            actor.give_up()
        self.actors, self._due, self._elapsed = [], [], 0.0
