"""Logins of PostgreSQL's family: what is wanted, what is there, and the statements between the two.

A person of the directory is a role ``user@REALM``, member of rds_ad; a login with a token is a role of the plain name,
member of rds_iam. Both are members of a group role for each of the profile's roles that they have. Group roles
hold the privileges (``postgresql_grants``) and cannot sign in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from signon.domain.engines import PostgreSqlLogins
from signon.domain.finding import Remark
from signon.domain.logins import login as logins
from signon.domain.logins.change import GROUP_ROLE, MEMBERSHIP, ChangeKind, LoginChange
from signon.domain.logins.login import LoginPlan, LoginState, Name, Proof, Statement, batches, mark
from signon.domain.logins.postgresql_leavers import closes, kept_open
from signon.domain.logins.postgresql_marks import (
    changed_leavers,
    in_other_hands,
    judged,
    not_nameable,
    not_our_logins,
    unknown,
)
from signon.domain.logins.postgresql_marks import quoted as _quoted
from signon.domain.logins.postgresql_roles import DEEPEST, SHOWN_OF_A_WAY, PresentRole, Roles, Way
from signon.domain.logins.postgresql_statements import Ways, filled, for_roles, to_let_change
from signon.domain.memory.made import UNREMEMBERED, Memory, digest, named
from signon.domain.names import group_name, login_name
from signon.domain.profile.presets import Preset
from signon.domain.profile.profile import DirectoryLogin, Profile, Schemas
from signon.foreign import shown


@dataclass(frozen=True)
class Group:
    """The group role of a profile's role: what its members may do, and where."""

    name: str
    role: str
    preset: Preset
    schemas: Schemas


@dataclass(frozen=True)
class WantedRole:
    """``adopt``: take it over from its maker."""

    name: str
    sql: PostgreSqlLogins
    roles: frozenset[str]
    adopt: bool = False


def wanted_groups(profile: Profile) -> tuple[Group, ...]:
    """The group roles of those of the profile's roles that somebody has and that define something for PostgreSQL."""
    used = {role for login in profile.logins for role in login.roles}
    return tuple(
        Group(group_name(profile.name, name), name, role.preset, role.postgresql)
        for name, role in profile.roles.items()
        if name in used and role.postgresql
    )


def wanted_logins(ways: Ways, profile: Profile) -> tuple[WantedRole, ...]:
    """The profile's logins, each with the roles it is to be a member of."""
    groups = {group.role: group.name for group in wanted_groups(profile)}
    return tuple(
        WantedRole(
            login_name(login.user, login.realm or profile.realm) if isinstance(login, DirectoryLogin) else login.user,
            ways[login.method],
            frozenset({ways[login.method].role, *(groups[role] for role in login.roles if role in groups)}),
            adopt=login.user in profile.adopt,
        )
        for login in profile.logins
    )


def recognized(ways: Ways, profile: Profile, roles: Roles, memory: Memory) -> Roles:
    """The roles, those that bear the profile's mark judged by what we remember."""
    return judged(profile.name, {login.name for login in wanted_logins(ways, profile)}, roles, memory)


def unusable(ways: Ways, roles: Roles) -> tuple[str, str] | None:
    """Why no login may be created on this server at all, with the remedy, or None."""
    for sql in ways.values():
        if sql.role not in roles.present:
            return f"There is no role {sql.role}", "Ask AWS Support: RDS creates it on every database server"
        for role in (sql.role, sql.excludes):
            if way := roles.way([roles.master], role):
                return (
                    f"The master user would sign in by {role} alone: {_chain(way)}",
                    f"Revoke the role {shown(way.names[1])} from {shown(roles.master)}, then start again",
                )
    return None


def missing_right(ways: Ways, profile: Profile, roles: Roles) -> tuple[str, str] | None:
    """Which right the master user lacks to create any login, as the catalogue shows it, with what to run, or None."""
    if not {"CREATEROLE", "SUPERUSER"} & set(roles.present[roles.master].powers):
        return (
            f"The master user {roles.master} has no CREATEROLE",
            f"Have another administrator run ALTER ROLE {_quoted(roles.master)} CREATEROLE{_OR_RESET}",
        )
    lacking = {role for login in wanted_logins(ways, profile) for role in _lacking(login, roles)}
    for sql in ways.values():
        if sql.role in lacking and not roles.present[sql.role].administered:
            return (
                f"The master user {roles.master} may not grant {sql.role}",
                f"{to_let_change(sql.role, roles)}{_OR_RESET}",
            )
    return None


