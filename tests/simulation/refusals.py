"""The vocabulary of bad input: what is odd about a case, and what must be said of it before anything is changed."""

from __future__ import annotations

import copy
import json
import secrets
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from moto.ds.models import ds_backends

from localcloud.examples.example_data import create_cluster, create_database
from signon.errors import REPORTED
from tests.simulation.executions import Execution
from tests.simulation.moves import go_on
from tests.simulation.statements import SIGN_IN
from tests.simulation.world import LEDGER, ORDERS, PROFILES, REGION, World

ACCOUNT, DIRECTORY = "123456789012", "d-9367000001"
USUAL = "usual"  # the profile that nothing is wrong with; the odd databases are copies of ORDERS
USUAL_CLUSTER = "usual-cluster"  # the same for clusters, which are copies of LEDGER
ODD = "odd-N"  # stands for the case's own database and its own profile, which have the same name
ODD_DIRECTORY = "d-000000000N"  # for its own directory
VPC = "vpc-N"  # for the one that the stack serves
BEFORE_ANY_CHANGE = {
    "Describe database", "Make plan", "Look inside?", "Plan?", "Planned", "Claim database", "Look inside",
    "Next step", "Step?",
    "Report outcome", "Outcome?", "Needs a person", "Not ours", "Failed", "Parked",
}  # fmt: skip
READING = ("Describe", "Get", "List", "Head", "SELECT", "SHOW", SIGN_IN)
OWN_MEMORY = "UpdateItem"  # the claim and the record
TOLD = {"Publish": 1, "PutEvents": 1}
REMEMBERED = {"Needs a person", "Parked"}
FIX_AND_UPLOAD = "Fix the file and upload it to the profile bucket again"

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
    each says in what it differs from the usual one; a profile may be bytes, a value a function of the world. Where it
    has a cluster, ``database`` is that cluster's only instance.
    ``secret`` does something to the master's secret, given a client of Secrets Manager and its name; ``answers_at`` is
    the address that the endpoint's name resolves to; ``is_served``: the endpoint is the usual one's, behind which there
    is a server; else its name resolves to nothing.
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
    answers_at: Callable[[World], str] | None = None
    is_served: bool = True
    end: str = "Needs a person"


def each(table: Sequence[Odd]) -> pytest.MarkDecorator:
    assert len({case.name for case in table}) == len(table)
    return pytest.mark.parametrize("odd", table, ids=lambda case: case.name)


