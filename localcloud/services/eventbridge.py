"""EventBridge: rules deliver to state machines and functions, with their input transformers.

moto matches the patterns and delivers to queues and log groups; the targets it refuses are delivered here. Event
time is simulated.
"""

import copy
import datetime
import json
import re
from collections.abc import Mapping
from typing import Any

from jsonpath_ng import parse as parse_path
from moto.events import models

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.iam.authorizer import Authorizer
from localcloud.moto_patches import patch
from localcloud.services.delivery import Delivery, Sender, reaches

_moto_send_to_targets = models.Rule.send_to_targets


def install(clock: Clock, faults: Faults, authorizer: Authorizer) -> None:
    """From now on events carry this clock's time, and rules reach state machines and functions."""
    patch(models, unix_time=lambda *_: clock.now().timestamp())

    def send_to_targets(rule: models.Rule, event: Any, transform_input: bool = True) -> None:
        if rule.state != "ENABLED":
            return
        mine = [target for target in rule.targets if reaches(target["Arn"])]
        if mine and rule.event_pattern.matches_event(event):
            shown = as_delivered(event)
            for target in mine:
                _delivery(rule, target, shown).start(clock, faults, authorizer, f"rule {rule.name}")
        others = copy.copy(rule)
        others.targets = [target for target in rule.targets if target not in mine]
        if others.targets:
            _moto_send_to_targets(others, event, transform_input)

    patch(models.Rule, send_to_targets=send_to_targets)


def _delivery(rule: models.Rule, target: dict[str, Any], event: dict[str, Any]) -> Delivery:
    return Delivery(
        rule.account_id,
        rule.region_name,
        target,
        lambda _: target_input(target, event),
        json.dumps(event),
        {"RULE_ARN": rule.arn},
        Sender("events.amazonaws.com", rule.arn),
    )


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
