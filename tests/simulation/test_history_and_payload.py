"""What an execution costs, exactly, however long the join takes. `make bench` compares it with a naive loop's."""

from datetime import timedelta

import pytest

from tests.bench.joins import MYSQL, NEVER, THOUSAND, Kind, a_cluster, join
from tests.simulation.servers import WarmMySQL
from tests.simulation.world import ORDERS, World
from tests.whole import only_in_test_all

MOST_EVENTS, MOST_LOOKS = 250, 16
MOST_BYTES, MOST_BYTES_OF_A_THOUSAND_LEFT_ALONE = 6 * 1024, 8 * 1024
AURORA = a_cluster(readers=1)
HALF_AN_HOUR, THREE_HOURS = timedelta(minutes=30), timedelta(hours=3)


@pytest.mark.parametrize(
    ("kind", "takes", "end", "looks", "transitions", "events"),
    [
        (MYSQL, timedelta(minutes=5), "Onboarded", 4, 42, 134),
        (MYSQL, HALF_AN_HOUR, "Onboarded", 9, 57, 179),
        (MYSQL, THREE_HOURS, "Onboarded", 16, 78, 242),
        (MYSQL, NEVER, "Parked", 16, 60, 191),
        (AURORA, HALF_AN_HOUR, "Onboarded", 9, 61, 193),
        (AURORA, THREE_HOURS, "Onboarded", 16, 82, 256),
    ],
    ids=lambda value: value.title if isinstance(value, Kind) else str(value),
)
def test_no_join_takes_many_more_than_250_events_however_long_it_lasts(
    quick_world: World, kind: Kind, takes: timedelta, end: str, looks: int, transitions: int, events: int
) -> None:
    ours = join(quick_world, kind, takes)
    assert (ours.end, ours.looks, ours.transitions, ours.history_events) == (end, looks, transitions, events)
    assert ours.history_events <= MOST_EVENTS + (14 if kind is AURORA else 0)
    assert ours.largest_payload <= MOST_BYTES
    assert takes > HALF_AN_HOUR or ours.looks <= MOST_LOOKS


def test_each_further_instance_of_a_cluster_takes_fourteen_events(quick_world: World) -> None:
    ours = join(quick_world, a_cluster(readers=2), HALF_AN_HOUR)
    assert (ours.end, ours.looks, ours.transitions, ours.history_events) == ("Onboarded", 9, 65, 193 + 14)


@only_in_test_all
@pytest.mark.parametrize(("takes", "events"), [(HALF_AN_HOUR, 389), (THREE_HOURS, 452)])
def test_sixteen_instances_take_four_hundred_events_and_little_more_to_say(
    quick_world: World, takes: timedelta, events: int
) -> None:
    ours = join(quick_world, a_cluster(readers=15), takes)
    assert (ours.end, ours.history_events) == ("Onboarded", events)
    assert ours.largest_payload <= MOST_BYTES


def test_an_execution_asks_rds_about_twenty_five_times(quick_world: World) -> None:
    """As the page of operations says, where it compares a thousand of them with RDS's quota."""
    assert join(quick_world, MYSQL, HALF_AN_HOUR).end == "Onboarded"
    asked = [made for made in quick_world.calls.made if made.by and made.call.service == "rds"]
    assert 20 <= len(asked) <= 30, len(asked)


def test_a_loop_that_looks_every_half_minute_has_more_than_three_times_as_many_events(quick_world: World) -> None:
    naive = join(quick_world, MYSQL, HALF_AN_HOUR, naive=True)
    assert (naive.end, naive.looks, naive.transitions, naive.history_events) == ("Onboarded", 60, 210, 638)


def test_of_a_thousand_logins_the_first_travel(quick_world: World) -> None:
    ours = join(quick_world, MYSQL, HALF_AN_HOUR, THOUSAND)
    assert ours.end == "Onboarded"
    assert ours.largest_payload <= MOST_BYTES


def test_of_a_thousand_logins_that_somebody_else_made_the_first_travel(quick_world: World) -> None:
    quick_world.publish("orders", THOUSAND)
    quick_world.create(ORDERS, "orders")
    (server,) = (each for each in quick_world.servers.warm if isinstance(each, WarmMySQL))
    server.run("CREATE USER " + ", ".join(f"'{name}'@'%' IDENTIFIED BY 'theirs'" for name in THOUSAND))
    quick_world.conductor.run()
    (execution,) = quick_world.executions.all.values()
    assert execution.end == "Needs a person"
    assert execution.run.largest_payload <= MOST_BYTES_OF_A_THOUSAND_LEFT_ALONE
