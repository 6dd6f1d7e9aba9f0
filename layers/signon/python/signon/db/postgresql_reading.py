"""What a PostgreSQL server is asked: its roles, its databases, and what is in one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from signon.db.limits import MOST_ROWS, too_large
from signon.db.session import Session
from signon.domain.logins.login import Name, read_mark
from signon.domain.logins.postgresql_grants import Object, Shut
from signon.domain.logins.postgresql_roles import PresentRole, Roles
from signon.domain.logins.postgresql_statements import filled
from signon.domain.profile.presets import GrantKind

# From PostgreSQL 16 on a membership may give nothing: neither inherited nor by SET ROLE. Its two columns are read as
# JSON, because 14 and 15 do not have them: there the role itself says whether it inherits. There, too, CREATEROLE is
# enough to change a role that is no superuser; since then it takes the ADMIN option. (pg_has_role looks
# through all that the master user administers, for each role again.)
# Of a comment on a role only what begins like a mark of ours is read, and no more than a mark has; by bytes, because
# functions for text may refuse a comment that was written in a database of another encoding. If there are more
# roles or memberships than a function has memory for, none is read: otherwise the master user is always among them.
# https://www.postgresql.org/docs/release/16.0/
_ROLES = """\
SELECT r.rolname, r.rolcanlogin, r.rolconnlimit = 0, r.rolinherit,
  me.rolsuper OR (me.rolcreaterole AND NOT r.rolsuper
      AND (SELECT setting::int < 160000 FROM pg_settings WHERE name = 'server_version_num'))
    OR r.oid IN (
      WITH RECURSIVE mine (role, administered) AS (
        SELECT oid, false FROM pg_roles WHERE rolname = current_user
        UNION SELECT m.roleid, m.admin_option FROM pg_auth_members m JOIN mine ON mine.role = m.member
      ) SELECT role FROM mine WHERE administered),
  array_remove(ARRAY[CASE WHEN r.rolsuper THEN 'SUPERUSER' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
    CASE WHEN r.rolcreatedb THEN 'CREATEDB' END, CASE WHEN r.rolreplication THEN 'REPLICATION' END,
    CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' END], NULL),
  (SELECT substring(textsend(said) FROM 1 FOR 500) FROM shobj_description(r.oid, 'pg_authid') said
    WHERE starts_with(said, '{{"signon": {{')),
  ARRAY(SELECT ARRAY[above.rolname::text, CASE WHEN how.inherits THEN 'inherits' END]
    FROM pg_auth_members m JOIN pg_roles above ON above.oid = m.roleid CROSS JOIN LATERAL (
      SELECT COALESCE((to_jsonb(m) ->> 'inherit_option')::boolean, r.rolinherit) AS inherits,
        COALESCE((to_jsonb(m) ->> 'set_option')::boolean, true) AS sets) how
    WHERE m.member = r.oid AND (how.inherits OR how.sets)),
  ARRAY(SELECT a.rolname::text FROM pg_auth_members m JOIN pg_roles a ON a.oid = m.member
    WHERE m.roleid = r.oid AND m.admin_option), r.oid::text,
  EXISTS (SELECT FROM pg_stat_activity a WHERE a.usesysid = r.oid), r.oid = me.oid,
  (SELECT setting::int < 160000 FROM pg_settings WHERE name = 'server_version_num')
FROM pg_roles r JOIN pg_roles me ON me.rolname = current_user
WHERE (SELECT count(*) FROM pg_roles) <= 200000 AND (SELECT count(*) FROM pg_auth_members) <= 400000
"""

# Who holds what: pairs of grantee and privilege, of our groups and of PUBLIC ('') alone. The last two: why the master
# user cannot work in it, and whether its transactions there are read only. What is set for a role in a database takes
# precedence over what is set for the role, and that over what is set for the database.
_DATABASES = """\
SELECT 'DATABASE', NULL, d.datname::text, pg_get_userbyid(d.datdba)::text,
  ARRAY(SELECT ARRAY[COALESCE(g.rolname::text, ''), x.privilege_type]
    FROM aclexplode(COALESCE(d.datacl, acldefault('d', d.datdba))) x LEFT JOIN pg_roles g ON g.oid = x.grantee
    WHERE x.grantee = 0 OR g.rolname = ANY (ARRAY[{groups}]::text[])),
  ARRAY(SELECT p FROM unnest(ARRAY['CONNECT']) p WHERE has_database_privilege(d.oid, p || ' WITH GRANT OPTION')),
  CASE WHEN d.datconnlimit = -2 THEN 'INVALID' WHEN NOT d.datallowconn THEN 'CLOSED'
    WHEN NOT has_database_privilege(d.oid, 'CONNECT') THEN 'NOT_GRANTED' WHEN d.datconnlimit = 0 THEN 'FULL' END,
  COALESCE((SELECT split_part(pair, '=', 2)::boolean
    FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) pair
    WHERE s.setdatabase IN (0, d.oid) AND s.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = current_user))
      AND split_part(pair, '=', 1) = 'default_transaction_read_only'
    ORDER BY s.setdatabase <> 0 AND s.setrole <> 0 DESC, s.setrole DESC, s.setdatabase DESC LIMIT 1), false), false
