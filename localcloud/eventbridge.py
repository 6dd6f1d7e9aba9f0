"""EventBridge: rules deliver to state machines and functions, with input transformer, retries and dead letters.

moto matches the patterns and delivers to queues and log groups; the targets it refuses are delivered here. Event
time is simulated.
"""

import copy
import datetime
import json
import re
import threading
import uuid
from collections.abc import Mapping
from typing import Any

from jsonpath_ng import parse as parse_path
from moto.awslambda.utils import get_backend as lambda_backend
from moto.events import models
from moto.sqs import sqs_backends
from moto.stepfunctions.responses import get_backend as stepfunctions_backend

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.mending import mend

OURS = (":states:", ":lambda:")
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
DEFAULT_RETRY_POLICY = {"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 86400}

_moto_send_to_targets = models.Rule.send_to_targets


def install(clock: Clock, faults: Faults) -> None:
    """From now on events carry this clock's time, and rules reach state machines and functions."""
    mend(models, unix_time=lambda *_: clock.now().timestamp())

    def send_to_targets(rule: models.Rule, event: Any, transform_input: bool = True) -> None:
        if rule.state != "ENABLED":
            return
        mine = [target for target in rule.targets if any(service in target["Arn"] for service in OURS)]
        if mine and rule.event_pattern.matches_event(event):
            shown = as_delivered(event)
            for target in mine:
                delivery = _Delivery(rule, target, shown, clock, faults)
                threading.Thread(target=delivery.run, daemon=True, name=f"rule {rule.name}").start()
        others = copy.copy(rule)
        others.targets = [target for target in rule.targets if target not in mine]
        if others.targets:
            _moto_send_to_targets(others, event, transform_input)

    mend(models.Rule, send_to_targets=send_to_targets)


def as_delivered(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event as EventBridge shows it; moto's carries its time as a number and one field more."""
    shown = {key: copy.deepcopy(value) for key, value in event.items() if key != "ingestion-time"}
    if isinstance(moment := shown["time"], int | float):
        shown["time"] = datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return shown


def target_input(target: Mapping[str, Any], event: Mapping[str, Any]) -> str:
    """The JSON text that this target is given for this event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(_at(target["InputPath"], event))
    if not (transformer := target.get("InputTransformer")):
        return json.dumps(event)
    values = {name: _at(path, event) for name, path in transformer.get("InputPathsMap", {}).items()}
    values |= {"aws.events.event": event, "aws.events.event.json": event}
    return _filled(transformer["InputTemplate"], values)


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """Within a JSON string a value stands as text, elsewhere as JSON; one that the event lacks is empty there,
    null here.
    """
    filled, quoted = "", False
    for part in re.split(r"(<[A-Za-z0-9_.-]+>)", template):
        name = part[1:-1]
        if part[:1] == "<" and name in values:
            value = values[name]
            if quoted:
                filled += json.dumps("" if value is None else value if isinstance(value, str) else json.dumps(value))[
                    1:-1
                ]
            else:
                filled += json.dumps(value)
            continue
        quoted ^= len(re.findall(r'(?<!\\)"', part)) % 2 == 1
        filled += part
    return filled


def _at(path: str, event: Mapping[str, Any]) -> Any:
    # "$.detail-type" is EventBridge's way to write what JSONPath quotes
    quoted = re.sub(r"\.([A-Za-z0-9_]*-[A-Za-z0-9_-]*)", r".'\1'", path)
    found = parse_path(quoted).find(dict(event))
    return found[0].value if found else None


class _Delivery:
    """One event on its way to one target."""

    def __init__(
        self, rule: models.Rule, target: dict[str, Any], event: dict[str, Any], clock: Clock, faults: Faults
    ) -> None:
        self.rule, self.target, self.event, self.clock, self.faults = rule, target, event, clock, faults
        self.arn: str = target["Arn"]

    def run(self) -> None:
        policy = {**DEFAULT_RETRY_POLICY, **self.target.get("RetryPolicy", {})}
        began, failure = self.clock.elapsed(), Exception("never tried")
        for attempt in range(int(policy["MaximumRetryAttempts"]) + 1):
            try:
                self._attempt()
                return
            except Exception as error:  # noqa: BLE001  (whatever it is, it is tried again)
                failure = error
                self.clock.sleep(min(60, 2**attempt))
                if self.clock.elapsed() - began > int(policy["MaximumEventAgeInSeconds"]):
                    break
        self._bury(failure, attempt + 1)

    def _attempt(self) -> None:
        if fault := self.faults.take("start_execution"):
            raise RuntimeError(fault)
        body, account, region = target_input(self.target, self.event), self.rule.account_id, self.rule.region_name
        if ":states:" in self.arn:
            stepfunctions_backend(account, region).start_execution(self.arn, str(uuid.uuid4()), body)
        else:
            # an asynchronous invocation: what the function answers is nobody's business here
            lambda_backend(account, region).invoke(self.arn, None, body, {}, {})

    def _bury(self, failure: Exception, attempts: int) -> None:
        """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"""
        if not (queue := self.target.get("DeadLetterConfig", {}).get("Arn")):
            return
        said = {
            "RULE_ARN": self.rule.arn,
            "TARGET_ARN": self.arn,
            "ERROR_CODE": type(failure).__name__,
            "ERROR_MESSAGE": str(failure),
            "RETRY_ATTEMPTS": str(attempts - 1),
        }
        # moto wants these keys here; snake_case goes in and explodes when the message is read
        attributes = {name: {"DataType": "String", "StringValue": value} for name, value in said.items()}
        sqs_backends[self.rule.account_id][self.rule.region_name].send_message(
            queue.split(":")[-1], json.dumps(self.event), message_attributes=attributes
        )
