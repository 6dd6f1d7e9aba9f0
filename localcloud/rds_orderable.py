"""What DescribeOrderableDBInstanceOptions answers; moto knows the options of Aurora only."""

from typing import Any

DEFAULT_VERSIONS = {"mysql": "8.4.7", "mariadb": "11.4.8", "postgres": "17.6"}
KERBEROS = {"mysql", "postgres"}  # not offered for MariaDB
CLASSES = ("db.t3.micro", "db.t4g.micro", "db.t4g.medium", "db.m7g.large", "db.r7g.large")


def orderable_options(
    engine: str, version: str | None, instance_class: str | None, region: str
) -> list[dict[str, Any]]:
    """One row per instance class, in any version that is asked for; empty for an engine that is not known here."""
    if engine not in DEFAULT_VERSIONS:
        return []
    return [
        {
            "Engine": engine,
            "EngineVersion": version or DEFAULT_VERSIONS[engine],
            "DBInstanceClass": each,
            "LicenseModel": "postgresql-license" if engine == "postgres" else "general-public-license",
            "AvailabilityZones": [{"Name": f"{region}{zone}"} for zone in "ab"],
            "MultiAZCapable": True,
            "ReadReplicaCapable": True,
            "Vpc": True,
            "SupportsStorageEncryption": True,
            "StorageType": "gp3",
            "SupportsIops": False,
            "SupportsEnhancedMonitoring": True,
            "SupportsIAMDatabaseAuthentication": True,
            "SupportsPerformanceInsights": True,
            "SupportsKerberosAuthentication": engine in KERBEROS,
            "OutpostCapable": False,
        }
        for each in ([instance_class] if instance_class else CLASSES)
    ]
