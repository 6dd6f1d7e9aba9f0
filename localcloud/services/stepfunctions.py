"""Step Functions: moto's executing backend on the simulated clock, its answers made what boto3 expects of AWS.

Pinned to the moto in requirements/; each function here fixes one thing, and says which.
"""

import datetime
import functools
import json
import threading
import time
import types
import uuid
from typing import Any, ClassVar

from moto.core.responses import ActionResult
from moto.events.models import events_backends
from moto.stepfunctions import models, responses, urls
from moto.stepfunctions.parser import models as parser
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state import state
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import timestamp, wait_function
from moto.stepfunctions.parser.asl.eval.event import event_manager
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.parse.preprocessor import Preprocessor
from moto.stepfunctions.parser.backend import execution as executions
from moto.stepfunctions.parser.backend import execution_worker

from localcloud.clock import Clock
from localcloud.cloudwatch.metrics import Metrics
from localcloud.iam import state_machine_roles
from localcloud.iam.authorizer import Authorizer
from localcloud.moto_patches import patch
from localcloud.tracing import trace_id

ENDED_EVENT_DETAIL = "Step Functions Execution Status Change"
BEGUN = {"status": "RUNNING", "stopDate": None, "output": None, "error": None, "cause": None}


class ExecutingBackend(parser.StepFunctionsParserBackend):
    """moto's interpreter of state machines, by the simulated clock; it publishes the status of each execution."""

    _url_module = urls  # moto looks for it in the class's module
    clock: ClassVar[Clock]
    authorizer: ClassVar[Authorizer]
    metrics: ClassVar[Metrics]

    def create_state_machine(self, name: str, definition: str, roleArn: str, *rest: Any, **more: Any) -> Any:  # noqa: N803
        """Its role must be able to deliver its logs, where it has any."""
        if (more.get("loggingConfiguration") or {}).get("level", "OFF") != "OFF":
            state_machine_roles.require_log_delivery(self.authorizer, name, roleArn)
        return super().create_state_machine(name, definition, roleArn, *rest, **more)

    def start_execution(
        self, state_machine_arn: str, name: Any = None, execution_input: Any = None, trace_header: Any = None
    ) -> Any:
        """With a name of its own for each: moto calls all that have none "None"."""
        execution = super().start_execution(state_machine_arn, name or str(uuid.uuid4()), execution_input, trace_header)
        # it runs in a thread of its own, and may have ended by now: that is told by `_terminated`
        _publish_status({**execution.to_describe_output(), **BEGUN}, execution)
        return execution


def install(clock: Clock, lambda_client: Any, authorizer: Authorizer, metrics: Metrics) -> None:
    """Make moto's Step Functions execute, on this clock, calling functions through this client.

    One client for all executions, where moto makes a new one for each call; without retries: those are the state
    machine's.
    """
    lambda_client.meta.events.register("before-sign.lambda.Invoke", _add_trace, unique_id="localcloud-trace")
    ExecutingBackend.clock, ExecutingBackend.authorizer, ExecutingBackend.metrics = clock, authorizer, metrics
    patch(parser.stepfunctions_parser_backends, backend=ExecutingBackend)
    # CloudFormation would fill the backend that executes nothing
    patch(models, stepfunctions_backends=parser.stepfunctions_parser_backends)
    _use_clock(clock)
    patch(
        lambda_eval_utils,
        execute_lambda_function_integration=_integration,
        _invoke_lambda_function=functools.partial(_invoke, lambda_client),
    )
    patch(Preprocessor, __init__=_own_scopes)
    patch(AmazonStateLanguageParser, parse=staticmethod(_parse))
    patch(execution_worker, ExecutionData=functools.partial(dict, RedriveCount=0))  # nobody can redrive here
    patch(executions.BaseExecutionWorkerCommunication, terminated=_terminated)
    patch(
        responses.StepFunctionResponse,
        describe_execution=_describe_execution,
        list_executions=_list_executions,
        get_execution_history=_get_execution_history,
        stop_execution=_stop_execution,
    )


def _own_scopes(reader: Any) -> None:
    """Of a definition, which each execution reads when it begins: moto's readers have one list between them, and of two
    that read at once one fails.
    """
    reader._query_language_per_scope = []


_moto_parse = AmazonStateLanguageParser.parse


@functools.lru_cache(maxsize=16)
def _tree(definition: str) -> Any:
    return _moto_parse(definition)[1]


def _parse(definition: str) -> tuple[Any, Any]:
    """The text of a definition is taken apart once; moto does it for each execution, which takes half a second. Each
    has parts of its own.
    """
    return Preprocessor().visit(_tree(definition)), _tree(definition)


# ---- time ------------------------------------------------------------------------------------------------------------


