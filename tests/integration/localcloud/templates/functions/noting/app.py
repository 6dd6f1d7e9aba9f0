"""Writes each event that it is given into its log; fails where it is told to."""

import json
from typing import Any


def handler(event: dict[str, Any], context: Any) -> None:
    print("given " + json.dumps(event))
    if event.get("fails"):
        raise RuntimeError("as it was told to")
