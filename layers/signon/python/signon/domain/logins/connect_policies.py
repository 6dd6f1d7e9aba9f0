"""Connect policies: which IAM role may sign in with which login, of which database.

One policy per role, more where it is full, under names that do not change: permission sets refer to policies by name.
A policy names exact resource ids and logins, never a wildcard. An entry stays in the policy that it is in.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from signon.domain.finding import Advice, Finding
from signon.domain.limits import Shortened, as_read, listed
from signon.domain.profile.profile import IamLogin, Profile
from signon.domain.rds.database import DatabaseId

PATH = "/signon/connect/"
ACTION = "rds-db:connect"
# "managed policies: 6,144 characters"; white space does not count, and we write none
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST_DOCUMENT, LONGEST_NAME = 6144, 128
MOST_POLICIES = 10  # "Managed policies attached to an IAM role": those of others count, and the quota can be raised
NEARLY_MOST = 8

Present = Mapping[str, Sequence[frozenset[str]]]  # role -> what its policies say, each as its ``dbuser`` ARNs


@dataclass(frozen=True)
class Connected:
    """``changed``: how many policies were written or attached; ``handed_out``: what others must attach, and to whom."""

    roles: int
    changed: int
    handed_out: Shortened[str]

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Connected:
        handed_out = as_read(document.get("handed_out", ()), document.get("left_out"))
        return cls(document.get("roles", 0), document.get("changed", 0), handed_out)

    def to_json(self) -> dict[str, Any]:
        return {
            "roles": self.roles,
            "changed": self.changed,
            "handed_out": list(self.handed_out.kept),
            "left_out": self.handed_out.left_out,
        }


def roles_of(profile: Profile) -> tuple[str, ...]:
    """The ARNs of the IAM roles that use the profile's logins."""
    return tuple(sorted({arn for login in _iam_logins(profile) for arn in login.used_by}))


def wanted(database: DatabaseId, profile: Profile, role: str) -> frozenset[str]:
    """The ``dbuser`` ARNs of this database that the role (its ARN) may sign in with."""
    return frozenset(dbuser(database, login.user) for login in _iam_logins(profile) if role in login.used_by)


def dbuser(database: DatabaseId, user: str) -> str:
    """A restored or switched-over database has another resource id: a policy for the old one does not apply to it."""
    partition = database.arn.split(":")[1]
    return f"arn:{partition}:rds-db:{database.region}:{database.account}:dbuser:{database.resource_id}/{user}"


def policy_name(prefix: str, role: str, number: int) -> str:
    """``prefix`` is the stack's; ``role`` the role's ARN."""
    return f"{prefix}-{role_name(role)}-{number}"


def policy_arn(prefix: str, role: str, number: int) -> str:
    """In the role's own account."""
    return f"{role.partition(':role/')[0]}:policy{PATH}{policy_name(prefix, role, number)}"


def role_name(role: str) -> str:
    """Of an ARN the last part, as people call the role."""
    return role.rpartition("/")[2]


def is_listed(role: str, listed: Collection[str]) -> bool:
    """Whether the role's ARN is one of these, or matches one: IAM's ``*`` and ``?`` match slashes too."""
    return any(fnmatchcase(role, pattern) for pattern in listed)


def document(role: str, users: frozenset[str]) -> str:
    """The policy that lets the role (its ARN) sign in with these ``dbuser`` ARNs; where there are none, with nothing.

    A policy needs a resource, in its own partition; and one that is attached somewhere cannot be deleted.
    """
    nobody = f"arn:{role.split(':')[1]}:rds-db:*:{role.split(':')[4]}:dbuser:none/none"
    effect, resources = ("Allow", sorted(users)) if users else ("Deny", [nobody])
    statement = {"Effect": effect, "Action": ACTION, "Resource": resources}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def users_in(text: Mapping[str, Any]) -> frozenset[str]:
    """The ``dbuser`` ARNs in a policy document of ours, which somebody may have edited."""
    allowed = [statement for statement in _listed(text["Statement"]) if statement["Effect"] == "Allow"]
    return frozenset(resource for statement in allowed for resource in _listed(statement.get("Resource", [])))


def lacking(database: DatabaseId, profile: Profile, present: Present) -> frozenset[str]:
    """The ARNs of the roles whose policies do not say yet what they must say of this database."""
    return frozenset(
        role
        for role in roles_of(profile)
        if packed(present.get(role, ()), role, database, wanted(database, profile, role)) != list(present.get(role, ()))
    )


