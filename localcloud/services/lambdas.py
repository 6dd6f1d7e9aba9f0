"""Lambda: moto keeps the functions, and the deployed ones really run, wherever a runner runs them.

Everything comes from the *deployed* function: its code, layers, variables, runtime, handler, timeout, log group.
"""

import threading
from typing import Any, ClassVar, Protocol

from moto.awslambda.models import LambdaFunction
from moto.awslambda_simple import models as simple
from moto.core.exceptions import JsonRESTError

from localcloud.clock import Clock
from localcloud.deploy import quotas
from localcloud.faults import Faults
from localcloud.functions.runtime_api import Reply
from localcloud.iam import function_roles
from localcloud.iam.authorizer import Authorizer
from localcloud.services.delivery import dead_letter

ASYNCHRONOUS_RETRIES = (60, 120)  # simulated seconds before each


class Runner(Protocol):
    """Where functions run: `execution_environments.py`, or containers of the SAM CLI (`sam/start_lambda.py`)."""

    cold_starts: int

    def run(self, function: LambdaFunction, payload: bytes, trace_id: str, kill: bool = False) -> Reply:
        """The function's answer, or the platform's where there is none; with `kill` it is ended in mid-work."""
        ...

    def start_early(self, functions: list[LambdaFunction]) -> threading.Thread | None:
        """Starts what can be started before it is wanted."""
        ...

    def close(self) -> None:
        """Ends everything. Safe to call twice."""
        ...


class Invocations:
    """Calls of the functions of one local cloud, and what Lambda does around them."""

    def __init__(self, runner: Runner, clock: Clock, faults: Faults, authorizer: Authorizer) -> None:
        self.runner, self.clock, self.faults, self.authorizer = runner, clock, faults, authorizer

    def invoke(self, function: LambdaFunction, payload: bytes, trace_id: str = "") -> Reply:
        """Answer one invocation; real work, so the clock runs at 1 meanwhile."""
        self.faults.reached(f"invoke:{function.function_name}")
        fault = self.faults.take(f"invoke:{function.function_name}")
        if fault and fault != "kill":
            raise JsonRESTError(fault, "scripted")
        with self.clock.working():
            return self.runner.run(function, payload, trace_id, kill=bool(fault))

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
            if queue and reply and function_roles.may_send_dead_letter(self.authorizer, function, queue):
                said = {"ErrorCode": "200", "ErrorMessage": reply.payload.decode(errors="replace")[:1024]}
                dead_letter(function.account_id, function.region, queue, payload.decode(), said)

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

    def close(self) -> None:
        self.runner.close()


class RunningLambdaBackend(simple.LambdaSimpleBackend):
    """moto's Lambda without Docker, except that the functions really run."""

    invocations: ClassVar[Invocations]

    def create_function(self, spec: dict[str, Any]) -> LambdaFunction:
        """Raises what Lambda refuses: a name or variables that are too long, a VPC that its role may not enter."""
        quotas.require_name(spec["FunctionName"], "functionName", quotas.FUNCTION_NAME)
        quotas.require_variables(spec.get("Environment", {}).get("Variables", {}))
        if spec.get("VpcConfig", {}).get("SubnetIds"):
            authorizer = self.invocations.authorizer
            function_roles.require_network_interfaces(authorizer, spec["Role"], spec["FunctionName"])
        return super().create_function(spec)

    def invoke(
        self, function_name: str, qualifier: str | None, body: Any, headers: Any, response_headers: Any
    ) -> str | bytes | None:
        """The function's answer. With InvocationType Event it returns at once, with nothing. An error of the function
        is announced by the header x-amz-function-error, as Lambda does.
        """
        function = self.get_function(function_name, qualifier)
        payload = body if isinstance(body, bytes) else (body or "{}").encode()
        if (headers or {}).get("X-Amz-Invocation-Type") == "Event":
            self.invocations.invoke_asynchronously(function, payload)
            return b""
        reply = self.invocations.invoke(function, payload, (headers or {}).get("X-Amzn-Trace-Id", ""))
        if reply.failed:
            response_headers["x-amz-function-error"] = "Unhandled"
        return reply.payload


def install(invocations: Invocations) -> None:
    """From now on moto's Lambda runs its functions by these."""
    RunningLambdaBackend.invocations = invocations
    simple.lambda_simple_backends.backend = RunningLambdaBackend