# "If you accidentally delete the permissions for the master user, you can restore them by modifying the DB instance and
# setting a new master user password."
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
_OR_RESET = ", or reset the master password, by which RDS restores the permissions of its master user; then start again"


def _chain(way: Way) -> str:
    """A chain of memberships in words; only both ends of a long one."""
    names = list(map(shown, way.names))
    if way.left_out:
        names.insert(SHOWN_OF_A_WAY, f"{way.left_out} more, one of the other")
    return " is a member of ".join(names)


def group_troubles(profile: str, groups: Sequence[Group], roles: Roles) -> dict[str, Remark]:
    """The group roles that are not as we make them, with what is wrong."""
    found = {group: roles.present[group.name] for group in groups if group.name in roles.present}
    return {
        group.name: trouble for group, role in found.items() if (trouble := _group_trouble(profile, group, role, roles))
    }


def _group_trouble(profile: str, group: Group, found: PresentRole, roles: Roles) -> Remark | None:
    if found.mark is None:
        return Remark("made by somebody else")
    if (found.mark.get("profile"), found.mark.get("role")) != (profile, group.role):
        return Remark(f"made for role {shown(found.mark.get('role'))} of profile {shown(found.mark.get('profile'))}")
    changes = (
        *(["LOGIN"] if found.can_login else []),
        *found.powers,
        *(f"member of {shown(name)}" for name in sorted(found.member_of)),
    )
    if changes:
        return Remark(f"changed since we made it ({', '.join(changes)})")
    if others := not_our_logins(profile, found, roles):
        return in_other_hands(found.name, others)
    return UNREMEMBERED if found.disputed else None


def make_groups(ways: Ways, profile: str, groups: Sequence[Group], roles: Roles) -> tuple[Statement, ...]:
    """The statements that create the group roles that are missing."""
    missing = [group for group in groups if group.name not in roles.present]
    marks = {group.name: mark(profile, role=group.role) for group in missing}
    sql: PostgreSqlLogins = next(
        iter(ways.values())
    )  # group roles are created in the same way, however their members sign in
    return tuple(for_roles("Create group role", ChangeKind.CREATE, list(marks), sql.create, marks, what=GROUP_ROLE))


def make(ways: Ways, profile: Profile, roles: Roles) -> LoginPlan:
    """The statements that create what is missing (without LOGIN), and grant memberships."""
    sql: PostgreSqlLogins = next(
        iter(ways.values())
    )  # logins are created, opened and closed in the same way, however they sign in
    wanted = wanted_logins(ways, profile)
    states = _states(profile, wanted, roles)
    altered = [each.name for each in states if each.to_alter and not each.objection(profile.name)]
    ours = {state.name for state in states if not state.objection(profile.name)}
    absent = [login.name for login in wanted if login.name in ours and login.name not in roles.present]
    lacking: dict[frozenset[str], list[str]] = {}
    for login in wanted:
        if login.name in ours and (rest := _lacking(login, roles)):
            lacking.setdefault(rest, []).append(login.name)
    closed = mark(profile.name, complete=False)
    return LoginPlan(
        statements=(
            *for_roles("Create without LOGIN", ChangeKind.CREATE, absent, sql.create, dict.fromkeys(absent, closed)),
            *for_roles("Adopt, without LOGIN", ChangeKind.ADOPT, altered, sql.lock, dict.fromkeys(altered, closed)),
            *(
                Statement(
                    f"Grant {', '.join(sorted(joined))}: {', '.join(batch)}",
                    *filled(sql.join, roles=[Name(role) for role in sorted(joined)], logins=list(map(Name, batch))),
                    tuple(
                        LoginChange(ChangeKind.GRANT, name, MEMBERSHIP, role)
                        for name in batch
                        for role in sorted(joined)
                    ),
                )
                for joined, people in lacking.items()
                for batch in batches(people)
            ),
            *closes(ways, profile, {login.name for login in wanted}, roles),
        ),
        left_alone=logins.left_alone(profile.name, states),
        makes=(*absent, *altered),
        opens=tuple(each.name for each in states if each.is_to_open(profile.name)),
    )