def packed(
    present: Sequence[frozenset[str]],
    role: str,
    database: DatabaseId,
    users: frozenset[str],
    gone: frozenset[str] = frozenset(),
) -> list[frozenset[str]]:
    """What the policies of the role (its ARN) must say, in their order, for exactly ``users`` of this database.

    ``present`` is what they say now, ``gone`` the resource ids of deleted databases. What is new goes into the
    first policy that has room, or into another one.
    """
    kept = [frozenset(arn for arn in policy if _stays(arn, database, users, gone)) for policy in present]
    for arn in sorted(users - frozenset[str]().union(*kept)):
        number = next(
            (n for n, policy in enumerate(kept) if len(document(role, policy | {arn})) <= LONGEST_DOCUMENT), None
        )
        if number is None:
            kept.append(frozenset({arn}))
        else:
            kept[number] |= {arn}
    return kept


def resource_id(arn: str) -> str:
    """The database that a ``dbuser`` ARN is about."""
    return arn.rpartition(":")[2].partition("/")[0]


def findings(
    database: DatabaseId, profile: Profile, prefix: str, missing_roles: frozenset[str], present: Present
) -> Iterator[Finding]:
    """What keeps roles from being allowed to connect. ``profile`` has only the logins that exist on this database."""
    for role in roles_of(profile):
        name, account, partition = role_name(role), role.split(":")[4], database.arn.split(":")[1]
        if account != database.account:
            yield Finding(
                f"The role {role} belongs to another account than {database.name}",
                "Name a role in the database's own account that the other role may assume",
            )
        elif role.split(":")[1] != partition:
            yield Finding(
                f"The role {role} belongs to another partition than {database.name}",
                f"Write its ARN under used_by as IAM shows it: it begins with arn:{partition}:",
            )
        elif role in missing_roles:
            yield Finding(f"There is no IAM role {role}", "Create it, or correct used_by")
        if len(policy_name(prefix, role, 10)) > LONGEST_NAME:
            yield Finding(
                f"The name of the role {name} is too long for the name of its policy, which begins with {prefix}",
                "Deploy the stack under a shorter name, or use a role with a shorter name",
            )
        if _needed(database, profile, role, present) > MOST_POLICIES:
            yield Finding(
                f"With {database.name} the role {name} needs more than the {MOST_POLICIES} managed policies that IAM"
                " attaches to a role unless its quota was raised",
                "Have another role use the logins of some databases; or have the quota raised, then approve",
                approvable=True,
            )
        personal = sorted(login.user for login in _iam_logins(profile) if login.personal and role in login.used_by)
        if len(personal) > 1:
            yield Finding(
                f"The role {name} may use {len(personal)} personal logins ({listed(personal)}): anyone who has"
                " it can act as any of these people",
                "Give each person a role of their own, or write personal: false for these logins and let one be shared",
                approvable=True,
            )


def advice(database: DatabaseId, profile: Profile, present: Present, boundaries: Mapping[str, str]) -> Iterator[Advice]:
    """What is worth knowing before a quota is reached, and what silently limits connect policies.

    ``boundaries`` are those of roles that have one. "The effective permissions are the intersection of both policy
    types."
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    for role in roles_of(profile):
        if NEARLY_MOST <= (needed := _needed(database, profile, role, present)) <= MOST_POLICIES:
            yield Advice(
                f"The role {role_name(role)} needs {needed} of the {MOST_POLICIES} managed policies that IAM attaches"
                " to a role, and policies of others count as well",
                "Have the quota raised in time, or have another role use the logins of new databases",
            )
        if boundary := boundaries.get(role):
            yield Advice(
                f"The role {role_name(role)} has the permissions boundary {boundary}",
                f"Check that it allows {ACTION} on this database: no policy gives the role what its boundary does"
                " not allow",
            )


def _needed(database: DatabaseId, profile: Profile, role: str, present: Present) -> int:
    """How many policies the role needs to connect to this database as well."""
    return len(packed(present.get(role, ()), role, database, wanted(database, profile, role)))


def _iam_logins(profile: Profile) -> Iterator[IamLogin]:
    return (login for login in profile.logins if isinstance(login, IamLogin))


def _stays(arn: str, database: DatabaseId, users: frozenset[str], gone: frozenset[str]) -> bool:
    of = resource_id(arn)
    return arn in users if of == database.resource_id else of not in gone


def _listed(value: Any) -> list[Any]:
    """IAM accepts a single value without a list."""
    return value if isinstance(value, list) else [value]
