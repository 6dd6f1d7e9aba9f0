"""Profiles in their versioned bucket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client, errors_as, permission_missing
from signon.domain.profile.profile import Profile, ProfileVersion, read_profile, sha256
from signon.domain.profile.yaml_document import MOST_BYTES, load, refuse_larger
from signon.domain.request.request import TAG
from signon.errors import ProfileUnusable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class _NoSuchProfile(Exception):
    pass


def _s3() -> S3Client:
    made: S3Client = client("s3")
    return made


def newest(bucket: str, name: str) -> tuple[ProfileVersion, bytes]:
    """The newest version of a profile.

    Raises ProfileUnusable: there is no such profile.
    """
    key = f"{name}.yaml"
    missing = ProfileUnusable(
        f"There is no profile {name}: s3://{bucket}/{key} does not exist",
        f"Put the profile there, or correct the tag {TAG}",
    )
    with errors_as({"NoSuchKey": lambda _: missing}):
        answer = _s3().get_object(Bucket=bucket, Key=key)
        text = _read(answer)
    return ProfileVersion(name, key, answer.get("VersionId", "null"), sha256(text)), text


def newest_version(bucket: str, name: str) -> str | None:
    """Which version of a profile is the newest, or None where there is no such profile. Its bytes are not read."""
    try:
        with errors_as({"404": _NoSuchProfile, "NoSuchKey": _NoSuchProfile}):
            return _s3().head_object(Bucket=bucket, Key=f"{name}.yaml").get("VersionId", "null")
    except _NoSuchProfile:
        return None


def planned(bucket: str, version: ProfileVersion) -> Profile:
    """The profile that the plan was made from.

    Raises ProfileUnusable: that version is gone, or its bytes are not those that were planned. PermissionMissing: our
    role may not read versions.
    """
    return read_profile(version.name, load(pinned(bucket, version)))


def pinned(bucket: str, version: ProfileVersion) -> bytes:
    """The bytes that the plan was made from.

    Raises ProfileUnusable: that version is gone, or its bytes are not those that were planned. PermissionMissing: our
    role may not read versions.
    """
    remedy = "Start again: a new plan is made from the newest profile"
    gone = ProfileUnusable(f"Version {version.version} of profile {version.name} is gone", remedy)
    codes: dict[str, Callable[[str], Exception]] = {code: lambda _: gone for code in ("NoSuchVersion", "NoSuchKey")}
    # without the right to list, a missing version is answered in the same way
    codes["AccessDenied"] = lambda said: permission_missing("GetObject", said) if "GetObjectVersion" in said else gone
    with errors_as(codes):
        text = _read(_s3().get_object(Bucket=bucket, Key=version.key, VersionId=version.version))
    if sha256(text) != version.sha256:
        raise ProfileUnusable(f"Version {version.version} of profile {version.name} is not what was planned", remedy)
    return text


def _read(answer: Mapping[str, Any]) -> bytes:
    """The bytes of an object, reading no more than a profile may have.

    Raises ProfileUnusable: it has more.
    """
    text: bytes = answer["Body"].read(MOST_BYTES + 1)
    refuse_larger(len(text))
    return text
