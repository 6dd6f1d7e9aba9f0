"""Whose access key it is, as moto's IAM and STS have it, and what its policies let him do."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from moto.iam.models import Group, User, iam_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from localcloud.iam import held
from localcloud.iam.policies import Need, PolicyStatement, judge, statements


@dataclass(frozen=True)
class Principal:
    """`allowing`: policies of which each must allow; where there are several, they limit each other."""

    arn: str
    secret_access_key: str
    session_token: str | None
    allowing: tuple[Sequence[PolicyStatement], ...]

    def may(self, action: str, resource: str) -> bool:
        """Raises NotModelled: a policy asks for something that is not known here."""
        need = Need(action, resource, {"aws:PrincipalArn": (self.arn,)})
        return all(judge(statements, need).allowed for statements in self.allowing)


def principal(account: str, region: str, access_key_id: str) -> Principal | None:
    """None: there is no such key, it is switched off, or its session is over. Raises NotModelled."""
    return _session(account, region, access_key_id) or _user(account, region, access_key_id)


def _session(account: str, region: str, access_key_id: str) -> Principal | None:
    """Of a role that somebody has assumed, by the real clock, as credentials are."""
    partition = get_partition(region)
    session = sts_backends[account][partition].get_assumed_role_from_access_key(access_key_id)
    if session is None or session.expiration < datetime.datetime.now(datetime.UTC).replace(tzinfo=None):
        return None
    role = held.role(account, region, session.role_arn)
    if role is None:
        return None
    limits = [held.boundary(role), statements(session.policy) if session.policy else None]
    allowing = (held.policies(role), *(each for each in limits if each is not None))
    return Principal(role.arn, session.secret_access_key, session.session_token, allowing)


def _user(account: str, region: str, access_key_id: str) -> Principal | None:
    backend = iam_backends[account][get_partition(region)]
    for user in backend.users.values():
        for key in user.access_keys:
            if key.access_key_id == access_key_id and key.status == "Active":
                holders: list[User | Group] = [user, *(each for each in backend.groups.values() if user in each.users)]
                granted = [statement for holder in holders for statement in held.policies(holder)]
                return Principal(user.arn, key.secret_access_key, None, (granted,))
    return None
