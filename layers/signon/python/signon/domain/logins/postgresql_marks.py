"""Which roles of a PostgreSQL server are ours, and who else controls them.

A mark alone proves nothing: what bears it is judged by what we remember, and by who else could use it. It is enough to
lock a login removed from the profile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from signon.domain.engines import POSTGRESQL_AD, POSTGRESQL_IAM
from signon.domain.finding import Remark
from signon.domain.limits import counted, listed
from signon.domain.logins.postgresql_roles import MOST_OTHERS, PresentRole, Roles, first_others, is_utf_8
from signon.domain.memory.made import UNREMEMBERED, Memory
from signon.domain.names import group_name
from signon.foreign import REMEDY, shown, visible


def judged(profile: str, wanted: Set[str], roles: Roles, memory: Memory) -> Roles:
    """The roles, those that bear the profile's mark judged by what we remember. ``wanted``: its logins.

    What others may use or give away does not count as ours, even if a person approves it. The same holds for a
    login that is not in the profile and signs in by none of our methods.
    """
    roles = replace(roles, master_user=memory.master_user)
    remembered = {name: oid for name, oid in memory.made.items() if name in roles.present if _oid(name, roles) == oid}
    people = {
        name: _oid(name, roles)
        for name, role in roles.present.items()
        if _is_person_of(profile, role) and not roles.is_master(name) and not roles.in_other_hands(name)
        if name in wanted or not role.can_login or _signs_in_by_our_methods(name, roles)
    }
    ours = people.keys() | remembered.keys()
    above_others = roles.above(each for each in roles.present if roles.is_stranger(each) and each not in ours)
    groups = {
        name: _oid(name, roles)
        for name, role in roles.present.items()
        if _is_group_of(profile, role) and not roles.administrators_of(name)
        if name not in above_others
    }
    claimed = {name: oid for name, oid in {**people, **groups}.items() if name not in remembered}
    judged = memory.judge(remembered, claimed)
    present = {name: _judged(profile, role, name in judged.made) for name, role in roles.present.items()}
    return replace(roles, present=present, judged=judged)


def _judged(profile: str, role: PresentRole, made: bool) -> PresentRole:
    disputed = not made and (_is_person_of(profile, role) or _is_group_of(profile, role))
    return role if role.disputed is disputed else replace(role, disputed=disputed)


def _oid(name: str, roles: Roles) -> str:
    return roles.present[name].oid


def _is_person_of(profile: str, role: PresentRole) -> bool:
    return _is_marked_person_of(profile, role) and role.has_utf_8_name


def _is_marked_person_of(profile: str, role: PresentRole) -> bool:
    return bool(role.mark and role.mark.get("profile") == profile and "complete" in role.mark)


def _is_group_of(profile: str, role: PresentRole) -> bool:
    said = role.mark.get("role") if role.mark and role.mark.get("profile") == profile else None
    return isinstance(said, str) and role.name == group_name(profile, said) and role.has_utf_8_name


def _signs_in_by_our_methods(name: str, roles: Roles) -> bool:
    return any(name in roles.beneath(sql.role) for sql in (POSTGRESQL_AD, POSTGRESQL_IAM))


def not_our_logins(profile: str, group: PresentRole, roles: Roles) -> list[str]:
    """Who has the group's rights, or may give them away, and is not a login that we remember.

    For a group that is itself in dispute, logins that are in dispute with it are no further objection. If some do not
    even bear our mark, only those are named: a login of theirs may be one only through them.
    """
    judged = roles.judged

    def is_ours(name: str) -> bool:
        role = roles.present[name]
        is_known = name in judged.made or (group.disputed and name in judged.disputed)
        return is_known or (_is_person_of(profile, role) and not role.disputed)

    administrators = roles.administrators_of(group.name)
    others = first_others({*administrators, *roles.strangers_beneath(group.name, is_ours)})
    unmarked = [name for name in others if not _is_person_of(profile, roles.present[name])]
    return [name for name in others if name in {*administrators, *unmarked}] or others


def in_other_hands(name: str, others: Sequence[str]) -> Remark:
    """Who else may use the role or give it away, with the remedy."""
    at_least = ", and maybe others" if len(others) == MOST_OTHERS else ""
    return Remark(
        f"others may use it or give it away ({listed([shown(each) for each in others])}{at_least})",
        f"Run REVOKE {quoted(name)} FROM {quoted(others[0])} CASCADE, likewise for each; if the server warns and"
        " nothing changes, one of them created the role: rename it and start again, so that we create our own",
    )


def unknown(names: frozenset[str], roles: Roles) -> Iterator[Remark]:
    """What bears the profile's mark and is not in it. The mark's author chose the name: only the number is told."""
    if unnamed := len(roles.judged.disputed.keys() - names):
        yield UNREMEMBERED.after(f"{counted(unnamed, 'role')} that the profile does not name: ")


def is_open(role: PresentRole, profile: str, roles: Roles) -> bool:
    """Whether it is a person's login that bears the profile's mark and is open. A mark alone makes no leaver."""
    if not (_is_person_of(profile, role) and role.can_login) or roles.is_master(role.name):
        return False
    return _signs_in_by_our_methods(role.name, roles)


def changed_leavers(profile: str, wanted: Set[str], roles: Roles) -> Iterator[Remark]:
    """Logins that we remember, that the profile no longer names, and that are open and, as they are now, not ours to
    lock; another profile's are reported separately.
    """
    for name in sorted(roles.judged.made.keys() - wanted):
        role = roles.present[name]
        is_others = role.mark is not None and role.mark.get("profile") != profile
        if role.can_login and not (is_others or roles.is_master(name) or is_open(role, profile, roles)):
            how = "now signs in differently" if role.mark else "no longer bears our mark"
            yield Remark(
                f"{shown(name)} was removed from the profile but is still open: it {how}, so it was not locked",
                f"Run ALTER ROLE {quoted(name)} NOLOGIN; if somebody else needs it, remove our mark"
                " (COMMENT ON ROLE) and rename it (ALTER ROLE ... RENAME TO)",
            )


# No statement that we send can have the name; the server itself can put one together.
_LOCK_BY_OID = (
    "DO $$ BEGIN EXECUTE format('ALTER ROLE %I NOLOGIN', (SELECT rolname FROM pg_roles WHERE oid = {oid})); END $$"
)


def not_nameable(profile: str, roles: Roles) -> Iterator[Remark]:
    """Open logins that bear the profile's mark, with names that no statement of ours can have."""
    for role in roles.present.values():
        if role.has_utf_8_name or not (role.can_login and _is_marked_person_of(profile, role)):
            continue
        if _signs_in_by_our_methods(role.name, roles):
            yield Remark(
                f"{shown(role.name)} (oid {role.oid}) bears our mark and is open; its name is not UTF-8, so it was"
                " neither recognized nor locked",
                f"Run {_LOCK_BY_OID.format(oid=role.oid)}",
            )


def quoted(name: str) -> str:
    r"""As SQL writes it, for people to read and type; U&"..." where the name has characters that cannot be seen.

    https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS-UESCAPE
    """
    if not is_utf_8(name):
        return f"<the role {shown(name)}, whose name is not UTF-8>"
    quoted = name.replace('"', '""')
    if visible(name) == name and REMEDY not in name:
        return f'"{quoted}"'
    odd = "|" if REMEDY in name else ""
    escaped = (
        rf"\+{ord(each):06x}" if visible(each) != each or each == odd else each for each in quoted.replace("\\", "\\\\")
    )
    return f'U&"{"".join(escaped)}"'
