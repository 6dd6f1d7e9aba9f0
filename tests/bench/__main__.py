"""Prints what joins cost, ours and the naive loop's, all of them in one run: counts first, which are exact, then how
many times as much the naive loop costs, seconds last.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from itertools import chain

from localcloud.cloud import Cloud
from tests.bench import accounts, judging
from tests.bench.joins import MYSQL, NEVER, PEOPLE, THOUSAND, Figures, Kind, Roles, a_cluster, join
from tests.bench.memory import measured, memory_size
from tests.simulation.world import World

JOINS = {**{f"{minutes} minutes": timedelta(minutes=minutes) for minutes in (5, 30, 60, 180)}, "never": NEVER}
MOST_EVENTS = 250

Count = Callable[[Figures], int]
COUNTS: Mapping[str, Count] = {
    "looks": lambda figures: figures.looks,
    "state transitions": lambda figures: figures.transitions,
    "history events": lambda figures: figures.history_events,
    "AWS calls": lambda figures: figures.aws_calls,
    "sign-ins and SQL": lambda figures: figures.sql_round_trips,
    "largest payload, bytes": lambda figures: figures.largest_payload,
}
Measured = Mapping[str, tuple[Figures, Figures]]  # by the join: ours, and the naive loop's


def main() -> None:
    logging.disable(logging.CRITICAL)  # what the functions log
    with Cloud(speed=500) as cloud:
        world = World(cloud)
        for kind in (MYSQL, a_cluster(readers=1), a_cluster(readers=15)):
            _print(kind, {title: _both(world, kind, takes) for title, takes in JOINS.items()})
        print(f"\nA profile of {len(THOUSAND)} logins, a join of 30 minutes")
        for kind in (MYSQL, a_cluster(readers=1)):
            figures = _alone(world, kind, JOINS["30 minutes"], THOUSAND)
            print(f"  {kind.title}: {figures.largest_payload} bytes at most between states")
    (few, least), (many, most) = judging.measured()
    print(
        f"\nJudging group roles of {many:,} members takes {most / least:.0f} times as long as of {few:,} ({most:.2f} s)"
    )
    print(f"\nLargest resident set of a process that reads this, MB; a function has {memory_size()}")
    for title, megabytes in chain(measured(), accounts.measured()):
        print(f"  {title:34}{megabytes:>6}{'' if megabytes < memory_size() else '   too much'}", flush=True)


def _both(world: World, kind: Kind, takes: timedelta) -> tuple[Figures, Figures]:
    return _alone(world, kind, takes), _alone(world, kind, takes, naive=True)


def _alone(world: World, kind: Kind, takes: timedelta, people: Roles = PEOPLE, *, naive: bool = False) -> Figures:
    world.reset()
    with world.installed(by_shortcut=True):
        return join(world, kind, takes, people, naive=naive)


def _print(kind: Kind, measured: Measured) -> None:
    print(f"\n{kind.title}")
    _row("a join of", measured)
    _row("", ["ours   naive"] * len(measured))
    for title, count in COUNTS.items():
        _row(title, (f"{count(ours):5} {count(naive):7}" for ours, naive in measured.values()))
    _row("ends", (ours.end for ours, _ in measured.values()))
    for title in ("looks", "state transitions", "history events", "AWS calls"):
        count = COUNTS[title]
        _row(f"{title}, times", (f"{count(naive) / count(ours):.1f}" for ours, naive in measured.values()))
    _row("seconds", (f"{ours.seconds:5.1f} {naive.seconds:7.1f}" for ours, naive in measured.values()))
    if over := [title for title, (ours, _) in measured.items() if ours.history_events > MOST_EVENTS]:
        print(f"  more than {MOST_EVENTS} history events: {', '.join(over)}")


def _row(title: str, cells: Iterable[str]) -> None:
    print(f"  {title:26}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


if __name__ == "__main__":
    main()
