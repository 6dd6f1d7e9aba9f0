"""DynamoDB: a conditional write is one step. moto looks and writes in two, and serves each caller in a thread."""

import threading
from typing import Any

from moto.dynamodb.models import DynamoDBBackend

from localcloud.mending import mend

_moto_update_item = DynamoDBBackend.update_item
_one_at_a_time = threading.Lock()


def install() -> None:
    """From now on updates follow one another."""
    mend(DynamoDBBackend, update_item=_update_item)


def _update_item(backend: DynamoDBBackend, *arguments: Any, **more: Any) -> Any:
    with _one_at_a_time:
        return _moto_update_item(backend, *arguments, **more)
