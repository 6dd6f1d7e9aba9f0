"""What a kit is made of: the database, how people sign in to it, and whose tickets it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from signon.domain.database import Database
from signon.domain.engines import ENGINES, Family, Method

YOUR_NAME = "YOUR-NAME"  # stands for the person in every line of a published kit
RDS = ".rds.amazonaws.com"  # in China .rds.amazonaws.com.cn


class SignIn(Enum):
    """What a person shows to the server."""

    PASSWORD = "directory password"  # noqa: S105  a kind of password
    TICKET = "Kerberos ticket"
    TOKEN = "IAM token"  # noqa: S105  a kind of token


# RDS for MySQL's Kerberos is a password that the server checks through PAM; everywhere else it is a ticket.
SIGN_IN: Mapping[tuple[str, Method], SignIn] = {
    ("mysql", Method.KERBEROS): SignIn.PASSWORD,
    ("aurora-mysql", Method.KERBEROS): SignIn.TICKET,
    ("postgres", Method.KERBEROS): SignIn.TICKET,
    ("aurora-postgresql", Method.KERBEROS): SignIn.TICKET,
    ("mysql", Method.IAM): SignIn.TOKEN,
    ("aurora-mysql", Method.IAM): SignIn.TOKEN,
    ("postgres", Method.IAM): SignIn.TOKEN,
    ("aurora-postgresql", Method.IAM): SignIn.TOKEN,
    ("mariadb", Method.IAM): SignIn.TOKEN,
}


@dataclass(frozen=True)
class KitFacts:
    """One database. ``title`` is AWS's name of its engine, ``realm`` the managed directory's.

    ``trusts`` are the realms of the domains that the directory trusts.
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

    @property
    def sign_ins(self) -> Mapping[Method, SignIn]:
        """How each method signs in, in their order."""
        return {method: SIGN_IN[self.engine, method] for method in self.methods}

    @property
    def takes_tickets(self) -> bool:
        return SignIn.TICKET in self.sign_ins.values()

    @property
    def domain(self) -> str:
        """The managed directory's DNS name, which is that of its domain controllers too."""
        return self.realm.lower()


def kit_facts(database: Database, realm: str, methods: Iterable[Method], trusts: Iterable[str] = ()) -> KitFacts:
    """Of a database that RDS has described."""
    engine = ENGINES[database.id.engine]
    return KitFacts(
        database.id.name,
        engine.name,
        engine.title,
        engine.family,
        database.id.region,
        database.host,
        database.port,
        tuple(methods),
        realm,
        tuple(trusts),
    )
