"""Parameters of the database that are worth knowing: none of them prevents anybody from signing in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from signon.domain.engines import Method
from signon.domain.finding import Advice

_OFF = {"", "0", "off", "false", "no"}


@dataclass(frozen=True)
class Parameter:
    """``methods``: those for which it matters that it is off. An engine that does not know it returns nothing."""

    name: str
    methods: frozenset[Method]
    when_off: str
    remedy: str


_OWN_GROUP = "in a parameter group of your own"
PARAMETERS = (
    Parameter(
        "require_secure_transport",
        frozenset(Method),
        "logins that are not ours may sign in without TLS",
        f"Set it to 1 {_OWN_GROUP} when all clients of this database use TLS",
    ),
    Parameter(
        "rds.force_ssl",
        frozenset(Method),
        "people may sign in without TLS",
        f"Set it to 1 {_OWN_GROUP} when all clients of this database use TLS",
    ),
    Parameter(
        "krb_caseins_users",
        frozenset({Method.KERBEROS}),
        "the name in a ticket must match the login letter by letter, including capital letters",
        f"Nothing if people's names have no capital letters; otherwise set it to 1 {_OWN_GROUP}",
    ),
    Parameter(
        "authentication_kerberos_caseins_cmp",
        frozenset({Method.KERBEROS}),
        "the name in a ticket must match the login letter by letter, including capital letters",
        f"Nothing if people's names have no capital letters; otherwise set it to 1 {_OWN_GROUP}, and reboot",
    ),
    # "CloudWatch and CloudTrail don't log IAM authentication."
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
    Parameter(
        "log_connections",
        frozenset({Method.IAM}),
        "IAM sign-ins are not logged: CloudTrail does not record them",
        f"Set it to 1 {_OWN_GROUP}, and publish the log to CloudWatch Logs",
    ),
)


def names(methods: Collection[Method]) -> list[str]:
    """What is worth asking RDS for where these methods are set up."""
    return [each.name for each in PARAMETERS if each.methods.intersection(methods)]


def parameter_advice(group: str | None, found: Mapping[str, str], methods: Collection[Method]) -> Iterator[Advice]:
    """``found`` is what the parameter group says."""
    for each in PARAMETERS:
        if each.methods.intersection(methods) and found.get(each.name, "on").lower() in _OFF:
            yield Advice(f"{each.name} is off in {group}: {each.when_off}", each.remedy)
