"""Logins of MySQL's family: what is wanted, what is there, and the statements between the two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from string import Formatter

from signon.domain.engines import MYSQL_PLUGINS, Method, MySqlLogins
from signon.domain.finding import Remark
from signon.domain.limits import listed
from signon.domain.logins import login as logins
from signon.domain.logins.change import ChangeKind, LoginChange
from signon.domain.logins.login import LoginPlan, LoginState, Proof, Statement, batches, mark
from signon.domain.logins.mariadb_marks import MARK, marking_trouble, other_marks
from signon.domain.logins.mysql_accounts import (
    Accounts,
    PresentLogin,
    account,
    bears_mark_of,
    creators,
    in_other_hands,
    is_changed_and_open,
    is_chosen_before_ours,
    is_open,
    keeps_from_adopting,
    keeps_from_locking,
    masters_of,
    of_every_host,
    of_the_system,
    privilege_names,
    to_run,
    unknown,
)
from signon.domain.logins.mysql_relations import HOST, Account
from signon.domain.memory.made import digest, named
from signon.domain.names import mysql_account_problem
from signon.domain.profile.presets import MYSQL_PRESETS, MYSQL_PRIVILEGES
from signon.domain.profile.profile import DirectoryLogin, Profile
from signon.errors import StatementRefused
from signon.foreign import shown

Ways = Mapping[Method, MySqlLogins]  # how logins are made, by how they sign in


@dataclass(frozen=True)
class WantedAccount:
    """``stored``: what the server is to store with the plugin's name; ``adopt``: take it over from its maker."""

    user: str
    sql: MySqlLogins
    stored: str
    grants: Mapping[str, frozenset[str]]  # pattern -> privileges
    adopt: bool = False


def wanted_logins(
    ways: Ways, profile: Profile, *, literal_names: bool = False, lower_case: bool = False
) -> tuple[WantedAccount, ...]:
    """The profile's logins, each with its grants as the server will show them."""
    return tuple(
        WantedAccount(
            login.user,
            ways[login.method],
            ways[login.method].stores((isinstance(login, DirectoryLogin) and login.realm) or profile.realm),
            _grants(profile, login.roles, literal_names, lower_case),
            adopt=login.user in profile.adopt,
        )
        for login in profile.logins
    )


def _grants(profile: Profile, roles: Iterable[str], literal_names: bool, lower_case: bool) -> dict[str, frozenset[str]]:
    grants: dict[str, frozenset[str]] = {}
    for role in (profile.roles[name] for name in roles):
        for database in role.mysql:
            name = database.lower() if lower_case else database
            pattern = name if literal_names else database_pattern(name)
            grants[pattern] = grants.get(pattern, frozenset()) | frozenset(MYSQL_PRESETS[role.preset])
    return grants


def database_pattern(database: str) -> str:
    r"""The name as GRANT takes it.

    ``_`` and ``%`` are wildcards there: ``my_db`` would reach myXdb as well, ``my\_db`` does not.
    "The server interprets % and _ as literal characters when partial_revokes is enabled"; then the name must be written
    as it is.
    https://dev.mysql.com/doc/refman/8.4/en/partial-revokes.html
    """
    return database.replace("_", r"\_").replace("%", r"\%")


def make(
    ways: Ways,
    profile: str,
    wanted: Sequence[WantedAccount],
    present: Sequence[PresentLogin],
    *,
    lock_leavers: bool,
    marking: Remark | None = None,
) -> LoginPlan:
    """The statements that create what is missing (locked), alter logins that are to sign in differently, grant what is
    missing, and lock logins removed from the profile. ``marking``: why no login can be marked as complete.
    """
    there = of_every_host(present)
    states = _states(wanted, present, marking)
    altered = {each.name for each in states if each.to_alter and not each.objection(profile)}
    ours = {each.name for each in states if not each.objection(profile)}
    absent = [login for login in wanted if login.user not in there and login.user in ours]
    missing = [
        (login.user, pattern, rest)
        for login in (*absent, *(login for login in wanted if login.user in there and login.user in ours))
        for pattern, rest in _missing_grants(login, there.get(login.user))
    ]
    names = {login.user for login in wanted}
    leavers = (login for login in present if login.host == HOST and login.user not in names)
    left = [login for login in leavers if lock_leavers and is_open(login, profile) and not keeps_from_locking(login)]
    locks = tuple(_locked(next(iter(ways.values())), profile, left, may_unmark=not marking))
    return LoginPlan(
        statements=(
            *_made(profile, absent, [login for login in wanted if login.user in altered], there),
            *_grant_statements(missing),
            *locks,
        ),
        left_alone=logins.left_alone(profile, states),
        makes=(*(login.user for login in absent), *altered),
        locks=locks,
        opens=tuple(each.name for each in states if each.is_to_open(profile)),
    )


