"""A profile: which databases it admits, what may happen to them, and who may use them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, ClassVar

from signon.domain.engines import ENGINES, Method
from signon.domain.profile.presets import Preset
from signon.domain.rds.database import Database


@dataclass(frozen=True)
class ProfileVersion:
    """Which profile an execution uses: key and version in the bucket, and the hash of its bytes."""

    name: str
    key: str
    version: str
    sha256: str

    @classmethod
    def from_json(cls, document: Mapping[str, str]) -> ProfileVersion:
        return cls(**document)


@dataclass(frozen=True)
class Change:
    """What the profile allows by itself; everything else requires a person's approval."""

    apply_immediately: bool = True
    reboot_allowed: bool = True
    existing_allowed: bool = False
    other_pending_allowed: bool = False
    freezes: tuple[tuple[date, date], ...] = ()

    def frozen_until(self, day: date) -> date | None:
        """The last day of the freeze that ``day`` falls into, or None."""
        return max((last for first, last in self.freezes if first <= day <= last), default=None)


@dataclass(frozen=True)
class Schemas:
    """Schemas of one database of a PostgreSQL server; ``owners``: whom the profile trusts to own them."""

    database: str
    names: tuple[str, ...]
    owners: tuple[str, ...] = ()


@dataclass(frozen=True)
class Role:
    """A preset of privileges, and what they are on, by family: MySQL databases, PostgreSQL schemas."""

    preset: Preset
    mysql: tuple[str, ...] = ()
    postgresql: Schemas | None = None


@dataclass(frozen=True)
class DirectoryLogin:
    """A person of the directory and their roles here; ``realm`` is that of a trusted domain, None for our own."""

    user: str
    roles: tuple[str, ...]
    engines: tuple[str, ...] = ()
    realm: str | None = None
    method: ClassVar[Method] = Method.KERBEROS


@dataclass(frozen=True)
class IamLogin:
    """A login that is used with a token, and the ARNs of the IAM roles that may create one.

    ``personal``: it belongs to one person; otherwise it is an application's.
    """

    user: str
    roles: tuple[str, ...]
    engines: tuple[str, ...] = ()
    used_by: tuple[str, ...] = ()
    personal: bool = False
    method: ClassVar[Method] = Method.IAM


Login = DirectoryLogin | IamLogin


@dataclass(frozen=True)
class Profile:
    """A valid profile. ``master_secret`` is None if RDS manages the master user's password itself.

    ``directory`` and ``realm`` are "" if no engine uses one; ``trusted_realms`` are domains that the
    directory trusts, ``mysql_over_trust``: RDS for MySQL may have logins for their people, too. ``adopt`` names logins
    that somebody else made.
    """

    name: str
    accounts: tuple[str, ...]
    vpcs: tuple[str, ...]
    engines: tuple[str, ...]
    names: tuple[str, ...]
    directory: str
    realm: str
    methods: Mapping[str, tuple[Method, ...]]
    change: Change
    lock_leavers: bool
    master_secret: str | None
    roles: Mapping[str, Role]
    logins: tuple[Login, ...] = field(repr=False)
    adopt: tuple[str, ...] = ()
    skipped: tuple[Login, ...] = ()  # on one engine: those that it lists for it, by a method that is not used there
    trusted_realms: tuple[str, ...] = ()
    mysql_over_trust: bool = False

    def methods_for(self, engine: str) -> frozenset[Method]:
        """Those that the profile names for the engine and AWS offers there."""
        offered = ENGINES[engine].logins if engine in ENGINES else {}
        return frozenset(self.methods.get(engine, ())) & offered.keys()

    def on(self, engine: str) -> Profile:
        """The profile with only the logins that exist on databases of this engine; those that it lists besides are
        ``skipped``.
        """
        methods = self.methods_for(engine)
        here = tuple(login for login in self._meant_for(engine) if login.method in methods)
        return replace(self, logins=here, skipped=self.skipped_on(engine))

    def skipped_on(self, engine: str) -> tuple[Login, ...]:
        """The logins that would exist on the engine if it used their method."""
        methods = self.methods_for(engine)
        return tuple(login for login in self._meant_for(engine) if login.method not in methods)

    def foreign_realms(self, engine: str) -> tuple[str, ...]:
        """The realms of people from other domains who have logins on databases of this engine."""
        logins = (login for login in self.on(engine).logins if isinstance(login, DirectoryLogin))
        return tuple(sorted({login.realm for login in logins if login.realm} - {self.realm}))

    def _meant_for(self, engine: str) -> Iterator[Login]:
        return (login for login in self.logins if not login.engines or engine in login.engines)

    def refuses(self, database: Database) -> str | None:
        """Why this profile does not admit the database, or None. The tag only asks; this answers."""
        for what, value, patterns in (
            ("engine", database.id.engine, self.engines),
            ("name", database.id.name, self.names),
            ("account", database.id.account, self.accounts or ("*",)),
            ("VPC", database.vpc, self.vpcs or ("*",)),
        ):
            if not any(fnmatchcase(value or "", pattern) for pattern in patterns):
                return f"it admits no {what} {value}" if value else f"it names a {what}, and the database is in none"
        return None


