"""The accounts of a server of MySQL's family as they were read, and which of them are ours.

A mark alone proves nothing: what bears it is judged by what we remember. It is enough to lock a login removed from the
profile.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from signon.domain.engines import MYSQL_PLUGINS
from signon.domain.finding import Remark
from signon.domain.limits import counted, listed
from signon.domain.logins.mysql_relations import HOST, Account, like
from signon.domain.memory.made import NO_OID, NOTHING, UNREMEMBERED, Judgement, Memory
from signon.domain.names import mysql_account_problem
from signon.domain.profile.profile import Profile
from signon.foreign import LONGEST, REMEDY, cut, shown, visible, without_remedy

_WHERE_NAMES_ARE = "SELECT User, Host, HEX(User), HEX(Host) FROM mysql.user"
MOST_REVOKED = 10  # privileges in a statement to run
_WHERE_ROLES_ARE = "SELECT User, HEX(User) FROM mysql.user WHERE is_role = 'Y'"
LONGEST_TO_RUN = 350  # characters that naming accounts may take: what is said of them and this fit into one line
# A socket, or the server's own machine, from where nobody comes to a database of RDS.
_NEVER_FROM = "localhost"
_RDSADMIN = "rdsadmin"
NO_GRANTS: Mapping[str, frozenset[str]] = MappingProxyType({})
# What a privilege on every database or to look at the server is; whatever else is granted on *.* is a power.
_ORDINARY = frozenset(
    {
        *("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "REFERENCES", "INDEX", "ALTER", "EXECUTE", "EVENT"),
        *("TRIGGER", "CREATE TEMPORARY TABLES", "LOCK TABLES", "CREATE VIEW", "SHOW VIEW", "CREATE ROUTINE"),
        *("ALTER ROUTINE", "DELETE HISTORY", "SHOW DATABASES", "PROCESS", "REPLICATION CLIENT", "BINLOG MONITOR"),
        *("SHOW_ROUTINE", "SHOW CREATE ROUTINE"),
    }
)


@dataclass(frozen=True, slots=True)
class PresentLogin:
    """A login as it was read. ``mark`` is what we wrote on it, None where somebody else made it.

    ``rights``: its privileges on ``*.*``. ``makes_logins``: it has a right, itself or through a role, to alter every
    login or to assume its rights. ``is_system``: only an account that has SYSTEM_USER may alter it, and ours does not.
    ``members``: who may assume its rights, because in MySQL a login can be granted like a role; where
    ``is_mandatory`` it is granted to everybody. ``proxies``: who may act as it when signing in. Both are accounts, by
    user and host; ``by_pattern`` says who may act as everybody of a name like its. ``is_master``: it is the account
    that we are signed in as, or the master user. ``disputed``: it bears our mark, and we do not remember having made
    it. ``other_marks``: the profiles of MariaDB's other roles that name it.
    """

    user: str
    host: str
    plugin: str
    tls: str
    locked: bool
    mark: Mapping[str, Any] | None
    grants: Mapping[str, frozenset[str]] = field(default_factory=lambda: NO_GRANTS)
    stored: str = ""
    signed_in: bool = False
    makes_logins: bool = False
    members: frozenset[tuple[str, str]] = frozenset()
    proxies: frozenset[tuple[str, str]] = frozenset()
    is_mandatory: bool = False
    is_master: bool = False
    disputed: bool = False
    rights: frozenset[str] = frozenset()
    is_system: bool = False
    by_pattern: Remark | None = None
    other_marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Accounts:
    """Every account of a database. ``judged``: what counts as ours, and what is in dispute.

    ``literal_names``: the server accepts no wildcards in a GRANT's database name. ``lower_case``: it stores the names
    of databases in lower case (lower_case_table_names), in grants as well. ``by_pattern``: by the name that was
    granted, who may act by PROXY as everybody of a name like it. ``everybody_makes``: the roles by which everybody may
    make logins. ``administrators``: who may grant each of our roles of MariaDB, of those that exist.
    """

    logins: tuple[PresentLogin, ...]
    literal_names: bool
    lower_case: bool = False
    judged: Judgement = NOTHING
    by_pattern: Mapping[Account, frozenset[Account]] = field(default_factory=dict)
    everybody_makes: tuple[Account, ...] = ()
    administrators: Mapping[str, frozenset[Account]] = field(default_factory=dict)


def recognized(profile: Profile, accounts: Accounts, memory: Memory) -> Accounts:
    """The accounts, those that bear the profile's mark judged by what we remember.

    A login that is not in the profile and signs in by none of our methods does not count as ours, even if a person
    approves it.
    """
    named_ones = {login.user for login in profile.logins}
    logins = tuple(
        replace(each, is_master=True) if _is_master(each, memory.master_user) else each for each in accounts.logins
    )
    masters = masters_of(logins)
    logins = tuple(_with_patterns(logins, {*named_ones, *memory.made}, accounts.by_pattern, masters))
    there = of_every_host(logins)
    claimed = {
        name: NO_OID
        for name, login in there.items()
        if bears_mark_of(profile.name, login) and not login.is_master and name not in memory.made
        if not in_other_hands(login, masters)
        if name in named_ones or login.locked or login.plugin in MYSQL_PLUGINS
    }
    judged = memory.judge({name: oid for name, oid in memory.made.items() if name in there}, claimed)
    return replace(
        accounts, logins=tuple(_judged(profile.name, each, each.user in judged.made) for each in logins), judged=judged
    )


def _judged(profile: str, login: PresentLogin, made: bool) -> PresentLogin:
    disputed = not made and bears_mark_of(profile, login)
    return login if login.disputed is disputed else replace(login, disputed=disputed)


def _is_master(login: PresentLogin, master_user: str | None) -> bool:
    """An account of the master user's name at another host is somebody else's: any creator of logins may choose it."""
    return login.user == _RDSADMIN or (login.user, login.host) == (master_user, HOST)


def masters_of(present: Iterable[PresentLogin]) -> frozenset[Account]:
    """The accounts of the master user's, of RDS's, and ours."""
    return frozenset((each.user, each.host) for each in present if each.is_master)


def _with_patterns(
    logins: Iterable[PresentLogin],
    names: Collection[str],
    by_pattern: Mapping[Account, frozenset[Account]],
    masters: Set[Account],
) -> Iterator[PresentLogin]:
    """The logins, those of these names with who may act as them by a pattern: each pattern is put into words once."""
    said = {
        granted: (like(granted[0]), _by_pattern(granted, others))
        for granted, proxies in sorted(by_pattern.items())
        if (others := sorted(each for each in proxies - masters if each[0] != _RDSADMIN))
    }
    for each in logins:
        found = None
        if said and each.host == HOST and each.user in names:
            ours = (each.user, each.host)  # who was granted exactly this one stands in its proxies
            found = next(
                (words for granted, (fits, words) in said.items() if granted != ours and fits(each.user)), None
            )
        yield replace(each, by_pattern=found) if found else each


def _by_pattern(granted: Account, others: Sequence[Account]) -> Remark:
    revoke = to_run("REVOKE PROXY ON {} FROM {}", granted, others[0])
    return Remark(
        f"others may act as it by PROXY ({accounts_listed(others)}), because its name is like {account(*granted)}",
        f"Have an account that may grant PROXY on {account(*granted)} run {revoke}, or run"
        f" {to_run('DROP USER {}', others[0])}; likewise for each",
    )


def in_other_hands(login: PresentLogin, masters: Set[Account]) -> Remark | None:
    """Who besides ``masters`` may assume its rights, with the remedy; None if nobody may."""
    if not (login.members or login.proxies or login.is_mandatory):
        return login.by_pattern
    named_here, here = account(login.user, login.host), (login.user, login.host)
    if login.is_mandatory:
        remove = f"Remove {named_here} from the parameter mandatory_roles"
        return Remark("everybody may use it (mandatory_roles)", remove)
    if others := sorted(login.members - masters):
        revoke = f"Run {to_run('REVOKE {} FROM {}', here, others[0])}, likewise for each"
        return Remark(f"others may use it ({accounts_listed(others)})", revoke)
    if proxies := sorted(login.proxies - masters):
        # Only a user who has it WITH GRANT OPTION can revoke it, and no master user has; DROP USER of the login leaves
        # it.
        revoke = to_run("REVOKE PROXY ON {} FROM {}", here, proxies[0])
        revoke = f"Have the person who signs in with {named_here} run {revoke}"
        return Remark(
            f"others may act as it by PROXY ({accounts_listed(proxies)})",
            f"{revoke}, or run {to_run('DROP USER {}', proxies[0])}; likewise for each",
        )
    return login.by_pattern


def of_the_system(login: PresentLogin) -> Remark | None:
    """Why the master user may not alter it, with the remedy; None if it may."""
    if not login.is_system:
        return None
    revoke = to_run("REVOKE SYSTEM_USER ON *.* FROM {}", (login.user, login.host))
    return Remark(
        "it is a system account (SYSTEM_USER), which the master user may not alter",
        f"As an account that has SYSTEM_USER, run {revoke}",
    )


def keeps_from_locking(login: PresentLogin) -> Remark | None:
    """Why we cannot lock it, with the remedy; None if we can. A statement that fails would hold up all the others."""
    if system := of_the_system(login):
        return system
    if mysql_account_problem(login.user):
        lock = to_run("ALTER USER {} ACCOUNT LOCK", (login.user, login.host))
        return Remark("its name is none that a login of ours can have", f"Run {lock}")
    return None


def privilege_names(names: Iterable[str]) -> list[str]:
    """As SQL writes them. Components of a server may have added some."""
    return sorted(name if re.fullmatch(r"[A-Z_ ]+", name) else shown(name) for name in names)


def keeps_from_adopting(login: PresentLogin) -> Remark | None:
    """Powers that no login of ours has: whoever is let in by it would keep them."""
    powers = privilege_names(login.rights - _ORDINARY)
    here = (login.user, login.host)
    if powers:
        revoke = to_run(f"REVOKE {', '.join(powers[:MOST_REVOKED])} ON *.* FROM {{}}", here)
        more = "; likewise for the others" if powers[MOST_REVOKED:] else ""
        return Remark(f"it is not adopted with {listed(powers)}, which no login of ours has", f"Run {revoke}{more}")
    if login.makes_logins:
        return Remark(
            "it is not adopted with a right to change every login, which no login of ours has",
            f"It may write tables of mysql.*, or has such a right through a role: {to_run('SHOW GRANTS FOR {}', here)}"
            " shows it; revoke it",
        )
    return None


def accounts_listed(these: Iterable[tuple[str, str]]) -> str:
    return listed([account(*each) for each in these])


def bears_mark_of(profile: str, login: PresentLogin) -> bool:
    """Whether our mark on it names this profile."""
    return bool(login.mark and login.mark.get("profile") == profile)


def unknown(names: frozenset[str], accounts: Accounts) -> Iterator[Remark]:
    """What bears the profile's mark and is not in it. The mark's author chose the name: only the number is told."""
    if unnamed := len(accounts.judged.disputed.keys() - names):
        yield UNREMEMBERED.after(f"{counted(unnamed, 'login')} that the profile does not name: ")


def creators(accounts: Accounts) -> list[str]:
    """Who besides the master could change or copy what we make. Roles are left out: nobody signs in with them."""
    able = (each for each in accounts.logins if each.makes_logins and not each.locked and each.host != _NEVER_FROM)
    named = sorted(account(each.user, each.host) for each in able if not (each.is_master or each.user == _RDSADMIN))
    return [*(f"everybody, through the role {account(*role)}" for role in accounts.everybody_makes), *named]


def account(user: str, host: str) -> str:
    """An account within a sentence, as SQL writes it. What is to be run names it by ``to_run``: this may be cut."""
    user, host = (cut(visible(part[: LONGEST + 1]), LONGEST) for part in (user, host))
    user, host = (part.replace("\\", "\\\\").replace("'", "''") for part in (user, host))
    return without_remedy(f"'{user}'@'{host}'")


def to_run(statement: str, *accounts: tuple[str, str]) -> str:
    """A statement for people to paste, with an account, by user and host, in the place of each {}: exactly that one.

    MySQL has no escape for a character that cannot be seen, and what a backslash means depends on sql_mode. A name with
    either is put together by the server, from its bytes. What would be too long says where the name is found.
    """
    plain = all(_is_plain(part) for each in accounts for part in each)
    sql = (
        statement.format(*(f"{_literal(user)}@{_literal(host)}" for user, host in accounts))
        if plain
        else f"SET @sql = CONCAT({_concatenated(statement, accounts)}); PREPARE signon FROM @sql; EXECUTE signon"
    )
    if len(sql) - len(statement) <= LONGEST_TO_RUN:
        return sql
    words = statement.format(*("the account" for _ in accounts))
    return f"{words}, whose name is too long for this text: {_WHERE_NAMES_ARE}"


def to_drop(role: str) -> str:
    """A statement for people to paste, that drops exactly this role of MariaDB's, or where its name is found."""
    if not _is_plain(role) or len(role) > LONGEST:
        return f"DROP ROLE for each that is not as shown: {_WHERE_ROLES_ARE}"
    return f"DROP ROLE `{role.replace('`', '``')}`"


