"""What an instance leaves to the cluster that it is a member of, and how RDS says so."""

from collections.abc import Mapping
from typing import Any, NoReturn

from moto.rds.exceptions import RDSClientError

# parameter, as moto names it: RDS's word for it
TO_CREATE = {
    "backup_retention_period": "backup retention period",
    "domain": "domain",
    "enable_iam_database_authentication": "IAM database authentication",
    "manage_master_user_password": "master user password",
    "master_user_password": "master user password",
    "master_username": "master user name",
    "preferred_backup_window": "backup window",
    "vpc_security_group_ids": "vpc security group",
}
TO_MODIFY = {
    "backup_retention_period": "backup retention",
    "domain": "domain",
    "enable_iam_database_authentication": "IAM database authentication",
    "engine_version": "database engine version",
    "manage_master_user_password": "master user password",
    "master_user_password": "master user password",
    "preferred_backup_window": "backup window",
    "rotate_master_user_password": "master user password",
    "vpc_security_group_ids": "vpc security group",
}


def refuse_to_create(asked: Mapping[str, Any]) -> None:
    """Raises InvalidParameterCombination where the cluster is to be asked."""
    for word in _words(asked, TO_CREATE):
        raise RDSClientError(
            "InvalidParameterCombination",
            f"The requested DB Instance will be a member of a DB Cluster. Set {word} for the DB Cluster.",
        )


def refuse_to_modify(asked: Mapping[str, Any]) -> None:
    """Raises InvalidParameterCombination where the cluster is to be asked."""
    for word in _words(asked, TO_MODIFY):
        raise RDSClientError(
            "InvalidParameterCombination",
            "The specified DB Instance is a member of a cluster. "
            f"Modify {word} for the DB Cluster using the ModifyDbCluster API",
        )


def refuse_to_stop_or_start(engine: str) -> NoReturn:
    """Raises InvalidParameterCombination: members of a cluster are stopped and started with it."""
    raise RDSClientError(
        "InvalidParameterCombination", f"{engine} DB instances are not eligible for stopping and starting."
    )


def refuse_to_stand_alone(engine: str) -> NoReturn:
    """Raises InvalidParameterCombination: instances of this engine are members of a cluster."""
    raise RDSClientError("InvalidParameterCombination", f"DBClusterIdentifier is required for engine {engine}.")


def refuse_to_go_first(instance: Any) -> None:
    """RDS would promote a reader; here that is asked for."""
    if getattr(instance, "is_cluster_writer", False) and len(instance.cluster.members) > 1:
        raise RDSClientError(
            "InvalidDBInstanceState",
            f"{instance.db_instance_identifier} is the writer of {instance.cluster.db_cluster_identifier}, and the"
            " local cloud promotes no reader by itself: fail over first, or delete the readers first.",
        )


def _words(asked: Mapping[str, Any], table: Mapping[str, str]) -> list[str]:
    return [word for name, word in table.items() if asked.get(name) is not None]
