"""What rules and schedules share: one message on its way to a state machine or function, tried again, at last a
dead letter.
"""

import json
import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from moto.awslambda.utils import get_backend as lambda_backend
from moto.sqs import sqs_backends
from moto.stepfunctions.responses import get_backend as stepfunctions_backend

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.iam.authorizer import AccessDenied, Authorizer, RoleSession
from localcloud.iam.policies import Need

log = logging.getLogger("localcloud.iam")

# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
DEFAULT_RETRY_POLICY = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400}


def reaches(arn: str) -> bool:
    """Whether deliveries go to such a target: a state machine or a function."""
    return ":states:" in arn or ":lambda:" in arn


@dataclass(frozen=True)
class Sender:
    """The service that delivers, and the rule or schedule that it does it for."""

    service: str  # events.amazonaws.com
    arn: str


@dataclass(frozen=True)
class Delivery:
    """`target`: as rules and schedules have it, with Arn, RoleArn, RetryPolicy, DeadLetterConfig. `body`: the JSON text
    for the n-th attempt, from 1. `letter` and `facts`: the dead letter's body and, besides the error's, attributes.

    The target's role must allow it; without a role the function's own policy, and the queue's.
    """

    account: str
    region: str
    target: Mapping[str, Any]
    body: Callable[[int], str]
    letter: str
    facts: Mapping[str, str]
    sender: Sender

    def start(self, clock: Clock, faults: Faults, authorizer: Authorizer, name: str) -> None:
        """Deliver it in the background."""
        threading.Thread(target=self._run, args=(clock, faults, authorizer), daemon=True, name=name).start()

    def _run(self, clock: Clock, faults: Faults, authorizer: Authorizer) -> None:
        policy = {**DEFAULT_RETRY_POLICY, **self.target.get("RetryPolicy", {})}
        began, failure = clock.elapsed(), Exception("never tried")
        for attempt in range(1, int(policy["MaximumRetryAttempts"]) + 2):
            try:
                self._require_target(authorizer)
                self._attempt(attempt, faults)
                return
            except AccessDenied as denied:
                # "EventBridge doesn't retry" what it has no permission for
                # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
                failure = denied
                break
            except Exception as error:  # noqa: BLE001  (whatever it is, it is tried again)
                failure = error
                clock.sleep(min(60, 2 ** (attempt - 1)))
                if clock.elapsed() - began > int(policy["MaximumEventAgeInSeconds"]):
                    break
        self._send_dead_letter(failure, attempt, authorizer)

    def _attempt(self, attempt: int, faults: Faults) -> None:
        arn: str = self.target["Arn"]
        to_machine = ":states:" in arn
        if fault := faults.take("start_execution" if to_machine else f"deliver:{arn.rpartition(':')[2]}"):
            raise RuntimeError(fault)
        body = self.body(attempt)
        if to_machine:
            stepfunctions_backend(self.account, self.region).start_execution(arn, str(uuid.uuid4()), body)
        else:
            # delivered once Lambda has queued it: a function that fails is Lambda's to retry
            headers = {"X-Amz-Invocation-Type": "Event"}
            lambda_backend(self.account, self.region).invoke(arn, None, body, headers, {})

    def _require_target(self, authorizer: Authorizer) -> None:
        arn: str = self.target["Arn"]
        need = Need("states:StartExecution" if ":states:" in arn else "lambda:InvokeFunction", arn)
        if "RoleArn" in self.target or ":states:" in arn:
            authorizer.require(self._session(authorizer), [need])
        elif function := lambda_backend(self.account, self.region).get_function(arn):
            policy = json.dumps({"Statement": function.policy.statements}) if function.policy else None
            authorizer.require_of_policy(policy, self.sender.service, self._from(need))

    def _session(self, authorizer: Authorizer) -> RoleSession:
        return authorizer.take(self.target.get("RoleArn", ""), self.sender.service, self.sender.arn.rpartition("/")[2])

    def _from(self, need: Need) -> Need:
        return replace(need, context={"aws:SourceArn": (self.sender.arn,)})

    def _require_queue(self, queue: str, authorizer: Authorizer) -> None:
        """A schedule buries by its role, a rule by the queue's policy."""
        need = Need("sqs:SendMessage", queue)
        if self.sender.service == "scheduler.amazonaws.com":
            authorizer.require(self._session(authorizer), [need])
        else:
            policy = sqs_backends[self.account][self.region].get_queue(queue.rpartition(":")[2]).policy
            authorizer.require_of_policy(policy, self.sender.service, self._from(need))

    def _send_dead_letter(self, failure: Exception, attempts: int, authorizer: Authorizer) -> None:
        """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"""
        if not (queue := self.target.get("DeadLetterConfig", {}).get("Arn")):
            return
        try:
            self._require_queue(queue, authorizer)
        except AccessDenied as denied:
            log.warning("%s has lost an event: %s", self.sender.arn, denied)
            return
        said = {
            **self.facts,
            "TARGET_ARN": self.target["Arn"],
            "ERROR_CODE": "NO_PERMISSIONS" if isinstance(failure, AccessDenied) else type(failure).__name__,
            "ERROR_MESSAGE": str(failure),
            "RETRY_ATTEMPTS": str(attempts - 1),
        }
        dead_letter(self.account, self.region, queue, self.letter, said)


def dead_letter(account: str, region: str, queue_arn: str, body: str, said: Mapping[str, str]) -> None:
    """Put a dead letter into the queue; `said` becomes its message attributes."""
    # moto wants these keys here; snake_case goes in and explodes when the message is read
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in said.items()}
    sqs_backends[account][region].send_message(queue_arn.rpartition(":")[2], body, message_attributes=attributes)
