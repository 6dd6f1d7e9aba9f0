"""Connection kits in their bucket, one folder per database."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from typing import TYPE_CHECKING

from signon.aws.clients import client, errors_as
from signon.domain.kit.published import differing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def published(bucket: str, folder: str) -> Mapping[str, str]:
    """What lies in a folder: the files' names, each with its ETag. S3 makes that, whoever wrote the file."""
    s3: S3Client = client("s3")
    with errors_as():
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{folder}/", Delimiter="/")
    return {each["Key"].removeprefix(f"{folder}/"): each["ETag"].strip('"') for each in listed.get("Contents", ())}


def publish(bucket: str, folder: str, files: Mapping[str, bytes]) -> int:
    """Puts the files that are missing or differ; returns how many."""
    s3: S3Client = client("s3")
    changed = differing(files, published(bucket, folder))
    for name in changed:
        with errors_as():
            s3.put_object(
                Bucket=bucket,
                Key=f"{folder}/{name}",
                Body=files[name],
                ContentType=mimetypes.guess_type(name)[0] or "text/plain",  # else a browser saves the page
            )
    return len(changed)
