"""What a plan is made from, read where the local AWS has it, and in how many calls."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from moto.ds.models import ds_backends

from localcloud.cloud import Cloud
from signon.aws import directory_service, ec2, parameters
from signon.aws.clients import client
from signon.aws.surroundings import look_around
from signon.domain.directory.directory import Directory, Trust
from signon.domain.plan.prerequisites.network import network_findings
from signon.domain.profile.profile import DirectoryLogin, IamLogin, Profile
from signon.domain.rds.database import Database
from tests.builders import a_cluster, a_database, a_member, a_membership, a_profile

# ---- the network


@dataclass
class Vpc:
    id: str
    subnets: list[str]
    table: str
    group: str


@dataclass
class Site:
    """A database and its directory, each in a VPC of its own."""

    database: Database
    directory: Directory
    here: Vpc
    there: Vpc

    def problems(self) -> list[str]:
        found = ec2.network(self.database, self.directory)
        names = dict.fromkeys((*self.here.subnets, *self.there.subnets), "s")
        told = [each.problem for each in network_findings("orders", "d-1", found)]
        for name, short in {**names, self.here.group: "g", self.there.group: "g"}.items():
            told = [problem.replace(name, short) for problem in told]
        return told


@pytest.fixture
def site(cloud: Cloud) -> Iterator[Site]:
    here, there = a_vpc(cloud, "10.20"), a_vpc(cloud, "10.21")
    made = cloud.client("ds").create_microsoft_ad(
        Name="other.example.com",
        Password="Correct-Horse-7",
        VpcSettings={"VpcId": there.id, "SubnetIds": there.subnets},
    )["DirectoryId"]
    found = directory_service.find(made)
    assert found is not None
    there.group = found.security_groups[0]
    let_in(cloud, there.group, "10.20.0.0/16")
    yield Site(a_database(subnets=tuple(here.subnets), security_groups=(here.group,)), found, here, there)
    cloud.client("ds").delete_directory(DirectoryId=made)


def a_vpc(cloud: Cloud, prefix: str) -> Vpc:
    client = cloud.client("ec2")
    vpc = client.create_vpc(CidrBlock=f"{prefix}.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        client.create_subnet(VpcId=vpc, CidrBlock=f"{prefix}.{number}.0/24", AvailabilityZone=f"{cloud.region}{zone}")
        for number, zone in enumerate("ab")
    ]
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    table = client.describe_route_tables(Filters=of_vpc)["RouteTables"][0]["RouteTableId"]
    group = client.describe_security_groups(Filters=of_vpc)["SecurityGroups"][0]["GroupId"]
    return Vpc(vpc, [subnet["Subnet"]["SubnetId"] for subnet in subnets], table, group)


def let_in(cloud: Cloud, group: str, cidr: str) -> None:
    permission: dict[str, Any] = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": cidr}]}
    cloud.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])


def peer(cloud: Cloud, site: Site) -> str:
    made = cloud.client("ec2").create_vpc_peering_connection(VpcId=site.here.id, PeerVpcId=site.there.id)
    peering = str(made["VpcPeeringConnection"]["VpcPeeringConnectionId"])
    cloud.client("ec2").accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    for table, cidr in ((site.here.table, "10.21.0.0/16"), (site.there.table, "10.20.0.0/16")):
        cloud.client("ec2").create_route(RouteTableId=table, DestinationCidrBlock=cidr, VpcPeeringConnectionId=peering)
    return peering


def test_two_vpcs_are_apart_until_they_are_peered_with_a_route_each_way(cloud: Cloud, site: Site) -> None:
    assert site.problems() == [
        "No route leads from s, s of orders to directory d-1",
        "No route leads from s, s of directory d-1 to orders",
    ]
    peer(cloud, site)
    assert site.problems() == []


def test_a_network_acl_and_a_security_group_that_shut_them_off_are_seen(cloud: Cloud, site: Site) -> None:
    peer(cloud, site)
    of_subnet = [{"Name": "association.subnet-id", "Values": [site.here.subnets[0]]}]
    acl = cloud.client("ec2").describe_network_acls(Filters=of_subnet)["NetworkAcls"][0]["NetworkAclId"]
    cloud.client("ec2").create_network_acl_entry(
        NetworkAclId=acl,
        RuleNumber=50,
        Protocol="6",
        RuleAction="deny",
        Egress=True,
        CidrBlock="10.21.0.0/16",
        PortRange={"From": 88, "To": 88},
    )
    everything: dict[str, Any] = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    cloud.client("ec2").revoke_security_group_egress(GroupId=site.here.group, IpPermissions=[everything])
    some: dict[str, Any] = {**everything, "IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535}
    cloud.client("ec2").authorize_security_group_egress(GroupId=site.here.group, IpPermissions=[some])
    assert site.problems() == [
        "The network ACL of s, s of orders allows nothing out to directory d-1 on TCP 88",
        "The security groups of orders (g) allow nothing out to directory d-1 on UDP 53, 88, 464",
    ]


def test_the_databases_of_the_local_cloud_reach_its_directory(cloud: Cloud) -> None:
    """Or no story would get beyond its plan."""
    directory = directory_service.find(cloud.directory_id)
    assert directory is not None
    vpc, subnets = cloud.aws.network()
    groups = cloud.client("ec2").describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )
    database = a_database(subnets=tuple(subnets), security_groups=(groups["SecurityGroups"][0]["GroupId"],), vpc=vpc)
    network = ec2.network(database, directory)
    assert network.directory is not None
    assert len(network.database.subnets) == len(network.directory.subnets) == len(network.controllers) == 2
    assert list(network_findings("orders", directory.id, network)) == []


# ---- trusts


def test_a_trust_is_read_as_the_directory_sees_it(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    assert directory_service.trusts(cloud.directory_id) == ()
    made = cloud.client("ds").create_trust(
        DirectoryId=cloud.directory_id,
        RemoteDomainName="onprem.example.com",
        TrustPassword="Correct-Horse-7",
        TrustDirection="One-Way: Outgoing",
        TrustType="Forest",
        SelectiveAuth="Enabled",
    )["TrustId"]
    try:
        (kept,) = ds_backends[cloud.account][cloud.region].directories[cloud.directory_id].trusts
        monkeypatch.setattr(kept, "trust_state", "Verified")  # moto's stays Creating
        assert directory_service.trusts(cloud.directory_id) == (
            Trust(made, "ONPREM.EXAMPLE.COM", "Forest", "One-Way: Outgoing", "Verified", is_selective=True),
        )
    finally:
        cloud.client("ds").delete_trust(TrustId=made)


def test_a_directory_that_is_no_owners_is_seen_by_no_other_id() -> None:
    assert directory_service.shared_as("d-9999999999") is None


# ---- parameters

NAMES = ["require_secure_transport", "rds.force_ssl", "krb_caseins_users", "log_connections"]


@pytest.mark.parametrize(
    ("database", "found"),
    [
        (a_database(parameter_group="default.mysql8.4"), {"require_secure_transport": "0"}),
        (
            a_cluster(parameter_group="default.aurora-postgresql16"),
            {"rds.force_ssl": "0", "krb_caseins_users": "0", "log_connections": "0"},
        ),
        (
            a_cluster(parameter_group="default.aurora-postgresql17"),
            {"rds.force_ssl": "1", "krb_caseins_users": "0", "log_connections": "0"},
        ),
        (a_database(parameter_group="gone"), {}),
    ],
)
def test_a_default_parameter_group_has_what_the_engine_knows(database: Database, found: dict[str, str]) -> None:
    assert parameters.values(database, NAMES) == found


def test_what_a_team_has_set_in_a_group_of_its_own_is_read(cloud: Cloud) -> None:
    rds, name = cloud.client("rds"), f"own-{uuid.uuid4().hex[:8]}"
    rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily="mysql8.4", Description="own")
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName=name, DBParameterGroupFamily="aurora-postgresql16", Description="own"
    )
    secure = {"ParameterName": "require_secure_transport", "ParameterValue": "1", "ApplyMethod": "immediate"}
    rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=[secure])
    krb = {"ParameterName": "krb_caseins_users", "ParameterValue": "1", "ApplyMethod": "immediate"}
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName=name, Parameters=[krb])
    assert parameters.values(a_database(parameter_group=name), NAMES) == {"require_secure_transport": "1"}
    assert parameters.values(a_cluster(parameter_group=name), NAMES)["krb_caseins_users"] == "1"


# ---- all of it

DIRECTORY_CALLS = ["DescribeDirectories", "GetRole", "ListAttachedRolePolicies"]
NETWORK_CALLS = ["DescribeSubnets", "DescribeRouteTables", "DescribeNetworkAcls", "DescribeSecurityGroups"]
ALWAYS = ["DescribeOrderableDBInstanceOptions", "DescribeDBParameters", "GetItem"]
OF_MYSQL: dict[str, Any] = {"parameter_group": "default.mysql8.4", "subnets": ("subnet-x",), "security_groups": ()}
ONPREM = "ONPREM.EXAMPLE.COM"


@pytest.mark.parametrize(
    ("database", "profile", "calls"),
    [
        (a_database(**OF_MYSQL), a_profile(), [*ALWAYS, *DIRECTORY_CALLS, *NETWORK_CALLS]),
        (a_member(**OF_MYSQL), a_profile(), [*ALWAYS, *DIRECTORY_CALLS]),
        (
            a_member("failed", **OF_MYSQL),
            a_profile(),
            [*ALWAYS, *DIRECTORY_CALLS, *NETWORK_CALLS],
        ),
        (
            a_member(**OF_MYSQL),
            a_profile(logins=(DirectoryLogin("alice", ("read",), realm=ONPREM),)),
            [*ALWAYS, *DIRECTORY_CALLS, "DescribeTrusts"],
        ),
        (a_member(**OF_MYSQL), a_profile(directory="d-99999999ff"), [*ALWAYS, *DIRECTORY_CALLS, "DescribeDirectories"]),
        (
            a_database(**OF_MYSQL),
            a_profile(methods={"mysql": ("iam",)}, logins=(IamLogin("app", ("read",)),), directory=""),
            ALWAYS,
        ),
        (
            a_cluster(memberships=(a_membership(),), parameter_group="default.aurora-postgresql16"),
            a_profile(),
            [*DIRECTORY_CALLS, *ALWAYS[::2], "DescribeDBClusterParameters"],
        ),
    ],
    ids=["new", "a member", "a failed one", "another domain", "no such directory", "IAM alone", "a cluster"],
)
def test_each_kind_of_thing_is_asked_for_once_and_only_where_the_plan_is_made_from_it(
    cloud: Cloud, database: Database, profile: Profile, calls: list[str]
) -> None:
    made, counted = Counter[str](), [client(service).meta.events for service in ("ds", "ec2", "iam", "rds", "dynamodb")]

    def count(model: Any, **_: Any) -> None:
        made[model.name] += 1

    for events in counted:
        events.register("before-call", count)
    try:
        look_around(
            database,
            profile,
            role=cloud.physical["DirectoryRole"],
            table=cloud.outputs["RecordsTable"],
            vpc=str(database.vpc),
            policy_prefix="signon-",
            master_secrets=(),
        )
    finally:
        for events in counted:
            events.unregister("before-call", count)
    assert made == Counter(calls)
