"""The function or the server killed with SIGKILL, at any statement: the next run ends as an undisturbed one does.

`make test` takes every third moment (the server: every sixth), `make test-all` all of them (the server: every second, a
start of MySQL takes a second).
"""

from __future__ import annotations

import os
from dataclasses import replace
from signal import SIGKILL

from tests.conftest import Eventually
from tests.whole import WHOLE

from .runs import Point
from .trial import WANTED, Trial

STEP = 1 if WHOLE else 3
RETRIED = {"TemporaryFailure", "DatabaseBusy"}  # by the state machine: for minutes, and for an hour


def in_the_middle(trial: Trial) -> list[Point]:
    """Where the run is about to send what the server can be made to wait with."""
    return [point for point in trial.undisturbed.points[:-1] if trial.server.blocks(point.what)]


# ---- the function


def test_a_function_that_is_killed_at_any_statement_is_made_good_by_the_next_run(trial: Trial) -> None:
    for point in trial.undisturbed.points[::STEP]:
        with trial.disturbed(point):
            assert trial.runs.killed(WANTED, point).signal == SIGKILL


def test_a_statement_that_outlives_its_function_disturbs_the_next_run_for_a_while_at_most(
    trial: Trial, eventually: Eventually
) -> None:
    """A server that works on a statement does not notice that nobody waits for it. Meanwhile the function is called
    again: in PostgreSQL it waits for the lock, in MySQL it has read the same and is about to do the same.
    """
    for point in in_the_middle(trial):
        with trial.disturbed(point):
            run = trial.runs.held(WANTED, point)
            with trial.server.blocking():
                trial.runs.go_on()
                eventually(lambda: trial.server.waiting() == 1)
                os.kill(run, SIGKILL)
                assert trial.runs.end().signal == SIGKILL
                trial.runs.begin_to_hold(WANTED, replace(point, number=0))
                eventually(lambda: trial.server.waiting() == 2 or trial.runs.is_held())
            eventually(lambda: trial.server.sessions() == 1)
            trial.runs.hear_held()
            trial.runs.go_on()
            assert trial.runs.end().error in {"", *RETRIED}, point


# ---- the server


def test_a_server_that_is_killed_at_any_statement_is_met_by_a_retry(trial: Trial) -> None:
    for point in trial.undisturbed.points[: -1 : 2 * STEP]:
        with trial.disturbed(point):
            trial.runs.held(WANTED, point)
            trial.server.kill()
            trial.runs.go_on()
            ended = trial.runs.end()
            trial.server.restart()
            assert ended.error in RETRIED, point


def test_a_server_that_is_killed_in_the_middle_of_a_statement_is_met_by_a_retry(
    trial: Trial, eventually: Eventually
) -> None:
    point, *_ = in_the_middle(trial)
    with trial.disturbed(point):
        trial.runs.held(WANTED, point)
        with trial.server.blocking():
            trial.runs.go_on()
            eventually(lambda: trial.server.waiting() == 1)
            trial.server.kill()
            ended = trial.runs.end()
        trial.server.restart()
        assert ended.error in RETRIED, point
