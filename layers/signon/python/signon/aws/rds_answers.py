"""What DescribeDBInstances and DescribeDBClusters answer, as our own types.

Their texts stand in sentences of ours, so that each is a word, or made visible and put in quotation marks; but tags are
as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from signon.domain.rds.database import Database, DatabaseId, Instance, Membership, in_order_of_reboots
from signon.domain.rds.readiness import STUCK_REMEDY, Readiness, readiness
from signon.errors import DatabaseBusy, DatabaseUnusable
from signon.foreign import as_words

_TAGS = ("TagList",)


def is_made(instance: Mapping[str, Any]) -> bool:
    """Whether it has what one needs to sign in to it: an endpoint, and a time of creation."""
    return "Endpoint" in instance and "InstanceCreateTime" in instance


def of_instance(answer: Mapping[str, Any]) -> Database:
    """The database that an RDS instance is.

    Raises DatabaseBusy: it has no endpoint yet. DatabaseUnusable: and will have none.
    """
    answer = as_words(answer, _TAGS)
    name, status = answer["DBInstanceIdentifier"], answer.get("DBInstanceStatus", "")
    if not is_made(answer):
        raise _unmade(name, status, f"{name} is {status} and has no endpoint yet")
    return Database(
        id=DatabaseId(name, answer["DbiResourceId"], answer["DBInstanceArn"], answer["Engine"]),
        status=status,
        host=answer["Endpoint"]["Address"],
        port=answer["Endpoint"]["Port"],
        vpc=_vpc(answer),
        subnets=_subnets(answer),
        parameter_group=next((group["DBParameterGroupName"] for group in answer.get("DBParameterGroups", [])), None),
        created_at=answer["InstanceCreateTime"],
        pending_changes=tuple(sorted(_pending(answer))),
        pending_groups=tuple(sorted(_pending_groups(answer))),
        instances=(_instance(answer, is_writer=True),),
        replica_of=_source(answer),
        replicas=_replicas(answer),
        upgrades_itself=answer.get("AutoMinorVersionUpgrade", False),
        **_of_either(answer),
    )


def of_cluster(answer: Mapping[str, Any], members: Sequence[Mapping[str, Any]]) -> Database:
    """The database that a cluster is; ``members`` is what DescribeDBInstances says of its instances.

    A cluster of a global database whose instances are all readers is a secondary one, and never has a writer; nor has
    an Aurora Limitless Database, and one in express configuration cannot be signed in to from here.
    Raises DatabaseBusy: it has no writer with an endpoint yet. DatabaseUnusable: and will have none.
    """
    answer, members = as_words(answer, _TAGS), [as_words(member, _TAGS) for member in members]
    name, status = answer["DBClusterIdentifier"], answer["Status"]
    roles = {member["DBInstanceIdentifier"]: member["IsClusterWriter"] for member in answer.get("DBClusterMembers", [])}
    writers = [member for member in members if roles.get(member["DBInstanceIdentifier"])]
    is_secondary = bool(roles) and not any(roles.values()) and "GlobalClusterIdentifier" in answer
    # "applicable only for Aurora PostgreSQL clusters created through express configuration"; "Your DB cluster can't
    # have any writer or reader DB instances"
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html
    # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/limitless-reqs-limits.html
    # What it says for other clusters is not documented; an instance in a VPC settles it.
    in_vpc = answer.get("VPCNetworkingEnabled") is not False or any(map(_vpc, members))
    is_limitless = answer.get("ClusterScalabilityType") == "limitless"
    needs_writer = in_vpc and not is_limitless and not is_secondary
    if needs_writer and not any(map(is_made, writers)):
        raise _unmade(name, status, f"{name} has no writer yet")
    return Database(
        id=DatabaseId(name, answer["DbClusterResourceId"], answer["DBClusterArn"], answer["Engine"]),
        status=status,
        host=answer.get("Endpoint", ""),
        port=answer.get("Port", 0),
        vpc=_vpc(members[0]) if members else None,
        subnets=_subnets(members[0]) if members else (),
        parameter_group=answer.get("DBClusterParameterGroup"),
        created_at=answer["ClusterCreateTime"],
        pending_changes=tuple(sorted(_pending(answer))),
        pending_groups=tuple(sorted(_pending_groups(answer))),
        instances=in_order_of_reboots(
            _instance(member, is_writer=roles.get(member["DBInstanceIdentifier"], False)) for member in members
        ),
        replica_of=answer.get("ReplicationSourceIdentifier"),
        replicas=(),
        global_database=answer["GlobalClusterIdentifier"] if is_secondary else None,
        primary_of=None if is_secondary else answer.get("GlobalClusterIdentifier"),
        custom_endpoints=tuple(answer.get("CustomEndpoints", [])),
        pauses=answer.get("ServerlessV2ScalingConfiguration", {}).get("MinCapacity") == 0,
        in_vpc=in_vpc,
        is_limitless=is_limitless,
        **_of_either(answer),
    )


def tags(answer: Mapping[str, Any]) -> dict[str, str]:
    """Key -> value."""
    return {tag["Key"]: tag.get("Value", "") for tag in answer.get("TagList", [])}


def _unmade(name: str, status: str, why: str) -> DatabaseBusy | DatabaseUnusable:
    if readiness(status) is Readiness.STUCK:
        return DatabaseUnusable(f"{name} is {status}", STUCK_REMEDY)
    return DatabaseBusy(why)


def _of_either(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What instances and clusters call the same."""
    return {
        "engine_version": answer["EngineVersion"],
        "tags": tags(answer),
        "master_user": answer.get("MasterUsername"),
        "master_secret": answer.get("MasterUserSecret", {}).get("SecretArn"),
        "memberships": tuple(_membership(entry) for entry in answer.get("DomainMemberships", [])),
        "iam_enabled": answer.get("IAMDatabaseAuthenticationEnabled", False),
        "security_groups": tuple(group["VpcSecurityGroupId"] for group in answer.get("VpcSecurityGroups", [])),
    }


