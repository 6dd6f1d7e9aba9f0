"""Changes that wait for the maintenance window, unless they are applied immediately."""

import datetime
from collections.abc import Mapping
from typing import Any

from .membership import next_window

# moto's attribute: its name in PendingModifiedValues
OF_INSTANCES = {
    "allocated_storage": "AllocatedStorage",
    "ca_certificate_identifier": "CACertificateIdentifier",
    "db_instance_class": "DBInstanceClass",
    "enable_iam_database_authentication": "IAMDatabaseAuthenticationEnabled",
    "engine_version": "EngineVersion",
    "iops": "Iops",
    "master_user_password": "MasterUserPassword",
    "multi_az": "MultiAZ",
    "storage_type": "StorageType",
}
# "Some modifications, such as turning on deletion protection or changing the master password, are applied immediately"
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Modifying.html
OF_CLUSTERS = {
    "enable_iam_database_authentication": "IAMDatabaseAuthenticationEnabled",
    "engine_version": "EngineVersion",
    "new_db_cluster_identifier": "DBClusterIdentifier",
}
IAM = "enable_iam_database_authentication"
SECRET = "master_user_password"


def sorted_out(
    resource: Any, asked: dict[str, Any], names: Mapping[str, str], now: datetime.datetime
) -> dict[str, Any]:
    """What of `asked` is to be changed now, with all that was held where it is to be applied immediately; the rest is
    held from now on.
    """
    if asked.get("apply_immediately"):
        changes, resource.held = {**resource.held, **asked}, {}
        return changes
    held = {name: value for name, value in asked.items() if name in names and value is not None}
    news = {name: value for name, value in held.items() if name == SECRET or value != getattr(resource, name, None)}
    if news:
        resource.held = {**resource.held, **news}
        resource.held_until = next_window(resource.preferred_maintenance_window, now)
    return {name: value for name, value in asked.items() if name not in held}


def due(resource: Any, now: datetime.datetime) -> dict[str, Any]:
    """What was held until now, and is so no longer. It is changed when it is available."""
    if not resource.held or now < resource.held_until or resource.status != "available":
        return {}
    changes, resource.held = resource.held, {}
    return changes


def shown(resource: Any, names: Mapping[str, str]) -> dict[str, Any]:
    """PendingModifiedValues: what is held, and what is just being made."""
    values = {**resource.held, **resource.switching}
    return {names[name]: "****" if name == SECRET else value for name, value in values.items()}
