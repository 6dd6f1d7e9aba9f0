"""Functions as processes: each runs in execution environments of its own, as many as it needs at once."""

import io
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moto.awslambda.models import LambdaFunction
from moto.awslambda_simple import models as simple
from moto.core.exceptions import JsonRESTError

from localcloud.clock import Clock
from localcloud.cloudwatch.metrics import Metrics
from localcloud.deploy.artifacts import Artifacts
from localcloud.functions.execution_environment import ExecutionEnvironment, FunctionSpec
from localcloud.functions.fork_server import ForkServers
from localcloud.functions.logs import LogWriter, log_group, logging_config
from localcloud.functions.runtime_api import Reply
from localcloud.iam import function_roles
from localcloud.iam.authorizer import Authorizer

MOST_IDLE = 2  # of a function: each takes 60 MB


class ExecutionEnvironments:
    """All execution environments of one local cloud."""

    def __init__(
        self,
        processes: ForkServers,
        artifacts: Artifacts,
        clock: Clock,
        authorizer: Authorizer,
        metrics: Metrics,
    ) -> None:
        self.cold_starts = 0
        self._clock, self._authorizer, self._metrics = clock, authorizer, metrics
        self._processes, self._artifacts = processes, artifacts
        self._idle: dict[str, list[ExecutionEnvironment]] = defaultdict(list)
        self._all: set[ExecutionEnvironment] = set()
        self._starting_early: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    def run(self, function: LambdaFunction, payload: bytes, trace_id: str, kill: bool = False) -> Reply:
        """The function's answer; with `kill` its process is ended in mid-work."""
        with self._taken(function) as environment:
            if kill:
                threading.Timer(0.05, environment.kill).start()
            return environment.invoke(payload, trace_id)

    def start_early(self, functions: list[LambdaFunction]) -> threading.Thread:
        """Lambda's proactive initialization: one idle environment for each function, one after the other, in the
        background. `close` waits for it.
        """

        def start() -> None:
            for function in functions:
                if self._closed:
                    return
                if self._idle[function.function_arn]:
                    continue
                try:
                    environment = self._started(function)
                except JsonRESTError:
                    continue  # the caller that invokes it is told
                while environment.alive and not self._closed and not environment.api.asked.wait(0.1):
                    pass
                self._put_back(function, environment)

        thread = threading.Thread(target=start, daemon=True, name="proactive initialization")
        self._starting_early.append(thread)
        thread.start()
        return thread

    def close(self) -> None:
        """Kills every function, and waits for those that are being started."""
        self._closed = True
        for thread in self._starting_early:
            thread.join()
        with self._lock:
            environments, self._all = self._all, set()
        for environment in environments:
            environment.process.kill()
        for environment in environments:
            environment.close()
        self._processes.close()

    @contextmanager
    def _taken(self, function: LambdaFunction) -> Iterator[ExecutionEnvironment]:
        with self._lock:
            idle = self._idle[function.function_arn]
            environment = idle.pop() if idle else None
        environment = environment or self._started(function)
        try:
            yield environment
        finally:
            self._put_back(function, environment)

    def _put_back(self, function: LambdaFunction, environment: ExecutionEnvironment) -> None:
        with self._lock:
            idle = self._idle[function.function_arn]
            if environment.alive and not self._closed and len(idle) < MOST_IDLE:
                idle.append(environment)
                return
            self._all.discard(environment)
        environment.close()

    def _started(self, function: LambdaFunction) -> ExecutionEnvironment:
        credentials = function_roles.credentials(self._authorizer, function)
        environment = ExecutionEnvironment(
            self._spec(function),
            credentials,
            self._processes,
            LogWriter(function, self._clock, self._authorizer, self._metrics),
            self._clock.now().date(),
        )
        with self._lock:
            self._all.add(environment)
            self.cold_starts += 1
        return environment

    def _spec(self, function: LambdaFunction) -> FunctionSpec:
        backend = simple.lambda_simple_backends[function.account_id][function.region]
        layers = [backend.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
        return FunctionSpec(
            name=function.function_name,
            arn=function.function_arn,
            region=function.region,
            runtime=str(function.run_time),
            handler=str(function.handler),
            timeout=float(function.timeout),
            memory_size=int(function.memory_size),
            environment=function.environment_vars,
            log_group=log_group(function),
            log_format=logging_config(function).get("LogFormat", "Text"),
            code=self._unpacked(function.code_bytes),
            layers=tuple(self._unpacked(layer.code_bytes) for layer in layers if layer),
        )

    def _unpacked(self, archive: bytes) -> Path:
        """The folder with what the archive holds; the same archive is unpacked once, one that was packed here never."""
        if folder := self._artifacts.folder_of(archive):
            return folder
        folder = self._artifacts.home / "unpacked" / Artifacts.name_of(archive)
        with self._lock:
            if not folder.exists():
                making = folder.with_suffix(".making")
                zipfile.ZipFile(io.BytesIO(archive)).extractall(making)
                making.rename(folder)
        return folder