class Refusals:
    """Runs bad inputs, one after the other, and checks how each ended."""

    def __init__(self, world: World) -> None:
        self._world = world
        world.rds.on_event = lambda event: None
        world.publish(
            USUAL,
            {"alice": ["read"]},
            admits={"engines": ["mysql"], "names": ["odd-*"]},
            methods={"mysql": ["kerberos"]},
            roles={
                "read": {"preset": "read", "mysql": {"databases": ["payments"]}},
                "write": {"preset": "write", "mysql": {"databases": ["pay_roll"]}},
            },
        )
        create_database(world, ORDERS, None)
        go_on(world, lambda: world.rds.is_available(ORDERS))
        self._usual = world.rds.backend.databases[ORDERS]

    def check(self, odd: Odd) -> Execution:
        """That it ends as it must, before anything is changed."""
        name = f"odd-{secrets.token_hex(4)}"
        case = self._arranged(odd, name)
        self._world.calls.made.clear()
        execution = self._world.executions.start(case.document)
        go_on(self._world, lambda: execution.status != "RUNNING")
        self._world.conductor.run_awake()  # who looks at bad ends
        assert said(execution) == [tuple(each) for each in case.said]
        assert execution.end == case.end
        assert set(execution.run.states) <= BEFORE_ANY_CHANGE
        assert writes(self._world) == ({} if case.end == "Not ours" else TOLD)
        if case.database is not None:
            assert self._world.item(name, "record").get("end") == (case.end if case.end in REMEMBERED else None)
        return execution

    def _arranged(self, case: Odd, name: str) -> Odd:
        """The case with its own names, and what it needs."""
        directory = name.replace("odd-", "d-00")
        case = _placed(case, {ODD: name, ODD_DIRECTORY: directory, VPC: self._usual.db_subnet_group.vpc_id})
        if case.directory is not None:
            self._copy_directory(directory, case.directory)
        if case.profile is not None:
            self._put_profile(name, case.profile)
        cluster = None if case.cluster is None else self._copy_cluster(name, case.cluster)
        if case.database is not None:
            self._copy_database(name, case.database, cluster)
        if case.database is not None and cluster is None and case.is_served and case.answers_at is None:
            at_the_endpoint_of(self._usual, self._databases[name])
        if case.secret is not None:
            self._make_secret(name, case.secret)
        if case.answers_at is not None:
            endpoint = self._databases[name].address
            self._world.servers.addresses[endpoint] = case.answers_at(self._world)
        return case

    def _put_profile(self, name: str, profile: Mapping[str, Any] | bytes) -> None:
        s3 = self._world.client("s3")
        if not isinstance(profile, bytes):
            usual = yaml.load(s3.get_object(Bucket=PROFILES, Key=f"{USUAL}.yaml")["Body"].read(), yaml.CSafeLoader)
            profile = yaml.safe_dump({**usual, **self._values(profile)}).encode()
        s3.put_object(Bucket=PROFILES, Key=f"{name}.yaml", Body=profile)

    def _copy_database(self, name: str, changes: Mapping[str, Any], cluster: Any) -> None:
        odd = copy.copy(self._usual_member if cluster else self._usual)
        odd.dbi_resource_id = "db-" + secrets.token_hex(13).upper()
        odd.instance_create_time = self._world.conductor.now()  # however old the usual one is by now
        if cluster:
            odd.db_instance_identifier, odd.db_cluster_identifier, odd.cluster = f"{name}-1", name, cluster
        else:
            odd.db_instance_identifier = name
        self._databases[odd.db_instance_identifier] = self._changed(odd, changes)

    def _copy_cluster(self, name: str, changes: Mapping[str, Any]) -> Any:
        odd = copy.copy(self._usual_member.cluster)
        odd.db_cluster_identifier = name
        odd.db_cluster_resource_id = "cluster-" + secrets.token_hex(13).upper()
        odd.cluster_create_time = self._world.conductor.now()
        self._world.rds.backend.clusters[name] = self._changed(odd, changes)
        return odd

    @cached_property
    def _usual_member(self) -> Any:
        """The writer of a usual cluster, for which there is a usual profile."""
        self._world.publish(
            USUAL_CLUSTER,
            {"alice": ["read"]},
            admits={"engines": ["aurora-postgresql"], "names": ["odd-*"]},
            methods={"aurora-postgresql": ["kerberos"]},
            roles={"read": {"preset": "read", "postgresql": {"database": "payments", "schemas": ["core"]}}},
        )
        create_cluster(self._world, LEDGER, None, readers=0)
        (member,) = self._world.rds.backend.clusters[LEDGER].members
        go_on(self._world, lambda: {member.status, member.cluster.status} == {"available"})
        return member

    @property
    def _databases(self) -> Any:
        return self._world.rds.backend.databases

    def _make_secret(self, name: str, changed_by: Callable[[Any, str], object]) -> None:
        odd, secret = self._databases[name], f"rds!db-{name}"
        odd.backend.secretsmanager.create_managed_secret(
            service_name="rds", secret_id=secret, secret_string="", description="", kms_key_id=None, tags=[]
        )
        arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{secret}"
        odd.master_user_secret = SimpleNamespace(
            secret_arn=arn, secret_status="active", kms_key_id="aws/secretsmanager"
        )
        changed_by(self._world.client("secretsmanager"), secret)

    def _copy_directory(self, name: str, changes: Mapping[str, Any]) -> None:
        known = ds_backends[ACCOUNT][REGION].directories
        odd = copy.copy(known[DIRECTORY])
        odd.directory_id = name
        known[name] = self._changed(odd, changes)

    def _changed(self, thing: Any, changes: Mapping[str, Any]) -> Any:
        for attribute, value in self._values(changes).items():
            setattr(thing, attribute, value)
        return thing

    def _values(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value(self._world) if callable(value) else value for name, value in changes.items()}


def at_the_endpoint_of(original: Any, database: Any) -> None:
    """RDS shows the database at the endpoint of the original, whose server is behind it."""
    shown = type(database)
    database.__class__ = type(shown.__name__, (shown,), {"address": original.address})


def writes(world: World) -> Counter[str]:
    """What functions called that is no read: of AWS, and any statement in a database. Their own memory and the plan's
    document are aside.
    """
    kept = ("look-inside", "PutObject")
    calls = [made.call for made in world.calls.made]
    operations = [call.operation for call in calls if (call.function, call.operation) != kept]
    return Counter(each for each in operations if not each.startswith(READING) and each != OWN_MEMORY)


def said(execution: Execution) -> list[Said]:
    """Everything that a person is told of the execution's end."""
    if execution.status == "FAILED":
        assert execution.error.startswith(REPORTED)
        return [(execution.error.removeprefix(REPORTED), execution.cause)]
    dossier: Mapping[str, Any] = execution.run.data
    if findings := dossier.get("plan", {}).get("findings"):
        return [(finding["problem"], finding["remedy"]) for finding in findings]
    error = dossier.get("error", dossier)
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