def _is_plain(name: str) -> bool:
    return visible(name) == name and "\\" not in name and REMEDY not in name


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _concatenated(statement: str, accounts: Iterable[tuple[str, str]]) -> str:
    """The arguments of CONCAT. Names are quoted as identifiers, in which nothing but the quotation mark is special."""
    names = (tuple(part.replace("`", "``") for part in each) for each in accounts)
    whole = statement.format(*(f"`{user}`@`{host}`" for user, host in names))
    parts = re.split(r"((?:[^!-\[\]-~ ]|\\|\|)+)", whole)  # what is not ASCII, or not plain, by its bytes
    return ", ".join(
        f"_utf8mb4 X'{part.encode('utf-8', 'surrogatepass').hex().upper()}'" if place % 2 else _literal(part)
        for place, part in enumerate(parts)
        if part
    )


def is_chosen_before_ours(login: PresentLogin) -> bool:
    """Because of its host alone, for connections that it matches."""
    return login.host.lower() not in (HOST, "", _NEVER_FROM)


def of_every_host(present: Iterable[PresentLogin]) -> dict[str, PresentLogin]:
    """By user, the accounts that may come from anywhere, as ours do."""
    return {login.user: login for login in present if login.host == HOST}


def is_open(found: PresentLogin, profile: str) -> bool:
    """Whether it bears the profile's mark, and is open. A mark alone does not make a leaver."""
    is_ours = bears_mark_of(profile, found) and found.plugin in MYSQL_PLUGINS
    return is_ours and not (found.locked or found.is_master)


def is_changed_and_open(made: PresentLogin, profile: str) -> bool:
    """Whether a login that we remember is open and, as it is now, not ours to lock. Another profile's is told apart."""
    is_others = made.mark is not None and not bears_mark_of(profile, made)
    return not (is_others or made.locked or made.is_master or is_open(made, profile))
