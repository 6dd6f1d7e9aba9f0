from __future__ import annotations

from typing import Any

import pytest

from signon.domain.engines import Scope
from signon.domain.rds.database import Database
from signon.domain.request.admission import admit, is_served
from signon.domain.request.request import Request
from signon.errors import DatabaseBusy, InvalidRequest, NotOurs
from tests.builders import (
    NOW,
    a_cluster,
    a_cluster_id,
    a_database,
    a_database_id,
    a_request,
    an_instance,
    at,
)

HOW_TO = ' Start with {"database": {"instance": "NAME"}}; samples of all inputs are in events/.'


def by_hand(**changes: Any) -> Request:
    return a_request(trigger="manual", asked_at=None, by_tag=False, **changes)


def test_the_tag_names_the_profile() -> None:
    request, database = admit(a_request(profile=None), a_database(tags={"signon:profile": "payments"}))
    assert (request.profile, request.by_tag, database) == ("payments", True, a_database())


def test_a_person_may_name_another_profile_than_the_tag() -> None:
    request, _ = admit(by_hand(profile="draft"), a_database(tags={"signon:profile": "payments"}))
    assert (request.profile, request.by_tag) == ("draft", False)


@pytest.mark.parametrize("tags", [{}, {"signon:profile": ""}, {"Signon:Profile": "payments"}])
def test_a_database_without_the_tag_is_not_ours(tags: dict[str, str]) -> None:
    with pytest.raises(NotOurs, match="payments-orders has no tag signon:profile"):
        admit(a_request(profile=None), a_database(tags=tags))


SERVED = (
    "this stack serves DB instances of mysql, DB clusters of aurora-mysql, DB instances of postgres, DB clusters of"
    " aurora-postgresql, DB instances of mariadb: remove the tag"
)


@pytest.mark.parametrize("engine", ["oracle-ee", "sqlserver-ex", "aurora-postgresql"])
def test_an_engine_that_is_not_served_is_not_ours(engine: str) -> None:
    with pytest.raises(NotOurs) as refused:
        admit(a_request(), a_database(id=a_database_id(engine=engine)))
    assert str(refused.value) == f"payments-orders is a DB instance of {engine}; {SERVED}"


@pytest.mark.parametrize("engine", ["docdb", "neptune"])
def test_a_cluster_of_another_engine_is_not_ours(engine: str) -> None:
    with pytest.raises(NotOurs) as refused:
        admit(a_request(), a_cluster(id=a_cluster_id(engine=engine)))
    assert str(refused.value) == f"payments-ledger is a DB cluster of {engine}; {SERVED}"


def test_an_instance_of_a_cluster_means_its_cluster() -> None:
    request, _ = admit(by_hand(scope=Scope.INSTANCE, name="ledger-2"), a_cluster())
    assert (request.scope, request.name) == (Scope.CLUSTER, "payments-ledger")


def test_a_multi_az_db_cluster_is_admitted_so_that_its_plan_can_say_what_aws_does_not_offer() -> None:
    """It is of an engine that is served as instances."""
    assert admit(a_request(), a_cluster(id=a_cluster_id(engine="mysql")))[1].id.engine == "mysql"


def test_mariadb_is_admitted_so_that_its_plan_can_say_what_aws_does_not_offer() -> None:
    assert admit(a_request(), a_database(id=a_database_id(engine="mariadb")))[1].id.engine == "mariadb"


@pytest.mark.parametrize(
    ("seconds", "stale"), [(-7200, True), (-1801, True), (-1800, False), (-60, False), (0, False), (600, False)]
)
def test_an_event_that_is_older_than_the_database_is_about_another_one(seconds: int, stale: bool) -> None:
    database = a_database(created_at=NOW)
    request = a_request(asked_at=at(seconds=seconds))
    if not stale:
        assert admit(request, database)[1] == database
        return
    with pytest.raises(NotOurs) as refused:
        admit(request, database)
    assert str(refused.value) == (
        f"The event of {at(seconds=seconds):%Y-%m-%dT%H:%M:%SZ} is older than payments-orders, which was created at"
        " 2026-11-20T12:30:00+00:00: it is about another database of that name"
    )


def test_a_database_that_an_event_named_and_that_is_gone_is_not_ours() -> None:
    with pytest.raises(NotOurs, match="There is no DB instance payments-orders"):
        admit(a_request(), None)


def test_a_person_who_names_a_database_that_does_not_exist_is_told() -> None:
    with pytest.raises(InvalidRequest) as refused:
        admit(by_hand(), None)
    assert str(refused.value) == f"There is no DB instance payments-orders here.{HOW_TO}"


@pytest.mark.parametrize("tag", ["a,b", "../payments", "Payments"])
def test_a_database_whose_tag_is_no_profile_name_is_admitted_so_that_its_report_can_name_it(tag: str) -> None:
    request, database = admit(a_request(profile=None), a_database(tags={"signon:profile": tag}))
    assert (request.profile, database.id) == (tag, a_database_id())


@pytest.mark.parametrize("status", ["deleting", "delete-precheck"])
def test_a_database_that_is_being_deleted_is_not_ours(status: str) -> None:
    with pytest.raises(NotOurs, match=f"payments-orders is {status}"):
        admit(a_request(), a_database(status=status))


@pytest.mark.parametrize("status", ["creating", "modifying", "rebooting", "a status of the future"])
def test_a_database_that_rds_is_changing_is_waited_for(status: str) -> None:
    with pytest.raises(DatabaseBusy, match=f"payments-orders is {status}"):
        admit(a_request(), a_database(status=status))


def test_a_cluster_with_an_instance_that_is_being_made_is_waited_for() -> None:
    instances = (an_instance("ledger-2", status="creating"), an_instance("ledger-1", is_writer=True))
    with pytest.raises(DatabaseBusy, match="instance ledger-2 of payments-ledger is creating"):
        admit(a_request(), a_cluster(instances=instances))


def test_a_cluster_that_is_not_there_is_called_one() -> None:
    with pytest.raises(InvalidRequest, match="There is no DB cluster payments-ledger here"):
        admit(by_hand(scope=Scope.CLUSTER, name="payments-ledger"), None)


def test_a_stuck_database_is_admitted_so_that_its_plan_can_say_so() -> None:
    assert admit(a_request(), a_database(status="storage-full"))[1].status == "storage-full"


@pytest.mark.parametrize(
    ("database", "profile", "served"),
    [
        (a_database(), None, True),
        (a_cluster(), None, True),
        (a_database(tags={}), None, False),
        (a_database(tags={"signon:profile": ""}), None, False),
        (a_database(tags={}), "payments", True),
        (a_database(id=a_database_id(engine="oracle-ee")), "payments", False),
        (a_database(id=a_database_id(engine="aurora-postgresql")), None, False),  # an instance of a cluster
    ],
)
def test_a_database_is_served_by_its_tag_or_a_named_profile_and_its_engine(
    database: Database, profile: str | None, served: bool
) -> None:
    assert is_served(database, profile) is served