def open_complete(ways: Ways, profile: Profile, roles: Roles) -> tuple[Statement, ...]:
    """The statements that give LOGIN to those of ours that were read back as wanted and do not have it yet."""
    sql: PostgreSqlLogins = next(iter(ways.values()))
    states = _states(profile, wanted_logins(ways, profile), roles)
    ready = [each.name for each in states if each.is_ready(profile.name)]
    marks = dict.fromkeys(ready, mark(profile.name, complete=True))
    return tuple(for_roles("LOGIN, complete", ChangeKind.UNLOCK, ready, sql.open, marks))


def prove(
    ways: Ways,
    profile: Profile,
    roles: Roles,
    *,
    not_ours: Iterable[Remark] = (),
    waiting: Iterable[str] = (),
    excess: Iterable[str] = (),
) -> Proof:
    """What reading back proves of a profile's logins; ``not_ours``, ``waiting`` and ``excess`` are what their grants
    show.

    Raises LoginsIncomplete: one of ours is not as it should be; names up to ten of them.
    """
    wanted = wanted_logins(ways, profile)
    states = _states(profile, wanted, roles)
    found = group_troubles(profile.name, wanted_groups(profile), roles)
    troubles = (trouble.after(f"{name}: ") for name, trouble in found.items())
    others = _of_other_profiles(profile.name, wanted, roles)
    kept = kept_open(profile, {login.name for login in wanted}, roles)
    names = frozenset(login.name for login in wanted) | frozenset(group.name for group in wanted_groups(profile))
    changed = changed_leavers(profile.name, names, roles) if profile.lock_leavers else ()
    unnamed = not_nameable(profile.name, roles) if profile.lock_leavers else ()
    proof = logins.proof(
        profile.name,
        states,
        not_ours=(*troubles, *not_ours, *others, *kept, *changed, *_too_deep(roles), *unknown(names, roles), *unnamed),
        waiting=waiting,
        excess=excess,
    )
    disputed = roles.judged.disputed
    return replace(
        proof,
        disputed=digest(disputed),
        disputed_names=named(disputed, names),
        trusted=tuple(map(shown, roles.creators())),
    )


def _too_deep(roles: Roles) -> Iterator[Remark]:
    """Chains of memberships that are too long to serve any purpose."""
    if len(chain := roles.longest_chain) - 1 > DEEPEST:
        yield Remark(
            f"A chain of {len(chain) - 1} memberships leads from {shown(chain[0])} to {shown(chain[-1])}; more than"
            f" {DEEPEST} are never needed",
            f"Find out who made it, and revoke what nobody needs: REVOKE {_quoted(chain[1])} FROM {_quoted(chain[0])},"
            " and so on; then start again",
        )


def _of_other_profiles(profile: str, wanted: Sequence[WantedRole], roles: Roles) -> Iterator[Remark]:
    """Logins that another profile has left behind, when the database's tag was changed."""
    names = {login.name for login in wanted}
    for role in roles.present.values():
        is_open = role.can_login and not roles.is_master(role.name)
        if role.mark and is_open and role.mark.get("profile") != profile and role.name not in names:
            yield logins.still_open(role.name, role.mark)


def _states(profile: Profile, wanted: Sequence[WantedRole], roles: Roles) -> list[LoginState]:
    troubles = group_troubles(profile.name, wanted_groups(profile), roles)
    return [_state(login, roles, _obstacle(login, roles, troubles), roles.present.get(login.name)) for login in wanted]


def _state(login: WantedRole, roles: Roles, obstacle: Remark | None, found: PresentRole | None) -> LoginState:
    if found is None:
        return LoginState(login.name, obstacle=obstacle or _refused(login, roles))
    return LoginState(
        login.name,
        there=True,
        mark=found.mark,
        kind=f"member of {', '.join(map(shown, sorted(found.member_of))) or 'no role'}",
        changed=", ".join(found.powers) or None,
        locked=not found.can_login,
        disputed=found.disputed,
        obstacle=obstacle
        or _not_for_us(login, roles)
        or _keeps_from_adopting(login, found, roles)
        or _keeps_out(login, found)
        or _refused(login, roles),
        to_alter=found.mark is None and login.adopt,
        in_use=found.signed_in,
        lacks=tuple(f"membership of {role}" for role in sorted(_lacking(login, roles))),
        excess=tuple(f"membership of {shown(role)}" for role in sorted(found.member_of - login.roles)),
    )


