"""Names are refused, never repaired: a trimmed, cut or transliterated name would be somebody else's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from string import ascii_letters, ascii_lowercase, digits
from types import MappingProxyType

from signon.domain.engines import Family
from signon.foreign import visible

_REALM = re.compile(r"[A-Z0-9]([A-Z0-9-]*[A-Z0-9])?(\.[A-Z0-9]([A-Z0-9-]*[A-Z0-9])?)+", re.ASCII)
_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII)
_LONGEST_LABEL = 63  # of a DNS name
LONGEST_REALM = 255
# "The domain name can't be longer than 61 characters"
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos.html
LONGEST_REALM_FOR_MYSQL = 61
# A longer one is silently cut, and is then somebody else's (NAMEDATALEN).
LONGEST_POSTGRESQL_ROLE = 63
LONGEST_MYSQL_ACCOUNT = 32
_LAST_OF_BMP = "\uffff"


@dataclass(frozen=True)
class Grammar:
    """Rules for ``what``: up to ``longest`` characters of ``rest``, the first of ``first``, none ``reserved``."""

    what: str
    longest: int
    first: str
    rest: str
    said: str
    reserved: re.Pattern[str]
    because: str

    def problem(self, name: str) -> str | None:
        """Why ``name`` is not one, or None: the first rule that it breaks."""
        if not name:
            return f"{name!r} is empty: {self.what} is 1 to {self.longest} characters long"
        if len(name) > self.longest:
            return f"{in_quotes(name)} is too long: {len(name)} of at most {self.longest} characters"
        if name[0] not in self.first:
            return f"{in_quotes(name)} begins with {_character(name[0])}: {self.what} consists of {self.said}"
        if odd := next((character for character in name if character not in self.rest), None):
            return f"{in_quotes(name)} contains {_character(odd)}: {self.what} consists of {self.said}"
        return f"{name!r} is reserved: {self.because}" if self.reserved.fullmatch(name) else None


# What sAMAccountName (20 characters), a MySQL account name (32), a PostgreSQL role name and a shell all accept
# unquoted.
LOGIN = Grammar(
    "a login",
    20,
    ascii_lowercase + digits,
    ascii_lowercase + digits + "._-",
    "lower-case letters, digits, dots, hyphens and underscores, and begins with a letter or a digit",
    re.compile(r"rds.*|(mysql|mariadb)([._-].*)?|pg_.*|postgres|root|admin|public|none|event_scheduler", re.ASCII),
    "it belongs to the engine or to RDS",
)
# No directory knows it: as long as the engine's accounts may be, and with capitals, too. ``*``, ``?`` and ``$`` have
# meanings of their own in a connect policy, and with ``@`` it would be a directory person's.
_OF_IAM = ascii_letters + digits + "_"
IAM_LOGIN = replace(
    LOGIN,
    longest=LONGEST_MYSQL_ACCOUNT,
    first=_OF_IAM,
    rest=_OF_IAM + ".-",
    said="letters, digits, dots, hyphens and underscores, and begins with a letter, a digit or an underscore",
    reserved=re.compile(LOGIN.reserved.pattern, re.ASCII | re.IGNORECASE),
)
POSTGRESQL_IAM_LOGIN = replace(IAM_LOGIN, longest=LONGEST_POSTGRESQL_ROLE)
IAM_LOGINS: Mapping[Family, Grammar] = MappingProxyType(
    {Family.MYSQL: IAM_LOGIN, Family.POSTGRESQL: POSTGRESQL_IAM_LOGIN}
)
_PLAIN = (ascii_letters + digits + "_$-", ascii_letters + digits + "_$-")
_SAID = "letters, digits, underscores, dollar signs and hyphens"
MYSQL_DATABASE = Grammar(
    "a database name",
    64,
    *_PLAIN,
    _SAID,
    re.compile(r"mysql|sys|information_schema|performance_schema", re.ASCII | re.IGNORECASE),
    "it belongs to the engine",
)
POSTGRESQL_DATABASE = Grammar(
    "a database name", 63, *_PLAIN, _SAID, re.compile(r"template[01]|rdsadmin", re.ASCII), "it belongs to the engine"
)
POSTGRESQL_SCHEMA = Grammar(
    "a schema name", 63, *_PLAIN, _SAID, re.compile(r"pg_.*|information_schema", re.ASCII), "it belongs to the engine"
)


def login_problem(name: str, master_user: str | None) -> str | None:
    """Why ``name`` is not a legal login, or None."""
    if bare := _without_domain(name):
        return f"{in_quotes(name)} has a domain: write the name without the domain, {bare!r}"
    if problem := LOGIN.problem(name):
        return problem
    if name == master_user:
        return f"{name!r} is reserved: it is the master user's"
    return None if not name.endswith(".") else f"{name!r}: Active Directory has no names that end with a dot"


def _without_domain(name: str) -> str | None:
    r"""``alice`` of ``alice@CORP.EXAMPLE.COM`` and of ``CORP\Alice``; None if that would not be a login either."""
    bare, at, domain = name.partition("@") if "@" in name else name.rpartition("\\")[::-1]
    login = bare.lower() if bare.isascii() else bare
    return login if at and _DOMAIN.fullmatch(domain) and LOGIN.problem(login) is None else None


def iam_login_problem(name: str, master_user: str | None, grammar: Grammar = IAM_LOGIN) -> str | None:
    """Why ``name`` is not a legal login of an application or a person with a token, or None.

    ``grammar`` is that of the engine's family: PostgreSQL allows longer names.
    """
    if problem := grammar.problem(name):
        return problem
    is_master = master_user is not None and name.lower() == master_user.lower()
    return f"{name!r} is reserved: it is the master user's" if is_master else None


def realm_problem(name: str, longest: int = LONGEST_REALM) -> str | None:
    """Why ``name`` is not a Kerberos realm of at most ``longest`` characters, or None."""
    if len(name) > longest:
        only = " (the limit of RDS for MySQL)" if longest == LONGEST_REALM_FOR_MYSQL else ""
        return f"{in_quotes(name)} is too long: {len(name)} of at most {longest} characters{only}"
    if not _REALM.fullmatch(name):
        return f"{in_quotes(name)} is not a Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM"
    label = max(name.split("."), key=len)
    if len(label) > _LONGEST_LABEL:
        return f"{in_quotes(name)} has a label that is too long: {len(label)} of at most {_LONGEST_LABEL} characters"
    return None


def postgresql_role_problem(name: str) -> str | None:
    """Why PostgreSQL would not store a role, or anything else, under exactly this name, or None."""
    if "\0" in name:
        return f"{in_quotes(name)} contains {_character(chr(0))}, which PostgreSQL takes for the end of the name"
    if odd := next(filter(_is_half, name), None):
        return f"{in_quotes(name)} contains {_character(odd)}, which is half a character"
    size = len(name.encode())
    if size > LONGEST_POSTGRESQL_ROLE:
        return f"{in_quotes(name)} is too long for PostgreSQL: {size} of at most {LONGEST_POSTGRESQL_ROLE} bytes"
    return None if name else f"{name!r} is empty, and PostgreSQL has no empty names"


def mysql_account_problem(name: str) -> str | None:
    """Why MySQL would not store an account under exactly this name, or None.

    It cuts off white space at either end (of which "" may be left, that is everybody), writes a question mark for every
    character beyond the BMP, and takes NUL for the end of the name where it compares two.
    """
    if not name or name != name.strip():
        return f"{in_quotes(name)} is empty or has white space at an end, which MySQL cuts off"
    if odd := next((each for each in name if each == "\0" or _is_half(each) or each > _LAST_OF_BMP), None):
        return f"{in_quotes(name)} contains {_character(odd)}, which MySQL does not keep"
    if len(name) > LONGEST_MYSQL_ACCOUNT:
        return f"{in_quotes(name)} is too long for MySQL: {len(name)} of at most {LONGEST_MYSQL_ACCOUNT} characters"
    return None


def _is_half(character: str) -> bool:
    """Whether it is a surrogate, which no server and no encoding accepts."""
    return "\ud800" <= character <= "\udfff"


def login_name(user: str, realm: str) -> str:
    """A person's role in PostgreSQL: the principal of their ticket."""
    return f"{user}@{realm}"


def group_name(profile: str, role: str) -> str:
    """The PostgreSQL role that holds the privileges of a profile's role."""
    return f"signon.{profile}.{role}"


def _character(character: str) -> str:
    return f"{visible(repr(character))} (U+{ord(character):04X})"


def in_quotes(name: str) -> str:
    """A name of somebody else's within a sentence: as Python writes it, and cut."""
    return visible(repr(name) if len(name) <= 100 else f"{name[:100]!r}...")