def open_complete(
    profile: str,
    wanted: Sequence[WantedAccount],
    present: Sequence[PresentLogin],
    marking: Remark | None = None,
) -> tuple[Statement, ...]:
    """The statements that unlock those of ours that were read back as wanted and are not open yet.

    ``marking``: why no login can be marked as complete.
    """
    ready = {each.name for each in _states(wanted, present, marking) if each.is_ready(profile)}
    return tuple(
        statement
        for sql, these in _by_way(login for login in wanted if login.user in ready)
        for batch in batches(these)
        for statement in _statements("Unlock, complete", ChangeKind.UNLOCK, sql.open, profile, batch, complete=True)
    )


def prove(ways: Ways, profile: Profile, accounts: Accounts) -> Proof:
    """What reading back proves of a profile's logins.

    Raises LoginsIncomplete: one of ours is not as it should be; names up to ten of them.
    """
    wanted = wanted_logins(ways, profile, literal_names=accounts.literal_names, lower_case=accounts.lower_case)
    states = _states(wanted, accounts.logins, marking_trouble(profile.name, accounts))
    names, disputed = frozenset(login.user for login in wanted), accounts.judged.disputed
    not_ours = (
        *_of_other_profiles(profile, accounts),
        *_of_leavers(profile, accounts),
        *_of_two_profiles(profile, accounts),
        *unknown(names, accounts),
    )
    return replace(
        logins.proof(profile.name, states, not_ours=not_ours),
        disputed=digest(disputed),
        disputed_names=named(disputed, names),
        trusted=tuple(creators(accounts)),
    )


def _of_other_profiles(profile: Profile, accounts: Accounts) -> Iterator[Remark]:
    """Logins that another profile has left behind, when the database's tag was changed."""
    names = {login.user for login in profile.logins}
    for login in of_every_host(accounts.logins).values():
        is_open = not (login.locked or login.is_master)
        if login.mark and is_open and login.mark.get("profile") != profile.name and login.user not in names:
            yield logins.still_open(login.user, login.mark)


def _of_two_profiles(profile: Profile, accounts: Accounts) -> Iterator[Remark]:
    """Logins of ours, and of the profile's names, that roles of MariaDB name for more than one profile."""
    names = {*(login.user for login in profile.logins), *accounts.judged.made}
    for login in of_every_host(accounts.logins).values():
        if login.user in names and (others := other_marks(profile.name, login)):
            yield others


def _of_leavers(profile: Profile, accounts: Accounts) -> Iterator[Remark]:
    """What gives a leaver access although we lock our logins: another account of the name at another host, which the
    server chooses then; somebody who may act as the leaver; and a login of ours that was turned into something else.
    """
    names = {login.user for login in profile.logins}
    made = of_every_host(accounts.logins)
    ours = {
        login.user
        for login in made.values()
        if bears_mark_of(profile.name, login) and not login.disputed and login.user not in names
    }
    for each in accounts.logins if profile.lock_leavers else ():
        if each.user in ours and not each.locked and is_chosen_before_ours(each):
            named = account(each.user, each.host)
            yield Remark(
                f"{shown(each.user)} was removed from the profile, and {named} (plugin {shown(each.plugin)}) is another"
                " account of that name, made by somebody else and open",
                f"If nobody needs it, run {to_run('DROP USER {}', (each.user, each.host))}",
            )
    for login in made.values() if profile.lock_leavers else ():
        if login.user not in names and is_open(login, profile.name) and (kept := keeps_from_locking(login)):
            yield kept.after(f"{shown(login.user)} was removed from the profile but is still open: ")
    left = (made[name] for name in sorted(accounts.judged.made.keys() & made.keys() - names))
    masters = masters_of(accounts.logins)
    for login in left if profile.lock_leavers else ():
        if others := in_other_hands(login, masters):
            yield others.after(f"{shown(login.user)} was removed from the profile, and ")
        if is_changed_and_open(login, profile.name):
            lock = to_run("ALTER USER {} ACCOUNT LOCK", (login.user, login.host))
            how = f"now signs in by {shown(login.plugin)}" if login.mark else "no longer bears our mark"
            yield Remark(
                f"{shown(login.user)} was removed from the profile but is still open: it {how}, so it was not locked",
                f"Run {lock}; if somebody else needs it, remove our mark and rename it (RENAME USER)",
            )