FROM pg_database d WHERE d.datname = ANY (ARRAY[{databases}]::text[])
"""

# What an extension has made is left out: it is the extension's, and on RDS mostly rdsadmin's ("DEPENDENCY_EXTENSION:
# the dependent object is a member of the extension"). The last two are what the master user will make in a schema;
# default privileges there want CREATE in it.
# https://www.postgresql.org/docs/current/catalog-pg-depend.html
_OBJECTS = """\
WITH extensions (object) AS (
  SELECT objid FROM pg_depend WHERE classid = 'pg_class'::regclass AND deptype = 'e'
), objects (kind, schema, name, owner, acl, may_grant, runs_code) AS (
  SELECT 'SCHEMA', NULL, n.nspname::text, n.nspowner, COALESCE(n.nspacl, acldefault('n', n.nspowner)),
    ARRAY(SELECT p FROM unnest(ARRAY['USAGE']) p WHERE has_schema_privilege(n.oid, p || ' WITH GRANT OPTION')), false
  FROM pg_namespace n WHERE n.nspname = ANY (ARRAY[{schemas}]::text[])
  UNION ALL
  SELECT 'TABLE', n.nspname::text, c.relname::text, c.relowner, COALESCE(c.relacl, acldefault('r', c.relowner)),
    ARRAY(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) p
      WHERE has_table_privilege(c.oid, p || ' WITH GRANT OPTION')),
    EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
      OR EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY (ARRAY[{schemas}]::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND c.oid NOT IN (SELECT object FROM extensions)
  UNION ALL
  SELECT 'SEQUENCE', n.nspname::text, c.relname::text, c.relowner, COALESCE(c.relacl, acldefault('s', c.relowner)),
    ARRAY(SELECT p FROM unnest(ARRAY['USAGE']) p WHERE has_sequence_privilege(c.oid, p || ' WITH GRANT OPTION')), false
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY (ARRAY[{schemas}]::text[]) AND c.relkind = 'S'
    AND c.oid NOT IN (SELECT object FROM extensions)
  UNION ALL
  SELECT new.kind, NULL, n.nspname::text, n.nspowner, d.defaclacl,
    ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE'], false
  FROM pg_namespace n CROSS JOIN (VALUES ('TABLES', 'r'), ('SEQUENCES', 'S')) new (kind, type)
  LEFT JOIN pg_default_acl d ON d.defaclnamespace = n.oid AND d.defaclobjtype = new.type::"char"
    AND d.defaclrole = (SELECT oid FROM pg_roles WHERE rolname = current_user)
  WHERE n.nspname = ANY (ARRAY[{schemas}]::text[]) AND has_schema_privilege(n.oid, 'CREATE')
)
SELECT kind, schema, name, pg_get_userbyid(owner)::text,
  ARRAY(SELECT ARRAY[COALESCE(g.rolname::text, ''), x.privilege_type]
    FROM aclexplode(acl) x LEFT JOIN pg_roles g ON g.oid = x.grantee
    WHERE x.grantee = 0 OR g.rolname = ANY (ARRAY[{groups}]::text[])),
  may_grant, NULL, false, runs_code
FROM objects ORDER BY kind, schema, name LIMIT 200001
"""


def read_roles(session: Session, signed_in: Collection[str] = ()) -> Roles:
    """Every role of the server, in one round trip however many there are.

    ``signed_in``: who is signed in to other instances of the cluster.
    Raises DatabaseUnusable: there are more than are read.
    """
    rows = session.query("Read the roles", _ROLES)
    if not rows:
        raise too_large(
            "200,000 roles, or more than 400,000 memberships", "Drop roles, and revoke memberships, that nobody needs"
        )
    present = {row[0]: _role(row, signed_in) for row in rows}
    master, open_to_creators = next((name, to_creators) for name, *_, is_master, to_creators in rows if is_master)
    return Roles(master, present, open_to_creators=open_to_creators)


_NONE: frozenset[str] = frozenset()  # one for all: of a hundred thousand roles each would have two of its own


def _role(row: Sequence[Any], signed_in: Collection[str]) -> PresentRole:
    name, can_login, takes_nobody, inherits, administered, powers, comment, memberships, *more = row
    administrators, oid, in_use, *_ = more
    member_of = frozenset(above for above, _ in memberships) or _NONE
    return PresentRole(
        name,
        can_login,
        tuple(powers),
        read_mark(comment),
        member_of,
        in_use or name in signed_in,
        takes_nobody,
        inherits,
        (member_of - frozenset(above for above, inherited in memberships if inherited)) or _NONE,
        administered,
        frozenset(administrators) or _NONE,
        oid,
    )


def read_databases(session: Session, names: Iterable[str], groups: Iterable[str]) -> dict[str, Object]:
    """Those of the databases that exist; what the groups hold on them."""
    rows = session.query("Read the databases", *filled(_DATABASES, databases=list(names), groups=list(groups)))
    return {found.name.text: found for found in map(_object, rows)}


def read_objects(session: Session, schemas: Iterable[str], groups: Iterable[str]) -> tuple[Object, ...]:
    """The schemas of this database and what is in them; what the groups hold on it.

    Raises DatabaseUnusable: there is more in them than is read.
    """
    sql, values = filled(_OBJECTS, schemas=list(schemas), groups=list(groups))
    rows = session.query("Read the schemas and what is in them", sql, values)
    if len(rows) > MOST_ROWS:
        raise too_large(
            f"{MOST_ROWS:,} tables and sequences in the schemas that the profile names",
            "Name fewer schemas under one role of the profile, or tidy up in them",
        )
    return tuple(map(_object, rows))


def _object(row: Sequence[Any]) -> Object:
    kind, schema, name, owner, pairs, may_grant, shut, *said = row
    held: dict[str, frozenset[str]] = {}
    for grantee, privilege in pairs:
        held[grantee] = held.get(grantee, frozenset()) | {privilege}
    shut_as = Shut[shut] if shut else None
    return Object(GrantKind(kind), Name(name, schema), owner, held, frozenset(may_grant), shut_as, *said)