def _not_for_us(login: WantedRole, roles: Roles) -> Remark | None:
    if roles.is_master(login.name):
        return Remark("it is the master user, or the account that we are signed in as")
    others = roles.others_with_access(login.name)
    return in_other_hands(login.name, others) if others else None


def _keeps_from_adopting(login: WantedRole, found: PresentRole, roles: Roles) -> Remark | None:
    """What the login has that no login of ours has: a power, or a membership that gives one."""
    if found.mark is not None or not login.adopt:
        return None
    name = _quoted(login.name)
    if found.powers:
        none = " ".join(f"NO{power}" for power in found.powers)
        return Remark(
            f"it is not adopted with {', '.join(found.powers)}, which no login of ours has",
            f"Run ALTER ROLE {name} {none}",
        )
    if powerful := roles.powerful.get(login.name):
        way = roles.way([login.name], powerful) or Way((login.name, powerful))
        return Remark(
            f"it is not adopted with the rights of {shown(powerful)}, which no login of ours has: {_chain(way)}",
            f"Run REVOKE {_quoted(way.names[1])} FROM {name}, and start again: it may have more such memberships",
        )
    return None


def _keeps_out(login: WantedRole, found: PresentRole) -> Remark | None:
    """What keeps the user of this login from signing in, or from the rights of its roles. No login of ours has that."""
    name = _quoted(login.name)
    if found.takes_nobody:
        return Remark("CONNECTION LIMIT 0 keeps everybody out", f"Run ALTER ROLE {name} CONNECTION LIMIT -1")
    groups = login.roles - {login.sql.role}
    if (new := sorted(groups - found.member_of)) and not found.inherits:
        return Remark(f"NOINHERIT would keep the rights of {', '.join(new)} from it", f"Run ALTER ROLE {name} INHERIT")
    if kept := sorted(groups & found.only_by_set_role):
        first = "" if found.inherits else f"ALTER ROLE {name} INHERIT; from PostgreSQL 16 on also "
        how = f"Run {first}GRANT {', '.join(map(_quoted, kept))} TO {name} WITH INHERIT TRUE"
        return Remark(f"it does not inherit the rights of {', '.join(kept)}", how)
    return None


def _refused(login: WantedRole, roles: Roles) -> Remark | None:
    """What is to be changed and the master user may not change, with what to run."""
    found = roles.present.get(login.name)
    if found and not roles.may_change(login.name):
        closed = found.mark is not None and not ("complete" in found.mark and found.can_login)
        if closed or (found.mark is None and login.adopt):
            return Remark("the master user may not change it", to_let_change(login.name, roles))
    for role in sorted(_lacking(login, roles) & roles.present.keys()):
        if not roles.may_change(role):
            return Remark(f"the master user may not grant it {role}", to_let_change(role, roles))
    return None


def _obstacle(login: WantedRole, roles: Roles, troubles: Mapping[str, Remark]) -> Remark | None:
    """What forbids making ``login`` a member of the roles it is to have; None if nothing does."""
    sql = login.sql
    for role in sorted(login.roles & troubles.keys()):
        return troubles[role].after(f"it needs {role}, which is not ours to use: ")
    if way := roles.way({login.name, *login.roles}, sql.excludes):
        chain = way if way.names[0] == login.name else way.after(login.name)
        return Remark(f"no login may have both {sql.role} and {sql.excludes}: {_chain(chain)}")
    if way := roles.way_from_master(login.name):
        return Remark(f"{sql.role} would shut the master user out: {_chain(way)}")
    if member := roles.signs_in_by(sql.excludes).get(login.name):
        return Remark(
            f"no login may have both {sql.role} and {sql.excludes}: {shown(member)}, a member of it, is one of"
            f" {sql.excludes}"
        )
    if member := roles.signs_in_without(sql.role).get(login.name):
        return Remark(f"{sql.role} would end the password sign-in of {shown(member)}, who is a member of it")
    return None


def _lacking(login: WantedRole, roles: Roles) -> frozenset[str]:
    found = roles.present.get(login.name)
    return login.roles - (found.member_of if found else frozenset())
