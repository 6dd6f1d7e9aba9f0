"""The real server behind an instance, by engine. An engine without a row has none: its instances are made, and cannot
be reached. The server may be newer than the EngineVersion that was asked for; MariaDB's may be older, too.
"""

import json
import secrets
import string
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg2
from psycopg2 import sql

from localcloud.servers.world import World

from . import tokens
from .engines import ENGINES


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
    """What is joined by now knows the directory from now on; but for `take_tickets` no other moment gives it that."""
    if instance.server:
        instance.server.restart(methods=_methods(joined), read_only=read_only)


def take_tickets(instance: Any) -> None:
    """The writer of a cluster does without a restart, where its engine's row says so."""
    if instance.server and instance.engine in ENGINES and ENGINES[instance.engine].writer_at_once:
        instance.server.take_tickets()


def fail_over(cluster: Any, target: Any, joined: bool) -> None:
    """Behind a cluster's endpoints: `target` is the writer, who was it is a reader, and all the others follow."""
    others = [each for each in cluster.members if each not in (cluster.writer, target) and each.server]
    if target.server:
        target.server.take_over(_methods(joined))
        for each in others:
            each.server.follow(target.server, _methods(joined))


def switch_iam(instance: Any, on: bool) -> None:
    """At once, for every sign-in from now on."""
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
    server = world.mysql(instance.db_instance_identifier, instance.address, *_master(instance))
    _create_mysql_database(world, server, instance, instance.db_name)
    return server


def _postgresql(world: World, instance: Any) -> Any:
    server = _new_postgresql(world, instance, (instance.address,), instance)
    _create_postgresql_database(world, server, instance, instance.db_name)
    return server


def _mariadb(world: World, instance: Any) -> Any:
    server = world.mariadb(instance.db_instance_identifier, instance.address, *_master(instance))
    _create_mysql_database(world, server, instance, instance.db_name)
    return server


@dataclass(frozen=True)
class Aurora:
    """A cluster's servers. The first member is its writer, the next ones follow it. What a cluster holds lives as long
    as its members here: without a writer there is nothing.
    """

    writer: Callable[[World, Any, Sequence[str], Any], Any]
    reader: Callable[[World, str, Sequence[str], Any], Any]
    create_database: Callable[[World, Any, Any, str | None], None]

    def __call__(self, world: World, instance: Any) -> Any:
        """Starts the server of a new member; None for a cluster that replicates another Region's. A reader waits for
        its writer's server. Raises NoWriter.
        """
        cluster = instance.cluster
        if cluster.replicates:
            return None  # its writer is in another Region, where nobody is
        if instance.is_cluster_writer:
            server = self.writer(world, instance, (instance.address, cluster.endpoint), cluster)
            self.create_database(world, server, cluster, cluster.database_name)
            return server
        writer = cluster.writer
        writer.begun.wait()
        if writer.server is None:
            raise NoWriter(f"{writer.db_instance_identifier} has no server")
        hosts = (instance.address, cluster.reader_endpoint)
        return self.reader(world, instance.db_instance_identifier, hosts, writer.server)


def _aurora_mysql(world: World, instance: Any, hosts: Sequence[str], cluster: Any) -> Any:
    return world.aurora_mysql(instance.db_instance_identifier, hosts, *_master(cluster))


def _new_postgresql(world: World, instance: Any, hosts: Sequence[str], resource: Any) -> Any:
    """`resource` is the instance or its cluster: whose version and master user it has."""
    user, password = _master(resource)
    major = int(resource.engine_version.partition(".")[0])
    return world.postgresql(instance.db_instance_identifier, hosts, user, password, version=major)


def _aurora_mysql_reader(world: World, name: str, hosts: Sequence[str], writer: Any) -> Any:
    return world.aurora_mysql_replica(name, hosts, writer)


def _postgresql_reader(world: World, name: str, hosts: Sequence[str], writer: Any) -> Any:
    return world.postgresql_replica(name, hosts, writer)


def _create_mysql_database(_world: World, server: Any, _resource: Any, name: str | None) -> None:
    if name:
        server.create_database(name)


def _create_postgresql_database(world: World, server: Any, resource: Any, name: str | None) -> None:
    """The master user makes it, owns it, and migrates it."""
    if name in (None, "", "postgres"):  # which every server has
        return
    _execute_in_postgresql(
        world, server, _master(resource), "postgres", sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    )
    if migration := world.migrations.get(name):
        _execute_in_postgresql(world, server, _master(resource), name, sql.SQL(migration))


def _execute_in_postgresql(
    world: World, server: Any, master: tuple[str, str], database: str, statement: sql.Composable
) -> None:
    user, password = master
    connection = psycopg2.connect(
        host=server.host,
        hostaddr=server.address,  # the name resolves for others only
        port=server.port,
        user=user,
        password=password,
        dbname=database,
        sslmode="verify-full",
        sslrootcert=str(world.authority.bundle),
        gssencmode="disable",
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


STARTERS: dict[str, Callable[[World, Any], Any]] = {
    "mysql": _mysql,
    "mariadb": _mariadb,
    "postgres": _postgresql,
    "aurora-mysql": Aurora(_aurora_mysql, _aurora_mysql_reader, _create_mysql_database),
    "aurora-postgresql": Aurora(_new_postgresql, _postgresql_reader, _create_postgresql_database),
}


def _methods(joined: bool) -> tuple[str, ...]:
    return ("kerberos",) if joined else ()


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
