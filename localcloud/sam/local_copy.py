"""What the SAM CLI is given of a cloud whose stack has been deployed."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moto.awslambda.models import LambdaFunction
from moto.awslambda_simple.models import lambda_simple_backends

from localcloud.deploy.artifacts import Artifacts
from localcloud.deploy.translation import read
from localcloud.functions.logs import LogWriter
from localcloud.iam import function_roles
from localcloud.sam.containers import Containers
from localcloud.sam.project import Project, add_layer
from localcloud.sam.start_lambda import StartLambda

if TYPE_CHECKING:
    from localcloud.aws import Aws
    from localcloud.deploy.deploy import DeployedStack
    from localcloud.servers.world import World

LAYERS = "AWS::Serverless::LayerVersion"


def local_copy(
    world: "World", aws: "Aws", stack: "DeployedStack", containers: Containers, template_file: Path
) -> Project:
    """The project that the SAM CLI runs, in the folder of `containers`."""
    template, root = read(template_file)["Resources"], template_file.parent
    functions = deployed_functions(aws, stack)
    artifacts = Artifacts(
        world.machine.cache,
        world.folder("containers"),
        str(containers.interpreter),
        containers.python_version,
    )
    layers = [
        add_layer(
            containers.folder / "layers",
            name,
            root / resource["Properties"]["ContentUri"],
            artifacts,
            *([world.authority.bundle] if number == 0 else []),
        )
        for number, (name, resource) in enumerate(_of_type(template, LAYERS).items())
    ]
    project = Project(containers.folder / "project", containers.python_version)
    project.write(
        functions,
        {name: function_roles.credentials(aws.authorizer, each) for name, each in functions.items()},
        {name: (root / template[name]["Properties"]["CodeUri"]).resolve() for name in functions},
        layers,
        aws.endpoint,
    )
    world.names.tell(project.let_resolve)
    return project


def start_lambda(
    world: "World", aws: "Aws", stack: "DeployedStack", containers: Containers, project: Project
) -> StartLambda:
    """A runner of the cloud's functions in containers; what their loggers write is in their log groups."""
    functions = deployed_functions(aws, stack)
    writers = {
        function.function_name: LogWriter(function, aws.clock, aws.authorizer, aws.metrics)
        for function in functions.values()
    }
    return StartLambda(
        containers,
        project,
        lambda: world.names.known,
        aws.counter,
        {name: function.function_name for name, function in functions.items()},
        lambda name, line: writers[name]("sam-local", line),
    )


def deployed_functions(aws: "Aws", stack: "DeployedStack") -> Mapping[str, LambdaFunction]:
    """By logical id."""
    backend = lambda_simple_backends[aws.account][aws.region]
    return {key: backend.get_function(name) for key, name in stack.of_type("AWS::Lambda::Function").items()}


def _of_type(resources: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    return {name: resource for name, resource in resources.items() if resource["Type"] == kind}
