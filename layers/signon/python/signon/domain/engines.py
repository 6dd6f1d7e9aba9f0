"""The engines, one row each: what differs between them stands here and nowhere else.

A method that a row lacks is one that AWS does not offer there. The SQL of a login stands whole, so that a database
administrator can audit it on one screen. MySQL: {accounts} is a list of ``%s@%s`` pairs, %s a driver's parameter.
PostgreSQL: each {field} is a parameter, or a list of them; names are quoted, texts are literals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Family(Enum):
    """Which driver."""

    MYSQL = "mysql"
    POSTGRESQL = "postgresql"


class Scope(Enum):
    """Which Modify call."""

    INSTANCE = "instance"
    CLUSTER = "cluster"


class Method(Enum):
    """How people prove who they are."""

    KERBEROS = "kerberos"


class RebootRule(Enum):
    """What must be rebooted after the membership is ready, before its logins work."""

    INSTANCE = "the instance"
    EVERY_INSTANCE = "every instance"


@dataclass(frozen=True)
class MySqlLogins:
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
class PostgreSqlLogins:
    """How a login is made, opened and closed.

    ``role`` is what makes a member sign in by the method; ``excludes`` is a role that no such member may have as well.
    ``create`` makes the login without LOGIN, ``open`` gives it that when it is complete.
    """

    role: str
    excludes: str
    create: str
    join: str
    open: str
    lock: str


LoginSql = MySqlLogins | PostgreSqlLogins


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
MYSQL_PAM = MySqlLogins(
    plugin="auth_pam",
    tls="ANY",
    account="%s@%s IDENTIFIED WITH 'auth_pam'",
    create="CREATE USER {accounts} REQUIRE SSL ACCOUNT LOCK ATTRIBUTE %s",
    open="ALTER USER {accounts} ACCOUNT UNLOCK ATTRIBUTE %s",
    lock="ALTER USER {accounts} ACCOUNT LOCK ATTRIBUTE %s",
)

# CREATE USER "alice@CORP.EXAMPLE.COM" WITH LOGIN; GRANT rds_ad TO ...: the guide's two statements, with LOGIN last. A
# profile's roles are roles without LOGIN of which people become members; what those are granted stands in
# postgresql_grants.py.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos-setting-up.html
POSTGRESQL_AD = PostgreSqlLogins(
    role="rds_ad",
    excludes="rds_iam",
    create="CREATE ROLE {login} NOLOGIN; COMMENT ON ROLE {login} IS {mark}",
    join="GRANT {roles} TO {logins}",
    open="ALTER ROLE {login} LOGIN; COMMENT ON ROLE {login} IS {mark}",
    lock="ALTER ROLE {login} NOLOGIN; COMMENT ON ROLE {login} IS {mark}",
)

ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        engine.name: engine
        for engine in (
            # 8.0.21 is the first with ATTRIBUTE, where a login carries our mark
            Engine(
                "mysql", Family.MYSQL, Scope.INSTANCE, (8, 0, 21), RebootRule.INSTANCE, {Method.KERBEROS: MYSQL_PAM}
            ),
            Engine("mariadb", Family.MYSQL, Scope.INSTANCE, (10, 6), RebootRule.INSTANCE, {}),
            Engine(
                "aurora-postgresql",
                Family.POSTGRESQL,
                Scope.CLUSTER,
                (14,),
                RebootRule.EVERY_INSTANCE,
                {Method.KERBEROS: POSTGRESQL_AD},
            ),
        )
    }
)
