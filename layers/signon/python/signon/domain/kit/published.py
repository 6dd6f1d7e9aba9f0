"""A connection kit that was published."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


def differing(files: Mapping[str, bytes], there: Mapping[str, str]) -> list[str]:
    """The names of those of the files that are not ``there`` (names with ETags) or have another content.

    "Objects encrypted by SSE-S3 or plaintext, have ETags that are an MD5 digest of their data": the template's buckets.
    A forged file would need the digest of ours.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html
    """
    return [name for name, content in files.items() if there.get(name) != _md5(content)]


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


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
