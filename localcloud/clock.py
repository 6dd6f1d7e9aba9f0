"""The one clock of the local cloud: Step Functions, EventBridge and RDS all tell its time.

It starts at the real time and runs `speed` times as fast while everybody waits. While a function or a server really
works it runs at 1: otherwise half a second of a cold start would take minutes of the simulated day.
"""

import datetime
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TICK = 0.05  # seconds of real time


class Clock:
    """Simulated time; safe to use from any thread."""

    def __init__(self, speed: float = 1.0) -> None:
        """`speed` is simulated seconds per real second; true to life up to about 500."""
        if speed <= 0:
            raise ValueError(f"speed must be positive, not {speed:g}")
        self.speed = float(speed)
        self._began = datetime.datetime.now(datetime.UTC)
        self._changed = threading.Condition()
        self._working = 0
        self.stopped = False
        self._elapsed = 0.0
        self._read_at = time.monotonic()
        self._longest = math.inf  # seconds of real time that may pass between two looks, and count

    def tick(self) -> None:
        """From now on time passes by ticks until the clock is stopped: it stands still while this process is starved of
        the processor. Nobody here could do anything meanwhile, and hours of the simulated day would be gone.
        """
        self._longest = 2 * TICK
        threading.Thread(target=self._tick, daemon=True, name="clock").start()

    def _tick(self) -> None:
        while not self.stopped:
            self.elapsed()
            time.sleep(TICK)

    def now(self) -> datetime.datetime:
        """The simulated time, in UTC."""
        return self._began + datetime.timedelta(seconds=self.elapsed())

    def elapsed(self) -> float:
        """Simulated seconds since the clock was made."""
        with self._changed:
            return self._advance()

    def sleep(self, seconds: float, still_wanted: Callable[[], bool] = lambda: True) -> None:
        """Return after that many simulated seconds, or soon after `still_wanted` turns false.

        Once the clock is stopped it never returns: time has ended, and so will this (daemon) thread with its process.
        """
        self.reach(self.elapsed() + seconds, still_wanted)
        with self._changed:
            while self.stopped:
                self._changed.wait()

    def reach(self, moment: float, still_wanted: Callable[[], bool] = lambda: True) -> bool:
        """Wait for that moment (simulated seconds since the clock was made), and answer whether it has come: False
        once `still_wanted` is false or the clock was stopped.
        """
        while still_wanted():
            with self._changed:
                if self.stopped:
                    return False
                if (left := moment - self._advance()) <= 0:
                    return True
                # a few looks a second: the thread that stops wanting this does not notify
                self._changed.wait(min(0.2, left / self._rate()))
        return False

    def stop(self) -> None:
        """The end of time: threads that sleep on the clock never wake up."""
        with self._changed:
            self.stopped = True
            self._changed.notify_all()

    @contextmanager
    def hurrying(self, speed: float) -> Iterator[None]:
        """It runs so fast while everybody waits: for who has hours to wait, and cares about no minute of them."""
        before = self._set_speed(speed)
        try:
            yield
        finally:
            self._set_speed(before)

    def _set_speed(self, speed: float) -> float:
        with self._changed:
            self._advance()
            before, self.speed = self.speed, speed
            self._changed.notify_all()
        return before

    @contextmanager
    def working(self) -> Iterator[None]:
        """Real work is going on: the clock runs at 1 until it is done."""
        with self._changed:
            self._advance()
            self._working += 1
        try:
            yield
        finally:
            with self._changed:
                self._advance()
                self._working -= 1
                self._changed.notify_all()

    def _rate(self) -> float:
        return 1.0 if self._working else self.speed

    def _advance(self) -> float:
        read_at = time.monotonic()
        self._elapsed += min(read_at - self._read_at, self._longest) * self._rate()
        self._read_at = read_at
        return self._elapsed
