"""What the demo and the end-to-end tests create."""

import pytest

from localcloud.cloud import Cloud
from localcloud.examples.example_data import create_cluster
from tests.conftest import Eventually
from tests.integration.localcloud.databases import Cluster

pytestmark = pytest.mark.usefixtures("not_onboarded")


def test_a_cluster_has_a_writer_readers_and_the_tag(cloud: Cloud, eventually: Eventually) -> None:
    create_cluster(cloud, "example", "payments", readers=2)
    cluster = Cluster(cloud, "example", eventually)
    seen = cluster.wait()
    assert [each["IsClusterWriter"] for each in seen["DBClusterMembers"]] == [True, False, False]
    assert seen["TagList"] == [{"Key": "signon:profile", "Value": "payments"}]
    assert [each["TagList"] for each in cluster.instances().values()] == [[], [], []]
    assert cluster.as_master("SELECT datname FROM pg_database WHERE datname = 'payments'") == "payments"
    cluster.delete()
