"""RDS for PostgreSQL: one real server behind each instance, which knows tickets from its reboot after the join."""

import pytest

from localcloud.cloud import Cloud
from localcloud.examples import example_data
from tests.integration.localcloud.databases import Database, psql, with_ticket

pytestmark = pytest.mark.usefixtures("not_onboarded")


def test_an_instance_has_its_database_and_takes_tickets_after_a_reboot(cloud: Cloud, database: Database) -> None:
    pia = ("pia", example_data.PEOPLE["alice"])
    cloud.directory.add_user(*pia)
    settings = {"EngineVersion": "15.14", "MasterUsername": "dba", "DBName": "payments"}
    database.create(Engine="postgres", EnableIAMDatabaseAuthentication=True, **settings)
    seen = database.wait()
    assert seen["IAMDatabaseAuthenticationEnabled"]  # which is no hindrance, as it is with MySQL
    host, master = seen["Endpoint"]["Address"], database.master()
    assert (seen["Endpoint"]["Port"], seen["DBName"], seen["EngineVersion"]) == (5432, "payments", "15.14")
    sql = 'CREATE USER "pia@CORP.EXAMPLE.COM" WITH LOGIN; GRANT rds_ad TO "pia@CORP.EXAMPLE.COM"'
    made = psql(cloud, sql, host, master["username"], "payments", PGPASSWORD=master["password"])
    assert made.returncode == 0, made.stderr
    database.join()
    database.eventually(lambda: database.membership() == "kerberos-enabled")
    assert "pg_hba.conf rejects connection" in with_ticket(cloud, *pia, host).stderr
    cloud.client("rds").reboot_db_instance(DBInstanceIdentifier=database.name)
    database.wait()
    assert with_ticket(cloud, *pia, host).stdout.strip() == "pia@CORP.EXAMPLE.COM"
