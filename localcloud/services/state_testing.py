"""TestState and ValidateStateMachineDefinition, which moto's Step Functions does not answer.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import InspectionLevel, InvalidDefinition
from moto.stepfunctions.parser.asl.component.test_state.program.test_state_program import TestStateProgram
from moto.stepfunctions.parser.asl.eval.program_state import ProgramRunning
from moto.stepfunctions.parser.asl.parse.test_state.asl_parser import TestStateAmazonStateLanguageParser
from moto.stepfunctions.parser.backend.state_machine import TestStateMachine
from moto.stepfunctions.parser.backend.test_state.execution import TestStateExecution
from moto.stepfunctions.responses import StepFunctionResponse
from moto.utilities.utils import get_partition

from localcloud.moto_patches import patch

NAME = "TestState"
FAILURES = ("lambdaFunctionFailedEventDetails", "taskFailedEventDetails")


def install() -> None:
    """From now on both are answered."""
    patch(
        StepFunctionResponse,
        test_state=_test_state,
        validate_state_machine_definition=_validate_state_machine_definition,
    )
    patch(TestStateProgram, _eval_body=_eval_body)


def _validate_state_machine_definition(self: Any) -> ActionResult:
    """Whether moto can read it; what it cannot read, it says in words of its own."""
    try:
        self.stepfunction_backend._validate_definition(self._get_param("definition"))
    except InvalidDefinition as refused:
        said = {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": refused.message}
        return ActionResult({"result": "FAIL", "diagnostics": [said], "truncated": False})
    return ActionResult({"result": "OK", "diagnostics": [], "truncated": False})


def _test_state(self: Any) -> ActionResult:
    """Runs one state in the name of the role, with its retries; AWS tells of the first error instead of retrying."""
    backend, definition, role = self.stepfunction_backend, self._get_param("definition"), self._get_param("roleArn")
    try:
        TestStateAmazonStateLanguageParser.parse(definition)
    except Exception as error:  # noqa: BLE001  (moto's parser raises whatever it meets)
        raise InvalidDefinition(message=f"Invalid State Definition: {error!r}") from None
    place = f"arn:{get_partition(backend.region_name)}:states:{backend.region_name}:{backend.account_id}"
    execution = TestStateExecution(
        name=NAME,
        role_arn=role,
        exec_arn=f"{place}:execution:{NAME}:{NAME}",
        account_id=backend.account_id,
        region_name=backend.region_name,
        state_machine=TestStateMachine(NAME, f"{place}:stateMachine:{NAME}", definition, role),
        start_date=datetime.datetime.now(tz=datetime.UTC),
        input_data=self._get_param("input") or "{}",  # type: ignore[arg-type]  # it is text, whatever moto says
        activity_store={},
    )
    execution.start()
    level = InspectionLevel(self._get_param("inspectionLevel") or InspectionLevel.INFO)
    answer = {**execution.to_test_state_output(inspection_level=level)}
    if answer.get("nextState") and (failure := _failure(execution)):
        answer |= {"status": "CAUGHT_ERROR", **failure}
    return ActionResult(answer)


_moto_eval_body = TestStateProgram._eval_body


def _eval_body(program: Any, env: Any) -> None:
    """A state that has a Next, or whose error is caught, is done as well; moto knows it of a Choice alone."""
    _moto_eval_body(program, env)
    if isinstance(env.program_state(), ProgramRunning):
        env.set_choice_selected(env.next_state_name)


def _failure(execution: Any) -> dict[str, str]:
    """The last error of the state's work, which its Catch has seen."""
    for event in reversed(execution.exec_worker.env.event_manager._history_event_list):
        for details in FAILURES:
            if details in event:
                return {"error": event[details]["error"], "cause": event[details]["cause"]}
    return {}
