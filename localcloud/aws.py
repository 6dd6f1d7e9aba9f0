"""The AWS of the local cloud: moto in server mode, in this process, with everything installed that moto lacks.

moto is one per process, and so is this. Importing it takes a second and a half; that is why `cloud` imports it late.
"""

import json
import logging
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import boto3
from botocore.config import Config
from moto import backends
from moto.awslambda_simple.models import lambda_simple_backends
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.ec2.models import ec2_backends
from moto.iam import models as iam
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.utilities.utils import get_partition
from werkzeug.serving import make_server

from localcloud import rds
from localcloud.clock import Clock
from localcloud.cloudwatch import watching
from localcloud.cloudwatch.metrics import Metrics
from localcloud.deploy import cloudformation, quotas
from localcloud.deploy.artifacts import Artifacts, host_architecture
from localcloud.deploy.cloudformation import DeploymentError
from localcloud.deploy.comparison import Finding
from localcloud.deploy.deploy import DeployedStack, deploy
from localcloud.door import CallCounter, Door
from localcloud.faults import Faults
from localcloud.functions.execution_environments import ExecutionEnvironments
from localcloud.functions.fork_server import ForkServers
from localcloud.iam.authorizer import Authorizer
from localcloud.iam.policies import NotModelled
from localcloud.moto_patches import patch
from localcloud.servers.world import World
from localcloud.services import (
    answers,
    directories,
    eventbridge,
    lambdas,
    operation_models,
    s3,
    scheduler,
    sns,
    state_testing,
    stepfunctions,
)


class _RequestHandler(MotoRequestHandler):
    disable_nagle_algorithm = True  # head and body are two writes: with Nagle's algorithm the second waits for 40 ms


