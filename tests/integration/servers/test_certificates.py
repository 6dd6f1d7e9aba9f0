"""A server's certificate is good for its endpoint name, below the world's own authority, and for nothing else."""

from pathlib import Path

from localcloud.servers import MySQL, World
from localcloud.servers.account import Account
from localcloud.servers.authority import Authority

from .accounts import MASTER
from .sign_in import sign_in


def test_another_name_of_the_same_server_is_refused(world: World, database: MySQL) -> None:
    world.names.add_alias(database.address, "other.cabc123def45.us-east-1.rds.amazonaws.com")
    outcome = sign_in(world, database, *MASTER, host="other.cabc123def45.us-east-1.rds.amazonaws.com")
    assert "Hostname mismatch" in outcome.error


def test_the_address_of_the_server_is_refused(world: World, database: MySQL) -> None:
    outcome = sign_in(world, database, *MASTER, host=database.address)
    assert "IP address mismatch" in outcome.error


def test_the_bundle_of_another_authority_is_refused(world: World, database: MySQL, tmp_path: Path) -> None:
    stranger = Authority(Account.unprivileged(), tmp_path / "stranger.pem")
    outcome = sign_in(world, database, *MASTER, bundle=stranger.bundle)
    assert "certificate verify failed" in outcome.error


def test_an_endpoint_may_be_longer_than_a_common_name(world: World) -> None:
    host = "a" * 63 + ".cabc123def45.us-east-1.rds.amazonaws.com"
    server = world.mysql("a" * 63, host, *MASTER)
    assert sign_in(world, server, *MASTER, "SELECT 1").rows == [[1]]
    server.delete()
