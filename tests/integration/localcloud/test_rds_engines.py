"""What RDS says it offers."""

from typing import Any

import pytest

from localcloud.cloud import Cloud


def options(cloud: Cloud, engine: str, **more: Any) -> list[dict[str, Any]]:
    listed = cloud.client("rds").describe_orderable_db_instance_options(Engine=engine, Vpc=True, **more)
    return listed["OrderableDBInstanceOptions"]


@pytest.mark.parametrize(
    ("engine", "version", "kerberos", "iam"),
    [
        ("mysql", "8.4.6", True, True),
        ("postgres", "17.6", True, True),
        ("aurora-postgresql", "16.6", True, True),
        ("mariadb", "10.6.23", False, False),
        ("mariadb", "10.11.14", False, True),
        ("mariadb", "11.4.7", False, True),
        ("mariadb", "11.8.3", False, True),
    ],
)
def test_the_options_say_what_an_engine_can(cloud: Cloud, engine: str, version: str, kerberos: bool, iam: bool) -> None:
    (option,) = options(cloud, engine, EngineVersion=version, DBInstanceClass="db.t4g.medium")
    assert option["EngineVersion"] == version
    assert option["SupportsKerberosAuthentication"] is kerberos
    assert option["SupportsIAMDatabaseAuthentication"] is iam


def test_aurora_postgresql_is_offered_in_several_versions_and_classes(cloud: Cloud) -> None:
    listed = options(cloud, "aurora-postgresql")
    assert {option["EngineVersion"].partition(".")[0] for option in listed} == {"14", "15", "16", "17"}
    assert {"db.t4g.medium", "db.r6g.large", "db.serverless"} <= {option["DBInstanceClass"] for option in listed}
    assert {option["StorageType"] for option in listed} == {"aurora"}


def test_an_engine_that_is_not_known_has_no_options(cloud: Cloud) -> None:
    assert options(cloud, "oracle-ee") == []
