"""Records, profiles and kits: what is kept in the table and the buckets."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from typing import Any

import pytest

from localcloud.cloud import Cloud
from signon.aws import kits, memories, profiles, records
from signon.domain.memory.made import LONGEST_OID, MOST_BYTES
from signon.domain.memory.record import Record
from signon.domain.profile.profile import sha256
from signon.domain.times import moment
from signon.errors import DatabaseUnusable, ProfileUnusable
from tests.builders import a_database, a_database_id


@pytest.fixture
def key() -> str:
    """A name that nothing has yet."""
    return f"x{uuid.uuid4().hex[:20]}"


# ---- records


def test_a_database_that_nobody_noted_has_no_record(table: str, key: str) -> None:
    assert records.read(table, key) is None


def test_new_facts_are_added_to_those_already_noted(table: str, key: str) -> None:
    records.note(table, key, {"associated_at": "2026-11-20T12:30:00+00:00", "told": "a"})
    records.note(table, key, {"told": "b", "rebooted_at": "2026-11-20T13:30:00+00:00"})
    assert records.read(table, key) == Record(
        associated_at=moment("2026-11-20T12:30:00Z", ""),
        told="b",
        rebooted_at=moment("2026-11-20T13:30:00Z", ""),
    )


def test_as_much_as_can_be_remembered_fits_into_an_item(table: str, key: str) -> None:
    database = a_database(id=a_database_id(resource_id=key))
    made = {f"{number:05}".ljust(63, "x"): LONGEST_OID for number in range(MOST_BYTES // (63 + len(LONGEST_OID) + 1))}
    memories.remember(table, database, made)
    assert records.made(table, key) == made
    with pytest.raises(DatabaseUnusable):
        memories.remember(table, database, {**made, "y" * 63: LONGEST_OID})
    assert records.made(table, key) == made


def test_a_fact_that_is_empty_is_taken_out(table: str, key: str, cloud: Cloud) -> None:
    records.note(table, key, {"told": "a", "next_look": "2026-11-20T13:30:00+00:00"})
    records.note(table, key, {"end": "Onboarded", "next_look": "", "plan": ""})
    item = cloud.client("dynamodb").get_item(TableName=table, Key={"database": {"S": key}, "kind": {"S": "record"}})[
        "Item"
    ]
    assert set(item) == {"database", "kind", "told", "end"}


def test_only_taking_facts_out_is_a_note_as_well(table: str, key: str) -> None:
    records.note(table, key, {"told": "a", "rebooted_at": "2026-11-20T13:30:00+00:00"})
    records.note(table, key, {"told": ""})
    assert records.read(table, key) == Record(rebooted_at=moment("2026-11-20T13:30:00Z", ""))


@pytest.mark.parametrize("name", ["name", "end", "plan", "status", "size"])
def test_a_fact_may_have_a_name_that_dynamodb_reserves(name: str, table: str, key: str, cloud: Cloud) -> None:
    records.note(table, key, {name: "x"})
    item = cloud.client("dynamodb").get_item(TableName=table, Key={"database": {"S": key}, "kind": {"S": "record"}})[
        "Item"
    ]
    assert item[name] == {"S": "x"}


# ---- profiles


@pytest.fixture(scope="module")
def bucket(cloud: Cloud) -> str:
    return cloud.outputs["ProfilesBucket"]


@pytest.fixture
def put(cloud: Cloud, bucket: str, key: str) -> Any:
    def put(text: bytes) -> str:
        return str(cloud.client("s3").put_object(Bucket=bucket, Key=f"{key}.yaml", Body=text)["VersionId"])

    return put


def test_the_newest_version_of_a_profile_is_read(bucket: str, key: str, put: Any) -> None:
    put(b"version: 0\n")
    newest = put(b"version: 1\n")
    version, text = profiles.newest(bucket, key)
    assert text == b"version: 1\n"
    assert (version.name, version.key, version.version) == (key, f"{key}.yaml", newest)
    assert version.sha256 == sha256(text)


def test_a_pinned_version_is_read_although_there_is_a_newer_one(bucket: str, key: str, put: Any) -> None:
    put(b"version: 0\n")
    version, text = profiles.newest(bucket, key)
    put(b"version: 1\n")
    assert profiles.pinned(bucket, version) == text == b"version: 0\n"


def test_a_profile_that_is_not_there_names_its_place_and_the_tag(bucket: str, key: str) -> None:
    with pytest.raises(ProfileUnusable, match=f"s3://{bucket}/{key}.yaml does not exist") as missing:
        profiles.newest(bucket, key)
    assert "signon:profile" in missing.value.remedy


def test_a_profile_that_was_deleted_is_not_there_but_its_pinned_version_is(
    bucket: str, key: str, put: Any, cloud: Cloud
) -> None:
    put(b"version: 0\n")
    version, text = profiles.newest(bucket, key)
    cloud.client("s3").delete_object(Bucket=bucket, Key=version.key)
    with pytest.raises(ProfileUnusable, match="does not exist"):
        profiles.newest(bucket, key)
    assert profiles.pinned(bucket, version) == text


def test_a_pinned_version_that_is_gone_asks_for_a_new_plan(bucket: str, key: str, put: Any, cloud: Cloud) -> None:
    put(b"version: 0\n")
    version, _ = profiles.newest(bucket, key)
    put(b"version: 1\n")
    cloud.client("s3").delete_object(Bucket=bucket, Key=version.key, VersionId=version.version)
    with pytest.raises(ProfileUnusable, match=f"Version {version.version} of profile {key} is gone") as gone:
        profiles.pinned(bucket, version)
    assert "Start again" in gone.value.remedy


def test_bytes_that_are_not_those_that_were_planned_are_refused(bucket: str, key: str, put: Any) -> None:
    put(b"version: 0\n")
    version, _ = profiles.newest(bucket, key)
    with pytest.raises(ProfileUnusable, match="is not what was planned"):
        profiles.pinned(bucket, replace(version, sha256=sha256(b"version: 1\n")))


# ---- kits


FILES = {"connect.json": b"{}", "README.txt": b"Connect so.", "ca-bundle.pem": bytes(range(256)) * 100}


@pytest.fixture(scope="module")
def shelf(cloud: Cloud) -> str:
    return cloud.outputs["KitsBucket"]


def test_a_kit_is_published_byte_for_byte(cloud: Cloud, shelf: str, key: str) -> None:
    assert kits.publish(shelf, key, FILES) == 3
    for name, content in FILES.items():
        assert cloud.client("s3").get_object(Bucket=shelf, Key=f"{key}/{name}")["Body"].read() == content


def test_a_kit_that_is_there_is_not_published_again(cloud: Cloud, shelf: str, key: str) -> None:
    kits.publish(shelf, key, FILES)
    before = cloud.client("s3").list_object_versions(Bucket=shelf, Prefix=f"{key}/")["Versions"]
    assert kits.publish(shelf, key, FILES) == 0
    assert cloud.client("s3").list_object_versions(Bucket=shelf, Prefix=f"{key}/")["Versions"] == before


def test_only_the_files_that_differ_are_published(cloud: Cloud, shelf: str, key: str) -> None:
    kits.publish(shelf, key, FILES)
    cloud.client("s3").delete_object(Bucket=shelf, Key=f"{key}/README.txt")
    assert kits.publish(shelf, key, {**FILES, "connect.json": b'{"new": 1}'}) == 2
    assert kits.publish(shelf, key, {**FILES, "connect.json": b'{"new": 1}'}) == 0


def test_a_file_that_says_it_is_ours_is_replaced_all_the_same(cloud: Cloud, shelf: str, key: str) -> None:
    kits.publish(shelf, key, FILES)
    says = {"sha256": hashlib.sha256(FILES["ca-bundle.pem"]).hexdigest()}
    cloud.client("s3").put_object(Bucket=shelf, Key=f"{key}/ca-bundle.pem", Body=b"mallory's", Metadata=says)
    assert kits.publish(shelf, key, FILES) == 1


def test_a_kit_is_its_own_files_and_not_those_of_folders_in_it(cloud: Cloud, shelf: str, key: str) -> None:
    kits.publish(shelf, key, FILES)
    kits.publish(shelf, f"{key}/inner", {"index.html": b"another's"})
    assert set(kits.published(shelf, key)) == set(FILES)


def test_a_file_that_somebody_else_put_there_is_replaced(cloud: Cloud, shelf: str, key: str) -> None:
    kits.publish(shelf, key, FILES)
    cloud.client("s3").put_object(Bucket=shelf, Key=f"{key}/ca-bundle.pem", Body=b"mallory's")
    assert kits.publish(shelf, key, FILES) == 1
    assert cloud.client("s3").get_object(Bucket=shelf, Key=f"{key}/ca-bundle.pem")["Body"].read() != b"mallory's"
