"""The engines, one row each: everything that differs between them is here and nowhere else.

A method that a row lacks is one that AWS does not offer there. The SQL of a login is written out, so that a database
administrator can audit it on one screen.

MySQL's family: {accounts} is a list of accounts with how they sign in, {logins} of ``%s@%s`` pairs alone, {mark} our
mark as JSON; where marks are roles, {marks} is a list of those, one per login, and {complete} the one that open logins
have; %s is a driver's parameter. PostgreSQL: each {field} is a parameter, or a list of them; names are quoted, texts
are literals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType


class Family(StrEnum):
    """Which driver."""

    MYSQL = "mysql"
    POSTGRESQL = "postgresql"


class Interruption(StrEnum):
    """What the users of a database notice of a change."""

    NONE = "none"
    BRIEF = "brief"
    REBOOT = "reboot"


class Scope(StrEnum):
    """What a directory is associated with: which Describe and Modify calls."""

    INSTANCE = "instance"
    CLUSTER = "cluster"


class Method(StrEnum):
    """How people prove who they are."""

    KERBEROS = "kerberos"
    IAM = "iam"


class Reboots(StrEnum):
    """Which instances are rebooted after joining a directory."""

    ALL = "all"
    READERS = "readers"


class Exclusive(StrEnum):
    """What supports only one of the two methods."""

    INSTANCE = "instance"
    INSTANCE_UNLESS_TOLD = "instance, unless the profile names both methods"
    LOGIN = "login"


class Marks(StrEnum):
    """Where our logins carry our mark."""

    ATTRIBUTE = "the account's ATTRIBUTE"
    ROLES = "roles that are named after it"


@dataclass(frozen=True)
class MySqlLogins:
    """How a login is created, opened and closed, and what it must look like when it is read back.

    ``account``: one account in CREATE USER and ALTER USER; ``stored`` what the server keeps behind the plugin's name,
    {realm} for the one of the person's domain. ``create`` creates it locked, ``alter`` turns an existing one into it,
    ``open`` unlocks it when it is complete; ``unmark`` precedes ``lock`` for one that is complete.
    """

    plugin: str
    tls: str
    account: str
    create: tuple[str, ...]
    alter: tuple[str, ...]
    open: tuple[str, ...]
    lock: tuple[str, ...]
    unmark: tuple[str, ...] = ()
    stored: str = ""

    @property
    def marks(self) -> Marks:
        return Marks.ROLES if "{marks}" in self.create[0] else Marks.ATTRIBUTE

    def stores(self, realm: str) -> str:
        """What the server keeps behind the plugin's name for a person of ``realm``; "" if it keeps nothing."""
        return self.stored.format(realm=realm)


@dataclass(frozen=True)
class PostgreSqlLogins:
    """How a login is created, opened and closed.

    ``role`` is the role whose members sign in by the method; ``excludes`` is a role that no such member may also have.
    ``create`` creates the login without LOGIN, ``open`` grants it LOGIN when it is complete.
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
    wrong with older ones; ``why_reboot`` why the instances in ``reboots`` are rebooted after joining a directory;
    ``joining`` what people notice of the join itself; ``exclusive`` what supports only one of the methods;
    ``longest_domain``: how many characters a domain name may have, where AWS names a limit; ``takes_trusted``: people
    of a domain that the directory trusts are accepted, too; ``joins_anew_after``: what must not change after it has
    joined a directory; if it does, the database leaves and joins again; ``apart_since``: by series, the first version
    in which the readers of a cluster do not restart with its writer.
    """

    name: str
    title: str
    family: Family
    scope: Scope
    oldest: tuple[int, ...]
    why_oldest: str
    logins: Mapping[Method, LoginSql]
    why_reboot: str = ""
    reboots: Reboots = Reboots.ALL
    joining: Interruption = Interruption.BRIEF
    exclusive: Exclusive = Exclusive.LOGIN
    longest_domain: int | None = None
    takes_trusted: bool = True
    joins_anew_after: tuple[str, ...] = ()
    apart_since: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))

    def serves(self, version: str) -> bool:
        """Whether a version, as RDS writes it (8.0.43, 8.0.mysql_aurora.3.10.1), is ``oldest`` or newer."""
        return _numbers(version) >= self.oldest

    def restarts_together(self, version: str) -> bool:
        """Whether the readers of a cluster of this version restart with its writer."""
        series, *minor = _numbers(version)
        return series in self.apart_since and minor < [self.apart_since[series]]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


_OPEN = ("ALTER USER {logins} ACCOUNT UNLOCK ATTRIBUTE {mark}",)
_LOCK = ("ALTER USER {logins} ACCOUNT LOCK ATTRIBUTE {mark}",)

# REQUIRE SSL, because the directory password travels through PAM in the clear. The old guide's UPDATE mysql.user is
# unsupported since 8.0.36.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos-setting-up.html#mysql-kerberos-setting-up.create-logins
MYSQL_PAM = MySqlLogins(
    plugin="auth_pam",
    tls="ANY",
    account="%s@%s IDENTIFIED WITH 'auth_pam'",
    create=("CREATE USER {accounts} REQUIRE SSL ACCOUNT LOCK ATTRIBUTE {mark}",),
    alter=("ALTER USER {accounts} REQUIRE SSL ACCOUNT LOCK ATTRIBUTE {mark}",),
    open=_OPEN,
    lock=_LOCK,
)

