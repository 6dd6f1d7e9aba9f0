"""Nothing that was sent may be lost, and a stack can be made at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lint.stack import Stack, listed


def what_a_rule_cannot_deliver_is_kept(stack: Stack) -> Iterator[str]:
    for name, rule in stack.of("AWS::Events::Rule").items():
        for target in rule.get("Targets", []):
            yield from _unkept(stack, name, target)


def what_a_schedule_cannot_deliver_is_kept(stack: Stack) -> Iterator[str]:
    """Its dead letters are sent with its own role."""
    for name, schedule in stack.of("AWS::Scheduler::Schedule").items():
        target = schedule["Target"]
        yield from _unkept(stack, name, target)
        if "sqs:SendMessage" not in stack.actions_of(stack.named(target["RoleArn"])):
            yield f"{name}: {stack.named(target['RoleArn'])} may not send to its dead-letter queue"


def what_a_function_fails_at_is_kept(stack: Stack) -> Iterator[str]:
    """Of functions that are invoked asynchronously: by rules, schedules and topics."""
    targets = [target for rule in stack.of("AWS::Events::Rule").values() for target in rule.get("Targets", [])]
    targets += [schedule["Target"] for schedule in stack.of("AWS::Scheduler::Schedule").values()]
    called = {stack.named(target["Arn"]) for target in targets}
    called |= {stack.named(one["Endpoint"]) for one in stack.of("AWS::SNS::Subscription").values()}
    for name, function in stack.of("AWS::Lambda::Function").items():
        if name in called:
            queue = _queue(stack, function.get("DeadLetterConfig", {}).get("TargetArn"))
            if not queue:
                yield f"{name} is invoked asynchronously and has no dead-letter queue"
            elif "sqs:SendMessage" not in stack.actions_of(stack.role_of(name)):
                yield f"{name} may not send to its dead-letter queue: its role lacks sqs:SendMessage on {queue}"


def a_rule_may_put_into_its_dead_letter_queue(stack: Stack) -> Iterator[str]:
    for name, rule in stack.of("AWS::Events::Rule").items():
        for target in rule.get("Targets", []):
            queue = target.get("DeadLetterConfig", {}).get("Arn")
            if queue and name not in _admitted(stack, queue):
                yield f"{name} is not among the sources that the policy of {stack.named(queue)} admits"


def dead_letters_are_kept_for_fourteen_days(stack: Stack) -> Iterator[str]:
    """The longest that a queue keeps a message: the person who must look may be on leave."""
    for name, queue in stack.of("AWS::SQS::Queue").items():
        if queue.get("MessageRetentionPeriod") != 14 * 24 * 60 * 60:
            yield f"{name} keeps its messages for {queue.get('MessageRetentionPeriod', 345600)} seconds, not 1209600"


def nothing_depends_on_itself_by_a_detour(stack: Stack) -> Iterator[str]:
    """CloudFormation refuses circular dependencies, but only when it is asked to deploy: "Circular dependency between
    resources".
    """
    done: set[str] = set()
    for start in stack.references:
        if start not in done and (circle := _circle(stack.references, start, done)):
            yield " > ".join(circle)
            return


def _circle(references: Mapping[str, frozenset[str]], start: str, done: set[str]) -> list[str]:
    """The way from a resource back to it, or to another one on the way; [] where there is none."""
    way, ahead = [start], [iter(sorted(references[start]))]
    while way:
        following = next(ahead[-1], None)
        if following is None:
            done.add(way.pop())
            ahead.pop()
        elif following in way:
            return [*way[way.index(following) :], following]
        elif following not in done:
            way.append(following)
            ahead.append(iter(sorted(references.get(following, frozenset()))))
    return []


def _queue(stack: Stack, arn: Any) -> str | None:
    name = stack.named(arn) if arn else None
    return name if name in stack.of("AWS::SQS::Queue") else None


def _unkept(stack: Stack, name: str, target: Mapping[str, Any]) -> Iterator[str]:
    if not _queue(stack, target.get("DeadLetterConfig", {}).get("Arn")):
        yield f"{name}: its target {stack.named(target['Arn'])} has no DeadLetterConfig with a queue of this stack"
    if "RetryPolicy" not in target:
        yield f"{name}: its target {stack.named(target['Arn'])} has no RetryPolicy"


def _admitted(stack: Stack, queue: str) -> set[str | None]:
    """The logical ids whose messages the queue's policy lets EventBridge put."""
    return {
        stack.named(source)
        for policy in stack.policies()
        if policy.kind == "resource"
        for statement in policy.allowing
        if queue in listed(statement["Resource"]) and "sqs:SendMessage" in listed(statement["Action"])
        for source in listed(statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn", []))
    }


RULES = (
    what_a_rule_cannot_deliver_is_kept,
    what_a_schedule_cannot_deliver_is_kept,
    what_a_function_fails_at_is_kept,
    a_rule_may_put_into_its_dead_letter_queue,
    dead_letters_are_kept_for_fourteen_days,
    nothing_depends_on_itself_by_a_detour,
)
