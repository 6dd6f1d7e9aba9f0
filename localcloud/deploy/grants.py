"""What a stack's roles are granted, and what of it nothing has used. Names are logical ids, so that what is said of one
deployment holds for every other of the same template.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from localcloud.iam.policies import Condition

if TYPE_CHECKING:  # the tests' first file reads this one, and moto takes seconds to import
    from localcloud.deploy.deploy import DeployedStack
    from localcloud.iam.authorizer import Authorizer


class Grant(NamedTuple):
    """One Allow statement of a role."""

    role: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    when: str  # its conditions


class Use(NamedTuple):
    """By which action and resource of a statement something was allowed, as they are written there."""

    role: str
    action: str
    resource: str
    when: str


def granted(authorizer: Authorizer, stack: DeployedStack) -> set[Grant]:
    """What the roles of the stack are allowed now."""
    return {
        Grant(
            logical_id,
            statement.actions,
            tuple(_logical(resource, stack.physical) for resource in statement.resources),
            _when(statement.conditions, stack.physical),
        )
        for logical_id, role in stack.of_type("AWS::IAM::Role").items()
        for statement in authorizer.granted(role)
    }


def used(authorizer: Authorizer, stack: DeployedStack) -> set[Use]:
    """What the roles of the stack have done."""
    roles = {name: logical_id for logical_id, name in stack.of_type("AWS::IAM::Role").items()}
    return {
        Use(
            roles[use.role],
            use.action,
            _logical(use.resource, stack.physical),
            _when(use.conditions, stack.physical),
        )
        for use in set(authorizer.used)
        if use.role in roles
    }


def unused(grants: Iterable[Grant], uses: Iterable[Use]) -> Iterator[tuple[str, str]]:
    """(role, what): each action that was used on none of its statement's resources, each resource likewise."""
    for grant in sorted(grants):
        by_it = [
            use
            for use in uses
            if (use.role, use.when) == (grant.role, grant.when)
            and use.action in grant.actions
            and use.resource in grant.resources
        ]
        when = f" when {grant.when}" if grant.when else ""
        for action in grant.actions:
            if action not in {use.action for use in by_it}:
                yield grant.role, f"{action} on {', '.join(grant.resources)}{when}"
        for resource in grant.resources:
            if by_it and resource not in {use.resource for use in by_it}:
                yield grant.role, f"{', '.join(grant.actions)} on {resource}{when}"


def _when(conditions: Iterable[Condition], physical: Mapping[str, str]) -> str:
    text = ", ".join(f"{each.operator} {each.key} {' or '.join(each.values)}" for each in conditions)
    return _logical(text, physical)


def _logical(text: str, physical: Mapping[str, str]) -> str:
    # the physical id of a queue is its URL, of which its ARN has the end
    queues = {logical_id: name.rpartition("/")[2] for logical_id, name in physical.items() if "://" in name}
    names = {**physical, **queues}
    for logical_id, name in sorted(names.items(), key=lambda item: -len(item[1])):
        text = text.replace(name, f"{{{logical_id}}}")
    return text
