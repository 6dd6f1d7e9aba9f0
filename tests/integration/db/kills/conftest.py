"""A server of its own for each family: these tests kill it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localcloud.servers import World

from .mysql import KilledMySQL
from .postgresql import KilledPostgreSQL
from .runs import Runs
from .trial import Trial


@pytest.fixture(autouse=True)
def names() -> None:
    """The runs have a process of their own, in which the world's names resolve."""


@pytest.fixture(scope="module", params=[KilledMySQL, KilledPostgreSQL], ids=["MySQL", "PostgreSQL"])
def trial(request: pytest.FixtureRequest, world: World) -> Iterator[Trial]:
    with request.param.running(world) as server, Runs(world, server.where) as runs:
        yield Trial(server, runs)
