"""The ways of signing in that a plan sets up, and those that it must remove first.

If a database supports only one of the methods, setting one up removes the other. That is a switch: it says who loses
access, and requires approval whatever the profile allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from signon.domain.engines import ENGINES, Engine, Exclusive, Method
from signon.domain.finding import Finding
from signon.domain.profile.profile import Profile
from signon.domain.rds import membership
from signon.domain.rds.database import Database


@dataclass(frozen=True)
class Methods:
    """``leaves_directory`` and ``switches_iam`` (on where ``iam``, else off): what must be changed for them.

    A database that leaves its directory and is to use it joins it again.
    """

    kerberos: bool
    iam: bool
    leaves_directory: bool = False
    switches_iam: bool = False

    @property
    def used(self) -> frozenset[Method]:
        return frozenset(
            method for method, is_used in ((Method.KERBEROS, self.kerberos), (Method.IAM, self.iam)) if is_used
        )

    @property
    def rejoins(self) -> bool:
        """Whether it leaves the directory only to join it again."""
        return self.leaves_directory and self.kerberos

    @property
    def switches(self) -> bool:
        """Whether one method takes the other's place."""
        return (self.leaves_directory and not self.kerberos) or (self.switches_iam and not self.iam)

    @classmethod
    def from_json(cls, document: Mapping[str, bool]) -> Methods:
        return cls(**document)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def methods(database: Database, profile: Profile, *, rejoins: bool = False) -> Methods:
    """What the profile wants for this database, and what stands in its way; ``rejoins``: its membership is outdated."""
    engine = ENGINES[database.id.engine]
    wanted = profile.methods_for(engine.name)
    kerberos, iam = Method.KERBEROS in wanted, Method.IAM in wanted
    alone = _takes_one(engine) and len(wanted) == 1
    return Methods(
        kerberos,
        iam,
        leaves_directory=(alone and iam and bool(database.memberships)) or (kerberos and rejoins),
        switches_iam=(iam and not database.iam_enabled) or (alone and kerberos and database.iam_enabled),
    )


def _takes_one(engine: Engine) -> bool:
    return engine.exclusive is not Exclusive.LOGIN


def switch(database: Database, made: Methods, *, apply_immediately: bool) -> Iterator[Finding]:
    """What a person must approve if one method takes the other's place."""
    name, title = database.id.name, ENGINES[database.id.engine].title
    leaves_by_itself = membership.leaves_by_itself(database, apply_immediately=apply_immediately)
    if made.leaves_directory and not made.rejoins and not leaves_by_itself:
        yield Finding(
            f"{name} is a member of {membership.joined(database)}, and {title} supports only one of the two methods:"
            " it would leave the directory, and people who sign in with the directory would lose access",
            "Approve the plan, or name kerberos for this engine under methods in the profile",
            approvable=True,
        )
    if made.switches_iam and not made.iam:
        yield Finding(
            f"IAM database authentication is on for {name}, and {title} supports only one of the two methods: it"
            " would be switched off, and everybody who signs in with a token would lose access",
            "Approve the plan, or name iam for this engine under methods in the profile",
            approvable=True,
        )
