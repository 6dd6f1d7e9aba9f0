"""The directory, and the role that RDS assumes to reach it."""

from __future__ import annotations

from dataclasses import dataclass

from signon.domain.directory.service_principals import is_settled, service_principals
from signon.domain.engines import Family
from signon.errors import DirectoryRoleUnusable

DIRECTORY_POLICY = "service-role/AmazonRDSDirectoryServiceAccess"


ACTIVE = "Active"
# What becomes Active by itself, or by AWS; Inoperable, Failed, RestoreFailed and Deleted do not.
# https://docs.aws.amazon.com/directoryservice/latest/devguide/API_DirectoryDescription.html
PASSING_STAGES = {"Requested", "Creating", "Created", "Updating", "Restoring", "Impaired"}


@dataclass(frozen=True)
class Directory:
    """What DescribeDirectories answered; ``share`` is the state of the share through which we see it, None for our own.

    ``controllers`` are the addresses of its domain controllers.
    """

    id: str
    name: str
    stage: str
    type: str
    share: str | None = None
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    controllers: tuple[str, ...] = ()

    @property
    def realm(self) -> str:
        """Its Kerberos realm: the DNS name in capitals."""
        return self.name.upper()

    @property
    def becomes_active(self) -> bool:
        """Without a person: by itself, or by AWS."""
        return self.stage in PASSING_STAGES


@dataclass(frozen=True)
class Trust:
    """One trust as DescribeTrusts answers it: from the managed directory's side."""

    id: str
    realm: str
    kind: str
    direction: str
    state: str
    reason: str | None = None
    is_selective: bool = False


@dataclass(frozen=True)
class DirectoryRole:
    """Which services may assume the role for its account, and the names of its attached policies (with their path)."""

    name: str
    arn: str
    principals: frozenset[str]
    policies: frozenset[str]

    @property
    def partition(self) -> str:
        """Of its ARN: aws, aws-cn or aws-us-gov."""
        return self.arn.split(":")[1]


def trust_problem(role: DirectoryRole, region: str, family: Family) -> tuple[str, str] | None:
    """The services that the role must trust and does not, with the remedy, or None."""
    wanted = service_principals(region, family)
    if not wanted and not any(name.startswith("directoryservice") for name in role.principals):
        return (
            (
                "This version of the stack does not know which service principal RDS uses to reach a directory in"
                f" {region}"
            ),
            (
                "Have people sign in with IAM tokens there (iam under methods), which works in every Region; or add the"
                f" service principal to the trust policy of {role.name}, as"
                f" directoryservice.rds.{region}.amazonaws.com: IAM refuses one that it does not know. Or approve the"
                " plan to try it: the join shows whether RDS may assume the role"
            ),
        )
    missing = wanted - role.principals
    if not missing:
        return None
    return (
        f"The trust policy of {role.name} does not trust {', '.join(sorted(missing))}",
        "Deploy the stack again, or make the role's trust policy allow sts:AssumeRole to "
        + ", ".join(sorted(wanted))
        + (
            ""
            if is_settled(region)
            else "; or approve the plan to try it: the join shows whether RDS may assume the role"
        ),
    )


def policy_problem(role: DirectoryRole) -> tuple[str, str] | None:
    """Which policy the role lacks, with the remedy, or None."""
    if DIRECTORY_POLICY in role.policies:
        return None
    return (
        f"{role.name} lacks the policy {DIRECTORY_POLICY}",
        (
            f"aws iam attach-role-policy --role-name {role.name}"
            f" --policy-arn arn:{role.partition}:iam::aws:policy/{DIRECTORY_POLICY}"
        ),
    )


def usable_role(role: DirectoryRole | None, region: str, family: Family) -> DirectoryRole:
    """The role. Raises DirectoryRoleUnusable: says what it lacks, and how to fix it.

    If no name is settled, its trust was in the plan, and somebody has approved it.
    """
    if role is None:
        raise DirectoryRoleUnusable(
            "The role that RDS assumes to reach the directory does not exist",
            "Deploy the stack again: its template creates the role",
        )
    untrusted = trust_problem(role, region, family) if is_settled(region) else None
    if problem := untrusted or policy_problem(role):
        raise DirectoryRoleUnusable(*problem)
    return role