def sha256(text: bytes) -> str:
    """Of a profile's file, in hexadecimal."""
    return hashlib.sha256(text).hexdigest()


def read_profile(name: str, document: Mapping[str, Any]) -> Profile:
    """The profile in a document that ``schema.problems`` has found nothing wrong with."""
    admits, directory = document["admits"], document.get("directory", {})
    change, access = document.get("change", {}), document.get("access", {})
    master = access.get("master", "managed")
    return Profile(
        name=name,
        accounts=tuple(admits.get("accounts", ())),
        vpcs=tuple(admits.get("vpcs", ())),
        engines=tuple(admits["engines"]),
        names=tuple(admits["names"]),
        directory=directory.get("id", ""),
        realm=directory.get("realm", ""),
        methods={engine: tuple(map(Method, methods)) for engine, methods in document["methods"].items()},
        change=Change(
            apply_immediately=change.get("apply", "immediately") == "immediately",
            reboot_allowed=change.get("reboot", "allowed") == "allowed",
            existing_allowed=change.get("existing", "ask") == "allowed",
            other_pending_allowed=change.get("other_pending", "ask") == "allowed",
            freezes=tuple(_days(span) for span in change.get("not_during", ())),
        ),
        lock_leavers=access.get("leavers", {}).get("lock", "now") == "now",
        master_secret=None if master == "managed" else master,
        roles={role: _role(entry) for role, entry in document["roles"].items()},
        logins=tuple(map(_login, document["logins"])),
        adopt=tuple(access.get("adopt", ())),
        trusted_realms=tuple(directory.get("trusted_realms", ())),
        mysql_over_trust=directory.get("mysql_over_trust", "refused") == "allowed",
    )


def _login(entry: Mapping[str, Any]) -> Login:
    roles, engines = tuple(entry["roles"]), tuple(entry.get("engines", ()))
    if "iam" in entry:
        personal = entry.get("personal", "false") == "true"
        return IamLogin(entry["iam"], roles, engines, tuple(entry.get("used_by", ())), personal)
    return DirectoryLogin(entry["user"], roles, engines, entry.get("realm"))


def _role(entry: Mapping[str, Any]) -> Role:
    schemas = entry.get("postgresql")
    return Role(
        Preset(entry["preset"]),
        mysql=tuple(entry.get("mysql", {}).get("databases", ())),
        postgresql=Schemas(schemas["database"], tuple(schemas["schemas"]), tuple(schemas.get("owners", ())))
        if schemas
        else None,
    )


def _days(span: str) -> tuple[date, date]:
    first, last = span.split("/")
    return date.fromisoformat(first), date.fromisoformat(last)
