"""One clock: fast while everybody waits, true while somebody works."""

import datetime
import threading
import time
import types

import pytest

from localcloud import clock as clock_module
from localcloud.clock import TICK, Clock


class Real:
    """The real time, in seconds, which passes as a test says."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Real:
    real = Real()
    monkeypatch.setattr(clock_module, "time", types.SimpleNamespace(monotonic=real.monotonic, sleep=time.sleep))
    return real


def test_it_runs_at_its_speed(real: Real) -> None:
    clock = Clock(500)
    real.now += 0.2
    assert clock.elapsed() == pytest.approx(100)
    clock.sleep(-1)  # is over


def test_it_runs_at_one_while_somebody_works(real: Real) -> None:
    clock = Clock(10_000)
    with clock.working(), clock.working():
        real.now += 5
        assert clock.elapsed() == pytest.approx(5)
    real.now += 5
    assert clock.elapsed() == pytest.approx(50_005)


def test_it_stands_still_while_its_process_is_starved(real: Real) -> None:
    clock = Clock(500)
    clock.tick()
    try:
        real.now += 3600
        assert clock.elapsed() <= 500 * 2 * TICK
    finally:
        clock.stop()


def test_a_sleeper_wakes_sooner_when_the_clock_hurries() -> None:
    clock = Clock(speed=1)
    with clock.hurrying(100_000):
        clock.sleep(10_000)
    assert clock.elapsed() >= 10_000
    assert clock.speed == 1


def test_it_starts_at_the_real_time_in_utc() -> None:
    clock = Clock(1)
    assert abs(clock.now() - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=1)
    assert clock.now().tzinfo is datetime.UTC


def test_a_cancelled_sleeper_wakes_up() -> None:
    clock, wanted = Clock(1), threading.Event()
    sleeper = threading.Thread(target=clock.sleep, args=(3600, lambda: not wanted.is_set()))
    sleeper.start()
    wanted.set()
    sleeper.join(240)
    assert not sleeper.is_alive()


def test_a_sleeper_on_a_stopped_clock_never_continues() -> None:
    clock, woke_up = Clock(1000), threading.Event()

    def sleep() -> None:
        clock.sleep(60)
        woke_up.set()

    threading.Thread(target=sleep, daemon=True).start()
    clock.stop()
    assert not woke_up.wait(0.3)


def test_it_does_not_stand_still_or_run_backwards() -> None:
    with pytest.raises(ValueError, match="positive"):
        Clock(0)
