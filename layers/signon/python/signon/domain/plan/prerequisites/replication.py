"""Databases that replicate, or are replicated: where logins can be made, and where directory sign-in is offered."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from signon.domain.engines import ENGINES, Family, Method, Scope
from signon.domain.finding import Finding
from signon.domain.rds.database import Database
from signon.domain.rds.membership import is_ready


def replication_findings(database: Database, directory: str, methods: Collection[Method]) -> Iterator[Finding]:
    """``directory`` is the profile's: of replicas that AWS does not speak of, only a join is asked about."""
    name, by_directory = database.id.name, Method.KERBEROS in methods
    refused = ENGINES[database.id.engine].family is Family.MYSQL
    source = (database.replica_of or "").rpartition(":")[2]
    if database.global_database:
        yield Finding(
            f"{name} is a secondary cluster of the global database {database.global_database} and has no writer",
            "Tag the primary cluster, in its own Region; logins that are made there reach this one",
        )
    elif database.replica_of and database.id.scope is Scope.CLUSTER and ":db:" in database.replica_of:
        # Not during a migration by a read replica of an RDS instance.
        # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos.html
        yield Finding(
            f"{name} replicates from the DB instance {source}: it is being migrated from RDS, and neither can a login"
            " be made there meanwhile, nor is directory sign-in offered",
            "Promote the cluster when the migration is over; then start again",
        )
    elif database.replica_of and database.id.scope is Scope.CLUSTER:
        yield Finding(
            f"{name} replicates from the cluster {source}, so that no login can be made there",
            "Tag the source, or promote the cluster and start again",
        )
    elif database.replica_of and by_directory and refused:
        yield Finding(
            f"{name} is a read replica of {source}; directory sign-in is not offered there",
            "Take the tag off the replica",
        )
    elif database.replica_of:
        yield Finding(
            f"{name} is a read replica of {source}, so that no login can be made there",
            "Tag the source: its logins reach the replica. Each of them joins a directory, and has IAM database"
            " authentication switched on, by itself",
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
            "Remove the replicas, or take the tag off",
        )
    return Finding(
        f"{name} has read replicas ({replicas}); AWS does not say whether it can join a directory with them",
        "Approve the plan to try it; the replicas do not join by it. Or remove them, or take the tag off",
        approvable=True,
    )
