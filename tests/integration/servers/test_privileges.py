"""The master user may do what RDS's may, and no more."""

import pytest

from localcloud.servers import MySQL, World

from .accounts import MASTER
from .sign_in import sign_in


@pytest.mark.parametrize(
    "statement",
    [
        "SET GLOBAL max_connections = 5",
        "GRANT SUPER ON *.* TO 'admin'@'%'",
        "GRANT SYSTEM_USER ON *.* TO 'admin'@'%'",
        "SELECT 1 INTO OUTFILE '/tmp/out'",
        "SELECT * FROM mysql.user INTO DUMPFILE '/tmp/out'",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE mysql.user",
        "SHUTDOWN",
        "UPDATE mysql.user SET ssl_type = 'ANY' WHERE user = 'alice'",
        "INSTALL PLUGIN auth_pam SONAME 'rdsauth.so'",
        "ALTER USER 'rdsadmin'@'localhost' IDENTIFIED BY 'x'",
        "DROP USER 'rdsadmin'@'localhost'",
    ],
)
def test_the_master_user_may_not(world: World, database: MySQL, statement: str) -> None:
    outcome = sign_in(world, database, *MASTER, statement)
    assert outcome.error.startswith(("1044 ", "1045 ", "1142 ", "1227 ", "1290 "))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE DATABASE core",
        "CREATE USER 'reader'@'%' IDENTIFIED BY 'R3ader.Passw0rd' ACCOUNT LOCK",
        "GRANT SELECT ON core.* TO 'reader'@'%'",
        "ALTER USER 'reader'@'%' REQUIRE SSL ACCOUNT UNLOCK",
        "SHOW CREATE USER 'reader'@'%'",
        "SELECT user, plugin, ssl_type, account_locked FROM mysql.user",
        "SELECT user, host FROM information_schema.processlist",
        "SHOW GLOBAL STATUS LIKE 'Uptime'",
    ],
)
def test_the_master_user_may(world: World, database: MySQL, statement: str) -> None:
    assert sign_in(world, database, *MASTER, statement).error == ""


def test_there_is_no_root_and_rdsadmin_comes_by_a_socket_that_is_the_servers_own(world: World, database: MySQL) -> None:
    known = "SELECT user FROM mysql.user WHERE user IN ('root', 'rdsadmin') AND host = 'localhost'"
    assert sign_in(world, database, *MASTER, known).rows == [["rdsadmin"]]
    assert sign_in(world, database, "rdsadmin", "").error.startswith("1045 Access denied")
    assert database.log.parent.stat().st_mode & 0o077 == 0


def test_its_temporary_tables_lie_where_no_other_server_deletes_them(world: World, database: MySQL) -> None:
    ((place,),) = sign_in(world, database, *MASTER, "SELECT @@tmpdir").rows
    assert place == str(database.log.parent)