class Aws:
    """One account in one Region."""

    account: str = DEFAULT_ACCOUNT_ID
    _had_another: ClassVar[bool] = False  # in this process, before this one

    def __init__(self, world: World, clock: Clock, faults: Faults, region: str, host: str = "127.0.0.1") -> None:
        """`host` is the address of the endpoint."""
        self.region, self.clock, self.counter = region, clock, CallCounter()
        self.authorizer, self.metrics = Authorizer(self.account, region), Metrics(clock)
        metrics = self.metrics
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._session = boto3.Session("local", "local", region_name=region)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it misses a publisher for its metrics
        logging.getLogger("moto").setLevel(logging.ERROR)  # where it answers 500
        logging.getLogger("moto.stepfunctions").setLevel(logging.CRITICAL)  # a failed state is no error of ours
        default_user_config.update(
            {
                "lambda": {"use_docker": False},
                "stepfunctions": {"execute_state_machine": True},
                "iam": {"load_aws_managed_policies": True},
            }
        )
        _keep_service_role_policies()
        os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # hundreds of machine images, which nobody here starts
        operation_models.install()
        answers.install()
        modules = frozenset(backends.list_of_moto_modules())  # moto looks through its folders for each request
        patch(backends, list_of_moto_modules=lambda: modules)
        door = Door(DomainDispatcherApplication(create_backend_app), clock, self.counter, self.authorizer, faults)
        self._server = make_server(host, 0, door, threaded=True, request_handler=_RequestHandler)
        # an address, not "localhost": of a name botocore would ask for <bucket>.localhost
        self.endpoint = f"http://{host}:{self._server.server_port}"
        os.environ["MOTO_PORT"] = str(self._server.server_port)  # where moto's Step Functions finds other services
        machine = world.machine
        self._artifacts = Artifacts(
            machine.cache, world.folder("functions"), str(machine.runtime_python), machine.python_version
        )
        platform = {"AWS_ENDPOINT_URL": self.endpoint, **world.resolving}
        processes = ForkServers(world, str(machine.runtime_python), platform)
        environments = ExecutionEnvironments(processes, self._artifacts, clock, self.authorizer, metrics)
        self.functions = lambdas.Invocations(environments, clock, faults, self.authorizer)
        lambdas.install(self.functions)
        cloudformation.install(self.client)
        eventbridge.install(clock, faults, self.authorizer)
        scheduler.install(clock, faults, self.authorizer)
        rds.install(world, clock, faults)
        s3.install()
        sns.install()
        quotas.install()
        once = Config(
            retries={"total_max_attempts": 1}, read_timeout=3600, max_pool_connections=64, parameter_validation=False
        )
        lambda_client = self._session.client("lambda", endpoint_url=self.endpoint, config=once)
        stepfunctions.install(clock, lambda_client, self.authorizer, metrics)
        state_testing.install()
        if Aws._had_another:
            BackendDict.reset()  # here and not at the end: it takes a second, and most processes have but one cloud
        watching.install(clock, metrics, self.authorizer)
        Aws._had_another = True
        # where AWS's clients look for TestState
        world.names.add_alias(host, f"sync-{host}")
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name="moto"
        ).start()

    def client(self, service: str) -> Any:
        """A boto3 client of this cloud; the same one each time."""
        with self._lock:  # making clients is not thread-safe, using them is
            if service not in self._clients:
                config = Config(retries={"mode": "standard"}, max_pool_connections=32)
                self._clients[service] = self._session.client(service, endpoint_url=self.endpoint, config=config)  # type: ignore[call-overload]
            return self._clients[service]

    def environment(self) -> dict[str, str]:
        """The variables with which any AWS SDK or CLI finds this cloud, and may do everything in it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }

    def network(self, region: str = "") -> tuple[str, list[str]]:
        """The default VPC and two of its subnets; asked for directly: a client of EC2 takes half a second to make."""
        ec2 = ec2_backends[self.account][region or self.region]
        assert ec2.default_vpc is not None
        return ec2.default_vpc.id, [
            subnet.id for subnet in ec2.describe_subnets(filters={"vpc-id": [ec2.default_vpc.id]})[:2]
        ]

    def register_directory(self, directory_id: str, domain: str, region: str = "") -> None:
        """AWS Directory Service knows the directory `domain` by this id, which a profile may name."""
        directories.register(self.account, region or self.region, directory_id, domain, *self.network(region))

    def deploy(
        self, template: Path, name: str, parameters: Mapping[str, str], allowed: Mapping[Finding, str]
    ) -> DeployedStack:
        """Deploy a template, with the network, architecture and roles of this machine where it asks for them."""
        vpc, subnets = self.network()
        partition = get_partition(self.region)
        here = {
            "VpcId": vpc,
            "SubnetIds": ",".join(subnets),
            "Architecture": host_architecture(),
            "ConnectRoles": f"arn:{partition}:iam::{self.account}:role/payments-api",  # that of the worked example
        }
        stack = deploy(
            template, name, {**here, **parameters}, allowed, self._artifacts, self.client, self.account, self.region
        )
        for logical_id, role in stack.of_type("AWS::IAM::Role").items():
            try:
                self.authorizer.granted(role)
            except NotModelled as unknown:
                raise DeploymentError(f"{logical_id} (AWS::IAM::Role): {unknown}") from None
        return stack

    def start_functions_early(self, stack: DeployedStack) -> None:
        """Functions that are wanted soon are started before they are wanted, as Lambda often does too."""
        backend = lambda_simple_backends[self.account][self.region]
        names = stack.of_type("AWS::Lambda::Function").values()
        self.functions.runner.start_early([backend.get_function(name) for name in names])

    def close(self) -> None:
        self.functions.close()
        self._server.shutdown()
        self._server.server_close()


def _keep_service_role_policies() -> None:
    """Of AWS's thousand managed policies those that a service's role is given; moto reads all of them six times."""
    policies = json.loads(iam.aws_managed_policies_data)
    kept = {name: policy for name, policy in policies.items() if policy["Path"] == "/service-role/"}
    iam.aws_managed_policies_data = json.dumps(kept)