def _membership(entry: Mapping[str, Any]) -> Membership:
    """No field of an entry is sure to be present. A self-managed domain, which other engines join, may have no id."""
    domain = entry.get("Domain") or entry.get("FQDN") or "unknown"
    return Membership(domain, entry.get("Status") or "unknown", entry.get("IAMRoleName", ""))


def _instance(answer: Mapping[str, Any], *, is_writer: bool) -> Instance:
    endpoint = answer.get("Endpoint", {})
    return Instance(
        name=answer["DBInstanceIdentifier"],
        status=answer.get("DBInstanceStatus", ""),
        instance_class=answer["DBInstanceClass"],
        host=endpoint.get("Address"),
        port=endpoint.get("Port", 0),
        is_writer=is_writer,
        pending_changes=tuple(sorted(_pending(answer))),
        pending_groups=tuple(sorted(_pending_groups(answer))),
    )


def _source(instance: Mapping[str, Any]) -> str | None:
    """An instance, or a Multi-AZ DB cluster."""
    kinds = ("ReadReplicaSourceDBInstanceIdentifier", "ReadReplicaSourceDBClusterIdentifier")
    return next((answered for kind in kinds if (answered := instance.get(kind))), None)


def _replicas(instance: Mapping[str, Any]) -> tuple[str, ...]:
    """Instances, and clusters that an instance is being migrated to, or that are Multi-AZ DB clusters."""
    return (
        *instance.get("ReadReplicaDBInstanceIdentifiers", []),
        *instance.get("ReadReplicaDBClusterIdentifiers", []),
    )


def _vpc(instance: Mapping[str, Any]) -> str | None:
    """Of a cluster's instance as well: a cluster says only the name of its subnet group."""
    vpc: str | None = instance.get("DBSubnetGroup", {}).get("VpcId")
    return vpc


def _subnets(instance: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(subnet["SubnetIdentifier"] for subnet in instance.get("DBSubnetGroup", {}).get("Subnets", []))


def _pending(answer: Mapping[str, Any]) -> Iterator[str]:
    """Changes that wait for a window."""
    for name, value in answer.get("PendingModifiedValues", {}).items():
        if value not in (None, {}, []):
            yield name


def _pending_groups(answer: Mapping[str, Any]) -> Iterator[str]:
    """The parameter groups that wait for a reboot."""
    for group in answer.get("DBParameterGroups", []):
        if group.get("ParameterApplyStatus") == "pending-reboot":
            yield group["DBParameterGroupName"]
    members = answer.get("DBClusterMembers", [])
    if any(member.get("DBClusterParameterGroupStatus") == "pending-reboot" for member in members):
        yield str(answer.get("DBClusterParameterGroup"))
