"""What Step Functions does in the name of a state machine's role: calls functions, and has its logs delivered."""

from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.stepfunctions.parser.api import HistoryEventType, LambdaFunctionFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from localcloud.iam.authorizer import AccessDenied, Authorizer
from localcloud.iam.needs import Asked
from localcloud.iam.policies import Need

SERVICE = "states.amazonaws.com"

# "none of which knows resources": https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
LOG_DELIVERY = (
    "CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries",
    "PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups",
)  # fmt: skip


def require_log_delivery(authorizer: Authorizer, machine: str, role: str) -> None:
    """Raises what CreateStateMachine answers where the role may not."""
    try:
        authorizer.require(
            authorizer.take(role, SERVICE, machine), [Need(f"logs:{action}", "*") for action in LOG_DELIVERY]
        )
    except AccessDenied as denied:
        said = f"The state machine IAM Role is not authorized to access the Log Destination: {denied}"
        raise JsonRESTError("AccessDeniedException", said) from None


def require_invocation(authorizer: Authorizer, env: Any, execution: str, function: str) -> None:
    """The state fails with Lambda's error where the state machine's role does not allow to invoke the function."""
    role = env.aws_execution_details.role_arn
    asked = Asked(("lambda", "Invoke"), authorizer.account, authorizer.region, {"FunctionName": function})
    try:
        authorizer.check(authorizer.take(role, SERVICE, execution), asked)
    except AccessDenied as denied:
        error = "Lambda.AWSLambdaException"
        details = LambdaFunctionFailedEventDetails(error=error, cause=str(denied))
        raise FailureEventException(
            FailureEvent(
                env=env,
                error_name=CustomErrorName(error),
                event_type=HistoryEventType.LambdaFunctionFailed,
                event_details=EventDetails(lambdaFunctionFailedEventDetails=details),  # type: ignore[typeddict-item]
            )
        ) from None
