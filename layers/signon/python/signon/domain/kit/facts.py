"""What a kit is made from: the database, how people sign in to it, and whose tickets it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from signon.domain.engines import ENGINES, MYSQL_PAM, Family, Method
from signon.domain.profile.profile import DirectoryLogin, Profile
from signon.domain.rds.database import Database

YOUR_NAME = "YOUR-NAME"  # stands for the person in every line of a published kit
RDS = ".rds.amazonaws.com"  # in China .rds.amazonaws.com.cn, or .rds.cn-north-1.amazonaws.com.cn


class SignIn(StrEnum):
    """What a person shows to the server."""

    PASSWORD = "directory password"  # noqa: S105  a kind of password
    TICKET = "Kerberos ticket"
    TOKEN = "IAM token"  # noqa: S105  a kind of token


def sign_in_by(engine: str, method: Method) -> SignIn:
    """RDS for MySQL's Kerberos is a password that the server checks through PAM; everywhere else it is a ticket."""
    if method is Method.IAM:
        return SignIn.TOKEN
    return SignIn.PASSWORD if ENGINES[engine].logins[method] is MYSQL_PAM else SignIn.TICKET


@dataclass(frozen=True)
class KitFacts:
    """One database. ``title`` is AWS's name of its engine, ``realm`` the managed directory's.

    ``trusts`` are the realms of people whose domains the directory trusts; ``trusted`` is one of them, where the lines
    are for its people.
    """

    name: str
    engine: str
    title: str
    family: Family
    region: str
    host: str
    port: int
    methods: tuple[Method, ...]
    realm: str
    trusts: tuple[str, ...] = ()
    trusted: str | None = None

    @property
    def sign_ins(self) -> Mapping[Method, SignIn]:
        """How each method signs in, in their order."""
        return {method: sign_in_by(self.engine, method) for method in self.methods}

    @property
    def takes_tickets(self) -> bool:
        return SignIn.TICKET in self.sign_ins.values()

    def of_people_of(self, realm: str) -> KitFacts:
        """For people of a trusted domain: their principals are of their own realm."""
        return replace(self, trusted=realm)

    @property
    def peoples_realm(self) -> str:
        """The realm in the principals of the people whom the lines are for."""
        return self.trusted or self.realm

    @property
    def domain(self) -> str:
        """The managed directory's DNS name, which is that of its domain controllers too."""
        return self.realm.lower()


def kit_facts(database: Database, profile: Profile, methods: Iterable[Method]) -> KitFacts:
    """Of a database that RDS has described, for the people of its profile."""
    engine, used = ENGINES[database.id.engine], frozenset(methods)
    logins = profile.on(engine.name).logins
    return KitFacts(
        database.id.name,
        engine.name,
        engine.title,
        engine.family,
        database.id.region,
        database.host,
        database.port,
        tuple(method for method in Method if method in used),
        profile.realm,
        tuple(sorted({login.realm for login in logins if isinstance(login, DirectoryLogin) and login.realm})),
    )
