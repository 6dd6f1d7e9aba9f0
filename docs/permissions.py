"""Writes which role may do what: the permissions stand in template.yaml, their reasons in permissions.yaml.

python docs/permissions.py                             prints the tables
python docs/permissions.py --check docs/permissions.md    exit code 1 where the page's tables are not these
python docs/permissions.py --write docs/permissions.md    puts them between the page's two markers
"""  # noqa: INP001  a program, not a package

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
REASONS: Mapping[str, Mapping[str, str]] = yaml.safe_load((ROOT / "docs/permissions.yaml").read_text())
BEGIN, END = "<!-- permissions -->", "<!-- /permissions -->"

# What several roles have in common stands once, under these headings; they are keys of permissions.yaml as well.
EVERY, IN_THE_VPC = "every function", "every function in the VPC"
OPERATORS = {"StringEquals": "is", "ArnEquals": "is", "StringLike": "is like", "ArnLike": "is like"}
KINDS = {"LogGroup": "log group", "StateMachine": "state machine"}


class NoReason(Exception):
    """permissions.yaml does not say why a role may do something."""


class NoPlace(Exception):
    """The file lacks the two markers that the tables stand between."""


@dataclass(frozen=True)
class Permission:
    """``group``: the heading that it stands under, which is the role's own or one that several share."""

    group: str
    action: str
    on: str
    only_where: str
    why: str


def permissions(role: str) -> Iterator[Permission]:
    """What a role of the template may do, in the template's order.

    Raises NoReason: names the role and the action.
    """
    for policy in TEMPLATE["Resources"][role]["Properties"].get("Policies", ()):
        for statement in policy["PolicyDocument"]["Statement"]:
            yield from _of_statement(role, statement)


def _of_statement(role: str, statement: Mapping[str, Any], switch: str = "") -> Iterator[Permission]:
    if "Fn::If" in statement:
        name, chosen, _ = statement["Fn::If"]
        yield from _of_statement(role, chosen, f"the stack's condition `{name}` holds")
        return
    if statement["Effect"] == "Deny":
        return  # it takes from what another statement gives, whose reason says so
    where = "; ".join(filter(None, (switch, *_conditions(statement.get("Condition", {})))))
    for action in _listed(statement["Action"]):
        for resource in _listed(statement["Resource"]):
            on = _words(resource)
            group, why = _reason(role, action, on)
            yield Permission(group, f"`{action}`", "its own log group" if group == EVERY else on, where, why)


def _reason(role: str, action: str, on: str) -> tuple[str, str]:
    """The group and the reason; ``ACTION on RESOURCE`` is looked for before ``ACTION``."""
    for group in (heading(role), *_shared(role)):
        for key in (f"{action} on {on}", action):
            if key in REASONS.get(group, {}):
                return group, REASONS[group][key]
    raise NoReason(f"docs/permissions.yaml does not say why {heading(role)} may {action} on {on}")


def heading(role: str) -> str:
    """The folder of the function that a role is for; the role's own name where it is for none."""
    function = _function(role)
    return str(function["CodeUri"]).removeprefix("functions/") if function else role


def _shared(role: str) -> Sequence[str]:
    function = _function(role)
    return () if function is None else (IN_THE_VPC, EVERY) if "VpcConfig" in function else (EVERY,)


def _function(role: str) -> Mapping[str, Any] | None:
    for resource in TEMPLATE["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function" and properties["Role"] == {"Fn::GetAtt": [role, "Arn"]}:
            return dict(properties)
    return None


def _conditions(condition: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for operator, keys in condition.items():
        for key, value in keys.items():
            values = " or ".join(f"`{_text(each)}`" for each in _listed(value))
            yield f"`{key}` {OPERATORS.get(operator, operator)} {values}"


def _words(resource: Any) -> str:
    """A resource of a statement as a person says it."""
    text = _text(resource)
    if made := re.fullmatch(r"\$\{(\w+)(?:\.Arn)?\}(/\*)?", text):
        name, inside = made.groups()
        return f"objects of {_named(name)}" if inside else _named(name)
    return f"`{text}`"


def _named(logical_id: str) -> str:
    if logical_id in TEMPLATE["Parameters"]:
        return f"parameter `{logical_id}`"
    kind = TEMPLATE["Resources"][logical_id]["Type"].split("::")[-1]
    return f"{KINDS.get(kind, kind.lower())} `{logical_id}`"


def _text(value: Any) -> str:
    """A value of the template in one line, without what every ARN begins with."""
    match value:
        case {"Fn::GetAtt": [name, attribute]}:
            text = f"${{{name}.{attribute}}}"
        case {"Ref": name}:
            text = f"${{{name}}}"
        case {"Fn::Sub": text}:
            pass
        case _:
            text = str(value)
    text = re.sub(r"arn:\$\{AWS::Partition\}:[a-z0-9-]+:(\$\{AWS::Region\})?:(\$\{AWS::AccountId\})?:", "", text)
    return (
        text.replace("${AWS::StackName}", "STACK")
        .replace("${AWS::Region}", "REGION")
        .replace("${AWS::URLSuffix}", "SUFFIX")
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def roles() -> Iterator[str]:
    """The template's roles, in its order."""
    yield from (name for name, resource in TEMPLATE["Resources"].items() if resource["Type"] == "AWS::IAM::Role")


def tables() -> str:
    """What stands between the markers: the shared permissions first, then one table per role."""
    groups: dict[str, dict[Permission, None]] = {EVERY: {}, IN_THE_VPC: {}}
    for role in roles():
        groups.setdefault(heading(role), {})
        for permission in permissions(role):
            groups[permission.group][permission] = None
    return "\n".join(_table(group, list(rows)) for group, rows in groups.items() if rows)


def _table(group: str, rows: Sequence[Permission]) -> str:
    """What shares all the rest stands in one row: first the resources of an action, then the actions."""
    lines = [f"### {group}", "", "| may | on | only where | why |", "|---|---|---|---|"]
    rows = _merged(_merged(rows, "on"), "action")
    lines += [f"| {row.action} | {row.on} | {row.only_where} | {row.why} |" for row in rows]
    return "\n".join([*lines, ""])


def _merged(rows: Sequence[Permission], field: str) -> list[Permission]:
    together: dict[Permission, list[str]] = {}
    for row in rows:
        together.setdefault(replace(row, **{field: ""}), []).append(getattr(row, field))
    return [replace(row, **{field: ", ".join(values)}) for row, values in together.items()]


def replaced(page: str, written: str) -> str:
    """The page with these tables between its markers. Raises NoPlace."""
    before, begin, rest = page.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise NoPlace(f"There is no {BEGIN} with {END} after it")
    return f"{before}{begin}\n{written}\n{end}{after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints, checks or writes; the exit code."""
    parser = argparse.ArgumentParser(description="Writes which role may do what, and why.")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--check", type=Path, metavar="FILE", help="are the tables in FILE these?")
    ways.add_argument("--write", type=Path, metavar="FILE", help="put them into FILE")
    asked = parser.parse_args(arguments)
    file: Path | None = asked.check or asked.write
    if file is None:
        sys.stdout.write(tables())
        return 0
    page = file.read_text()
    wanted = replaced(page, tables())
    if asked.write:
        file.write_text(wanted)
    elif wanted != page:
        sys.stderr.write(f"The tables in {file} are out of date: python docs/permissions.py --write {file}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
