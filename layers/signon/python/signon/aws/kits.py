"""Connection kits in their bucket, one folder per database."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from typing import TYPE_CHECKING

from signon.aws.clients import client, errors_as
from signon.domain.profile.profile import sha256

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class _NoSuchFile(Exception):
    pass


def publish(bucket: str, folder: str, files: Mapping[str, bytes]) -> int:
    """Puts the files that are missing or differ; returns how many."""
    s3: S3Client = client("s3")
    changed = [name for name, content in files.items() if _published(s3, bucket, f"{folder}/{name}") != sha256(content)]
    for name in changed:
        with errors_as():
            s3.put_object(
                Bucket=bucket,
                Key=f"{folder}/{name}",
                Body=files[name],
                ContentType=mimetypes.guess_type(name)[0] or "text/plain",  # else a browser saves the page
                Metadata={"sha256": sha256(files[name])},
            )
    return len(changed)


def _published(s3: S3Client, bucket: str, key: str) -> str | None:
    try:
        with errors_as({"404": _NoSuchFile, "NoSuchKey": _NoSuchFile}):
            return s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("sha256")
    except _NoSuchFile:
        return None
