"""What RDS offers, by engine. One row each; what differs between engines is in the row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

SMALL = ("db.t3.micro", "db.t4g.micro", "db.t4g.medium", "db.m7g.large", "db.r7g.large")
AURORA = ("db.t3.medium", "db.t4g.medium", "db.t4g.large", "db.r6g.large", "db.r7g.large", "db.serverless")


@dataclass(frozen=True)
class OfferedEngine:
    """`versions`: the newest of each series, the default one last."""

    versions: tuple[str, ...]
    classes: tuple[str, ...]
    port: int
    license_model: str
    kerberos: bool = False
    iam_series: tuple[str, ...] = ()  # those with IAM database authentication; all, where none is named
    one_method: bool = False  # of Kerberos and IAM, at a time
    writer_at_once: bool = False  # takes tickets as soon as the cluster has joined; others after a restart
    clustered: bool = False  # its instances are members of a cluster, or are not at all
    storage_type: str = "gp3"
    service: str = "rds"  # in the names of its endpoints
    apart_since: Mapping[str, int] = field(default_factory=dict)  # by series: before, readers restart with their writer
    parts: int = 2  # of a version that name its series: 8.0, and 17 where it is 1

    @property
    def default_version(self) -> str:
        return self.versions[-1]

    def series(self, version: str) -> str:
        """What the names of parameter groups end in."""
        return ".".join(version.split(".")[: self.parts])

    def takes_tokens(self, version: str) -> bool:
        """Whether IAM database authentication is offered."""
        return not self.iam_series or self.series(version) in self.iam_series


GPL, POSTGRESQL, AMAZON = "general-public-license", "postgresql-license", "amazon-license"

ENGINES = {
    "mysql": OfferedEngine(("8.0.43", "8.4.7"), SMALL, 3306, GPL, kerberos=True, one_method=True),
    "mariadb": OfferedEngine(  # Kerberos "isn't available"
        ("10.6.23", "10.11.14", "11.4.8"), SMALL, 3306, GPL, iam_series=("10.11", "11.4", "11.8")
    ),
    "postgres": OfferedEngine(("15.14", "16.10", "17.6"), SMALL, 5432, POSTGRESQL, kerberos=True, parts=1),
    "aurora-mysql": OfferedEngine(
        ("8.0.mysql_aurora.3.10.1",),
        AURORA,
        3306,
        GPL,
        kerberos=True,
        writer_at_once=True,
        clustered=True,
        storage_type="aurora",
    ),
    "aurora-postgresql": OfferedEngine(
        ("14.19", "15.14", "16.10", "17.6"),
        AURORA,
        5432,
        POSTGRESQL,
        kerberos=True,
        clustered=True,
        storage_type="aurora",
        apart_since={"12": 14, "13": 10, "14": 7, "15": 2},
        parts=1,
    ),
    "neptune": OfferedEngine(
        ("1.4.5.1",), AURORA, 8182, AMAZON, clustered=True, storage_type="aurora", service="neptune"
    ),
    "docdb": OfferedEngine(("5.0.0",), AURORA, 27017, AMAZON, clustered=True, storage_type="aurora", service="docdb"),
}


def restarts_together(engine: str, version: str) -> bool:
    """Whether a restart of a cluster's writer restarts its readers.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-reboot-cluster.html
    """
    row = ENGINES.get(engine)
    first = row.apart_since.get(row.series(version)) if row else None
    return first is not None and int(version.split(".")[1]) < first


def orderable_options(
    engine: str, version: str | None, instance_class: str | None, region: str
) -> Iterator[dict[str, Any]]:
    """What DescribeOrderableDBInstanceOptions answers: a row per version and class, in any version that is asked for;
    none for an engine that is not known here.
    """
    row = ENGINES.get(engine)
    if row is None:
        return
    for each_version in (version,) if version else row.versions:
        for each_class in (instance_class,) if instance_class else row.classes:
            yield {
                "Engine": engine,
                "EngineVersion": each_version,
                "DBInstanceClass": each_class,
                "LicenseModel": row.license_model,
                "AvailabilityZones": [{"Name": f"{region}{zone}"} for zone in "ab"],
                "MultiAZCapable": not row.clustered,
                "ReadReplicaCapable": not row.clustered,
                "Vpc": True,
                "SupportsStorageEncryption": True,
                "StorageType": row.storage_type,
                "SupportsIops": False,
                "SupportsEnhancedMonitoring": True,
                "SupportsIAMDatabaseAuthentication": row.takes_tokens(each_version),
                "SupportsPerformanceInsights": True,
                "SupportsKerberosAuthentication": row.kerberos,
                "SupportsClusters": row.clustered,
                "OutpostCapable": False,
            }
