"""What must hold whatever happens: nothing lost, nothing done twice, nobody signed in with an incomplete login."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from tests.simulation.calls import Call, Fault, Made
from tests.simulation.servers import WarmMySQL, WarmPostgreSQL
from tests.simulation.statements import MYSQL, POSTGRESQL
from tests.simulation.world import World

# What the presets of `World.publish` grant in MySQL, by role
MYSQL_GRANTS = {
    "read": {("payments", privilege) for privilege in ("SELECT", "SHOW VIEW")},
    "write": {("payroll", privilege) for privilege in ("SELECT", "SHOW VIEW", "INSERT", "UPDATE", "DELETE", "EXECUTE")},
}

TELLERS = {"report-outcome", "report-ending", "sweep-databases"}  # each tells first, and then writes down that it has

Roles = Mapping[str, Collection[str]]  # of each person


class Broken(AssertionError):
    """Something that must never be so."""


class Ledger:
    """Looks on through a second connection, after each statement; ``wanted`` are the roles that each person has.

    ``faults_in_joins`` is how many joins were made to fail, each of which is asked for again.
    """

    def __init__(self, world: World, wanted: Roles) -> None:
        self._world, self.wanted = world, wanted
        self.faults_in_joins = 0
        self.looks = self._since = 0
        world.calls.after_each = self._look

    def _look(self, call: Call) -> None:
        if call.service in (MYSQL, POSTGRESQL):
            self.looks += 1
            for problem in _half_made(self._world, self.wanted):
                raise Broken(f"After {call}: {problem}")

    def begin_anew(self) -> None:
        """The database was deleted, and another one made: what was done to the old one counts no more."""
        self._world.rds.joins.clear()
        self._world.rds.restarts.clear()
        self._since = len(self._world.calls.made)

    # ---- when everything has come to rest ----------------------------------------------------------------------------

    def settled(self, name: str) -> None:
        """Raises Broken."""
        for problem in (*self._not_ended(), *self._claimed(name), *self._done_twice(name), *self._told_twice()):
            raise Broken(problem)

    def _not_ended(self) -> Iterator[str]:
        for execution in self._world.executions.running():
            yield f"{execution} has not ended"

    def _claimed(self, name: str) -> Iterator[str]:
        if holder := self._world.item(name, "claim").get("holder"):
            yield f"{name} is still claimed by {holder}"

    def _done_twice(self, name: str) -> Iterator[str]:
        rds = self._world.rds
        if rds.joins[name] > 1 + self.faults_in_joins:
            yield f"RDS joined {name} {rds.joins[name]} times; {self.faults_in_joins} joins had failed"
        for instance, times in rds.restarts.items():
            if times > 1:
                yield f"{instance} was rebooted {times} times"
        for account, times in Counter(self._made_in_mysql()).items():
            if times > 1:
                yield f"{account} was made {times} times"

    def _made_in_mysql(self) -> Iterator[str]:
        """Whom a statement that took effect has made; in PostgreSQL it may be rolled back, and nobody is made twice."""
        for made in self._world.calls.made[self._since :]:
            if made.call.operation == "CREATE USER" and took_effect(made):
                yield from (name for name in self.wanted if name in made.parameters)

    def _told_twice(self) -> Iterator[str]:
        """A message may be sent again only where its sender cannot know that it was sent."""
        sent = [made for made in self._world.calls.made if made.call.operation == "Publish" and took_effect(made)]
        for (text, by), times in Counter((made.parameters["Message"], made.by) for made in sent).items():
            excused = sum(
                made.fault in (Fault.TIMEOUT, Fault.CRASH_AFTER) for made in sent if made.parameters["Message"] == text
            )
            if times > 1 + excused + self._broken_off(by):
                yield f"People were told {times} times: {text}"

    def _broken_off(self, by: str) -> int:
        """How often the reporter was cut off after its message and before it had written that down."""
        return sum(
            made.fault is not None and made.call.function in TELLERS and made.by in (by, "")
            for made in self._world.calls.made
        )


def took_effect(made: Made) -> bool:
    return made.fault in (None, Fault.TIMEOUT, Fault.CRASH_AFTER, Fault.STALE)


def _half_made(world: World, wanted: Roles) -> Iterator[str]:
    for server in world.servers.warm:
        yield from _half_made_in_mysql(server, wanted) if isinstance(server, WarmMySQL) else ()
        yield from _half_made_in_postgresql(server, wanted) if isinstance(server, WarmPostgreSQL) else ()


def _half_made_in_mysql(server: WarmMySQL, wanted: Roles) -> Iterator[str]:
    rows = server.run(
        "SELECT u.User, a.ATTRIBUTE, p.TABLE_SCHEMA, p.PRIVILEGE_TYPE FROM mysql.user u"
        " LEFT JOIN information_schema.user_attributes a ON a.USER = u.User AND a.HOST = u.Host"
        " LEFT JOIN information_schema.schema_privileges p ON p.GRANTEE = CONCAT(QUOTE(u.User), '@', QUOTE(u.Host))"
        " WHERE u.plugin IN ('auth_pam', 'AWSAuthenticationPlugin') AND u.account_locked = 'N'"
    )
    granted: dict[str, set[tuple[str, str]]] = {}
    for user, attribute, schema, privilege in rows:
        granted.setdefault(user, set()).add((schema, privilege))
        if not json.loads(attribute)["signon"]["complete"]:
            yield f"{user} is open and not marked complete"
    for user, has in granted.items():
        for role in wanted.get(user, ()):
            if missing := MYSQL_GRANTS[role] - has:
                yield f"{user} is open and lacks {sorted(missing)}"


def _half_made_in_postgresql(server: WarmPostgreSQL, wanted: Roles) -> Iterator[str]:
    rows = server.run(
        "SELECT r.rolname, m.roleid::regrole::text FROM pg_roles r LEFT JOIN pg_auth_members m ON m.member = r.oid"
        " WHERE r.rolcanlogin AND r.rolname LIKE '%@%'"
    )
    member_of: dict[str, set[str]] = {}
    for person, role in rows:
        member_of.setdefault(person, set()).add(str(role).strip('"').rpartition(".")[2])
    for person, roles in member_of.items():
        if missing := {"rds_ad", *wanted.get(person.partition("@")[0], ())} - roles:
            yield f"{person} is open and no member of {sorted(missing)}"