# A ticket, no password: nothing secret travels. REQUIRE NONE is for an account that had to use TLS before.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-mysql-kerberos-setting-up.html
MYSQL_TICKETS = MySqlLogins(
    plugin="authentication_kerberos",
    tls="",
    account="%s@%s IDENTIFIED WITH 'authentication_kerberos' BY %s",
    stored="{realm}",
    create=("CREATE USER {accounts} ACCOUNT LOCK ATTRIBUTE {mark}",),
    alter=("ALTER USER {accounts} REQUIRE NONE ACCOUNT LOCK ATTRIBUTE {mark}",),
    open=_OPEN,
    lock=_LOCK,
)

# REQUIRE SSL, because the token travels as a password in the clear.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
MYSQL_IAM = MySqlLogins(
    plugin="AWSAuthenticationPlugin",
    tls="ANY",
    account="%s@%s IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'",
    stored="RDS",
    create=("CREATE USER {accounts} REQUIRE SSL ACCOUNT LOCK ATTRIBUTE {mark}",),
    alter=("ALTER USER {accounts} REQUIRE SSL ACCOUNT LOCK ATTRIBUTE {mark}",),
    open=_OPEN,
    lock=_LOCK,
)

# MariaDB's accounts have no ATTRIBUTE: the mark is a role without privileges, named after profile and login and created
# before the login, so that a run that is cut off leaves no login without it; open logins have the profile's own too.
MARIADB_IAM = MySqlLogins(
    plugin="AWSAuthenticationPlugin",
    tls="ANY",
    account="%s@%s IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'",
    stored="RDS",
    create=("CREATE ROLE IF NOT EXISTS {marks}", "CREATE USER {accounts} REQUIRE SSL ACCOUNT LOCK"),
    alter=("CREATE ROLE IF NOT EXISTS {marks}", "ALTER USER {accounts} REQUIRE SSL ACCOUNT LOCK"),
    open=(
        "CREATE ROLE IF NOT EXISTS {complete}",
        "ALTER USER {logins} ACCOUNT UNLOCK",
        "GRANT {complete} TO {logins}",
    ),
    unmark=("REVOKE {complete} FROM {logins}",),
    lock=("ALTER USER {logins} ACCOUNT LOCK",),
)

MYSQL_PLUGINS = frozenset(sql.plugin for sql in (MYSQL_PAM, MYSQL_TICKETS, MYSQL_IAM))  # of every login that we create

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

# CREATE USER app WITH LOGIN; GRANT rds_iam TO ...: the same with another role.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.DBAccounts.html
POSTGRESQL_IAM = replace(POSTGRESQL_AD, role="rds_iam", excludes="rds_ad")

_NO_MARK = "older versions cannot mark a login as ours"
_NO_SUPPORT = "older versions are out of standard support"
_LONGEST_DOMAIN = 61  # "The domain name length can't be longer than 61 characters"

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
                why_oldest=_NO_MARK,
                logins={Method.KERBEROS: MYSQL_PAM, Method.IAM: MYSQL_IAM},
                why_reboot="mysql loads its sign-in plugin when the instance starts",
                exclusive=Exclusive.INSTANCE,
                longest_domain=_LONGEST_DOMAIN,
                takes_trusted=False,
                # "you must turn off Kerberos authentication and then turn it back on after an automatic upgrade", and
                # "Don't modify the DB instance port after enabling the feature"
                # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos.html
                joins_anew_after=("engine_version", "port"),
            ),
            Engine(
                "aurora-mysql",
                "Aurora MySQL",
                Family.MYSQL,
                Scope.CLUSTER,
                oldest=(8, 0, 3, 3),  # as 8.0.mysql_aurora.3.03.0: Kerberos and ATTRIBUTE
                why_oldest=_NO_MARK,
                logins={Method.KERBEROS: MYSQL_TICKETS, Method.IAM: MYSQL_IAM},
                why_reboot="aurora-mysql takes tickets on readers that were started after the join",
                reboots=Reboots.READERS,  # "you need to reboot the reader DB instances", and the writer is not named
                joining=Interruption.NONE,  # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Modifying.html
                longest_domain=_LONGEST_DOMAIN,
            ),
            Engine(
                "postgres",
                "RDS for PostgreSQL",
                Family.POSTGRESQL,
                Scope.INSTANCE,
                oldest=(14,),
                why_oldest=_NO_SUPPORT,
                logins={Method.KERBEROS: POSTGRESQL_AD, Method.IAM: POSTGRESQL_IAM},
                why_reboot="postgres takes tickets when it was started after the join",
                # One page says that IAM and Kerberos are not both possible on an instance, another that they are.
                # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
                # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-kerberos-setting-up.html
                exclusive=Exclusive.INSTANCE_UNLESS_TOLD,
            ),
            Engine(
                "aurora-postgresql",
                "Aurora PostgreSQL",
                Family.POSTGRESQL,
                Scope.CLUSTER,
                oldest=(14,),
                why_oldest=_NO_SUPPORT,
                logins={Method.KERBEROS: POSTGRESQL_AD, Method.IAM: POSTGRESQL_IAM},
                why_reboot="aurora-postgresql takes tickets on instances that were started after the join",
                # "Rebooting the writer DB instance also initiates a reboot for each reader DB instance in the cluster.
                # ... 14.6 and lower 14 versions"; and "15.2 and higher 15 versions" do not.
                # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-reboot-cluster.html
                # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-mysql-survivable-replicas.html
                apart_since={12: 14, 13: 10, 14: 7, 15: 2},
                joining=Interruption.NONE,  # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Modifying.html
            ),
            # Kerberos "isn't available" there: one finding says so.
            # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.RDS_Fea_Regions_DB-eng.Feature.KerberosAuthentication.html
            Engine(
                "mariadb",
                "RDS for MariaDB",
                Family.MYSQL,
                Scope.INSTANCE,
                oldest=(10, 6),
                why_oldest=_NO_SUPPORT,
                logins={Method.IAM: MARIADB_IAM},
            ),
        )
    }
)
