"""Logins of MySQL's family: what is wanted, what is there, and the statements between the two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from signon.domain.engines import MYSQL_PLUGINS, MySqlLogins
from signon.domain.finding import Remark
from signon.domain.limits import listed
from signon.domain.logins import login as logins
from signon.domain.logins.change import ChangeKind
from signon.domain.logins.login import LoginPlan, LoginState, Proof, Statement, batches
from signon.domain.logins.mariadb_marks import marking_trouble, other_marks
from signon.domain.logins.mysql_accounts import (
    Accounts,
    PresentLogin,
    account,
    creators,
    in_other_hands,
    is_chosen_before_ours,
    keeps_from_adopting,
    masters_of,
    of_every_host,
    of_the_system,
    privilege_names,
    to_run,
    unknown,
)
from signon.domain.logins.mysql_leavers import left_open
from signon.domain.logins.mysql_relations import Account
from signon.domain.logins.mysql_statements import WantedAccount, Ways, for_accounts, grant_statements
from signon.domain.memory.made import digest, named
from signon.domain.profile.presets import MYSQL_PRESETS
from signon.domain.profile.profile import DirectoryLogin, Profile
from signon.foreign import shown


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
    profile: str,
    wanted: Sequence[WantedAccount],
    present: Sequence[PresentLogin],
    marking: Remark | None = None,
) -> LoginPlan:
    """The statements that create what is missing (locked), alter logins that are to sign in differently, and grant what
    is missing. ``marking``: why no login can be marked as complete.
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
    return LoginPlan(
        statements=(
            *_made(profile, absent, [login for login in wanted if login.user in altered], there),
            *grant_statements(missing),
        ),
        left_alone=logins.left_alone(profile, states),
        makes=(*(login.user for login in absent), *altered),
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
        for statement in for_accounts("Unlock, complete", ChangeKind.UNLOCK, sql.open, profile, batch, complete=True)
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
        *left_open(profile, accounts),
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
                yield from for_accounts(description, kind, texts, profile, batch, complete=False)


def _by_way(wanted: Iterable[WantedAccount]) -> Iterator[tuple[MySqlLogins, list[WantedAccount]]]:
    """The logins that are created by the same statements, together."""
    ways: dict[str, tuple[MySqlLogins, list[WantedAccount]]] = {}
    for login in wanted:
        ways.setdefault(login.sql.plugin, (login.sql, []))[1].append(login)
    yield from ways.values()
