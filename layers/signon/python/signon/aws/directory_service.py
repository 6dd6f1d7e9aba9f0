"""Directory Service: what a directory is and how it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signon.aws.clients import client, errors_as
from signon.domain.directory import Directory

if TYPE_CHECKING:
    from mypy_boto3_ds import DirectoryServiceClient


class _NoSuchDirectory(Exception):
    pass


def find(directory: str) -> Directory | None:
    """The directory with this id in our account and Region, shared ones included; None where there is none."""
    directories: DirectoryServiceClient = client("ds")
    codes = ("EntityDoesNotExistException", "InvalidParameterException", "ValidationException")
    absent = dict.fromkeys(codes, _NoSuchDirectory)
    try:
        with errors_as(absent):
            answer = directories.describe_directories(DirectoryIds=[directory])["DirectoryDescriptions"]
    except _NoSuchDirectory:
        return None
    if not answer:
        return None
    found = answer[0]
    return Directory(
        found["DirectoryId"], found["Name"], found["Stage"], found["Type"], share=found.get("ShareStatus", "")
    )
