"""Step Functions: executions of the deployed state machine, and what the functions ask about them."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from tests.simulation.conductor import Conductor
from tests.simulation.functions import Functions
from tests.simulation.state_machine import Run, StateFailed

BAD_ENDS = ("FAILED", "ABORTED", "TIMED_OUT")


class Execution:
    """One execution: what it was started with, how it stands, and its run through the states."""

    def __init__(self, arn: str, document: Any, started_at: datetime.datetime) -> None:
        self.arn, self.document, self.started_at = arn, document, started_at
        self.status, self.error, self.cause = "RUNNING", "", ""
        self.stopped_at: datetime.datetime | None = None
        self.redrives = 0
        self.run: Run  # set by the code that starts it

    @property
    def end(self) -> str:
        """The last state that it entered."""
        return self.run.states[-1]

    def __repr__(self) -> str:
        return f"<{self.arn.rpartition(':')[2][:8]} {self.status} {' > '.join(self.run.states)} {self.error}>"


class Executions:
    """``on_bad_end`` is called with each that was aborted, timed out or failed, as the rule on ends would."""

    def __init__(self, arn: str, definition: Mapping[str, Any], conductor: Conductor, functions: Functions) -> None:
        self.machine, self.definition = arn, definition
        self._conductor, self._functions = conductor, functions
        self.all: dict[str, Execution] = {}
        self._random = Random(0)  # noqa: S311  the same jitter in every story
        self.on_bad_end: Callable[[Execution], None] = lambda execution: None

    def reset(self) -> None:
        self.all.clear()
        self._random.seed(0)

    def start(self, document: Any, name: str | None = None) -> Execution:
        """Raises KeyError: there is one of that name."""
        arn = f"{self.machine.replace(':stateMachine:', ':execution:')}:{name or uuid.uuid4()}"
        if arn in self.all:
            raise KeyError(name)
        made = Execution(arn, document, self._conductor.now())
        self.all[arn] = made
        self._go(made, None, None)
        return made

    def stop(self, execution: Execution) -> None:
        """At once; a function that is at work goes on."""
        self._break_off(execution, "ABORTED")

    def redrive(self, execution: Execution) -> None:
        """From the state that did not succeed, with the input that it had; one that came to a Fail state fails again.

        https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html#redrive-behavior-states
        """
        assert execution.status in BAD_ENDS
        execution.status, execution.stopped_at, execution.error = "RUNNING", None, ""
        execution.redrives += 1
        self._go(execution, execution.run.state, execution.run.data)

    def running(self) -> list[Execution]:
        return [each for each in self.all.values() if each.status == "RUNNING"]

    def _go(self, execution: Execution, state: str | None, data: Any) -> None:
        redrive, before = execution.redrives, getattr(execution, "run", None)
        run = execution.run = Run(
            self.definition,
            {"Id": execution.arn, "Input": execution.document, "RedriveCount": redrive},
            lambda: _text(self._conductor.now()),
            lambda arn, payload: self._functions.invoke(arn, payload, execution.arn),
            self._conductor.sleep,
            self._random,
            is_wanted=lambda: execution.status == "RUNNING" and execution.redrives == redrive,
            state=state,
            data=data if state else execution.document,
            states=before.states if before else [],
            history_events=before.history_events if before else 1,
        )

        def work() -> None:
            try:
                run.go()
            except StateFailed as failed:
                self._end(execution, "FAILED", failed.error, failed.cause)
            else:
                if run.is_wanted():
                    self._end(execution, "SUCCEEDED")

        self._conductor.start(f"execution {execution.arn.rpartition(':')[2][:8]}", work)
        self._conductor.at(self.definition["TimeoutSeconds"], lambda: self._time_out(execution, redrive))

    def _time_out(self, execution: Execution, redrive: int) -> None:
        """A redrive begins to count anew."""
        if execution.redrives == redrive:
            self._break_off(execution, "TIMED_OUT")

    def _break_off(self, execution: Execution, status: str) -> None:
        if execution.status == "RUNNING":
            self._end(execution, status)

    def _end(self, execution: Execution, status: str, error: str = "", cause: str = "") -> None:
        execution.status, execution.error, execution.cause = status, error, cause
        execution.stopped_at = self._conductor.now()
        if status in BAD_ENDS:
            self.on_bad_end(execution)

    # ---- what functions ask ------------------------------------------------------------------------------------------

    def answer(self, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """As boto3 answers for Step Functions; an error is its `__type`."""
        return _ANSWERS[operation](self, asked)

    def _describe(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        execution = self.all.get(asked["executionArn"])
        if execution is None:
            return _refused("ExecutionDoesNotExist", asked["executionArn"])
        said: dict[str, Any] = {
            "executionArn": execution.arn,
            "stateMachineArn": self.machine,
            "status": execution.status,
            "startDate": execution.started_at,
            "input": json.dumps(execution.document),
        }
        if execution.stopped_at:
            said["stopDate"] = execution.stopped_at
        return {**said, **{key: value for key in ("error", "cause") if (value := getattr(execution, key))}}

    def _list(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        listed = [each for each in self.all.values() if each.status == asked.get("statusFilter", each.status)]
        return {
            "executions": [
                {
                    "executionArn": each.arn,
                    "stateMachineArn": self.machine,
                    "name": each.arn.rpartition(":")[2],
                    "status": each.status,
                    "startDate": each.started_at,
                }
                for each in listed[: asked.get("maxResults", 100)]
            ]
        }

    def _start(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        try:
            made = self.start(json.loads(asked["input"]), asked["name"])
        except KeyError:
            return _refused("ExecutionAlreadyExists", asked["name"])
        return {"executionArn": made.arn, "startDate": made.started_at}


_ANSWERS: dict[str, Callable[[Executions, Mapping[str, Any]], dict[str, Any]]] = {
    "DescribeExecution": Executions._describe,
    "ListExecutions": Executions._list,
    "StartExecution": Executions._start,
}


def _refused(code: str, message: str) -> dict[str, Any]:
    return {"__type": code, "message": message}


def _text(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
