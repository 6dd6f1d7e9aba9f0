"""The vocabulary of bad input: what is odd about a case, and what must be said of it before anything is changed."""

from __future__ import annotations

import copy
import json
import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from moto.ds.models import ds_backends
from moto.rds.models import rds_backends

from localcloud.scenery import create_cluster
from tests.e2e.scene import Ended, Scene

USUAL_CLUSTER = "usual-cluster"
USUAL = "usual"  # the profile that nothing is wrong with, and the database that the odd ones are copies of
ODD = "odd-N"  # stands for the case's own database and its own profile, which have the same name
ODD_DIRECTORY = "d-000000000N"  # for its own directory
VPC = "vpc-N"  # for the one that the stack serves
AT_ONCE = 3
BEFORE_ANY_CHANGE = {
    "Describe database", "Make plan", "Plan?", "Planned", "Claim database", "Probe connection", "Report outcome",
    "Outcome?", "Needs a person", "Not ours", "Failed", "Parked",
}  # fmt: skip
TOLD = {("sns", "Publish"): 1, ("events", "PutEvents"): 1}
MENDED = "Mend the file and put it into the profile bucket again"

Said = tuple[str, str]  # what is wrong, what to do


def about_it(**request: Any) -> dict[str, Any]:
    """A person's request about the case's own database, by the usual profile."""
    return {"database": {"instance": ODD}, "profile": USUAL, **request}


def about_the_cluster(**request: Any) -> dict[str, Any]:
    """The same, where the case's own database is a cluster."""
    return {"database": {"cluster": ODD}, "profile": USUAL_CLUSTER, **request}


@dataclass(frozen=True)
class Odd:
    """One bad input.

    ``document`` is what the execution is given. Of the case's own database, profile and directory, where it has one,
    each says in what it differs from the usual one; a profile may be bytes, a value a function of the scene. Where it
    has a cluster, ``database`` is that cluster's only instance.
    ``secret`` does something to the master's secret, given a client of Secrets Manager and its name; ``answers_at`` is
    the address that the endpoint's name resolves to, which else does not.
    ``said`` is everything that is said, in this order.
    """

    name: str
    said: Sequence[Said]
    document: Any = None
    database: Mapping[str, Any] | None = None
    profile: Mapping[str, Any] | bytes | None = None
    directory: Mapping[str, Any] | None = None
    cluster: Mapping[str, Any] | None = None
    secret: Callable[[Any, str], object] | None = None
    answers_at: Callable[[Scene], str] | None = None
    end: str = "Needs a person"


def each(table: Sequence[Odd]) -> pytest.MarkDecorator:
    assert len({case.name for case in table}) == len(table)
    return pytest.mark.parametrize("odd", table, ids=lambda case: case.name)


