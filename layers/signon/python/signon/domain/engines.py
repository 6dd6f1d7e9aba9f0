"""The engines, one row each: what differs between them stands here and nowhere else.

A method that a row lacks is one that AWS does not offer there. The SQL of a login stands whole, so that a database
administrator can audit it on one screen. {accounts} is a list of ``%s@%s`` pairs, %s a driver's parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Family(Enum):
    """Which driver."""

    MYSQL = "mysql"


class Scope(Enum):
    """Which Modify call."""

    INSTANCE = "instance"


class Method(Enum):
    """How people prove who they are."""

    KERBEROS = "kerberos"


class RebootRule(Enum):
    """What must be rebooted after the membership is ready, before its logins work."""

    INSTANCE = "the instance"


@dataclass(frozen=True)
class LoginSql:
    """How a login is made, opened and closed, and what it must look like when it is read back.

    ``account``: one account in CREATE USER. ``create`` makes it locked, ``open`` unlocks it when it is complete.
    """

    plugin: str
    tls: str
    account: str
    create: str
    open: str
    lock: str


@dataclass(frozen=True)
class Engine:
    """``oldest`` is the first engine version whose SQL is the row's; ``reboots`` the rule after joining a directory."""

    name: str
    family: Family
    scope: Scope
    oldest: tuple[int, ...]
    reboots: RebootRule
    logins: Mapping[Method, LoginSql]

    def serves(self, version: str) -> bool:
        return tuple(int(part) for part in version.split(".") if part.isdigit()) >= self.oldest


# REQUIRE SSL, because the directory password travels through PAM in the clear. The old guide's UPDATE mysql.user is
# unsupported since 8.0.36.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos-setting-up.html#mysql-kerberos-setting-up.create-logins
MYSQL_PAM = LoginSql(
    plugin="auth_pam",
    tls="ANY",
    account="%s@%s IDENTIFIED WITH 'auth_pam'",
    create="CREATE USER {accounts} REQUIRE SSL ACCOUNT LOCK ATTRIBUTE %s",
    open="ALTER USER {accounts} ACCOUNT UNLOCK ATTRIBUTE %s",
    lock="ALTER USER {accounts} ACCOUNT LOCK ATTRIBUTE %s",
)

ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        engine.name: engine
        for engine in (
            # 8.0.21 is the first with ATTRIBUTE, where a login carries our mark
            Engine(
                "mysql", Family.MYSQL, Scope.INSTANCE, (8, 0, 21), RebootRule.INSTANCE, {Method.KERBEROS: MYSQL_PAM}
            ),
        )
    }
)
