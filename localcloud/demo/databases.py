"""The databases of the demos, as a team makes them: a small instance, or a cluster with a writer and a reader."""

from collections.abc import Callable

from localcloud.cloud import Cloud
from localcloud.examples.example_data import create_cluster, create_database
from localcloud.examples.samples import TAG


def instance(name: str, engine: str, profile: str) -> Callable[[Cloud], str]:
    """Creates the instance with the profile's tag, and answers the CLI's command that does the same."""

    def create(cloud: Cloud) -> str:
        create_database(cloud, name, profile, engine)
        tag = f"Key={TAG},Value={profile}"
        return f"aws rds create-db-instance --db-instance-identifier {name} --engine {engine} ... --tags {tag}"

    return create


def cluster(name: str, engine: str, profile: str) -> Callable[[Cloud], str]:
    """Creates the cluster with the profile's tag, and answers the CLI's command that does the same."""

    def create(cloud: Cloud) -> str:
        create_cluster(cloud, name, profile, engine=engine)
        tag = f"Key={TAG},Value={profile}"
        return f"aws rds create-db-cluster --db-cluster-identifier {name} --engine {engine} ... --tags {tag}"

    return create
