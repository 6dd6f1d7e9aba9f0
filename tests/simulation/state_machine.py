"""The Amazon States Language, as much of it as our state machine speaks; what it does not know is an error.

The definition is the deployed one. An end-to-end test holds this against the executions of the local cloud.
https://states-language.net/spec.html
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

Invoke = Callable[[str, Any], Any]  # function's ARN, payload -> answer
Sleep = Callable[[float], None]


class StateFailed(Exception):
    """A Task, or the whole execution, has failed: the error's name and its cause."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


@dataclass
class Run:
    """One execution on its way: where it is, what it carries, and what its history would count.

    ``now`` tells the simulated time as Step Functions writes it; ``random`` shortens the waits of retriers with jitter.
    """

    definition: Mapping[str, Any]
    context: Mapping[str, Any]  # $$.Execution
    now: Callable[[], str]
    invoke: Invoke
    sleep: Sleep
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311  the same in every run
    is_wanted: Callable[[], bool] = lambda: True
    state: str | None = None
    data: Any = None
    states: list[str] = field(default_factory=list)  # entered
    history_events: int = 1  # ExecutionStarted
    largest_payload: int = 0  # bytes: of what a state was given, a function was given, or a function answered

    def go(self) -> Any:
        """From its state, or from the start, to its end; answers the output. Raises StateFailed."""
        self.state = self.state or self.definition["StartAt"]
        while self.state is not None and self.is_wanted():
            here: Mapping[str, Any] = self.definition["States"][self.state]
            self.states.append(self.state)
            self.history_events += 1
            self.weigh(self.data)
            try:
                following = _KINDS[here["Type"]](self, here, copy.deepcopy(self.data))
            except StateFailed:
                self.history_events += 1  # the execution failed, and nothing was left
                raise
            if not self.is_wanted():
                break
            self.history_events += 1  # left, or the execution's end
            self.state = following
        self.history_events += 1
        return self.data

    def weigh(self, payload: Any) -> None:
        self.largest_payload = max(self.largest_payload, len(json.dumps(payload, separators=(",", ":"))))


def _task(run: Run, here: Mapping[str, Any], data: Any) -> str:
    entered = run.now()
    values = {"$": data, "$$": {"Execution": run.context, "State": {"EnteredTime": entered}}}
    payload = _filled(here["Parameters"], values)
    run.weigh(payload)
    retries = [0] * len(here["Retry"])
    while True:
        run.history_events += 3  # scheduled, started, succeeded or failed
        try:
            answer = run.invoke(here["Resource"], payload)
            run.weigh(answer)
            break
        except StateFailed as failed:
            if not run.is_wanted():
                return run.state or ""
            if (pause := _retry(here["Retry"], retries, failed.error, run.random)) is None:
                return _caught(run, here, data, failed)
            run.sleep(pause)
    if "ResultSelector" in here:
        answer = _filled(here["ResultSelector"], {"$": answer})
    run.data = _placed(data, here.get("ResultPath", "$"), answer)
    return str(here["Next"])


def _retry(rules: list[Mapping[str, Any]], used: list[int], error: str, random: Random) -> float | None:
    """Seconds before the next try; None where no rule allows one.

    Full jitter: anything between 0 and what it would be without, MaxDelaySeconds included.
    """
    for number, rule in enumerate(rules):
        if _is_meant(rule["ErrorEquals"], error):
            if used[number] >= rule["MaxAttempts"]:
                return None
            pause = rule["IntervalSeconds"] * rule["BackoffRate"] ** used[number]
            used[number] += 1
            pause = float(min(pause, rule["MaxDelaySeconds"]))
            return random.uniform(0, pause) if rule.get("JitterStrategy", "NONE") == "FULL" else pause
    return None


def _caught(run: Run, here: Mapping[str, Any], data: Any, failed: StateFailed) -> str:
    for catch in here.get("Catch", []):
        if _is_meant(catch["ErrorEquals"], failed.error):
            run.data = _placed(data, catch.get("ResultPath", "$"), {"Error": failed.error, "Cause": failed.cause})
            return str(catch["Next"])
    raise failed


def _is_meant(names: list[str], error: str) -> bool:
    return error in names or "States.ALL" in names


def _wait(run: Run, here: Mapping[str, Any], data: Any) -> str:
    run.sleep(float(here["Seconds"] if "Seconds" in here else _at(here["SecondsPath"], {"$": data})))
    return str(here["Next"])


def _choice(run: Run, here: Mapping[str, Any], data: Any) -> str:
    return str(next((rule["Next"] for rule in here["Choices"] if _holds(rule, data)), here["Default"]))


def _holds(rule: Mapping[str, Any], data: Any) -> bool:
    if "And" in rule:
        return all(_holds(each, data) for each in rule["And"])
    if "Not" in rule:
        return not _holds(rule["Not"], data)
    value = _at(rule["Variable"], {"$": data})
    (comparison,) = set(rule) - {"Variable", "Next"}
    return bool(_COMPARISONS[comparison](value, rule[comparison]))


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "BooleanEquals": lambda value, wanted: value is wanted,
    "StringEquals": lambda value, wanted: isinstance(value, str) and value == wanted,
    "NumericLessThan": lambda value, wanted: value < wanted,
}


def _pass(run: Run, here: Mapping[str, Any], data: Any) -> str:
    run.data = _placed(data, here.get("ResultPath", "$"), _filled(here["Parameters"], {"$": data}))
    return str(here["Next"])


def _succeed(run: Run, here: Mapping[str, Any], data: Any) -> None:
    return None


def _fail(run: Run, here: Mapping[str, Any], data: Any) -> None:
    raise StateFailed(*(str(_at(here[path], {"$": data})) for path in ("ErrorPath", "CausePath")))


_KINDS: dict[str, Callable[[Run, Mapping[str, Any], Any], str | None]] = {
    "Task": _task,
    "Wait": _wait,
    "Choice": _choice,
    "Pass": _pass,
    "Succeed": _succeed,
    "Fail": _fail,
}


# ---- paths and templates ---------------------------------------------------------------------------------------------


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    if not isinstance(template, Mapping):
        return template
    return dict(_entries(template, values))


def _entries(template: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in template.items():
        if name.endswith(".$"):
            yield name.removesuffix(".$"), copy.deepcopy(_at(value, values))
        else:
            yield name, _filled(value, values)


def _at(path: str, values: Mapping[str, Any]) -> Any:
    if called := re.fullmatch(r"States\.(\w+)\((\$[\w.]+), (.+)\)", path):
        name, first, second = called.groups()
        return _INTRINSICS[name](_at(first, values), int(second) if second.isdigit() else _at(second, values))
    root, *steps = path.split(".")
    value = values[root]
    for step in steps:
        try:
            value = value[step]
        except (KeyError, TypeError):
            raise StateFailed("States.Runtime", f"The path {path} finds nothing") from None
    return value


def _item(array: list[Any], index: int) -> Any:
    if not 0 <= index < len(array):
        raise StateFailed("States.Runtime", f"The array has no item {index}")
    return array[index]


_INTRINSICS: dict[str, Callable[[Any, int], Any]] = {
    "MathAdd": lambda number, more: number + more,
    "ArrayGetItem": _item,
}


def _placed(data: Any, path: str, answer: Any) -> Any:
    if path == "$":
        return answer
    _, name = path.split(".")
    return {**data, name: answer}
