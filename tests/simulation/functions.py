"""The functions, in this process: handlers by their folders, each with the environment that the template gives it."""

from __future__ import annotations

import importlib.util
import json
import os
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from signon import settings
from tests.simulation import calls
from tests.simulation.calls import Invocation, Killed
from tests.simulation.state_machine import StateFailed

FOLDER = Path(__file__).resolve().parent.parent.parent / "functions"

Handler = Callable[[dict[str, Any], Any], Any]


class Functions:
    """Those of one stack, by their ARNs."""

    def __init__(
        self,
        deployed: Iterable[Any],
        region: str,
        stack: str,
        renamed: Mapping[str, str],
        elapsed: Callable[[], float],
    ) -> None:
        """``deployed`` are moto's, which run as if in ``region``; ``renamed`` is what their variables say instead."""
        deployed = list(deployed)
        self._region, self._elapsed = region, elapsed
        self._timeouts = {each.function_arn: float(each.timeout) for each in deployed}
        self.visits: Counter[tuple[str, str]] = Counter()  # by execution and function
        self.before_each: Callable[[str], None] = lambda name: None  # told of a function that is about to run
        self.environments = {
            each.function_arn: {name: renamed.get(value, value) for name, value in each.environment_vars.items()}
            for each in deployed
        }
        self.arns = {arn.rpartition(f"{stack}-")[2]: arn for arn in self.environments}
        self._handlers = {arn: _handler(FOLDER / name.replace("-", "_")) for name, arn in self.arns.items()}
        self._names = {arn: name for name, arn in self.arns.items()}

    def reset(self) -> None:
        self.visits.clear()
        self.before_each = lambda name: None

    def invoke(self, arn: str, payload: Any, started_by: str = "") -> Any:
        """What the function answers. Raises StateFailed, as Step Functions sees a function fail."""
        self.before_each(self._names[arn])
        self.visits[started_by, arn] += 1
        invocation = Invocation(
            self._names[arn],
            self.visits[started_by, arn],
            self.environments[arn],
            started_by,
            self._elapsed() + self._timeouts[arn],
        )
        context = SimpleNamespace(
            function_name=arn.rpartition(":")[2],
            memory_limit_in_mb=256,
            invoked_function_arn=":".join([*arn.split(":")[:3], self._region, *arn.split(":")[4:]]),
            aws_request_id=str(uuid.uuid4()),
        )
        try:
            with calls.run(invocation):
                answer = self._handlers[arn](json.loads(json.dumps(payload)), context)
        except Killed:
            raise _failed("Runtime.ExitError", "Runtime exited with error: signal: killed") from None
        except Exception as error:
            raise _failed(type(error).__name__, str(error)) from error
        return json.loads(json.dumps(answer))

    @contextmanager
    def installed(self) -> Iterator[None]:
        """From now on a function's variables are those of the one that runs in this thread."""
        with mock.patch.object(settings, "os", SimpleNamespace(environ=_Environment())):
            yield


class _Environment(Mapping[str, str]):
    def __getitem__(self, name: str) -> str:
        invocation = calls.running()
        assert invocation is not None
        return invocation.environment[name]

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError


def _failed(error: str, message: str) -> StateFailed:
    """As Step Functions passes a function's error on: the cause is what Lambda answers."""
    return StateFailed(error, json.dumps({"errorMessage": message, "errorType": error, "stackTrace": []}))


def _handler(folder: Path) -> Handler:
    spec = importlib.util.spec_from_file_location(f"simulated.{folder.name}", folder / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with mock.patch.dict(os.environ, {"POWERTOOLS_LOG_LEVEL": "CRITICAL"}):  # what thousands of runs log, nobody reads
        spec.loader.exec_module(module)
    handler: Handler = module.handler
    return handler
