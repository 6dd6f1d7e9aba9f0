"""Whether a token of IAM database authentication signs a user in to an instance.

A token is a presigned request without its scheme: `HOST:PORT/?Action=connect&DBUser=USER&X-Amz-...`. It is good for 15
minutes, by the real clock, for clients sign with that.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.rds.models import DBInstanceClustered
from moto.utilities.utils import get_partition

from localcloud.iam.policies import NotModelled
from localcloud.iam.principals import Principal, principal
from localcloud.servers.tokens import TokenRefused

LONGEST, AHEAD = timedelta(minutes=15), timedelta(minutes=5)
PARAMETERS = {"Action", "DBUser", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires"} | {
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
}
SIGNATURE = "&X-Amz-Signature="  # the last parameter: it covers what comes before it


@dataclass(frozen=True)
class Destination:
    """What a token must be made for."""

    places: tuple[str, ...]  # HOST:PORT
    region: str
    users: str  # the ARN of its users, without the name at the end

    @classmethod
    def of(cls, instance: Any) -> "Destination":
        """An instance, by its own name; a cluster's member by those of the cluster, too, of which it has its id."""
        hosts, resource = [instance.address], instance.dbi_resource_id
        if isinstance(instance, DBInstanceClustered):
            cluster: Any = instance.cluster
            hosts, resource = [*hosts, cluster.endpoint, cluster.reader_endpoint], cluster.db_cluster_resource_id
        partition, scope = get_partition(instance.region), f"{instance.region}:{instance.account_id}"
        places = tuple(f"{host}:{instance.port}" for host in hosts)
        return cls(places, instance.region, f"arn:{partition}:rds-db:{scope}:dbuser:{resource}/")


def check(instance: Any, user: str, token: str) -> None:
    """`instance` is moto's. Raises TokenRefused."""

    def known(access_key_id: str) -> Principal | None:
        return principal(instance.account_id, instance.region, access_key_id)

    try:
        verify(token, user, Destination.of(instance), known, datetime.now(UTC))
    except NotModelled as unknown:
        raise TokenRefused(str(unknown)) from None


def verify(
    token: str, user: str, destination: Destination, known: Callable[[str], Principal | None], now: datetime
) -> None:
    """Raises TokenRefused; NotModelled: a policy of the principal is not known here."""
    place, _, query = token.partition("/?")
    pairs = parse_qsl(query, keep_blank_values=True)
    said = dict(pairs)
    complete = len(said) == len(pairs) and set(said) - {"X-Amz-Security-Token"} == PARAMETERS
    if not complete or pairs[-1][0] != "X-Amz-Signature":
        raise TokenRefused("it is no token")
    if place not in destination.places:
        raise TokenRefused(f"the token is for {place}")
    if (said["Action"], said["DBUser"]) != ("connect", user):
        raise TokenRefused(f"the token is for {said['Action']} by {said['DBUser']}")
    access_key_id, *scope = said["X-Amz-Credential"].split("/")
    if scope != [said["X-Amz-Date"][:8], destination.region, "rds-db", "aws4_request"]:
        raise TokenRefused(f"the token's scope is {'/'.join(scope)}")
    _refuse_by_time(said["X-Amz-Date"], said["X-Amz-Expires"], now)
    who = known(access_key_id)
    if who is None:
        raise TokenRefused(f"nobody has the access key {access_key_id}")
    if said.get("X-Amz-Security-Token") != who.session_token:
        raise TokenRefused("the session token is another one")
    if not hmac.compare_digest(_signature(token, said, destination.region, who), said["X-Amz-Signature"]):
        raise TokenRefused("the signature is wrong")
    if not who.may("rds-db:connect", destination.users + user):
        raise TokenRefused(f"{who.arn} may not rds-db:connect on {destination.users}{user}")


def _refuse_by_time(date: str, expires: str, now: datetime) -> None:
    try:
        signed = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        lasts = timedelta(seconds=int(expires))
    except ValueError:
        raise TokenRefused("it is no token") from None
    if not timedelta(0) < lasts <= LONGEST:
        raise TokenRefused(f"the token would be good for {lasts}")
    if now >= signed + lasts:
        raise TokenRefused(f"the token expired at {signed + lasts}")
    if signed > now + AHEAD:
        raise TokenRefused(f"the token is of {signed}")


def _signature(token: str, said: dict[str, str], region: str, who: Principal) -> str:
    """What the principal's key makes of the rest of the token."""
    signer = SigV4QueryAuth(Credentials("", who.secret_access_key), "rds-db", region)
    request = AWSRequest("GET", f"https://{token.partition(SIGNATURE)[0]}")
    request.context["timestamp"] = said["X-Amz-Date"]
    text: str = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return text
