"""CloudFormation's intrinsic functions, resolved to what a deployed stack would hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

ACCOUNT, REGION, STACK = "111122223333", "us-east-1", "signon"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/51af3dc0-da77-11e4-872e-1234567db123",
    "AWS::StackName": STACK,
    "AWS::URLSuffix": "amazonaws.com",
}
_NOTHING = object()  # AWS::NoValue

# What a !GetAtt of a resource gives; {} is its logical id. Where "Ref" is missing, that is the logical id itself.
_HERE = f"{REGION}:{ACCOUNT}"
_NAMES: Mapping[str, Mapping[str, str]] = {
    "AWS::CloudWatch::Alarm": {"Arn": f"arn:aws:cloudwatch:{_HERE}:alarm:{{}}"},
    "AWS::DynamoDB::Table": {"Arn": f"arn:aws:dynamodb:{_HERE}:table/{{}}"},
    "AWS::EC2::SecurityGroup": {"GroupId": "sg-{}"},
    "AWS::Events::Rule": {"Arn": f"arn:aws:events:{_HERE}:rule/{{}}"},
    "AWS::IAM::ManagedPolicy": {"Ref": f"arn:aws:iam::{ACCOUNT}:policy/{{}}"},
    "AWS::IAM::Role": {"Arn": f"arn:aws:iam::{ACCOUNT}:role/{{}}"},
    "AWS::KMS::Key": {"Arn": f"arn:aws:kms:{_HERE}:key/{{}}"},
    "AWS::Lambda::Function": {"Arn": f"arn:aws:lambda:{_HERE}:function:{{}}"},
    "AWS::Lambda::LayerVersion": {"Ref": f"arn:aws:lambda:{_HERE}:layer:{{}}:1"},
    "AWS::Logs::LogGroup": {"Arn": f"arn:aws:logs:{_HERE}:log-group:{{}}:*"},
    "AWS::S3::Bucket": {"Arn": "arn:aws:s3:::{}"},
    "AWS::SNS::Topic": {"Ref": f"arn:aws:sns:{_HERE}:{{}}", "TopicArn": f"arn:aws:sns:{_HERE}:{{}}"},
    "AWS::SQS::Queue": {
        "Ref": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{{}}",
        "Arn": f"arn:aws:sqs:{_HERE}:{{}}",
        "QueueName": "{}",
    },
    "AWS::Scheduler::Schedule": {"Arn": f"arn:aws:scheduler:{_HERE}:schedule/default/{{}}"},
    "AWS::StepFunctions::StateMachine": {
        "Ref": f"arn:aws:states:{_HERE}:stateMachine:{{}}",
        "Arn": f"arn:aws:states:{_HERE}:stateMachine:{{}}",
        "Name": "{}",
    },
}


def names_of(logical_id: str, kind: str) -> dict[str, str]:
    """What !Ref ("Ref") and !GetAtt (the attribute) of a resource give."""
    given = {"Ref": "{}", **_NAMES.get(kind, {})}
    return {attribute: form.format(logical_id) for attribute, form in given.items()}


class Resolver:
    """Resolves what one template says; every condition counts as ``conditions``."""

    def __init__(self, template: Mapping[str, Any], conditions: bool) -> None:
        self._kinds = {name: str(resource["Type"]) for name, resource in template["Resources"].items()}
        self._parameters: Mapping[str, Any] = template.get("Parameters", {})
        self._mappings: Mapping[str, Any] = template.get("Mappings", {})
        self._conditions = conditions

    def resolved(self, value: Any) -> Any:
        """The value without intrinsic functions. Raises LookupError for one, or a name, that is not known here."""
        if isinstance(value, list):
            return [found for item in value if (found := self.resolved(item)) is not _NOTHING]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            (function,) = value
            if function == "Ref" or function.startswith("Fn::"):
                return self._called(function, value[function])
        return {key: found for key, item in value.items() if (found := self.resolved(item)) is not _NOTHING}

    def _called(self, function: str, given: Any) -> Any:
        functions: Mapping[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._attribute,
            "Fn::Sub": self._substituted,
            "Fn::If": lambda given: self.resolved(given[1 if self._conditions else 2]),
            "Fn::Join": lambda given: given[0].join(map(str, self.resolved(given[1]))),
            "Fn::FindInMap": self._mapped,
            "Fn::Select": lambda given: self.resolved(given[1])[int(given[0])],
            "Fn::Split": lambda given: self.resolved(given[1]).split(given[0]),
        }
        if function not in functions:
            raise LookupError(f"{function} is unknown to lint/intrinsics.py: add it to the functions there")
        return functions[function](given)

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        if name in PSEUDO:
            return PSEUDO[name]
        if name in self._parameters:
            said = self._parameters[name]
            default = str(said.get("Default") or name)
            return default.split(",") if "List" in said["Type"] else default
        return names_of(name, self._kinds[name])["Ref"]

    def _attribute(self, given: Any) -> str:
        name, attribute = given.split(".", 1) if isinstance(given, str) else given
        known = names_of(name, self._kinds[name])
        if attribute not in known:
            raise LookupError(f"!GetAtt {name}.{attribute}: add it to {self._kinds[name]} in lint/intrinsics.py")
        return known[attribute]

    def _substituted(self, given: Any) -> str:
        text, extra = (given, {}) if isinstance(given, str) else given

        def one(found: re.Match[str]) -> str:
            name = found[1]
            if name in extra:
                return str(self.resolved(extra[name]))
            return str(self._attribute(name) if "." in name else self._ref(name))

        return re.sub(r"\$\{([^!][^}]*)\}", one, text)

    def _mapped(self, given: Any) -> Any:
        table, first, second = (self.resolved(part) for part in given)
        return self.resolved(self._mappings[table][first][second])


def references(value: Any) -> Iterator[str]:
    """Every name that a piece of a template refers to, in whichever way."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key in ("Ref", "DependsOn"):
                yield from [item] if isinstance(item, str) else item
            elif key == "Fn::GetAtt":
                yield item.split(".")[0] if isinstance(item, str) else item[0]
            elif key == "Fn::Sub":
                text = item if isinstance(item, str) else item[0]
                yield from (name.split(".")[0] for name in re.findall(r"\$\{([^!][^}]*)\}", text))
                yield from references(item)
            else:
                yield from references(item)
