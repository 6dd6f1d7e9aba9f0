"""No error in the local cloud is lost: threads, moto's own, servers that die, lists that are read while they change."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from unittest.mock import Mock

import boto3
import pytest
from botocore.config import Config
from botocore.parsers import ResponseParserError
from moto.core.exceptions import JsonRESTError
from moto.rds.models import rds_backends
from moto.utilities.utils import CaseInsensitiveDict

from localcloud import background_errors
from localcloud.cloud import Cloud
from localcloud.functions.execution_environments import ExecutionEnvironments
from localcloud.servers import World
from localcloud.servers.machine import Machine
from tests.integration.localcloud.databases import Database

Reported = list[BaseException | None]


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> Reported:
    """What is reported meanwhile, which would fail the test otherwise."""
    errors: Reported = []
    monkeypatch.setattr(threading, "excepthook", lambda arguments: errors.append(arguments.exc_value))
    return errors


def test_errors_in_threads_are_collected_and_reported(reported: Reported) -> None:
    with background_errors.collected() as errors:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
    assert [type(error) for error in errors] == [ZeroDivisionError]
    assert reported == errors


def test_where_moto_fails_the_error_is_reported_although_a_client_would_ask_again(
    cloud: Cloud, reported: Reported, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(rds_backends[cloud.account][cloud.region], "describe_db_instances", fail)
    once = Config(retries={"total_max_attempts": 1})
    where = {"endpoint_url": cloud.endpoint, "region_name": cloud.region, "config": once}
    rds = boto3.client("rds", aws_access_key_id="local", aws_secret_access_key="local", **where)  # type: ignore[call-overload]
    with pytest.raises(ResponseParserError, match="500 Internal Server Error"):
        rds.describe_db_instances()
    assert [type(error) for error in reported] == [ZeroDivisionError]


@pytest.mark.parametrize(
    "look",
    [iter, lambda them: iter(them.values()), lambda them: iter(them.items())],
    ids=["names", "databases", "names and databases"],
)
def test_databases_are_listed_while_others_come_and_go(
    cloud: Cloud, look: Callable[[CaseInsensitiveDict], object]
) -> None:
    them = CaseInsensitiveDict({"one": 1, "two": 2, "three": 3})
    seen = look(them)
    first = next(seen)  # type: ignore[call-overload]
    them["four"] = 4
    del them["three"]
    assert len([first, *seen]) == 3  # type: ignore[misc]


def test_a_database_whose_migration_fails_is_failed_and_the_error_is_reported(
    cloud: Cloud, database: Database, reported: Reported, not_onboarded: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cloud.world.migrations, "shop", "CREATE SCHEMA core CREATE TABLE nonsense")
    database.create(Engine="postgres", MasterUsername="postgres", DBName="shop").wait("failed")
    assert ["syntax error" in str(error) for error in reported] == [True]


def test_a_server_that_dies_while_it_should_serve_is_reported_at_the_end(
    reported: Reported,
) -> None:
    with World(Machine.read()) as world:
        log = world.home / "short.log"
        server = world.spawn("short", ["sh", "-c", "echo the disk is full; sleep 0.1; exit 3"])
        world.supervisor.wait_until(lambda: True, server, "short", log)
        server.wait()
    (error,) = reported
    assert str(error).startswith("short died (3); the end of ")
    assert str(error).endswith("the disk is full")


def test_closing_waits_for_the_function_that_is_being_started_early_and_starts_no_other(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws, begun, go_on, tried = cloud.aws, threading.Event(), threading.Event(), []
    environments = ExecutionEnvironments(Mock(), Mock(), cloud.clock, aws.authorizer, metrics=Mock())

    def start(function: SimpleNamespace) -> None:
        tried.append(function.function_arn)
        begun.set()
        go_on.wait()
        raise JsonRESTError("ServiceException", "none can be started")

    monkeypatch.setattr(environments, "_started", start)
    starting = environments.start_early([SimpleNamespace(function_arn=name) for name in ("one", "other")])  # type: ignore[misc]
    begun.wait()
    ending = threading.Thread(target=environments.close)
    ending.start()
    while not environments._closed:
        assert ending.is_alive()
    assert starting.is_alive()
    go_on.set()
    ending.join()
    assert not starting.is_alive()
    assert tried == ["one"]
