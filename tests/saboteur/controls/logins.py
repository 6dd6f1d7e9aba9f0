"""Logins of others are left alone, nobody is opened half-made, and nobody has rds_ad and rds_iam."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

SHARED, MYSQL, POSTGRESQL = (f"{LAYER}/domain/logins/{name}.py" for name in ("login", "mysql", "postgresql"))
MYSQL_LOGINS = ("tests/unit/test_mysql_logins.py",)
POSTGRESQL_LOGINS = ("tests/unit/test_postgresql_logins.py",)

CONTROLS = (
    Control(
        "A login without our mark is left alone",
        SHARED,
        'return Remark(f"made by somebody else ({self.kind})")',
        "return None",
        MYSQL_LOGINS,
    ),
    Control(
        "A login of another profile is left alone",
        SHARED,
        """return Remark(f"made for profile {shown(self.mark.get('profile'))}")""",
        "return None",
        MYSQL_LOGINS,
    ),
    Control(
        "A login of ours that somebody changed is left alone",
        SHARED,
        'return Remark(f"changed since we made it ({self.changed})")',
        "return None",
        MYSQL_LOGINS,
    ),
    Control(
        "What somebody else locked stays locked",
        SHARED,
        'return Remark("locked by somebody else") if self.locked and self.is_complete else None',
        "return None",
        MYSQL_LOGINS,
    ),
    Control(
        "Only who was read back exactly is opened",
        SHARED,
        "return self.is_to_open(profile) and not self.lacks",
        "return self.is_to_open(profile)",
        MYSQL_LOGINS,
    ),
    Control(
        "A login that is not as wanted fails the proof",
        SHARED,
        "if (fault := each.fault(profile))]",
        "if (fault := each.fault(profile)) and not each.there]",
        MYSQL_LOGINS,
    ),
    Control(
        "MySQL: only our leavers are locked",
        f"{LAYER}/domain/logins/mysql_accounts.py",
        "is_ours = bears_mark_of(profile, found) and found.plugin in MYSQL_PLUGINS",
        "is_ours = found.plugin in MYSQL_PLUGINS",
        MYSQL_LOGINS,
    ),
    Control(
        "PostgreSQL: only our leavers are locked",
        f"{LAYER}/domain/logins/postgresql_marks.py",
        "if not (_is_person_of(profile, role) and role.can_login) or roles.is_master(role.name):",
        "if not role.can_login or roles.is_master(role.name):",
        POSTGRESQL_LOGINS,
    ),
    Control(
        "PostgreSQL: a role with powers is none of ours any more",
        POSTGRESQL,
        'changed=", ".join(found.powers)',
        "changed=None",
        POSTGRESQL_LOGINS,
    ),
    Control(
        "PostgreSQL: a group role that others made is given to nobody",
        POSTGRESQL,
        'return Remark("made by somebody else")',
        "return None",
        POSTGRESQL_LOGINS,
    ),
    Control(
        "PostgreSQL: who reaches rds_iam is not given rds_ad",
        POSTGRESQL,
        "if way := roles.way({login.name, *login.roles}, sql.excludes):",
        "if way := roles.way(set(), sql.excludes):",
        POSTGRESQL_LOGINS,
    ),
    Control(
        "PostgreSQL: a login whose members reach rds_iam is not given rds_ad",
        POSTGRESQL,
        "if member := roles.signs_in_by(sql.excludes).get(login.name):",
        "if member := None:",
        POSTGRESQL_LOGINS,
    ),
    Control(
        "PostgreSQL: a login that the master is a member of is not given rds_ad",
        POSTGRESQL,
        "if way := roles.way_from_master(login.name):",
        "if way := None:",
        POSTGRESQL_LOGINS,
    ),
    Control(
        "PostgreSQL: nothing is made where the master reaches rds_ad or rds_iam",
        POSTGRESQL,
        "for role in (sql.role, sql.excludes):",
        "for role in ():",
        POSTGRESQL_LOGINS,
    ),
    Control(
        "PostgreSQL: what shuts the master out on the way is taken back",
        f"{LAYER}/db/postgresql_logins.py",
        "            _refuse(self.ways, roles)\n",
        "",
        (
            "tests/integration/db/postgresql/test_exclusivity.py::test_a_transaction_that_would_shut_the_master_out_is_rolled_back",
        ),
    ),
    Control(
        "PostgreSQL: a login with powers is not adopted",
        POSTGRESQL,
        "    if found.powers:\n",
        "    if ():\n",
        POSTGRESQL_LOGINS,
    ),
    Control(
        "PostgreSQL: a login whose memberships give it powers is not adopted",
        POSTGRESQL,
        "if powerful := roles.powerful.get(login.name):",
        "if powerful := None:",
        POSTGRESQL_LOGINS,
    ),
    Control(
        "PostgreSQL: a predefined role gives powers unless it is known to give none",
        f"{LAYER}/domain/logins/postgresql_roles.py",
        "return is_predefined or self.is_master(name) or bool(self.present[name].powers)",
        "return self.is_master(name) or bool(self.present[name].powers)",
        POSTGRESQL_LOGINS,
    ),
    Control(
        "PostgreSQL: one run at a time",
        f"{LAYER}/db/postgresql_logins.py",
        "SELECT pg_advisory_xact_lock(91534213766990)",
        "SELECT 91534213766990",
        ("tests/integration/db/postgresql/test_logins.py::test_two_runs_at_once_do_not_disturb_each_other",),
    ),
)
