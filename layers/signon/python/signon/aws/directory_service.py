"""Directory Service: what a directory is, its stage, and which domains it trusts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as
from signon.aws.pages import every
from signon.domain.directory.directory import ACTIVE, Directory, Trust
from signon.errors import StillWaiting
from signon.foreign import as_words

if TYPE_CHECKING:
    from mypy_boto3_ds import DirectoryServiceClient


class _NoSuchDirectory(Exception):
    pass


def require_active(directory: str) -> None:
    """To be called before a database is asked to join it.

    Raises StillWaiting: it is not Active, and the join would fail. RDS itself refuses one that does not exist.
    """
    found = find(directory)
    if found and found.stage != ACTIVE:
        raise StillWaiting(f"directory {directory} is {found.stage}, not Active, so no database can join it now")


def find(directory: str) -> Directory | None:
    """The directory with this id in our account and Region, shared ones included; None where there is none."""
    codes = ("EntityDoesNotExistException", "InvalidParameterException", "ValidationException")
    absent = dict.fromkeys(codes, _NoSuchDirectory)
    try:
        with errors_as(absent):
            answer = _directories().describe_directories(DirectoryIds=[directory])["DirectoryDescriptions"]
    except _NoSuchDirectory:
        return None
    return _directory(answer[0]) if answer else None


def shared_as(owners_id: str) -> str | None:
    """The id by which our account sees a directory that its owner calls ``owners_id``; None where it sees none."""
    for found in every("DirectoryDescriptions", lambda page: _directories().describe_directories(**page)):
        if found.get("OwnerDirectoryDescription", {}).get("DirectoryId") == owners_id:
            return str(as_words(found["DirectoryId"]))
    return None


def trusts(directory: str) -> tuple[Trust, ...] | None:
    """The directory's trusts, in either direction; None where AWS does not show them to this account."""
    unsaid = ("EntityDoesNotExistException", "UnsupportedOperationException", "ClientException")
    codes = dict.fromkeys(unsaid, _NoSuchDirectory)
    try:
        found = every("Trusts", lambda page: _directories().describe_trusts(DirectoryId=directory, **page), codes)
        return tuple(map(_trust, found))
    except _NoSuchDirectory:
        return None


def _directories() -> DirectoryServiceClient:
    made: DirectoryServiceClient = client("ds")
    return made


def _directory(found: Mapping[str, Any]) -> Directory:
    """The network of a shared one is what its owner's description says."""
    found = as_words(found)
    owners = found.get("OwnerDirectoryDescription", {})
    network = found.get("VpcSettings") or owners.get("VpcSettings", {})
    return Directory(
        found["DirectoryId"],
        found["Name"],
        found["Stage"],
        found["Type"],
        share=found.get("ShareStatus"),
        subnets=tuple(network.get("SubnetIds", ())),
        security_groups=tuple(filter(None, [network.get("SecurityGroupId")])),
        controllers=tuple(found.get("DnsIpAddrs") or owners.get("DnsIpAddrs", ())),
    )


def _trust(found: Mapping[str, Any]) -> Trust:
    found = as_words(found, ("TrustStateReason",))  # a sentence, which is told as one
    return Trust(
        id=found["TrustId"],
        realm=found["RemoteDomainName"].upper(),
        kind=found.get("TrustType", "Forest"),  # "Forest is the default"
        direction=found["TrustDirection"],
        state=found["TrustState"],
        reason=found.get("TrustStateReason") or None,
        is_selective=found.get("SelectiveAuth") == "Enabled",
    )
