"""Logins of MySQL's family that were removed from the profile: which are locked, and what keeps others open."""

from __future__ import annotations

from collections.abc import Iterator, Set

from signon.domain.engines import MySqlLogins
from signon.domain.finding import Remark
from signon.domain.logins.change import ChangeKind
from signon.domain.logins.login import Statement
from signon.domain.logins.mariadb_marks import marking_trouble
from signon.domain.logins.mysql_accounts import (
    Accounts,
    PresentLogin,
    account,
    bears_mark_of,
    in_other_hands,
    is_changed_and_open,
    is_chosen_before_ours,
    is_open,
    keeps_from_locking,
    masters_of,
    of_every_host,
    to_run,
)
from signon.domain.logins.mysql_relations import HOST
from signon.domain.logins.mysql_statements import Ways, for_accounts
from signon.domain.profile.profile import Profile
from signon.foreign import shown


def locks(ways: Ways, profile: Profile, accounts: Accounts) -> Iterator[Statement]:
    """The statements that lock who was removed from the profile, each login by itself."""
    listed = {login.user for login in (*profile.logins, *profile.skipped)}
    for login in _open_besides(profile, accounts, listed):
        yield from _locking("Lock removed login", ChangeKind.LOCK, ways, profile, accounts, login)


def closes(ways: Ways, profile: Profile, accounts: Accounts) -> Iterator[Statement]:
    """The statements that lock whom the profile lists, and not by a method that is used here: a part of what is made,
    for it waits for the same approval.
    """
    wanted, skipped = {login.user for login in profile.logins}, {login.user for login in profile.skipped}
    for login in _open_besides(profile, accounts, wanted):
        if login.user in skipped:
            yield from _locking("Lock login of another method", ChangeKind.CLOSE, ways, profile, accounts, login)


def _open_besides(profile: Profile, accounts: Accounts, names: Set[str]) -> Iterator[PresentLogin]:
    for login in accounts.logins if profile.lock_leavers else ():
        is_besides = login.host == HOST and login.user not in names
        if is_besides and is_open(login, profile.name) and not keeps_from_locking(login):
            yield login


def _locking(
    description: str, kind: ChangeKind, ways: Ways, profile: Profile, accounts: Accounts, login: PresentLogin
) -> Iterator[Statement]:
    """Logins are closed in the same way, however they sign in.

    One that was renamed in MariaDB keeps the role that makes it complete: it bears no other mark.
    """
    sql: MySqlLogins = next(iter(ways.values()))
    is_marked = login.mark and login.mark.get("complete") and not login.mark.get("renamed")
    unmark = sql.unmark if is_marked and not marking_trouble(profile.name, accounts) else ()
    yield from for_accounts("Remove the mark", kind, unmark, profile.name, [login], complete=False)
    yield from for_accounts(description, kind, sql.lock, profile.name, [login], complete=False)


def left_open(profile: Profile, accounts: Accounts) -> Iterator[Remark]:
    """What gives a leaver access although we lock our logins: another account of the name at another host, which the
    server chooses then; somebody who may act as the leaver; and a login of ours that was turned into something else.
    """
    names = {login.user for login in (*profile.logins, *profile.skipped)}
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
