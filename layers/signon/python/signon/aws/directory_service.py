"""Directory Service: what a directory is and how it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from signon.aws.clients import client, errors_as
from signon.domain.directory import ACTIVE, Directory
from signon.errors import StillWaiting

if TYPE_CHECKING:
    from mypy_boto3_ds import DirectoryServiceClient


class _NoSuchDirectory(Exception):
    pass


def require_active(directory: str) -> None:
    """To be called before a database is asked to join it.

    Raises StillWaiting: it is not Active, and the join would fail. One that does not exist is RDS's to refuse.
    """
    found = find(directory)
    if found and found.stage != ACTIVE:
        raise StillWaiting(f"directory {directory} is {found.stage}, not Active, and no database joins it now")


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
