"""A mark proves nothing: ours is what we remember having made, and what is in nobody else's hands."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

DOMAIN = f"{LAYER}/domain"
MEMORY, SHARED, PLAN = f"{DOMAIN}/memory/made.py", f"{DOMAIN}/logins/login.py", f"{DOMAIN}/plan/plan.py"
MYSQL, POSTGRESQL = f"{DOMAIN}/logins/mysql_accounts.py", f"{DOMAIN}/logins/postgresql.py"
OF_POSTGRESQL, ROLES = f"{DOMAIN}/logins/postgresql_marks.py", f"{DOMAIN}/logins/postgresql_roles.py"
DECIDED = ("tests/unit/test_marks.py",)
LOOKS = "tests/integration/db/postgresql/test_looking_around.py"
IN_POSTGRESQL = ("tests/integration/db/postgresql/test_marks.py",)
IN_MYSQL = ("tests/integration/db/test_marks.py",)

CONTROLS = (
    Control(
        "What bears our mark and is not remembered is in dispute",
        MEMORY,
        "if claimed and (self.trusts or digest(claimed) == self.takes_over):",
        "if claimed:",
        DECIDED,
    ),
    Control(
        "An approval takes over what it was given for, and nothing else",
        MEMORY,
        "digest(claimed) == self.takes_over",
        "self.takes_over",
        DECIDED,
    ),
    Control(
        "Marks are trusted once",
        MEMORY,
        "return replace(self, made=made, trusts=False, takes_over=None)",
        "return replace(self, made=made)",
        DECIDED,
    ),
    Control(
        "Marks are trusted of the former version alone",
        f"{LAYER}/domain/memory/record.py",
        "return self.onboarded_at is not None and self.remembers is None",
        "return self.remembers is None",
        DECIDED,
    ),
    Control(
        "Where something is remembered, no mark is trusted any more",
        f"{LAYER}/aws/memories.py",
        "trusts=plan.trusts_marks and made is None",
        "trusts=plan.trusts_marks",
        ("tests/unit/test_memories.py",),
    ),
    Control("Nothing is granted to a login in dispute", SHARED, "return UNREMEMBERED", "return None", DECIDED),
    Control(
        "PostgreSQL: nothing is granted to a group role in dispute",
        POSTGRESQL,
        "return UNREMEMBERED if found.disputed else None",
        "return None",
        DECIDED,
    ),
    Control(
        "Only who approves the plan takes over what is in dispute", PLAN, "takes_over=dispute", "takes_over=''", DECIDED
    ),
    Control(
        "PostgreSQL: a role is ours by its oid",
        OF_POSTGRESQL,
        "if name in roles.present if _oid(name, roles) == oid}",
        "if name in roles.present}",
        DECIDED,
    ),
    Control(
        "PostgreSQL: who administers a role has it in hand",
        ROLES,
        "{*self.administrators_of(name), *self.strangers_beneath(name)}",
        "{*self.strangers_beneath(name)}",
        DECIDED,
    ),
    Control(
        "PostgreSQL: who is a member of a role has it in hand",
        ROLES,
        "{*self.administrators_of(name), *self.strangers_beneath(name)}",
        "{*self.administrators_of(name)}",
        DECIDED,
    ),
    Control(
        "PostgreSQL: a group role in other hands is granted nothing",
        POSTGRESQL,
        "return in_other_hands(found.name, others)",
        "return None",
        DECIDED,
    ),
    Control(
        "PostgreSQL: a login in other hands is left alone",
        POSTGRESQL,
        "return in_other_hands(login.name, others) if others else None",
        "return None",
        DECIDED,
    ),
    Control(
        "PostgreSQL: a login in other hands is not taken over",
        OF_POSTGRESQL,
        "and not roles.is_master(name) and not roles.in_other_hands(name)",
        "and not roles.is_master(name)",
        DECIDED,
    ),
    Control(
        "PostgreSQL: a group role that others administer is not taken over",
        OF_POSTGRESQL,
        "if _is_group_of(profile, role) and not roles.administrators_of(name)",
        "if _is_group_of(profile, role)",
        DECIDED,
    ),
    Control(
        "PostgreSQL: our mark locks neither the master user nor us",
        OF_POSTGRESQL,
        "and role.can_login) or roles.is_master(role.name):",
        "and role.can_login):",
        DECIDED,
    ),
    Control(
        "PostgreSQL: our mark locks nobody who signs in otherwise",
        OF_POSTGRESQL,
        "    return _signs_in_by_our_methods(role.name, roles)\n",
        "    return True\n",
        DECIDED,
    ),
    Control(
        "PostgreSQL: logins that bear our mark prove no restart",
        f"{LAYER}/db/postgresql_logins.py",
        "EXISTS (SELECT FROM pg_stat_gssapi WHERE gss_authenticated)",
        "EXISTS (SELECT FROM pg_roles WHERE shobj_description(oid, 'pg_authid') LIKE '%complete%')",
        (f"{LOOKS}::test_logins_with_our_mark_prove_no_restart",),
    ),
    Control(
        "Where the record does not know of a restart, none is proved",
        f"{DOMAIN}/plan/probe.py",
        "if probe.plugin_loaded is None and plan.restarted",
        "if probe.plugin_loaded is None",
        ("tests/unit/test_probes.py",),
    ),
    Control(
        "A run that finished by tokens alone proves no restart",
        f"{DOMAIN}/memory/record.py",
        'or self.left_as.get("directory") == directory',
        "or self.onboarded_at is not None",
        ("tests/unit/test_records.py",),
    ),
    Control(
        "PostgreSQL: what is made is remembered before it is committed",
        f"{LAYER}/db/postgresql_logins.py",
        "                self.memory = _remembered(plan.makes, roles, self.memory, self.remember)\n",
        "                pass\n",
        IN_POSTGRESQL,
    ),
    Control(
        "PostgreSQL: the server's roles are judged",
        f"{LAYER}/db/postgresql_logins.py",
        "roles = recognized(ways, profile, read_roles(session, elsewhere), memory)",
        "roles = read_roles(session, elsewhere)",
        IN_POSTGRESQL,
    ),
    Control(
        "PostgreSQL: the oids are the server's",
        f"{LAYER}/db/postgresql_reading.py",
        "r.oid::text",
        "'1'",
        IN_POSTGRESQL,
    ),
    Control(
        "PostgreSQL: the administrators are the server's",
        f"{LAYER}/db/postgresql_reading.py",
        "WHERE m.roleid = r.oid AND m.admin_option)",
        "WHERE false)",
        IN_POSTGRESQL,
    ),
    Control(
        "MySQL: a login that others may take on is left alone",
        MYSQL,
        "if others := sorted(login.members - masters):",
        "if others := []:",
        DECIDED,
    ),
    Control(
        "MySQL: a login that others may act as is left alone",
        MYSQL,
        "if proxies := sorted(login.proxies - masters):",
        "if proxies := []:",
        DECIDED,
    ),
    Control(
        "MySQL: a login that everybody was given is left alone",
        MYSQL,
        "if login.is_mandatory:",
        "if False:",
        DECIDED,
    ),
    Control(
        "MySQL: the master user is an account, not a name",
        MYSQL,
        "(login.user, login.host) == (master_user, HOST)",
        "login.user == master_user",
        DECIDED,
    ),
    Control(
        "MySQL: who may make logins through a role is named",
        f"{LAYER}/db/mysql_logins.py",
        "ON e.FROM_USER = m.User AND e.FROM_HOST = m.Host)",
        "ON false)",
        IN_MYSQL,
    ),
    Control(
        "MySQL: a leaver that we may not lock is reported",
        f"{LAYER}/domain/logins/mysql.py",
        "if is_changed_and_open(login, profile.name):",
        "if False:",
        DECIDED,
    ),
    Control(
        "PostgreSQL: a leaver that we may not lock is reported",
        POSTGRESQL,
        "changed_leavers(profile.name, names, roles) if profile.lock_leavers else ()",
        "()",
        DECIDED,
    ),
    Control(
        "PostgreSQL: who may become the master user is named",
        ROLES,
        "able = {*masters, *(creators if self.open_to_creators else ())}",
        "able = {*(creators if self.open_to_creators else ())}",
        DECIDED,
    ),
    Control(
        "MySQL: our mark locks neither the master user nor us",
        MYSQL,
        "return is_ours and not (found.locked or found.is_master)",
        "return is_ours and not found.locked",
        DECIDED,
    ),
    Control(
        "MySQL: our mark locks nobody who signs in otherwise",
        MYSQL,
        "bears_mark_of(profile, found) and found.plugin in MYSQL_PLUGINS",
        "bears_mark_of(profile, found)",
        DECIDED,
    ),
    Control(
        "MySQL: who we are signed in as is known from the server",
        f"{LAYER}/db/mysql_logins.py",
        "is_master=bool(is_master)",
        "is_master=False",
        IN_MYSQL,
    ),
    Control(
        "MySQL: the server's accounts are judged",
        f"{LAYER}/db/mysql_logins.py",
        "accounts = recognized(profile, read_logins(session, ways, in_use, names), memory)\n    wanted",
        "accounts = read_logins(session, ways, in_use, names)\n    wanted",
        IN_MYSQL,
    ),
    Control(
        "MySQL: what is about to be made is remembered first",
        f"{LAYER}/db/mysql_logins.py",
        "    if made != memory.made:\n        remember(made)\n",
        "",
        IN_MYSQL,
    ),
    Control(
        "Create logins writes what it has made, and nothing else of an item",
        "template.yaml",
        ', Condition: {"ForAllValues:StringEquals": {dynamodb:Attributes: [database, kind, made]}}',
        "",
        ("tests/contract/test_marks.py",),
    ),
)
