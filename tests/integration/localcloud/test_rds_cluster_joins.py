"""A cluster joins a directory as an instance does, and its instances with it."""

import pytest
from botocore.exceptions import ClientError

from tests.integration.localcloud.databases import Cluster, code

pytestmark = pytest.mark.usefixtures("not_onboarded")


def test_a_join_walks_the_documented_statuses(cluster: Cluster) -> None:
    cluster.create().wait()
    answered = cluster.join()
    assert answered["DomainMemberships"] == [
        {
            "Domain": cluster.cloud.directory_id,
            "Status": "pending-enable-kerberos",
            "FQDN": "corp.example.com",
            "IAMRoleName": cluster.cloud.physical["DirectoryRole"],
        }
    ]
    cluster.eventually(lambda: cluster.membership() == "enabling-kerberos")
    cluster.eventually(lambda: cluster.membership() == "kerberos-enabled")
    assert cluster.describe()["Status"] == "available"


def test_a_failed_join_is_tried_again_by_the_same_call(cluster: Cluster) -> None:
    cluster.create().wait()
    cluster.cloud.faults.script("join", "enable-kerberos-failed")
    cluster.join()
    cluster.eventually(lambda: cluster.membership() == "enable-kerberos-failed")
    cluster.join()
    assert cluster.membership() == "pending-enable-kerberos"


def test_the_same_call_again_does_not_start_a_running_join_anew(cluster: Cluster) -> None:
    cluster.create().wait()
    cluster.join()
    cluster.eventually(lambda: cluster.membership() == "enabling-kerberos")
    cluster.join()
    assert cluster.membership() in ("enabling-kerberos", "kerberos-enabled")


def test_a_join_that_is_not_immediate_waits_for_the_clusters_window_and_can_be_hurried(cluster: Cluster) -> None:
    cluster.create().wait()
    cluster.join(ApplyImmediately=False)
    assert cluster.membership() == "pending-maintenance-enable-kerberos"
    cluster.join(ApplyImmediately=True)
    assert cluster.membership() == "pending-enable-kerberos"


def test_a_cluster_leaves_the_domain_none(cluster: Cluster) -> None:
    cluster.create().wait()
    cluster.joined()
    cluster.rds.modify_db_cluster(DBClusterIdentifier=cluster.name, Domain="none", ApplyImmediately=True)
    assert cluster.membership() == "disabling-kerberos"
    cluster.eventually(lambda: cluster.membership() == "")


def test_a_cluster_that_is_created_in_a_directory_joins_it_by_itself(cluster: Cluster) -> None:
    role = cluster.cloud.physical["DirectoryRole"]
    cluster.create(Domain=cluster.cloud.directory_id, DomainIAMRoleName=role).wait()
    cluster.eventually(lambda: cluster.membership() == "kerberos-enabled")


def test_a_directory_that_is_not_there_is_refused(cluster: Cluster) -> None:
    cluster.create().wait()
    with pytest.raises(ClientError) as refused:
        cluster.join(Domain="d-0000000000")
    assert code(refused) == "DomainNotFoundFault"


def test_a_role_that_rds_may_not_take_is_refused(cluster: Cluster) -> None:
    cluster.create().wait()
    for role in ("no-such-role", cluster.cloud.physical["MakePlanRole"]):
        with pytest.raises(ClientError, match="Check that the role exists and has the correct policies") as refused:
            cluster.join(DomainIAMRoleName=role)
        assert code(refused) == "InvalidParameterValue"
    assert cluster.membership() == ""
