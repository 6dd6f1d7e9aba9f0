"""Lambda: moto keeps the functions, and the deployed ones really run, each in execution environments of its own.

Everything comes from the *deployed* function: its code, layers, variables, runtime, handler, timeout, log group.
"""

import io
import threading
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from moto.awslambda.models import LambdaFunction
from moto.awslambda_simple import models as simple
from moto.core.exceptions import JsonRESTError

from localcloud import quotas
from localcloud.artifacts import Artifacts
from localcloud.clock import Clock
from localcloud.cloudwatch.metrics import Metrics
from localcloud.delivery import bury
from localcloud.execution_environment import ExecutionEnvironment, FunctionSpec, Spawn
from localcloud.faults import Faults
from localcloud.function_logs import LogWriter, log_group, logging_config
from localcloud.iam import function_roles
from localcloud.iam.authorizer import Authorizer
from localcloud.runtime_api import Reply

ASYNCHRONOUS_RETRIES = (60, 120)  # simulated seconds before each


class ExecutionEnvironments:
    """All execution environments of one local cloud."""

    def __init__(
        self,
        interpreter: str,
        platform: Mapping[str, str],
        spawn: Spawn,
        artifacts: Artifacts,
        clock: Clock,
        faults: Faults,
        authorizer: Authorizer,
        metrics: Metrics,
    ) -> None:
        """`interpreter` has awslambdaric and boto3 and nothing else; `platform` is added to every function's
        variables.
        """
        self.clock, self.faults, self.authorizer, self._metrics = clock, faults, authorizer, metrics
        self.cold_starts = 0
        self._interpreter, self._platform, self._spawn = interpreter, platform, spawn
        self._artifacts = artifacts
        self._idle: dict[str, list[ExecutionEnvironment]] = defaultdict(list)
        self._all: set[ExecutionEnvironment] = set()
        self._starting_early: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    def invoke(self, function: LambdaFunction, payload: bytes, trace_id: str = "") -> Reply:
        """Answer one invocation; real work, so the clock runs at 1 meanwhile."""
        self.faults.it_is(f"invoke:{function.function_name}")
        fault = self.faults.take(f"invoke:{function.function_name}")
        if fault and fault != "kill":
            raise JsonRESTError(fault, "scripted")
        with self.clock.working(), self._taken(function) as environment:
            if fault:
                threading.Timer(0.05, environment.kill).start()
            return environment.invoke(payload, trace_id)

    def invoke_asynchronously(self, function: LambdaFunction, payload: bytes) -> None:
        """Return at once; a function that fails is run again a minute and two minutes later, then its dead-letter
        queue has the event.

        https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
        """

        def run() -> None:
            reply = None
            for pause in (0, *ASYNCHRONOUS_RETRIES):
                self.clock.sleep(pause)
                if not (reply := self._unthrottled(function, payload)).failed:
                    return
            queue = (getattr(function, "dead_letter_config", None) or {}).get("TargetArn")
            if queue and reply and function_roles.may_bury(self.authorizer, function, queue):
                said = {"ErrorCode": "200", "ErrorMessage": reply.payload.decode(errors="replace")[:1024]}
                bury(function.account_id, function.region, queue, payload.decode(), said)

        threading.Thread(target=run, daemon=True, name=f"asynchronous {function.function_name}").start()

    def _unthrottled(self, function: LambdaFunction, payload: bytes) -> Reply:
        """What Lambda itself refuses stays in its queue: throttling and errors of the service."""
        pause = 1
        while True:
            try:
                return self.invoke(function, payload)
            except JsonRESTError:
                self.clock.sleep(pause)
                pause = min(300, 2 * pause)

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
                    continue  # whoever invokes it is told
                while environment.alive and not self._closed and not environment.api.asked.wait(0.1):
                    pass
                self._put_back(function, environment)

        thread = threading.Thread(target=start, daemon=True, name="proactive initialization")
        self._starting_early.append(thread)
        thread.start()
        return thread

    def close(self) -> None:
        self._closed = True
        for thread in self._starting_early:
            thread.join()
        with self._lock:
            environments, self._all = self._all, set()
        for environment in environments:
            environment.process.kill()
        for environment in environments:
            environment.close()

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
            if environment.alive and not self._closed:
                self._idle[function.function_arn].append(environment)
                return
            self._all.discard(environment)
        environment.close()

    def _started(self, function: LambdaFunction) -> ExecutionEnvironment:
        credentials = function_roles.credentials(self.authorizer, function)
        environment = ExecutionEnvironment(
            self._spec(function),
            self._interpreter,
            self._platform,
            credentials,
            self._spawn,
            LogWriter(function, self.clock, self.authorizer, self._metrics),
            self.clock.now().date(),
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


class ProcessLambdaBackend(simple.LambdaSimpleBackend):
    """moto's Lambda without Docker, except that the functions really run."""

    environments: ClassVar[ExecutionEnvironments]

    def create_function(self, spec: dict[str, Any]) -> LambdaFunction:
        """Raises what Lambda refuses: a name or variables that are too long, a VPC that its role may not enter."""
        quotas.require_name(spec["FunctionName"], "functionName", quotas.FUNCTION_NAME)
        quotas.require_variables(spec.get("Environment", {}).get("Variables", {}))
        if spec.get("VpcConfig", {}).get("SubnetIds"):
            authorizer = self.environments.authorizer
            function_roles.require_network_interfaces(authorizer, spec["Role"], spec["FunctionName"])
        return super().create_function(spec)

    def invoke(
        self, function_name: str, qualifier: str | None, body: Any, headers: Any, response_headers: Any
    ) -> str | bytes | None:
        function = self.get_function(function_name, qualifier)
        payload = body if isinstance(body, bytes) else (body or "{}").encode()
        if (headers or {}).get("X-Amz-Invocation-Type") == "Event":
            self.environments.invoke_asynchronously(function, payload)
            return b""
        reply = self.environments.invoke(function, payload, (headers or {}).get("X-Amzn-Trace-Id", ""))
        if reply.failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        return reply.payload


def install(environments: ExecutionEnvironments) -> None:
    """From now on moto's Lambda runs its functions in these environments."""
    ProcessLambdaBackend.environments = environments
    simple.lambda_simple_backends.backend = ProcessLambdaBackend
