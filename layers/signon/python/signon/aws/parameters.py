"""RDS: the values of a few parameters in the parameter group of a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from signon.aws.clients import client
from signon.aws.pages import every
from signon.domain.engines import Scope
from signon.domain.rds.database import Database

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient


class _NoSuchGroup(Exception):
    pass


def values(database: Database, names: Iterable[str]) -> dict[str, str]:
    """By name; "" for one that has no value of its own. One that the engine version does not know is left out.

    For a cluster they are the cluster's; its instances may override them.
    """
    group = database.parameter_group
    if group is None:
        return {}
    wanted = [{"Name": "parameter-name", "Values": list(names)}]
    found = every(
        "Parameters",
        lambda page: _ASK[database.id.scope](group, {"Filters": wanted, **page}),
        {"DBParameterGroupNotFound": _NoSuchGroup},
    )
    try:
        return {each["ParameterName"]: each.get("ParameterValue", "") for each in found}
    except _NoSuchGroup:  # it was replaced a moment ago
        return {}


def _of_instance(group: str, question: dict[str, Any]) -> Mapping[str, Any]:
    rds: RDSClient = client("rds")
    return rds.describe_db_parameters(DBParameterGroupName=group, **question)


def _of_cluster(group: str, question: dict[str, Any]) -> Mapping[str, Any]:
    rds: RDSClient = client("rds")
    return rds.describe_db_cluster_parameters(DBClusterParameterGroupName=group, **question)


_ASK = {Scope.INSTANCE: _of_instance, Scope.CLUSTER: _of_cluster}
