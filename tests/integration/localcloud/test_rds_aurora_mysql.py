"""A cluster of Aurora MySQL: a real writer and readers that follow it; who takes tickets from which moment."""

from collections.abc import Iterator

import pytest

from localcloud.cloud import Cloud
from tests.conftest import Eventually
from tests.integration.localcloud.databases import MySQLCluster

pytestmark = pytest.mark.usefixtures("not_onboarded")

PASSWORD = "Correct-Horse-7"


@pytest.fixture(scope="module")
def shop(cloud: Cloud, eventually: Eventually, not_onboarded: None) -> Iterator[MySQLCluster]:
    """A writer and a reader."""
    cluster = MySQLCluster(cloud, "shop", eventually)
    cluster.create(DatabaseName="payments")
    cluster.add("writer", "reader")
    cluster.wait()
    yield cluster
    cluster.delete()


@pytest.fixture(scope="module")
def person(cloud: Cloud) -> str:
    """Is in the directory."""
    cloud.directory.add_user("wanda", PASSWORD)
    return "wanda"


def host(cluster: MySQLCluster, suffix: str) -> str:
    return str(cluster.instances()[suffix]["Endpoint"]["Address"])


def login(cluster: MySQLCluster, person: str) -> str:
    realm = cluster.cloud.directory.realm
    return f"CREATE USER '{person}'@'%' IDENTIFIED WITH 'authentication_kerberos' BY '{realm}' REQUIRE SSL"


def signed_in(cluster: MySQLCluster, person: str, host: str) -> bool:
    done = cluster.with_ticket(person, PASSWORD, host)
    assert done.stdout == f"{person}@%" or "ERROR" in done.stdout
    return done.returncode == 0


def test_its_endpoints_lead_to_the_writer_and_to_the_readers(shop: MySQLCluster) -> None:
    cluster = shop.describe()
    assert (cluster["Port"], cluster["DBClusterParameterGroup"]) == (3306, "default.aurora-mysql8.0")
    hosts = [cluster["Endpoint"], host(shop, "writer"), cluster["ReaderEndpoint"], host(shop, "reader")]
    asked = "SELECT CURRENT_USER(), @@GLOBAL.read_only"
    assert [shop.as_master(asked, each) for each in hosts] == ["admin@%\t0"] * 2 + ["admin@%\t1"] * 2


def test_the_database_that_was_asked_for_is_there_and_what_is_written_reaches_the_reader(shop: MySQLCluster) -> None:
    assert shop.as_master("CREATE TABLE t AS SELECT 7 AS seven", database="payments") == ""
    shop.eventually(lambda: shop.as_master("SELECT seven FROM payments.t", host(shop, "reader")) == "7")
    assert "ERROR 1290" in shop.as_master("CREATE DATABASE d", shop.describe()["ReaderEndpoint"])


def test_the_writer_takes_tickets_as_soon_as_the_cluster_is_a_member_and_readers_after_a_reboot(
    shop: MySQLCluster, person: str
) -> None:
    shop.join()
    assert "ERROR 1524" in shop.as_master(login(shop, person))
    shop.eventually(lambda: shop.membership() == "kerberos-enabled")
    assert shop.as_master(login(shop, person)) == ""
    writer, reader = host(shop, "writer"), host(shop, "reader")
    assert signed_in(shop, person, writer)
    assert signed_in(shop, person, shop.describe()["Endpoint"])
    known = f"SELECT COUNT(*) FROM mysql.user WHERE user = '{person}'"
    shop.eventually(lambda: shop.as_master(known, reader) == "1")
    assert not signed_in(shop, person, reader)
    shop.reboot("reader")
    shop.wait()
    assert signed_in(shop, person, reader)
    assert signed_in(shop, person, shop.describe()["ReaderEndpoint"])


def test_a_member_that_comes_after_the_join_takes_tickets_at_once(shop: MySQLCluster, person: str) -> None:
    assert shop.membership() == "kerberos-enabled"
    shop.add("late")
    shop.wait()
    late = host(shop, "late")
    try:
        shop.eventually(lambda: signed_in(shop, person, late))
    finally:  # seen where it fails
        print(shop.with_ticket(person, PASSWORD, late).stdout, shop.as_master("SHOW REPLICA STATUS\\G", late))
    shop.rds.delete_db_instance(DBInstanceIdentifier="shop-late", SkipFinalSnapshot=True)


def test_the_secret_is_rotated_with_the_password_of_all_members(shop: MySQLCluster) -> None:
    before = shop.master()
    shop.rds.modify_db_cluster(DBClusterIdentifier="shop", RotateMasterUserPassword=True, ApplyImmediately=True)
    assert shop.master() != before
    for endpoint in ("Endpoint", "ReaderEndpoint"):
        shop.eventually(lambda endpoint=endpoint: shop.as_master("SELECT 1", shop.describe()[endpoint]) == "1")  # type: ignore[misc]