def _use_clock(clock: Clock) -> None:
    """Waits, retries, time-outs of executions and every time stamp go by the simulated clock."""

    class SimulatedTime(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "SimulatedTime":
            now = clock.now()
            return cls.fromtimestamp(now.timestamp(), tz or datetime.UTC).replace(tzinfo=datetime.UTC if tz else None)

        def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:
            """As the context object of AWS shows times: 2026-11-20T10:00:00.000Z"""
            return self.strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.microsecond // 1000:03d}Z"

    simulated = types.SimpleNamespace(
        datetime=SimulatedTime, timezone=datetime.timezone, timedelta=datetime.timedelta, date=datetime.date
    )
    for module in (parser, state, timestamp, event_manager, executions):
        patch(module, datetime=simulated)
    patch(models, utcnow=lambda: SimulatedTime.now(datetime.UTC))
    patch(
        wait_function.WaitFunction,
        _wait_interval=lambda _, env, wait_seconds: clock.sleep(wait_seconds, still_wanted=env.is_running),
    )
    patch(retrier_decl, time=types.SimpleNamespace(sleep=clock.sleep, time=time.time))
    patch(Program, eval=lambda program, env: _run_program(program, clock, env))


def _run_program(program: Any, clock: Clock, env: Any) -> None:
    """As moto's own, but TimeoutSeconds of the state machine counts simulated seconds. Those of a Task stay real:
    work is.
    """
    env.next_state_name = program.start_at.start_at_name
    worker = threading.Thread(target=super(Program, program).eval, args=(env,), daemon=True)
    worker.start()
    if program.timeout_seconds:

        def watch() -> None:
            clock.sleep(program.timeout_seconds.timeout_seconds, still_wanted=worker.is_alive)
            if worker.is_alive():
                env.set_timed_out()

        threading.Thread(target=watch, daemon=True).start()
    worker.join()


# ---- calling functions ---------------------------------------------------------------------------------------------

_calling = threading.local()
_moto_integration = lambda_eval_utils.execute_lambda_function_integration


def _integration(env: Any, parameters: dict[str, Any], **rest: Any) -> None:
    _calling.execution = env.states.context_object.context_object_data["Execution"]["Id"]
    state_machine_roles.require_invocation(
        ExecutingBackend.authorizer, env, _calling.execution.rpartition(":")[2], parameters["FunctionName"]
    )
    _moto_integration(env=env, parameters=parameters, **rest)


def _add_trace(request: Any, **_: Any) -> None:
    request.headers["X-Amzn-Trace-Id"] = f"Root={trace_id(_calling.execution)};Sampled=0"


def _invoke(client: Any, parameters: dict[str, Any], **_: Any) -> Any:
    answer = client.invoke(**parameters)
    answer["Payload"] = json.loads(answer["Payload"].read())
    return answer


# ---- what executions tell ------------------------------------------------------------------------------------------

_moto_terminated = executions.BaseExecutionWorkerCommunication.terminated


def _terminated(communication: Any) -> None:
    _moto_terminated(communication)
    said = communication.execution.to_describe_output()
    ExecutingBackend.metrics.execution_ended(said["stateMachineArn"], _text(said["status"]))
    _publish_status(said, communication.execution)


def _publish_status(said: dict[str, Any], execution: Any) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html"""
    detail = {
        "executionArn": said["executionArn"],
        "stateMachineArn": said["stateMachineArn"],
        "name": said["name"],
        "status": _text(said["status"]),
        "startDate": _milliseconds(said["startDate"]),
        "stopDate": _milliseconds(said["stopDate"]),
        "input": said["input"],
        "inputDetails": {"included": True},
        "output": said.get("output"),
        "outputDetails": {"included": True} if said.get("output") is not None else None,
        "error": said.get("error"),
        "cause": said.get("cause"),
    }
    event = {
        "Source": "aws.states",
        "DetailType": ENDED_EVENT_DETAIL,
        "Detail": json.dumps(detail),
        "Resources": [said["executionArn"]],
    }
    backend = events_backends[execution.account_id][execution.region_name]
    threading.Thread(target=backend.put_events, args=([event],), daemon=True).start()


def _milliseconds(moment: datetime.datetime | None) -> int | None:
    return int(moment.timestamp() * 1000) if moment else None


def _text(status: Any) -> str:
    return str(getattr(status, "value", status))


# ---- the API's answers ---------------------------------------------------------------------------------------------


def _describe_execution(self: Any) -> ActionResult:
    """The output is JSON text, whatever it holds; ended executions have a stop date, timed out ones too."""
    said = self.stepfunction_backend.describe_execution(self._get_param("executionArn")).to_describe_output()
    return ActionResult({**_present(said), "status": _text(said["status"])})


def _list_executions(self: Any) -> ActionResult:
    arn = self._get_param("stateMachineArn")
    found, next_token = self.stepfunction_backend.list_executions(
        arn,
        status_filter=self._get_param("statusFilter"),
        max_results=self._get_int_param("maxResults"),
        next_token=self._get_param("nextToken"),
    )
    items = [
        {**_present(item), "status": _text(item["status"])}
        for item in (each.to_execution_list_item() for each in found)
    ]
    return ActionResult({"executions": items, **({"nextToken": next_token} if next_token else {})})


def _get_execution_history(self: Any) -> ActionResult:
    """Page by page, and backwards where asked; moto knows neither."""
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    _started(execution)
    # not copied, as moto does with the whole of it each time: events are only ever added
    events = list(execution.exec_worker.env.event_manager._history_event_list)
    if self._get_param("reverseOrder"):
        events.reverse()
    begin, size = int(self._get_param("nextToken") or 0), self._get_int_param("maxResults") or 100
    page: dict[str, Any] = {"events": events[begin : begin + size]}
    if begin + size < len(events):
        page["nextToken"] = str(begin + size)
    return ActionResult(page)


def _stop_execution(self: Any) -> ActionResult:
    """With its error and cause, which moto loses."""
    execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
    now = ExecutingBackend.clock.now()
    if execution.status == "RUNNING":
        _started(execution)
        execution.error, execution.cause = self._get_param("error"), self._get_param("cause")
        execution.stop(stop_date=now, error=execution.error, cause=execution.cause)
    return ActionResult({"stopDate": execution.stop_date or now})


def _started(execution: Any) -> None:
    """Its thread has begun: before, there is no history to read and nothing to stop. Raises RuntimeError."""
    deadline = time.monotonic() + 60
    while execution.exec_worker.env is None:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{execution.exec_arn} has not started: did its thread fail?")
        time.sleep(0.005)


def _present(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in dict(answer).items() if value is not None}
