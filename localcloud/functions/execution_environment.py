"""One execution environment of a function: an awslambdaric process of its own, with what Lambda would give it and
nothing else.
"""

import datetime
import json
import queue
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.functions.fork_server import ForkServers
from localcloud.functions.runtime_api import Invocation, Reply, RuntimeApi


@dataclass(frozen=True)
class FunctionSpec:
    """What the deployed function says about the processes that run it."""

    name: str
    arn: str
    region: str
    runtime: str
    handler: str
    timeout: float
    memory_size: int
    environment: Mapping[str, str]
    log_group: str
    log_format: str
    code: Path  # the folder that is /var/task
    layers: tuple[Path, ...]  # the folders that are merged into /opt, the last one wins


def lambda_variables(spec: FunctionSpec, log_stream: str) -> dict[str, str]:
    """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime"""
    return {
        "_HANDLER": spec.handler,
        "AWS_REGION": spec.region,
        "AWS_DEFAULT_REGION": spec.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{spec.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": spec.log_format,
        "AWS_LAMBDA_LOG_GROUP_NAME": spec.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "LAMBDA_TASK_ROOT": str(spec.code),
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TZ": ":UTC",
    }


class ExecutionEnvironment:
    """Runs one invocation at a time, as Lambda's do."""

    def __init__(
        self,
        spec: FunctionSpec,
        credentials: Mapping[str, str],
        processes: ForkServers,
        log: Callable[[str, str], None],
        today: datetime.date,
    ) -> None:
        """`credentials` are the role's, as Lambda passes them on. `log` takes (stream, line)."""
        self.spec = spec
        self.log_stream = f"{today:%Y/%m/%d}/[$LATEST]{uuid.uuid4().hex}"
        self.api = RuntimeApi(spec.arn)
        environment = {
            **spec.environment,
            **lambda_variables(spec, self.log_stream),
            **credentials,
            "AWS_LAMBDA_RUNTIME_API": self.api.address,
        }
        # Lambda's own order: the function's code, then its layers, then what the runtime brings
        layers = tuple(layer / "python" for layer in reversed(spec.layers))
        self.process = processes.start(spec.handler, spec.code, layers, environment)
        self._log = log
        threading.Thread(target=self._read_log, daemon=True).start()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def invoke(self, payload: bytes, trace_id: str) -> Reply:
        """The function's answer, or the platform's where there is none; the process may be dead after it."""
        deadline = time.time() + self.spec.timeout
        request_id = str(uuid.uuid4())
        self.api.invocations.put(Invocation(request_id, payload, deadline, trace_id))
        while True:
            try:
                return self.api.replies.get(timeout=0.02 if time.time() < deadline else 0)
            except queue.Empty:
                # the order of these verdicts matters: a reply in the queue comes first, also from a process that
                # then died
                if (status := self.process.poll()) is not None and self.api.replies.empty():
                    how = f"exit status {status}" if status >= 0 else f"signal: {-status}"
                    return _platform_error(
                        "Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {how}"
                    )
                if time.time() > deadline:
                    self.kill()
                    return _platform_error(
                        "Sandbox.Timedout",
                        f"RequestId: {request_id} Error: Task timed out after {self.spec.timeout:.2f} seconds",
                    )

    def kill(self) -> None:
        """End the process, whatever it does; the Runtime API stays until `close`."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Kills the function, whatever it does."""
        self.kill()
        self.api.close()

    def _read_log(self) -> None:
        with self.process.stdout as lines:
            for line in lines:
                if text := line.decode(errors="replace").rstrip():
                    self._log(self.log_stream, text)


def _platform_error(name: str, message: str) -> Reply:
    return Reply(True, json.dumps({"errorType": name, "errorMessage": message}).encode())
