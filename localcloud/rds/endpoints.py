"""The names under which a database is reached.

In one account and Region the letters are the same in all of them:
NAME.<letters>.<region>.rds.amazonaws.com, NAME.cluster-<letters>..., NAME.cluster-ro-<letters>...
In China NAME.<letters>.rds.<region>.amazonaws.com.cn.
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Endpoints.Cluster.html
"""

import hashlib
import string
from typing import Any

from localcloud.iam.partitions import url_suffix

from .engines import ENGINES

HOSTED_ZONE = "Z2R2ITUGPM61AM"


def hosts(account: str, region: str, service: str = "rds") -> str:
    """What the names of all instances end with."""
    suffix = url_suffix(region)
    place = f"{region}.{service}" if suffix == "amazonaws.com" else f"{service}.{region}"
    return f"{_letters(account, region)}.{place}.{suffix}"


def instance_endpoint(instance: Any) -> str:
    return _name(instance, "")


def cluster_endpoint(cluster: Any) -> str:
    """Where the writer answers."""
    return _name(cluster, "cluster-")


def reader_endpoint(cluster: Any) -> str:
    """Where the readers answer."""
    return _name(cluster, "cluster-ro-")


def _name(resource: Any, kind: str) -> str:
    service = ENGINES[resource.engine].service if resource.engine in ENGINES else "rds"
    return f"{resource.resource_id}.{kind}{hosts(resource.account_id, resource.region, service)}"


def _letters(account: str, region: str) -> str:
    """Twelve, the first of them a `c`."""
    digest = int(hashlib.sha256(f"{account} {region}".encode()).hexdigest(), 16)
    alphabet = string.ascii_lowercase + string.digits
    return "c" + "".join(alphabet[digest // 36**place % 36] for place in range(11))
