"""A connection kit that was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class PublishedKit:
    """``location`` is the folder's URL, ``changed`` how many files were missing or differed."""

    location: str
    changed: int

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> PublishedKit:
        return cls(document["location"], document["changed"])

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
