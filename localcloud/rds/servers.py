"""The real server behind an instance, by engine. An engine without a row has none: its instances are made, and cannot
be reached. The server may be newer than the EngineVersion that was asked for.
"""

import json
import secrets
import string
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import psycopg2
from psycopg2 import sql

from localcloud.servers.world import World

from . import tokens


class NoWriter(Exception):
    """A reader has nothing to follow: the writer of its cluster has no server."""


def start(world: World, instance: Any) -> Any:
    """The server of a new instance, started; None where its engine has none here. Raises ServerFailed, NoWriter."""
    starter = STARTERS.get(instance.engine)
    server = starter(world, instance) if starter else None
    if server:
        server.tokens.check = partial(tokens.check, instance)
    return server


def restart(instance: Any, joined: bool, *, read_only: bool = False) -> None:
    """What is joined by now has the plugin from now on; that is the only moment at which it gets it."""
    if instance.server:
        instance.server.restart(methods=("kerberos",) if joined else (), read_only=read_only)


def switch_iam(instance: Any, on: bool) -> None:
    """At once, and for whoever signs in from now on."""
    if instance.server:
        instance.server.switch_iam(on)


def crash(instance: Any) -> None:
    """At once, as if its host were gone; `restart` starts it again."""
    if instance.server:
        instance.server.crash()


def stop(instance: Any) -> None:
    """`restart` starts it again."""
    if instance.server:
        instance.server.stop()


def end(instance: Any) -> None:
    """For good."""
    if instance.server:
        instance.server.delete()


def _mysql(world: World, instance: Any) -> Any:
    return world.mysql(instance.db_instance_identifier, instance.address, *_master(instance))


def _postgresql(world: World, instance: Any) -> Any:
    return _new_postgresql(world, instance, (instance.address,), instance, instance.db_name)


def _aurora_postgresql(world: World, instance: Any) -> Any:
    """The first member of a cluster is its writer, the next ones follow it. What a cluster holds lives as long as its
    members here: without a writer there is nothing.
    """
    cluster = instance.cluster
    if cluster.replicates:
        return None  # its writer is in another Region, where nobody is
    if instance.is_cluster_writer:
        return _new_postgresql(world, instance, (instance.address, cluster.endpoint), cluster, cluster.database_name)
    writer = cluster.writer
    writer.begun.wait()
    if writer.server is None:
        raise NoWriter(f"{writer.db_instance_identifier} has no server")
    hosts = (instance.address, cluster.reader_endpoint)
    return world.postgresql_replica(instance.db_instance_identifier, hosts, writer.server)


def _new_postgresql(world: World, instance: Any, hosts: Sequence[str], resource: Any, database: str | None) -> Any:
    """`resource` is the instance or its cluster: whose version and master user it has."""
    user, password = _master(resource)
    major = int(resource.engine_version.partition(".")[0])
    server = world.postgresql(instance.db_instance_identifier, hosts, user, password, version=major)
    if database not in (None, "", "postgres"):  # which every server has
        _create_database(world, server, user, password, database)
    return server


def _create_database(world: World, server: Any, user: str, password: str, name: str) -> None:
    """The master user makes it, and owns it."""
    connection = psycopg2.connect(
        host=server.host,
        hostaddr=server.address,  # the name resolves for others only
        port=server.port,
        user=user,
        password=password,
        dbname="postgres",
        sslmode="verify-full",
        sslrootcert=str(world.authority.bundle),
        gssencmode="disable",
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    finally:
        connection.close()


STARTERS: dict[str, Callable[[World, Any], Any]] = {
    "mysql": _mysql,
    "postgres": _postgresql,
    "aurora-postgresql": _aurora_postgresql,
}


def _master(resource: Any) -> tuple[str, str]:
    if resource.manage_master_user_password:
        secret = json.loads(resource.master_user_secret.secret.secret_string)
        return secret["username"], secret["password"]
    return resource.master_username, resource._master_user_password


def rotate(secret: Any) -> None:
    """A new password, for the server and then in the secret; `secret` is moto's MasterUserSecret."""
    writer = getattr(secret.resource, "writer", secret.resource)
    old, new = json.loads(secret.secret.secret_string), new_secret(secret)
    if writer and writer.server:
        writer.server.change_password(old["username"], old["password"], json.loads(new)["password"])
    secret.secretsmanager.put_secret_value(secret.secret.arn, new, None, None, ["AWSCURRENT"])


def new_secret(secret: Any) -> str:
    """What RDS puts into a master user's secret; `secret` is moto's MasterUserSecret."""
    letters = string.ascii_letters + string.digits + "!#$%()*+-.:<=>?[]^_{|}~"
    password = "".join(secrets.choice(letters) for _ in range(32))
    return json.dumps({"username": secret.resource.master_username, "password": password})
