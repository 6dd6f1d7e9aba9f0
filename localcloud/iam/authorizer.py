"""Holds each role to the policies that moto's IAM really has for it, and remembers which of them were used."""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from localcloud.iam import held
from localcloud.iam.needs import Asked, needs
from localcloud.iam.policies import Condition, Need, NotModelled, PolicyStatement, judge, statements

log = logging.getLogger("localcloud.iam")


class AccessDenied(Exception):
    """AWS's sentence about one need of one principal."""

    def __init__(self, message: str, need: Need) -> None:
        super().__init__(message)
        self.need = need


@dataclass(frozen=True)
class RoleSession:
    """A role that somebody has taken, under a name of theirs."""

    role: str  # its name
    arn: str  # arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION
    function: str = ""  # the ARN of the function whose code signs with it

    @property
    def name(self) -> str:
        """Of the session; a function's is the function's own."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True)
class Used:
    """What allowed something: of a role, a statement's action and resource, as they are written there."""

    role: str
    action: str
    resource: str
    conditions: tuple[Condition, ...]


class Authorizer:
    """Of one account and Region."""

    def __init__(self, account: str, region: str) -> None:
        self.account, self.region = account, region
        self.used: set[Used] = set()
        self._sessions: dict[str, RoleSession] = {}  # by access key id
        self._lock = threading.Lock()

    def granted(self, role: str) -> list[PolicyStatement]:
        """The statements that allow the role (its name) something, but for those that AWS itself keeps. Raises
        NotModelled: one of its policies is not known here.
        """
        kept = held.role(self.account, self.region, role)
        if kept is None:
            return []
        held.trust(kept)
        return [statement for statement in held.policies(kept, of_aws=False) if statement.allows]

    # ---- who calls ---------------------------------------------------------------------------------------------------

    def take(self, role: str, service: str, name: str) -> RoleSession:
        """A service takes a role, whose trust must name it. Raises AccessDenied."""
        kept = held.role(self.account, self.region, role)
        need = Need("sts:AssumeRole", role, {"aws:SourceAccount": (self.account,)})
        with _logged(service):
            trusting = [each for each in held.trust(kept) if ("Service", service) in each.principals] if kept else []
            decision = judge(trusting, need)
        if not decision.allowed:
            raise AccessDenied(f"{service} is not authorized to perform: sts:AssumeRole on resource: {role}", need)
        name_of_role = role.rpartition("/")[2]
        partition = get_partition(self.region)
        return RoleSession(name_of_role, f"arn:{partition}:sts::{self.account}:assumed-role/{name_of_role}/{name}")

    def credentials(self, role: str, service: str, name: str) -> dict[str, str]:
        """Temporary ones of the role for the code of the function `name`, as the variables in which every SDK looks for
        them. Raises AccessDenied.
        """
        partition = get_partition(self.region)
        function = f"arn:{partition}:lambda:{self.region}:{self.account}:function:{name}"
        session = replace(self.take(role, service, name), function=function)
        made = sts_backends[self.account][partition].assume_role(self.region, name, role, "", 3600, "")
        with self._lock:
            self._sessions[made.access_key_id] = session
        return {
            "AWS_ACCESS_KEY_ID": made.access_key_id,
            "AWS_SECRET_ACCESS_KEY": made.secret_access_key,
            "AWS_SESSION_TOKEN": made.session_token,
        }

    @property
    def sessions(self) -> list[RoleSession]:
        """Of every function that has run."""
        with self._lock:
            return list(self._sessions.values())

    def session(self, access_key_id: str) -> RoleSession | None:
        """Whose key it is; None for everybody who is no function: they may do everything."""
        return self._sessions.get(access_key_id)

    # ---- what they may -----------------------------------------------------------------------------------------------

    def check(self, session: RoleSession, asked: Asked) -> None:
        """Raises AccessDenied; NotModelled: what the request needs, or a policy that speaks of it, is unknown here."""
        with _logged(session.arn):
            needed = list(needs(asked))
        # of what a function's own code calls, and of nothing that Lambda does in the name of its role
        # https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
        code = {"lambda:SourceFunctionArn": (session.function,)} if session.function else {}
        self.require(session, [replace(need, context={**code, **need.context}) for need in needed])

    def require(self, session: RoleSession, needs: Iterable[Need]) -> None:
        """Raises AccessDenied for the first need that the role's policies do not allow; NotModelled."""
        with _logged(session.arn):
            role = held.role(self.account, self.region, session.role)
            if role and role.permissions_boundary_arn:
                raise NotModelled(f"Permissions boundaries are not modelled: {session.role} has one")
            granted = held.policies(role) if role else []
            for need in needs:
                decision = judge(granted, self._in_context(need, {"aws:PrincipalArn": (role.arn,)} if role else {}))
                if not decision.allowed:
                    raise AccessDenied(sentence(session.arn, need, explicit=decision.by is not None), need)
                assert decision.by is not None
                self.used.add(Used(session.role, *decision.matched, decision.by.conditions))

    def require_of_policy(self, document: str | None, service: str, need: Need) -> None:
        """A resource's own policy must allow the service. Raises AccessDenied, NotModelled."""
        with _logged(service):
            spoken = [
                each
                for each in (statements(document) if document else ())
                if ("Service", service) in each.principals or any(name == "*" for _, name in each.principals)
            ]
            decision = judge(spoken, self._in_context(need, {"aws:SourceAccount": (self.account,)}))
        if not decision.allowed:
            raise AccessDenied(
                sentence(service, need, explicit=decision.by is not None).replace("identity", "resource"), need
            )

    def _in_context(self, need: Need, more: Mapping[str, tuple[str, ...]]) -> Need:
        everywhere = {
            "aws:SecureTransport": ("true",),  # loopback stands for TLS
            "aws:RequestedRegion": (self.region,),
            "aws:PrincipalAccount": (self.account,),
            "lambda:SourceFunctionArn": (),
        }
        return replace(need, context={**everywhere, **more, **need.context})


@contextmanager
def _logged(who: str) -> Iterator[None]:
    """What is not modelled stands in the local cloud's log, whatever becomes of the error."""
    try:
        yield
    except NotModelled as unknown:
        log.error("%s: %s", who, unknown)  # noqa: TRY400  (its sentence says everything)
        raise


def sentence(who: str, need: Need, *, explicit: bool) -> str:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
    if need.action == "kms:Decrypt":
        return "Access to KMS is not allowed"  # so Secrets Manager says, which asks KMS in the caller's name
    why = (
        "with an explicit deny in an identity-based policy"
        if explicit
        else f"because no identity-based policy allows the {need.action} action"
    )
    resource = f'"{need.resource}"' if need.action.startswith("s3:") else need.resource
    return f"User: {who} is not authorized to perform: {need.action} on resource: {resource} {why}"
