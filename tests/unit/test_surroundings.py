"""What is asked about the network, the trusts and the parameters, in how many calls, and what becomes of the answers.

botocore checks the questions and the answers; nothing is sent.
"""

from __future__ import annotations

from typing import Any

import pytest

from signon.aws import directory_service, ec2, iam, parameters, policy_lock, rds, records
from signon.aws.surroundings import look_around
from signon.domain.directory.directory import Directory, Trust
from signon.domain.engines import Method
from signon.domain.logins.connect_policies import LONGEST_DOCUMENT, MOST_POLICIES, dbuser
from signon.domain.network.network import ANY, Route, Rule
from signon.domain.profile.profile import IamLogin
from signon.foreign import shown
from tests.builders import (
    ACCOUNT,
    DIRECTORY,
    NOW,
    a_cluster,
    a_database,
    a_database_id,
    a_directory,
    a_profile,
    an_instance,
)
from tests.hostile_texts import TEXTS, broken
from tests.unit.conftest import Answering

# ---- the network

SUBNETS = [
    {"SubnetId": "subnet-a", "VpcId": "vpc-1", "CidrBlock": "10.0.0.0/24"},
    {"SubnetId": "subnet-b", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"},
    {"SubnetId": "subnet-c", "VpcId": "vpc-2", "CidrBlock": "10.1.0.0/24"},
]
TABLES = [
    {
        "VpcId": "vpc-1",
        "Associations": [{"Main": True}],
        "Routes": [
            {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
            {"DestinationCidrBlock": "10.1.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "blackhole"},
            {"DestinationPrefixListId": "pl-1", "TransitGatewayId": "tgw-1", "State": "active"},
            {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "State": "active"},
        ],
    },
    {
        "VpcId": "vpc-1",
        "Associations": [{"SubnetId": "subnet-b", "Main": False}],
        "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}],
    },
    {"VpcId": "vpc-2", "Associations": [{"Main": True}], "Routes": []},
]
ACL = [
    {"RuleNumber": 32767, "Protocol": "-1", "RuleAction": "deny", "Egress": False, "CidrBlock": "0.0.0.0/0"},
    {
        "RuleNumber": 90,
        "Protocol": "6",
        "RuleAction": "allow",
        "Egress": False,
        "CidrBlock": "10.0.0.0/8",
        "PortRange": {"From": 1024, "To": 65535},
    },
    {"RuleNumber": 80, "Protocol": "1", "RuleAction": "allow", "Egress": False, "CidrBlock": "0.0.0.0/0"},  # ICMP
    {"RuleNumber": 70, "Protocol": "-1", "RuleAction": "allow", "Egress": False, "Ipv6CidrBlock": "::/0"},
    {"RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "Egress": True, "CidrBlock": "0.0.0.0/0"},
]
GROUPS = [
    {
        "GroupId": "sg-db",
        "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "UserIdGroupPairs": [{"GroupId": "sg-app"}]},
            {"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        ],
        "IpPermissionsEgress": [
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "PrefixListIds": [{"PrefixListId": "pl-1"}]}
        ],
    },
    {"GroupId": "sg-dc", "IpPermissions": [], "IpPermissionsEgress": []},
]


def filtered(name: str, *values: str, **more: str) -> dict[str, Any]:
    return {"Filters": [{"Name": name, "Values": list(values)}], **more}


def test_the_network_is_read_in_one_call_of_each_kind(answering: Answering) -> None:
    stub = answering("ec2")
    stub.add_response(
        "describe_subnets", {"Subnets": SUBNETS}, filtered("subnet-id", "subnet-a", "subnet-b", "subnet-c")
    )
    stub.add_response("describe_route_tables", {"RouteTables": TABLES}, filtered("vpc-id", "vpc-1", "vpc-2"))
    acls = [{"Associations": [{"SubnetId": each["SubnetId"]} for each in SUBNETS], "Entries": ACL}]
    of_subnets = filtered("association.subnet-id", "subnet-a", "subnet-b", "subnet-c")
    stub.add_response("describe_network_acls", {"NetworkAcls": acls}, of_subnets)
    stub.add_response("describe_security_groups", {"SecurityGroups": GROUPS}, filtered("group-id", "sg-db", "sg-dc"))
    database = a_database(subnets=("subnet-b", "subnet-a"), security_groups=("sg-db",))
    directory = a_directory(subnets=("subnet-c",), security_groups=("sg-dc",), controllers=("10.1.0.10",))
    network = ec2.network(database, directory)
    stub.assert_no_pending_responses()
    assert network.controllers == ("10.1.0.10",)
    assert network.directory is not None
    assert [subnet.id for subnet in network.directory.subnets] == ["subnet-c"]
    by_the_own_table, by_the_main_table = network.database.subnets
    assert by_the_own_table.routes == (Route("0.0.0.0/0", "nat-1"),)
    assert by_the_main_table.routes == (
        Route("10.0.0.0/16", "local"),
        Route("10.1.0.0/16", "pcx-1", is_blackhole=True),
        Route("pl-1", "tgw-1"),
    )
    assert by_the_main_table.inbound == (
        Rule(True, "tcp", 1024, 65535, "10.0.0.0/8"),
        Rule(False, ANY, 0, 65535, "0.0.0.0/0"),
    )
    assert by_the_main_table.outbound == (Rule(True, ANY, 0, 65535, "0.0.0.0/0"),)
    assert network.database.inbound == (Rule(True, "tcp", 3306, 3306, "sg-app"),)
    assert network.database.outbound == (
        Rule(True, ANY, 0, 65535, "0.0.0.0/0"),
        Rule(True, ANY, 0, 65535, "pl-1"),
    )


def test_of_subnets_that_nobody_shows_nothing_more_is_asked(answering: Answering) -> None:
    stub = answering("ec2")
    stub.add_response("describe_subnets", {"Subnets": []}, filtered("subnet-id", "subnet-gone"))
    assert ec2._subnets(["subnet-gone"]) == {}
    stub.assert_no_pending_responses()


def test_a_directory_whose_network_this_account_does_not_see_has_none(answering: Answering) -> None:
    stub = answering("ec2")
    stub.add_response("describe_subnets", {"Subnets": SUBNETS[:1], "NextToken": "more"})
    stub.add_response(
        "describe_subnets", {"Subnets": []}, filtered("subnet-id", "subnet-a", "subnet-theirs", NextToken="more")
    )
    stub.add_response("describe_route_tables", {"RouteTables": TABLES[:1]})
    stub.add_response("describe_network_acls", {"NetworkAcls": []})
    stub.add_response("describe_security_groups", {"SecurityGroups": GROUPS[:1]})
    database = a_database(subnets=("subnet-a",), security_groups=("sg-db",))
    directory = a_directory(subnets=("subnet-theirs",), security_groups=("sg-theirs",), controllers=("10.1.0.10",))
    network = ec2.network(database, directory)
    assert (network.directory, network.database.groups) == (None, ("sg-db",))


# ---- the directory


def test_of_a_shared_directory_the_network_is_its_owners(answering: Answering) -> None:
    network = {"VpcId": "vpc-9", "SubnetIds": ["subnet-x"], "SecurityGroupId": "sg-x"}
    owner = {"DirectoryId": "d-9367000009", "DnsIpAddrs": ["10.9.0.1"], "VpcSettings": network}
    shared = {
        "DirectoryId": DIRECTORY,
        "Name": "corp.example.com",
        "Stage": "Active",
        "Type": "SharedMicrosoftAD",
        "ShareStatus": "Shared",
        "OwnerDirectoryDescription": owner,
    }
    answering("ds").add_response("describe_directories", {"DirectoryDescriptions": [shared]})
    assert directory_service.find(DIRECTORY) == Directory(
        DIRECTORY,
        "corp.example.com",
        "Active",
        "SharedMicrosoftAD",
        share="Shared",
        subnets=("subnet-x",),
        security_groups=("sg-x",),
        controllers=("10.9.0.1",),
    )


@pytest.mark.parametrize("title", TEXTS)
def test_every_text_about_a_directory_is_a_word_or_quoted(answering: Answering, title: str) -> None:
    text, stub = TEXTS[title], answering("ds")
    fields = ("DirectoryId", "Name", "Stage", "Type", "ShareStatus")
    said = {**dict.fromkeys(fields, text), "DnsIpAddrs": [text], "VpcSettings": {"SubnetIds": [text]}}
    trust = {**dict.fromkeys(("TrustId", "RemoteDomainName", "TrustType", "TrustDirection", "TrustState"), text)}
    with_reason = {**trust, "TrustStateReason": "It is a sentence."}
    stub.add_response("describe_directories", {"DirectoryDescriptions": [said]})
    stub.add_response("describe_trusts", {"Trusts": [with_reason]})
    found, (seen,) = directory_service.find(DIRECTORY), directory_service.trusts(DIRECTORY) or ()
    assert found is not None
    assert {found.id, found.name, found.stage, found.type, found.share, *found.controllers} == {shown(text)}
    assert {seen.id, seen.kind, seen.direction, seen.state} == {shown(text)}
    assert broken(seen.realm) == []
    assert seen.reason == "It is a sentence."


@pytest.mark.parametrize(("owners_id", "ours"), [("d-9367000009", "d-9367000002"), ("d-9367000008", None)])
def test_the_id_that_a_directorys_owner_calls_it_by_is_told_apart(
    answering: Answering, owners_id: str, ours: str | None
) -> None:
    stub = answering("ds")
    first = {"DirectoryDescriptions": [{"DirectoryId": DIRECTORY}], "NextToken": "more"}
    stub.add_response("describe_directories", first, {})
    theirs = {"DirectoryId": "d-9367000002", "OwnerDirectoryDescription": {"DirectoryId": "d-9367000009"}}
    stub.add_response("describe_directories", {"DirectoryDescriptions": [theirs]}, {"NextToken": "more"})
    assert directory_service.shared_as(owners_id) == ours


def test_trusts_are_read_page_by_page(answering: Answering) -> None:
    stub, said = answering("ds"), {"TrustDirection": "Two-Way", "TrustState": "Verified"}
    one = {"TrustId": "t-1", "RemoteDomainName": "onprem.example.com", "SelectiveAuth": "Enabled", **said}
    other = {
        "TrustId": "t-2",
        "RemoteDomainName": "b.example.com",
        "TrustType": "External",
        **said,
        "TrustState": "Failed",
        "TrustStateReason": "wrong password",
    }
    stub.add_response("describe_trusts", {"Trusts": [one], "NextToken": "more"}, {"DirectoryId": DIRECTORY})
    stub.add_response("describe_trusts", {"Trusts": [other]}, {"DirectoryId": DIRECTORY, "NextToken": "more"})
    assert directory_service.trusts(DIRECTORY) == (
        Trust("t-1", "ONPREM.EXAMPLE.COM", "Forest", "Two-Way", "Verified", is_selective=True),
        Trust("t-2", "B.EXAMPLE.COM", "External", "Two-Way", "Failed", "wrong password"),
    )


@pytest.mark.parametrize("code", ["UnsupportedOperationException", "EntityDoesNotExistException", "ClientException"])
def test_trusts_that_aws_does_not_show_to_this_account_are_unknown(answering: Answering, code: str) -> None:
    answering("ds").add_client_error("describe_trusts", code)
    assert directory_service.trusts(DIRECTORY) is None


# ---- parameters


@pytest.mark.parametrize(
    ("database", "call", "group"),
    [
        (a_database(parameter_group="p"), "describe_db_parameters", "DBParameterGroupName"),
        (a_cluster(parameter_group="p"), "describe_db_cluster_parameters", "DBClusterParameterGroupName"),
    ],
)
def test_parameters_are_asked_for_by_name_and_read_page_by_page(
    answering: Answering, database: Any, call: str, group: str
) -> None:
    stub, question = answering("rds"), {group: "p", **filtered("parameter-name", "log_connections", "rds.force_ssl")}
    stub.add_response(call, {"Parameters": [{"ParameterName": "log_connections"}], "Marker": "more"}, question)
    said = [{"ParameterName": "rds.force_ssl", "ParameterValue": "1"}]
    stub.add_response(call, {"Parameters": said}, {**question, "Marker": "more"})
    found = parameters.values(database, ["log_connections", "rds.force_ssl"])
    assert found == {"log_connections": "", "rds.force_ssl": "1"}


def test_a_parameter_group_that_is_gone_says_nothing(answering: Answering) -> None:
    answering("rds").add_client_error("describe_db_parameters", "DBParameterGroupNotFound")
    assert parameters.values(a_database(parameter_group="p"), ["log_connections"]) == {}


# ---- roles that sign in


def a_role(name: str, path: str = "/", **more: Any) -> dict[str, Any]:
    role = {"Path": path, "RoleName": name, "RoleId": "A" * 16, "CreateDate": NOW, **more}
    return {"Role": {**role, "Arn": f"arn:aws:iam::{ACCOUNT}:role{path}{name}"}}


def test_of_the_roles_that_sign_in_those_that_there_are_are_read_with_their_boundaries(answering: Answering) -> None:
    stub, boundary = answering("iam"), f"arn:aws:iam::{ACCOUNT}:policy/developers"
    bounded: Any = {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}}
    stub.add_response("get_role", a_role("app", **bounded), {"RoleName": "app"})
    stub.add_response("get_role", a_role("reporter"), {"RoleName": "reporter"})
    stub.add_response("get_role", a_role("elsewhere", "/another/"), {"RoleName": "elsewhere"})
    stub.add_client_error("get_role", "NoSuchEntity")
    prefix = f"arn:aws:iam::{ACCOUNT}:role/"
    roles = [f"{prefix}{name}" for name in ("app", "reporter", "elsewhere", "absent")]
    assert iam.boundaries(roles) == {f"{prefix}app": boundary, f"{prefix}reporter": ""}


# ---- what RDS offers

BOTH = {"SupportsKerberosAuthentication": True, "SupportsIAMDatabaseAuthentication": True}


@pytest.mark.parametrize(
    ("options", "not_offered"),
    [
        ([BOTH], {}),
        ([], {}),  # offered to nobody new: it runs there
        ([{**BOTH, "SupportsKerberosAuthentication": False}], {Method.KERBEROS: ("db.t4g.micro",)}),
        ([{**BOTH, "SupportsKerberosAuthentication": False}, BOTH], {}),
        ([{}], {Method.KERBEROS: ("db.t4g.micro",), Method.IAM: ("db.t4g.micro",)}),
    ],
)
def test_what_rds_does_not_offer_for_a_class_is_read_from_its_own_list(
    answering: Answering, options: list[Any], not_offered: dict[Method, Any]
) -> None:
    question = {"Engine": "mysql", "EngineVersion": "8.4.5", "DBInstanceClass": "db.t4g.micro", "Vpc": True}
    answer = {"OrderableDBInstanceOptions": options}
    answering("rds").add_response("describe_orderable_db_instance_options", answer, question)
    assert rds.not_offered(a_database()) == not_offered


def test_what_rds_offers_is_read_page_by_page(answering: Answering) -> None:
    stub = answering("rds")
    question = {"Engine": "mysql", "EngineVersion": "8.4.5", "DBInstanceClass": "db.t4g.micro", "Vpc": True}
    first = {"OrderableDBInstanceOptions": [{}], "Marker": "2"}
    stub.add_response("describe_orderable_db_instance_options", first, question)
    second = {"OrderableDBInstanceOptions": [BOTH]}
    stub.add_response("describe_orderable_db_instance_options", second, {**question, "Marker": "2"})
    assert rds.not_offered(a_database()) == {}
    stub.assert_no_pending_responses()


def test_a_class_of_several_instances_is_asked_about_once(answering: Answering) -> None:
    stub = answering("rds")
    for _ in range(2):
        stub.add_response("describe_orderable_db_instance_options", {"OrderableDBInstanceOptions": [BOTH]})
    bigger = an_instance("ledger-3", instance_class="db.r6g.large")
    instances = (an_instance("ledger-1"), an_instance("ledger-2"), bigger)
    assert rds.not_offered(a_cluster(instances=instances)) == {}
    stub.assert_no_pending_responses()


# ---- connect policies


def test_a_role_whose_policies_are_full_of_databases_that_are_no_more_has_room(monkeypatch: pytest.MonkeyPatch) -> None:
    role, ours = f"arn:aws:iam::{ACCOUNT}:role/api", dbuser(a_database().id, "other_app")
    stays, gone = (
        dbuser(a_database_id(resource_id=f"db-{name}"), "x" * LONGEST_DOCUMENT) for name in ("LIVES", "GONE")
    )
    monkeypatch.setattr(policy_lock, "remembered", lambda *_: [frozenset({stays, ours}), *[frozenset({gone})] * 9])
    monkeypatch.setattr(rds, "resource_ids", lambda: frozenset({"db-LIVES", a_database().id.resource_id}))
    monkeypatch.setattr(rds, "not_offered", lambda _: {})
    monkeypatch.setattr(records, "is_paused", lambda _: False)
    monkeypatch.setattr(parameters, "values", lambda *_: {})
    monkeypatch.setattr(iam, "boundaries", lambda arns: dict.fromkeys(arns, ""))
    profile = a_profile(methods={"mysql": ("iam",)}, logins=(IamLogin("payments_app", ("read",), used_by=(role,)),))
    around = look_around(a_database(), profile, role="r", table="t", vpc="v", policy_prefix="p", master_secrets=())
    policies = around.connect_policies[role]
    assert len(policies) == MOST_POLICIES
    assert policies == [frozenset({stays, ours}), *[frozenset[str]()] * 9]
