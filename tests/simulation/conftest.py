"""One simulation for a session, and a fresh one for each test."""

from collections.abc import Iterator

import pytest

from localcloud.cloud import Cloud
from tests.simulation.refusals import Refusals
from tests.simulation.world import World


@pytest.fixture(scope="session")
def simulation(cloud: Cloud) -> Iterator[World]:
    world = World(cloud)
    yield world
    world.conductor.reset()


@pytest.fixture
def world(simulation: World) -> Iterator[World]:
    """Nothing has happened yet, and nothing goes wrong."""
    simulation.reset()
    with simulation.installed():
        yield simulation
    simulation.conductor.reset()


@pytest.fixture
def quick_world(simulation: World) -> Iterator[World]:
    """The same, but that calls to AWS take a shorter way."""
    simulation.reset()
    with simulation.installed(by_shortcut=True):
        yield simulation
    simulation.conductor.reset()


@pytest.fixture(scope="module")
def refusals(simulation: World) -> Iterator[Refusals]:
    """For a module of bad inputs: nothing that one of them does is met by another."""
    simulation.reset()
    with simulation.installed():
        yield Refusals(simulation)
    simulation.conductor.reset()
