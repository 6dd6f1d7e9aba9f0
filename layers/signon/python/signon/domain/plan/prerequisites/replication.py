"""Databases that replicate, or are replicated: where logins can be created, and where directory sign-in is offered."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from signon.domain.engines import ENGINES, Family, Method, Scope
from signon.domain.finding import Finding
from signon.domain.rds.database import Database
from signon.domain.rds.membership import is_ready


def replication_findings(database: Database, directory: str, methods: Collection[Method]) -> Iterator[Finding]:
    """``directory`` is the profile's: for replicas that AWS does not mention, only a join needs approval."""
    name, by_directory = database.id.name, Method.KERBEROS in methods
    refused = ENGINES[database.id.engine].family is Family.MYSQL
    source = (database.replica_of or "").rpartition(":")[2]
    if database.global_database:
        yield Finding(
            f"{name} is a secondary cluster of the global database {database.global_database} and has no writer",
            "Tag the primary cluster, in its own Region; logins created there reach this one",
        )
    elif database.replica_of and database.id.scope is Scope.CLUSTER and ":db:" in database.replica_of:
        # Not during a migration by a read replica of an RDS instance.
        # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos.html
        yield Finding(
            f"{name} replicates from the DB instance {source}: it is being migrated from RDS; until that is over no"
            " login can be created there and directory sign-in is not offered",
            "Promote the cluster when the migration is over; then start again",
        )
    elif database.replica_of and database.id.scope is Scope.CLUSTER:
        yield Finding(
            f"{name} replicates from the cluster {source}, so no login can be created there",
            "Tag the source, or promote the cluster and start again",
        )
    elif database.replica_of and by_directory and refused:
        yield Finding(
            f"{name} is a read replica of {source}; directory sign-in is not offered there",
            "Remove the tag from the replica",
        )
    elif database.replica_of:
        yield Finding(
            f"{name} is a read replica of {source}, so no login can be created there",
            "Tag the source: its logins reach the replica. Joining a directory and switching on IAM database"
            " authentication is done separately for each of them",
        )
    if database.replicas and by_directory and (refused or not is_ready(database, directory)):
        yield _of_a_source(name, ", ".join(database.replicas), refused=refused)


def _of_a_source(name: str, replicas: str, *, refused: bool) -> Finding:
    """MySQL's guide alone says "Don't use Kerberos authentication with read replicas"; PostgreSQL's says nothing.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos.html
    """
    if refused:
        return Finding(
            f"{name} has read replicas ({replicas}); directory sign-in is not offered with them",
            "Remove the replicas, or remove the tag",
        )
    return Finding(
        f"{name} has read replicas ({replicas}); AWS does not say whether it can join a directory with them",
        "Approve the plan to try it; the replicas do not join with it. Or remove them, or remove the tag",
        approvable=True,
    )
