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
    """What a directory is associated with: which Describe and Modify calls."""

    INSTANCE = "instance"
    CLUSTER = "cluster"


class Method(Enum):
    """How people prove who they are."""

    KERBEROS = "kerberos"
    IAM = "iam"


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
    """What differs between engines.

    ``title`` is AWS's name of the service; ``oldest`` the first engine version that is served, ``why_oldest`` what is
    wrong with older ones; ``why_reboot`` why each of its instances is rebooted after joining a directory;
    ``joining`` what people notice of the join itself; ``one_method``: an instance takes one method or the other;
    ``longest_domain``: how many characters a domain name may have, where AWS names a limit.
    """

    name: str
    title: str
    family: Family
    scope: Scope
    oldest: tuple[int, ...]
    why_oldest: str
    why_reboot: str
    logins: Mapping[Method, LoginSql]
    joining: str = "brief"
    one_method: bool = False
    longest_domain: int | None = None

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
            Engine(
                "mysql",
                "RDS for MySQL",
                Family.MYSQL,
                Scope.INSTANCE,
                oldest=(8, 0, 21),  # the first with ATTRIBUTE, where a login carries our mark
                why_oldest="older ones cannot mark a login as ours",
                why_reboot="mysql loads its sign-in plugin when the instance starts",
                logins={Method.KERBEROS: MYSQL_PAM},
                one_method=True,
                longest_domain=61,  # "The domain name length can't be longer than 61 characters"
            ),
            Engine(
                "aurora-postgresql",
                "Aurora PostgreSQL",
                Family.POSTGRESQL,
                Scope.CLUSTER,
                oldest=(14,),
                why_oldest="older ones are out of standard support",
                why_reboot="aurora-postgresql takes tickets on instances that were started after the join",
                logins={Method.KERBEROS: POSTGRESQL_AD},
                joining="none",  # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Modifying.html
            ),
            # Kerberos "isn't available" there, and no other method is served yet: one finding says so.
            # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.RDS_Fea_Regions_DB-eng.Feature.KerberosAuthentication.html
            Engine(
                "mariadb",
                "MariaDB",
                Family.MYSQL,
                Scope.INSTANCE,
                oldest=(),
                why_oldest="",
                why_reboot="",
                logins={},
            ),
        )
    }
)
