"""What ModifyDBCluster changes at once. moto takes the cluster out of its list meanwhile, and a call that describes it
at that moment is told that there is none.
"""

from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import MasterUserSecret

ATTRIBUTES = {"db_cluster_parameter_group_name": "parameter_group"}  # where moto's name is not the parameter's


def update(
    cluster: Any,
    *,
    apply_immediately: bool | None = None,
    new_db_cluster_identifier: str | None = None,
    manage_master_user_password: bool | None = None,
    master_user_secret_kms_key_id: str | None = None,
    rotate_master_user_password: bool | None = None,
    **changes: Any,
) -> None:
    """Raises InvalidParameterCombination."""
    if rotate_master_user_password:
        if not apply_immediately:
            raise RDSClientError(
                "InvalidParameterCombination",
                "You must specify apply immediately when rotating the master user password.",
            )
        cluster.master_user_secret.rotate_secret()
    if manage_master_user_password is not None:
        _manage_password(cluster, manage_master_user_password, master_user_secret_kms_key_id)
    for name, value in changes.items():
        if value is not None:
            setattr(cluster, ATTRIBUTES.get(name, name), value)
    if new_db_cluster_identifier:
        _rename(cluster, new_db_cluster_identifier)


def _manage_password(cluster: Any, managed: bool, key: str | None) -> None:
    if managed and not cluster.manage_master_user_password:
        cluster.master_user_secret = MasterUserSecret(cluster, key)
    if not managed and cluster.manage_master_user_password:
        cluster.master_user_secret.delete_secret()
        del cluster.master_user_secret
    cluster.manage_master_user_password = managed


def _rename(cluster: Any, name: str) -> None:
    """Its instances stay its instances; the servers behind them keep the names that they were started with."""
    clusters, old, instances = cluster.backend.clusters, cluster.db_cluster_identifier, list(cluster.members)
    if name in clusters:
        raise RDSClientError("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    cluster.db_cluster_identifier = name
    clusters[name] = cluster
    for instance in instances:
        instance.db_cluster_identifier = cluster.db_cluster_identifier
    del clusters[old]
