"""The local cloud: real servers, an AWS that knows them, and the project's template deployed into it."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from localcloud.checkout import CHECKOUT
from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.sam import account
from localcloud.sam.containers import SAM, Containers
from localcloud.servers.directory import SambaDirectory
from localcloud.servers.machine import Machine
from localcloud.servers.names import loopback
from localcloud.servers.world import World

if TYPE_CHECKING:
    from localcloud.deploy.deploy import DeployedStack
    from localcloud.sam.project import Project


class Sam(Enum):
    """How the SAM CLI uses a cloud."""

    NOT_USED = "the SAM CLI does not use it: the cloud is on 127.0.x.0/24"
    REACHES = "its containers reach the cloud, whose own functions are processes"
    RUNS_FUNCTIONS = "its containers are the cloud's functions"


TEMPLATE = CHECKOUT / "template.yaml"
DOMAIN = "corp.example.com"
DIRECTORY_ID = "d-9367000001"


class Cloud:
    """`with Cloud(speed=500) as cloud:` - everything runs inside, and nothing is left after it. One at a time in a
    process.
    """

    def __init__(
        self,
        speed: float = 500,
        template: Path = TEMPLATE,
        allowed: Mapping[tuple[str, str], str] | None = None,
        stack_name: str = "signon",
        region: str = "us-east-1",
        sam: Sam = Sam.NOT_USED,
    ) -> None:
        """`speed`: simulated seconds in a real one. `allowed`: what the deployment may lose, `comparison.ALLOWED`
        if None. `sam`: how the SAM CLI uses it.
        """
        self.clock, self.faults, self.region, self.stack_name = Clock(speed), Faults(), region, stack_name
        self.phases: dict[str, float] = {}  # what took how long, seconds
        self.clock.tick()
        self._template, self._allowed = template, allowed
        self._end = ExitStack()
        self._sam = sam
        self.containers: Containers | None = None
        self.project: Project | None = None

    def __enter__(self) -> Self:
        with ExitStack() as undo, self.clock.working():  # the simulated day begins with the finished cloud
            undo.callback(self.close)
            self._start()
            undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        with self._phase("world"):
            machine, network = Machine.read(), loopback
            if self._sam is not Sam.NOT_USED:
                account.select()
                self.containers = Containers(machine)
                self._end.callback(self.containers.close)
                network = self.containers.open
            self.world = self._end.enter_context(World(machine, network))
        directory = _Background(lambda: self.world.start_directory(DOMAIN))
        with self._phase("import moto"):
            from localcloud.aws import Aws
            from localcloud.deploy.comparison import ALLOWED
        with self._phase("start moto"):
            host = f"{self.world.names.network}.1" if self.containers else "127.0.0.1"
            self.aws = Aws(self.world, self.clock, self.faults, self.region, host)
            self._end.callback(self.aws.close)
        self.endpoint, self.account, self.counter = self.aws.endpoint, self.aws.account, self.aws.counter
        self.authorizer = self.aws.authorizer
        with self._phase("network and directory in moto"):
            self.aws.register_directory(DIRECTORY_ID, DOMAIN)
            self.directory_id = DIRECTORY_ID
        with self._phase("translate, deploy, compare"):
            allowed = ALLOWED if self._allowed is None else self._allowed
            self.stack = self.deploy(self._template, self.stack_name, allowed)
        if self.containers:
            self._set_up_sam(self.containers)
        with self._phase("wait for the directory"):
            self.directory: SambaDirectory = directory.result()
        self.aws.start_functions_early(self.stack)

    def _set_up_sam(self, containers: Containers) -> None:
        from localcloud.sam.local_copy import local_copy, start_lambda

        with self._phase("the SAM CLI's copy"):
            self.project = local_copy(self.world, self.aws, self.stack, containers, self._template)
            if self._sam is Sam.RUNS_FUNCTIONS:
                self.aws.functions.runner = start_lambda(self.world, self.aws, self.stack, containers, self.project)

    def close(self) -> None:
        """End everything. Safe to call twice."""
        self.clock.stop()
        with self._phase("teardown"):
            self._end.close()

    def client(self, service: str) -> Any:
        """A boto3 client bound to this cloud."""
        return self.aws.client(service)

    @property
    def physical(self) -> dict[str, str]:
        """Physical ids of the stack's resources, by logical id."""
        return self.stack.physical

    @property
    def outputs(self) -> dict[str, str]:
        """The stack's outputs."""
        return self.stack.outputs

    def deploy(
        self, template: Path, name: str, allowed: Mapping[tuple[str, str], str] | None = None
    ) -> "DeployedStack":
        """Deploy a template besides the project's; nothing of it may be lost that `allowed` does not name."""
        return self.aws.deploy(template, name, {"CaBundle": str(self.world.authority.bundle)}, allowed or {})

    def environment(self) -> dict[str, str]:
        """What a process needs to be a client of this cloud: AWS's variables, names, Kerberos, the CA bundle."""
        own = {"KRB5_CONFIG": str(self.directory.krb5_conf), "SIGNON_CA": str(self.world.authority.bundle)}
        sam = {**self.containers.environment, **self.project.environment} if self.containers and self.project else {}
        return {**self.aws.environment(), **self.world.client_environment, **own, **sam}

    @property
    def clients(self) -> dict[str, list[str]]:
        """The programs that belong to this cloud, by name: the beginning of each command line."""
        sam = {"sam": [str(SAM)]} if self.containers else {}
        return {**self.world.machine.clients, **sam}

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        finally:
            self.phases[name] = self.phases.get(name, 0.0) + time.monotonic() - began


class _Background:
    """A piece of work in a thread of its own, and its result."""

    def __init__(self, work: Any) -> None:
        self._outcome: tuple[Any, BaseException | None] = (None, None)

        def run() -> None:
            try:
                self._outcome = (work(), None)
            except BaseException as error:  # noqa: BLE001  # raised where the result is asked for
                self._outcome = (None, error)

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def result(self) -> Any:
        self._thread.join()
        value, error = self._outcome
        if error:
            raise error
        return value
