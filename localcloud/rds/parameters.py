"""What DescribeDBParameters and DescribeDBClusterParameters show, of which moto knows only what somebody has set.

A few parameters of each family stand here with the values that they have where nobody has.
"""

from collections.abc import Callable, Iterator
from typing import Any

from moto.core.responses import ActionResult, PaginatedResult
from moto.core.utils import get_pagination_model
from moto.rds import responses
from moto.rds.exceptions import DBClusterParameterGroupNotFoundError, DBParameterGroupNotFoundError

from localcloud.moto_patches import patch

from .engines import ENGINES

OF_MYSQL = {"require_secure_transport": "0", "max_connections": "{DBInstanceClassMemory/12582880}"}
OF_POSTGRESQL = {"log_connections": "0"}
KNOWN = {
    "mysql": OF_MYSQL,
    "mariadb": OF_MYSQL,
    "aurora-mysql": {"require_secure_transport": "OFF", "authentication_kerberos_caseins_cmp": "0"},
    "postgres": OF_POSTGRESQL,
    "aurora-postgresql": {**OF_POSTGRESQL, "krb_caseins_users": "0"},
}
FORCE_SSL_SINCE = {"postgres": 15, "aurora-postgresql": 17}  # the first whose rds.force_ssl is 1


def install() -> None:
    """From now on moto answers both calls from here, page by page."""
    for call in ("DescribeDBParameters", "DescribeDBClusterParameters"):
        get_pagination_model("rds")[call]["unique_attribute"] = "ParameterName"
    patch(
        responses.RDSResponse,
        describe_db_parameters=_of_instances,
        describe_db_cluster_parameters=_of_clusters,
    )


def _of_instances(self: Any) -> ActionResult:
    name = self.params["DBParameterGroupName"]
    return _described(self, name, self.backend.db_parameter_groups.get(name), DBParameterGroupNotFoundError)


def _of_clusters(self: Any) -> ActionResult:
    name = self.params["DBClusterParameterGroupName"]
    groups = self.backend.db_cluster_parameter_groups
    return _described(self, name, groups.get(name), DBClusterParameterGroupNotFoundError)


def _described(self: Any, name: str, group: Any, not_found: Callable[[str], Exception]) -> ActionResult:
    family = name.removeprefix("default.") if name.startswith("default.") else None
    if group is None and family is None:
        raise not_found(name)
    family = family or str(getattr(group, "family", None) or group.db_parameter_group_family)
    said = {parameter: {"ParameterName": parameter, "ParameterValue": value} for parameter, value in _known(family)}
    for parameter, values in group.parameters.items() if group else ():
        said[parameter] = {"ParameterName": parameter, **values, "Source": "user"}
    wanted = [value for each in self.params.get("Filters", []) for value in each["Values"]]
    shown = [each for parameter, each in sorted(said.items()) if not wanted or parameter in wanted]
    return PaginatedResult({"Parameters": shown})


def _known(family: str) -> Iterator[tuple[str, str]]:
    """Those of a family, such as aurora-postgresql17."""
    engine = max((name for name in ENGINES if family.startswith(name)), key=len, default="")
    yield from KNOWN.get(engine, {}).items()
    if engine in FORCE_SSL_SINCE:
        yield "rds.force_ssl", "1" if int(family.removeprefix(engine)) >= FORCE_SSL_SINCE[engine] else "0"