def _states(
    wanted: Sequence[WantedAccount], present: Sequence[PresentLogin], marking: Remark | None
) -> list[LoginState]:
    there, ahead = of_every_host(present), _ahead({"", *(login.user for login in wanted)}, present)
    masters = masters_of(present)
    return [
        _state(
            login,
            there.get(login.user),
            (*ahead[login.user], *ahead[""]),
            _obstacle(login, there.get(login.user), masters, marking),
        )
        for login in wanted
    ]


def _obstacle(
    login: WantedAccount, found: PresentLogin | None, masters: Set[Account], marking: Remark | None
) -> Remark | None:
    if found is None:
        return marking
    if found.is_master:
        return Remark("it is the master user, or the account that we are signed in as")
    if obstacle := of_the_system(found) or in_other_hands(found, masters):
        return obstacle
    if found.mark is None and login.adopt and (powers := keeps_from_adopting(found)):
        return powers
    return None if found.mark and found.mark.get("complete") else marking


def _ahead(names: Set[str], present: Sequence[PresentLogin]) -> Mapping[str, list[str]]:
    """By name of ``names``, the accounts that the server chooses before one of ours, in words; "" is anybody's name.

    It sorts accounts by their hosts, the most specific first: names and addresses, with a netmask or without, then
    patterns, then '%', then ''. It chooses the first one whose host matches and whose user is the one signing in,
    or anonymous; of equal hosts the named user's. It never goes on to the next, neither where the password is wrong nor
    where the account is locked. So an account with another host comes first from there, also if two patterns are
    equally specific ('%.example.com' begins as '%' does), since their order is not documented.
    https://dev.mysql.com/doc/refman/8.4/en/connection-access.html
    https://mariadb.com/kb/en/create-user/#account-names
    """
    ahead: dict[str, list[str]] = defaultdict(list)
    for each in present:
        if each.user in names and is_chosen_before_ours(each):
            named = account(each.user, each.host)
            before = (
                f"before {shown(each.user)}'s own login" if each.user else "before every login, because it is anonymous"
            )
            ahead[each.user].append(
                f"The server chooses {named} (plugin {shown(each.plugin)}) {before}, for connections from"
                f" {shown(each.host)}; if nobody needs it, run {to_run('DROP USER {}', (each.user, each.host))}"
            )
    return ahead


def _state(
    login: WantedAccount, found: PresentLogin | None, ahead: tuple[str, ...], obstacle: Remark | None
) -> LoginState:
    if found is None:
        return LoginState(login.user, ahead=ahead, obstacle=obstacle)
    signs_in_as_wanted = (found.plugin, found.stored) == (login.sql.plugin, login.stored)
    as_made = signs_in_as_wanted and login.sql.tls in ("", found.tls)
    ours_otherwise = found.mark is not None and found.plugin in MYSQL_PLUGINS and not signs_in_as_wanted
    return LoginState(
        login.user,
        there=True,
        mark=found.mark,
        kind=f"plugin {shown(found.plugin)}",
        changed=None if as_made else f"plugin {shown(found.plugin)}, TLS {shown(found.tls) or 'not required'}",
        locked=found.locked,
        disputed=found.disputed,
        obstacle=obstacle,
        to_alter=ours_otherwise or (found.mark is None and login.adopt),
        in_use=found.signed_in,
        ahead=ahead,
        lacks=tuple(f"{', '.join(sorted(rest))} on {pattern}" for pattern, rest in _missing_grants(login, found)),
        excess=(
            *([f"{listed(privilege_names(found.rights))} on *.*"] if found.rights else []),
            *(
                f"{', '.join(sorted(rest))} on {shown(pattern)}"
                for pattern, granted in sorted(found.grants.items())
                if (rest := granted - login.grants.get(pattern, frozenset()))
            ),
        ),
    )


def _missing_grants(login: WantedAccount, found: PresentLogin | None) -> Iterator[tuple[str, frozenset[str]]]:
    granted = found.grants if found else {}
    for pattern, privileges in login.grants.items():
        if rest := privileges - granted.get(pattern, frozenset()):
            yield pattern, rest


def _made(
    profile: str,
    absent: Sequence[WantedAccount],
    altered: Sequence[WantedAccount],
    there: Mapping[str, PresentLogin],
) -> Iterator[Statement]:
    adopted = [login for login in altered if there[login.user].mark is None]
    ours = [login for login in altered if there[login.user].mark is not None]
    for description, kind, these in (
        ("Create locked", ChangeKind.CREATE, absent),
        ("Adopt, locked", ChangeKind.ADOPT, adopted),
        ("Alter, locked", ChangeKind.ALTER, ours),
    ):
        for sql, of_one_way in _by_way(these):
            texts = sql.create if kind is ChangeKind.CREATE else sql.alter
            for batch in batches(of_one_way):
                yield from _statements(description, kind, texts, profile, batch, complete=False)


