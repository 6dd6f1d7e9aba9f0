"""One cloud with people in its directory, and one database that was onboarded by its event."""

from collections.abc import Callable, Iterator, Mapping

import pytest

from localcloud.cloud import Cloud
from localcloud.people.mailbox import Mailbox
from tests.e2e.scene import PEOPLE, Ended, Scene

SCENES: list[Scene] = []  # none, or that of the session


@pytest.fixture(scope="module", autouse=True)
def _no_servers_left() -> Iterator[None]:
    """What a module has created is gone after it: a server and its folder in memory take 250 MB."""
    yield
    for scene in SCENES:
        scene.delete_all_but("orders-1")


@pytest.fixture(scope="session")
def scene(cloud: Cloud) -> Scene:
    """Its sweep is switched off: an execution that it starts would surprise every test but its own."""
    scene = Scene(cloud)
    SCENES.append(scene)
    scene.switch_sweep("DISABLED")
    for name, password in PEOPLE.items():
        cloud.directory.add_user(name, password)
    return scene


@pytest.fixture(scope="session")
def orders(scene: Scene) -> Ended:
    """`orders-1`, created with the tag, onboarded by RDS's event."""
    scene.publish_profile("orders", {"alice": ["read"], "bob": ["read", "write"]})
    scene.create_database("orders-1", "orders")
    return scene.onboarded_by_event("orders-1")


Told = Callable[[str], list[Mapping[str, str]]]


@pytest.fixture(scope="session")
def told(scene: Scene) -> Told:
    """The messages to people about a database, each with Subject and Message, since this was first asked for."""
    return Mailbox(scene.cloud, scene.cloud.outputs["OutcomesTopic"], "people").about
