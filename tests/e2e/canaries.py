"""Secrets that sing: each can be told from anything else, and is looked for wherever this project leaves something."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from tests.e2e.scene import Scene

READ_AT_ONCE = 1000  # events of a history in one page


@dataclass
class Nest:
    """The canaries that were planted: what each is, by itself."""

    planted: dict[str, str] = field(default_factory=dict)

    def canary(self, what: str) -> str:
        """A new one; it has what a driver, a shell, JSON and YAML must quote."""
        return self.keep(f"Sing-{secrets.token_hex(8)}'\"\\$%s{{0}}", what)

    def foreign(self, what: str) -> str:
        """A new one with characters that Latin-1 does not have."""
        return self.keep(f"Sing-{secrets.token_hex(8)}-ä-€-日本", what)

    def plain(self, what: str) -> str:
        """A new one of letters and digits, for where nothing else may stand."""
        return self.keep(f"Sing{secrets.token_hex(10)}", what)

    def keep(self, secret: str, what: str) -> str:
        self.planted[secret] = what
        return secret

    def heard_in(self, text: str) -> list[str]:
        """What each canary is that sings in this text, as it is or in one of the ways in which secrets are written."""
        return [what for secret, what in self.planted.items() if any(form in text for form in _forms(secret))]


def _forms(secret: str) -> Iterator[str]:
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(json.dumps(secret))[2:-2]
    yield repr(secret)[1:-1]
    yield quote(secret, safe="")
    yield secret.encode().hex()
    yield base64.b64encode(secret.encode()).decode()
    yield secret[5:21]  # a part of it, 16 characters that nothing else has


@dataclass(frozen=True)
class Found:
    """Something that was left somewhere."""

    place: str
    text: str


def everything_left(scene: Scene, told: str) -> Iterator[Found]:
    """All that functions, state machine and servers have left where somebody may read it; ``told`` is a queue's name.

    Not the secrets themselves, and not the profile bucket, which hold what people put there.
    """
    account, region = scene.cloud.account, scene.cloud.region
    for group in logs_backends[account][region].groups.values():
        for stream in group.streams.values():
            yield from (Found("log", event.message) for event in stream.events)
    yield from _executions(scene)
    yield from _tables(scene)
    for topic in sns_backends[account][region].topics.values():
        yield from (Found("message", json.dumps(sent, default=str)) for sent in topic.sent_notifications)
    for queue in sqs_backends[account][region].queues.values():
        place = "event" if queue.name == told else "queue"
        yield from (Found(place, message.body) for message in queue._messages)
    for place, bucket in (("kit", "KitsBucket"), ("plan", "PlansBucket")):
        kept = s3_backends[account]["aws"].buckets[scene.cloud.outputs[bucket]].keys.values()
        yield from (Found(place, f"{key.name} {key.metadata}\n{key.value.decode()}") for key in kept)
    yield from _files(scene)


def _executions(scene: Scene) -> Iterator[Found]:
    states = scene.cloud.client("stepfunctions")
    for page in states.get_paginator("list_executions").paginate(stateMachineArn=scene.machine):
        for listed in page["executions"]:
            arn = listed["executionArn"]
            yield Found("execution", json.dumps(states.describe_execution(executionArn=arn), default=str))
            pages = states.get_paginator("get_execution_history").paginate(executionArn=arn, maxResults=READ_AT_ONCE)
            yield from (Found("history", json.dumps(event, default=str)) for page in pages for event in page["events"])


def _tables(scene: Scene) -> Iterator[Found]:
    table = scene.cloud.client("dynamodb")
    for name in table.list_tables()["TableNames"]:
        for page in table.get_paginator("scan").paginate(TableName=name):
            yield from (Found("item", json.dumps(item, default=str)) for item in page["Items"])


def _files(scene: Scene) -> Iterator[Found]:
    """What servers and everything else below the cloud write for people who look for a fault."""
    for path in sorted(scene.cloud.world.home.rglob("*.log")):
        place = "server's log" if path.name == "error.log" else "cloud's log"
        yield from (Found(place, line) for line in path.read_text(errors="replace").splitlines())


def lines_of(texts: Iterable[str]) -> list[Found]:
    return [Found("cloud's log", text) for text in texts]


def arn_of(scene: Scene, queue: str) -> Any:
    sqs = scene.cloud.client("sqs")
    url = sqs.create_queue(QueueName=queue)["QueueUrl"]
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
