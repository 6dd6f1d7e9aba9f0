"""PostgreSQL's master user may do what RDS's may, and no more."""

import pytest

from localcloud.servers import World

from .conftest import Cluster
from .psql import as_master

ATTRIBUTES = (
    "SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls"
    " FROM pg_roles WHERE rolname !~ '^pg_' AND rolname !~ '@' ORDER BY rolname"
)
MEMBERSHIPS = (
    "SELECT g.rolname, m.admin_option FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid"
    " JOIN pg_roles u ON u.oid = m.member WHERE u.rolname = 'postgres' AND g.rolname ~ '^rds' ORDER BY g.rolname"
)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE ROLE mallory SUPERUSER",
        "ALTER ROLE postgres SUPERUSER",
        "CREATE ROLE mallory REPLICATION",
        "GRANT rdsadmin TO postgres",
        "SET ROLE rdsadmin",
        "ALTER ROLE rdsadmin PASSWORD 'x'",
        "GRANT pg_execute_server_program TO postgres",
        "GRANT pg_read_server_files TO postgres",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "COPY (SELECT 1) TO '/tmp/out'",
        "CREATE TABLE passwd (line text); COPY passwd FROM '/etc/passwd'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "CREATE EXTENSION file_fdw",
        "CREATE FUNCTION f() RETURNS int AS 'libc.so.6', 'getpid' LANGUAGE c",
        "ALTER SYSTEM SET fsync = 'on'",
        "SELECT pg_reload_conf()",
        "SELECT rolpassword FROM pg_authid",
        "UPDATE pg_authid SET rolsuper = true",
        "\\connect rdsadmin",
    ],
)
def test_the_master_user_may_not(world: World, cluster: Cluster, statement: str) -> None:
    error = as_master(world, cluster.writer, statement).error
    assert any(reason in error for reason in ("permission denied", "must be superuser", "SUPERUSER", "rejects")), error


def test_the_master_user_may_what_administration_needs(world: World, cluster: Cluster) -> None:
    outcome = as_master(
        world,
        cluster.writer,
        "CREATE DATABASE books",
        "CREATE ROLE readers NOLOGIN",
        "GRANT CONNECT ON DATABASE books TO readers",
        "CREATE TABLE public.sheets ()",
        "GRANT SELECT ON public.sheets TO readers",
        "COMMENT ON ROLE readers IS 'ours'",
        "SELECT pg_advisory_lock(1)",
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE query IS NOT NULL",
        "DROP TABLE public.sheets",
        "DROP DATABASE books",
        "DROP ROLE readers",
    )
    assert outcome.error == ""


def test_the_roles_are_those_of_rds(world: World, cluster: Cluster) -> None:
    assert ["|".join(row) for row in as_master(world, cluster.writer, ATTRIBUTES).rows] == [
        "postgres|f|t|t|t|t|f|f",
        "rds_ad|f|t|f|f|f|f|f",
        "rds_iam|f|t|f|f|f|f|f",
        "rds_password|f|t|f|f|f|f|f",
        "rds_replication|f|t|f|f|f|f|f",
        "rds_superuser|f|t|f|f|f|f|f",
        "rdsadmin|t|t|t|t|t|t|t",
    ]
    from_16 = [["rds_ad", "t"], ["rds_iam", "t"]] if cluster.major >= 16 else []
    assert as_master(world, cluster.writer, MEMBERSHIPS).rows == [*from_16, ["rds_superuser", "f"]]


def test_from_16_on_the_master_user_gets_nothing_from_a_role_it_makes_or_may_grant(
    world: World, cluster: Cluster
) -> None:
    if cluster.major < 16:
        pytest.skip("before 16 he is no member of what he makes")
    given = (
        "SELECT g.rolname, m.admin_option, m.inherit_option, m.set_option FROM pg_auth_members m"
        " JOIN pg_roles g ON g.oid = m.roleid JOIN pg_roles u ON u.oid = m.member"
        " WHERE u.rolname = 'postgres' AND g.rolname <> 'rds_superuser' ORDER BY g.rolname"
    )
    memberships = as_master(world, cluster.writer, given).rows
    assert [row[0] for row in memberships][-2:] == ["rds_ad", "rds_iam"]
    assert {tuple(row[1:]) for row in memberships} == {("t", "f", "f")}
    assert len(memberships) >= 4
