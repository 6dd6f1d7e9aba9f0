"""Allowing IAM roles to connect: what their policies say of one database, and whether the roles have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from signon.aws import connect_policies, policy_lock, rds, records
from signon.aws.connect_policies import Attachment
from signon.domain.limits import first_of, line_of_many
from signon.domain.logins.connect_policies import Connected, packed, resource_id, roles_of, wanted
from signon.domain.profile.profile import Profile
from signon.domain.rds.database import DatabaseId
from signon.domain.times import in_iso


@dataclass(frozen=True)
class Owner:
    """The stack's owner: the prefix of its policies' names, and the ARNs of the roles it may attach them to."""

    prefix: str
    listed: frozenset[str]


def allow_to_connect(
    owner: Owner,
    database: DatabaseId,
    profile: Profile,
    *,
    earlier: Mapping[str, datetime],
    lock: policy_lock.Lock,
    before_change: Callable[[], object],
) -> Connected:
    """Allows each role of the profile's logins to sign in with them; ``earlier`` roles
    not among these lose what these policies gave them.

    ``earlier``: the roles that were allowed, and since when.

    Raises TemporaryFailure: another execution writes the policies of one of the roles.
    """
    roles, changed, attachments = roles_of(profile), 0, list[Attachment]()
    since, left = {role: earlier.get(role, lock.now) for role in roles}, sorted(set(earlier) - set(roles))
    if set(roles) - set(earlier):
        before_change()  # remembered first: a role that is allowed and forgotten would keep its access for good
        records.note(lock.table, database.resource_id, _remembered({**earlier, **since}))
    for role in (*roles, *left):
        users = wanted(database, profile, role)
        gone = deleted_databases(policy_lock.remembered(lock.table, role), database, role, users)
        with policy_lock.held(lock, role) as held:
            written, policies = _write(owner.prefix, database, role, users, gone, held, before_change)
        changed += written
        for number in policies:
            attachment = connect_policies.attach(owner.prefix, role, number, owner.listed, before_change)
            attachments.append(attachment)
    if left:
        records.note(lock.table, database.resource_id, _remembered(since))
    missing = [f"{each.policy} to the role {each.role}" for each in attachments if not each.attached]
    changed += sum(each.done for each in attachments)
    return Connected(len(roles), changed, first_of(missing, line_of_many))


def _remembered(roles: Mapping[str, datetime]) -> Mapping[str, Mapping[str, str]]:
    return {"connected_roles": {role: in_iso(since) for role, since in roles.items()}}


def deleted_databases(
    present: Sequence[frozenset[str]], database: DatabaseId, role: str, users: frozenset[str]
) -> frozenset[str]:
    """The resource ids of deleted databases, if the role's policies, which say what is ``present``, are full otherwise.

    This lists every database of the account, so it is asked only then, and before the lock is taken, for which others
    wait.
    """
    if not present or len(packed(present, role, database, users)) <= len(present):
        return frozenset()
    return frozenset(resource_id(arn) for policy in present for arn in policy) - rds.resource_ids()


def _write(
    prefix: str,
    database: DatabaseId,
    role: str,
    users: frozenset[str],
    gone: frozenset[str],
    held: policy_lock.Held,
    before_change: Callable[[], object],
) -> tuple[int, list[int]]:
    """How many policies were written, and the numbers of those that speak of this database.

    What others wrote is taken from the lock's memory, because IAM may not show it yet; what IAM shows is repaired.
    """
    shown = connect_policies.read(prefix, role)
    present = shown if held.said is None else held.said
    must = packed(present, role, database, users, gone)
    if must != shown:
        before_change()
    if must != held.said:
        held.remember(must)
    written = 0
    for number, policy in enumerate(must):
        exists = number < len(shown)
        if not exists or policy != shown[number]:
            connect_policies.write(prefix, role, number + 1, policy, exists=exists)
            written += 1
    return written, [number + 1 for number, policy in enumerate(must) if policy & users]