class Refusals:
    """Runs bad inputs, a few at once, and checks how each ended."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self._ended: dict[str, tuple[Odd, Ended]] = {}
        scene.publish_profile(USUAL, {"alice": ["read"]}, admits={"engines": ["mysql"], "names": ["odd-*"]})
        scene.create_database(USUAL, None)
        self._vpc = scene.available(USUAL)["DBSubnetGroup"]["VpcId"]

    def check(self, odd: Odd, among: Sequence[Odd]) -> Ended:
        """That it ended as it must, before anything was changed; the first of a table runs all of it."""
        if odd.name not in self._ended:
            self.run(among)
        case, ended = self._ended[odd.name]
        assert said(ended) == [tuple(each) for each in case.said]
        assert ended.end == case.end
        assert set(ended.states) <= BEFORE_ANY_CHANGE
        assert self.scene.changes_made_by(ended) == ({} if case.end == "Not ours" else TOLD)
        return ended

    def run(self, table: Sequence[Odd]) -> None:
        running: deque[tuple[Odd, str]] = deque()
        for odd in table:
            if len(running) == AT_ONCE:
                self._await(*running.popleft())
            case = self._arranged(odd)
            running.append((case, self.scene.start_with(case.document)))
        for case, arn in running:
            self._await(case, arn)

    def _await(self, case: Odd, arn: str) -> None:
        self._ended[case.name] = (case, self.scene.ended(arn))

    def _arranged(self, case: Odd) -> Odd:
        number = secrets.token_hex(4)
        case = _placed(case, {ODD: f"odd-{number}", ODD_DIRECTORY: f"d-00{number}", VPC: self._vpc})
        name = f"odd-{number}"
        if case.directory is not None:
            self._copy_directory(f"d-00{number}", case.directory)
        if case.profile is not None:
            self._put_profile(name, case.profile)
        cluster = None if case.cluster is None else self._copy_cluster(name, case.cluster)
        if case.database is not None:
            self._copy_database(name, case.database, cluster)
        if case.secret is not None:
            self._make_secret(name, case.secret)
        if case.answers_at is not None:
            endpoint = self.scene.database(name)["Endpoint"]["Address"]
            with self.scene.cloud.world.hosts.open("a") as hosts:
                hosts.write(f"{case.answers_at(self.scene)} {endpoint}\n")
        return case

    def _put_profile(self, name: str, profile: Mapping[str, Any] | bytes) -> None:
        s3, bucket = self.scene.cloud.client("s3"), self.scene.cloud.outputs["ProfilesBucket"]
        if not isinstance(profile, bytes):
            usual = yaml.safe_load(s3.get_object(Bucket=bucket, Key=f"{USUAL}.yaml")["Body"].read())
            profile = yaml.safe_dump({**usual, **self._values(profile)}).encode()
        s3.put_object(Bucket=bucket, Key=f"{name}.yaml", Body=profile)

    def _copy_database(self, name: str, changes: Mapping[str, Any], cluster: Any) -> None:
        odd = copy.copy(self._usual_member if cluster else self.scene.instance(USUAL))
        odd.dbi_resource_id = "db-" + secrets.token_hex(13).upper()
        odd.instance_create_time = self.scene.cloud.clock.now()  # however old the usual one is by now
        if cluster:
            odd.db_instance_identifier, odd.db_cluster_identifier, odd.cluster = f"{name}-1", name, cluster
        else:
            odd.db_instance_identifier = name
        self._rds.databases[odd.db_instance_identifier] = self._changed(odd, changes)

    def _copy_cluster(self, name: str, changes: Mapping[str, Any]) -> Any:
        odd = copy.copy(self._usual_member.cluster)
        odd.db_cluster_identifier = name
        odd.db_cluster_resource_id = "cluster-" + secrets.token_hex(13).upper()
        odd.cluster_create_time = self.scene.cloud.clock.now()
        self._rds.clusters[name] = self._changed(odd, changes)
        return odd

    @cached_property
    def _usual_member(self) -> Any:
        """The writer of a usual cluster, for which there is a usual profile of the same name."""
        self.scene.publish_profile(
            USUAL_CLUSTER,
            {"alice": ["read"]},
            admits={"engines": ["aurora-postgresql"], "names": ["odd-*"]},
            methods={"aurora-postgresql": ["kerberos"]},
            roles={"read": {"preset": "read", "postgresql": {"database": "payments", "schemas": ["core"]}}},
        )
        create_cluster(self.scene.cloud, USUAL_CLUSTER, None, readers=0)
        (member,) = self.scene.until(lambda: self._rds.clusters[USUAL_CLUSTER].members)
        for one in (member, member.cluster):
            self.scene.until(lambda one=one: one.status == "available")
        return member

    @property
    def _rds(self) -> Any:
        return rds_backends[self.scene.cloud.account][self.scene.cloud.region]

    def _make_secret(self, name: str, changed_by: Callable[[Any, str], object]) -> None:
        odd, secret = self.scene.instance(name), f"rds!db-{name}"
        odd.backend.secretsmanager.create_managed_secret(
            service_name="rds", secret_id=secret, secret_string="", description="", kms_key_id=None, tags=[]
        )
        arn = f"arn:aws:secretsmanager:{self.scene.cloud.region}:{self.scene.cloud.account}:secret:{secret}"
        odd.master_user_secret = SimpleNamespace(
            secret_arn=arn, secret_status="active", kms_key_id="aws/secretsmanager"
        )
        changed_by(self.scene.cloud.client("secretsmanager"), secret)

    def _copy_directory(self, name: str, changes: Mapping[str, Any]) -> None:
        known = ds_backends[self.scene.cloud.account][self.scene.cloud.region].directories
        odd = copy.copy(known[self.scene.cloud.directory_id])
        odd.directory_id = name
        known[name] = self._changed(odd, changes)

    def _changed(self, thing: Any, changes: Mapping[str, Any]) -> Any:
        for attribute, value in self._values(changes).items():
            setattr(thing, attribute, value)
        return thing

    def _values(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value(self.scene) if callable(value) else value for name, value in changes.items()}


def said(ended: Ended) -> list[Said]:
    """Everything that a person is told of the execution's end."""
    if ended.status == "FAILED":
        return [(ended.error, ended.cause)]
    if findings := ended.dossier.get("plan", {}).get("findings"):
        return [(finding["problem"], finding["remedy"]) for finding in findings]
    error = ended.dossier.get("error", ended.dossier)
    problem, _, remedy = json.loads(error["Cause"])["errorMessage"].partition(" | Remedy: ")
    return [(problem, remedy)]


def _placed(part: Any, names: Mapping[str, str]) -> Any:
    """The same with these names in place of those that stand for them."""
    if isinstance(part, str):
        for stands, name in names.items():
            part = part.replace(stands, name)
        return part
    if isinstance(part, bytes):
        return _placed(part.decode("latin-1"), names).encode("latin-1")
    if isinstance(part, Odd):
        kept = {"name": part.name}
        return replace(part, **{field.name: _placed(getattr(part, field.name), names) for field in fields(part)} | kept)
    if isinstance(part, Mapping):
        return {_placed(key, names): _placed(value, names) for key, value in part.items()}
    return [_placed(each, names) for each in part] if isinstance(part, list | tuple) else part