def _locked(sql: MySqlLogins, profile: str, left: Sequence[PresentLogin], *, may_unmark: bool) -> Iterator[Statement]:
    """Logins of any method: all are closed in the same way.

    One that was renamed in MariaDB keeps the role that makes it complete: it bears no other mark.
    """
    for batch in batches(left):
        marked = [
            login
            for login in batch
            if may_unmark and login.mark and login.mark.get("complete") and not login.mark.get("renamed")
        ]
        unmark = sql.unmark if marked else ()
        yield from _statements("Remove the mark", ChangeKind.LOCK, unmark, profile, marked, complete=False)
        yield from _statements("Lock removed logins", ChangeKind.LOCK, sql.lock, profile, batch, complete=False)


def _statements(
    description: str,
    kind: ChangeKind,
    texts: Sequence[str],
    profile: str,
    batch: Sequence[WantedAccount | PresentLogin],
    *,
    complete: bool,
) -> Iterator[Statement]:
    """The texts with their fields filled in for these logins."""
    names = [login.user for login in batch]
    pairs = [_account(name) for name in names]
    fields: dict[str, list[tuple[str, tuple[str, ...]]]] = {
        "accounts": [_signing_in(login) for login in batch if isinstance(login, WantedAccount)],
        "logins": [("%s@%s", pair) for pair in pairs],
        "mark": [("%s", (mark(profile, complete=complete),))],
        "marks": [("%s", (f"{MARK}.{profile}.{name}",)) for name in names],
        "complete": [("%s", (f"{MARK}.{profile}",))],
    }
    changes = tuple(LoginChange(kind, name) for name in names)
    for text in texts:
        yield Statement(f"{description}: {', '.join(map(shown, names))}", *filled(text, fields), changes)


def filled(template: str, fields: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]]) -> tuple[str, tuple[str, ...]]:
    """The template with the texts of its fields, and their values in this order."""
    sql = ""
    values: list[str] = []
    for literal, field_name, _, _ in Formatter().parse(template):
        filling = fields[field_name] if field_name else ()
        sql += literal + ", ".join(text for text, _ in filling)
        values += [value for _, these in filling for value in these]
    return sql, tuple(values)


def _signing_in(login: WantedAccount) -> tuple[str, tuple[str, ...]]:
    """One account in CREATE USER and ALTER USER, and its parameters."""
    said = (login.stored,) if login.sql.account.endswith("%s") else ()
    return login.sql.account, (*_account(login.user), *said)


def _by_way(wanted: Iterable[WantedAccount]) -> Iterator[tuple[MySqlLogins, list[WantedAccount]]]:
    """The logins that are created by the same statements, together."""
    ways: dict[str, tuple[MySqlLogins, list[WantedAccount]]] = {}
    for login in wanted:
        ways.setdefault(login.sql.plugin, (login.sql, []))[1].append(login)
    yield from ways.values()


def _grant_statements(missing: Sequence[tuple[str, str, frozenset[str]]]) -> Iterator[Statement]:
    grouped: dict[tuple[str, frozenset[str]], list[str]] = {}
    for user, pattern, privileges in missing:
        grouped.setdefault((pattern, privileges), []).append(user)
    for (pattern, privileges), users in grouped.items():
        listed = ", ".join(privilege for privilege in MYSQL_PRIVILEGES if privilege in privileges)
        for batch in batches(users):
            sql = f"GRANT {listed} ON {_quoted(pattern)}.* TO {', '.join(['%s@%s'] * len(batch))}"
            accounts = tuple(part for user in batch for part in _account(user))
            changes = tuple(LoginChange(ChangeKind.GRANT, user, listed, pattern) for user in batch)
            yield Statement(f"Grant {listed} on {pattern}: {', '.join(batch)}", sql, accounts, changes)


def _account(user: str) -> tuple[str, str]:
    """As parameters. Raises StatementRefused: MySQL would create an account of another name."""
    if problem := mysql_account_problem(user):
        raise StatementRefused(f"Login {problem}", "Use another name, or remove the login from the profile")
    return user, HOST


def _quoted(identifier: str) -> str:
    """A MySQL identifier; a percent sign is doubled, because the driver uses it for parameters."""
    return "`" + identifier.replace("`", "``").replace("%", "%%") + "`"
