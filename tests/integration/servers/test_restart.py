"""A server's life: it starts without auth_pam, gets it by a restart, keeps its data, and is gone when deleted."""

from localcloud.servers import MySQL, SambaDirectory, World

from .accounts import ALICE, MASTER
from .sign_in import sign_in

LOGIN = "CREATE USER 'alice'@'%' IDENTIFIED WITH 'auth_pam' REQUIRE SSL"


def test_a_login_is_possible_only_after_a_restart_with_the_plugin(world: World, directory: SambaDirectory) -> None:
    server = world.mysql("orders", "orders.cabc123def45.us-east-1.rds.amazonaws.com", *MASTER)
    before = sign_in(world, server, *MASTER, "CREATE DATABASE kept", LOGIN)
    assert before.error == "1524 Plugin 'auth_pam' is not loaded"

    server.restart(["kerberos"])
    after = sign_in(world, server, *MASTER, LOGIN, "SHOW DATABASES LIKE 'kept'")
    assert (after.rows, after.error) == ([["kept"]], "")
    assert sign_in(world, server, *ALICE, "SELECT 1").rows == [[1]]

    server.delete()
    assert "Name or service not known" in sign_in(world, server, *ALICE, "SELECT 1").error


def test_a_stopped_server_starts_again_with_its_data_and_so_does_a_killed_one(world: World) -> None:
    server = world.mysql("ledger", "ledger.cabc123def45.us-east-1.rds.amazonaws.com", *MASTER)
    assert sign_in(world, server, *MASTER, "CREATE DATABASE kept").error == ""
    server.stop()
    assert "Connection refused" in sign_in(world, server, *MASTER).error
    server.restart()
    assert sign_in(world, server, *MASTER, "SHOW DATABASES LIKE 'kept'").rows == [["kept"]]
    assert sign_in(world, server, *MASTER, "CREATE DATABASE kept_too").error == ""
    server.crash()
    assert "Connection refused" in sign_in(world, server, *MASTER).error
    server.restart()
    assert sign_in(world, server, *MASTER, "SHOW DATABASES LIKE 'kept_too'").rows == [["kept_too"]]
    server.delete()


def test_the_loaded_plugin_is_listed(world: World, database: MySQL) -> None:
    listed = "SELECT plugin_status FROM information_schema.plugins WHERE plugin_name = 'auth_pam'"
    assert sign_in(world, database, *MASTER, listed).rows == [["ACTIVE"]]


def test_each_server_has_an_identity_of_its_own(world: World, database: MySQL) -> None:
    other = world.mysql("reports", "reports.cabc123def45.us-east-1.rds.amazonaws.com", *MASTER)
    identities = [sign_in(world, server, *MASTER, "SELECT @@server_uuid").rows for server in (database, other)]
    assert identities[0] != identities[1]
    assert database.address != other.address
    other.delete()
