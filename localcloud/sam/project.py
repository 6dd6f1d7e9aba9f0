"""The template's local copy: the deployed functions as the SAM CLI runs them, with the code of this checkout.

The SAM CLI passes no variable on that a template does not declare. So each function declares its own, as they were
deployed, and what makes it find the local cloud: the endpoint, credentials of its role, the certificate authority.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from moto.awslambda.models import LambdaFunction

from localcloud.deploy.artifacts import Artifacts, host_architecture
from localcloud.sam.account import ACCOUNT

AUTHORITY = "local-ca.pem"  # in a layer
IN_CONTAINER = f"/opt/{AUTHORITY}"


class Project:
    """A folder with template.yaml and samconfig.toml."""

    def __init__(self, folder: Path, python_version: str) -> None:
        self.folder, self._python_version = folder, python_version
        self.template = folder / "template.yaml"
        self.folder.mkdir()

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which the SAM CLI finds the template, and people the functions' events."""
        return {"TEMPLATE": str(self.template), "EVENTS": str(self.folder / "events")}

    def write(
        self,
        functions: Mapping[str, LambdaFunction],
        credentials: Mapping[str, Mapping[str, str]],
        code: Mapping[str, Path],
        layers: Sequence[str],
        endpoint: str,
    ) -> None:
        """The template. Functions, their credentials and their code by logical id; `layers` are ARNs."""
        resources = {
            name: {
                "Type": "AWS::Serverless::Function",
                "Properties": self._properties(function, credentials[name], code[name], layers, endpoint),
            }
            for name, function in functions.items()
        }
        content = {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Transform": "AWS::Serverless-2016-10-31",
            "Description": "The functions of template.yaml, as they were deployed into the local cloud",
            "Resources": resources,
        }
        self.template.touch(0o600)  # it holds credentials, though they are worth nothing elsewhere
        self.template.write_text(yaml.safe_dump(content, sort_keys=False, width=120))

    def let_resolve(self, hosts: Mapping[str, str]) -> None:
        """From now on new containers find these names at these addresses: samconfig.toml says so to the SAM CLI."""
        resolved = json.dumps([f"{host}:{address}" for host, address in hosts.items()])
        sections = [
            f"[default.local_{command}.parameters]\nadd_host = {resolved}\nskip_pull_image = true\n"
            for command in ("invoke", "start_lambda")
        ]
        (self.folder / "samconfig.toml").write_text("\n".join(["version = 0.1\n", *sections]))

    def _properties(
        self,
        function: LambdaFunction,
        credentials: Mapping[str, str],
        code: Path,
        layers: Sequence[str],
        endpoint: str,
    ) -> dict[str, Any]:
        own = {key: str(value) for key, value in function.environment_vars.items()}
        authority = {"SIGNON_CA_BUNDLE": IN_CONTAINER} if "SIGNON_CA_BUNDLE" in own else {}
        return {
            "FunctionName": function.function_name,
            "CodeUri": str(code),
            "Handler": str(function.handler),
            "Runtime": f"python{self._python_version}",
            "Architectures": [host_architecture()],
            "Timeout": int(function.timeout),
            "MemorySize": int(function.memory_size),
            "Layers": list(layers),
            "Environment": {"Variables": {**own, **authority, "AWS_ENDPOINT_URL": endpoint, **credentials}},
        }


def add_layer(cache: Path, name: str, source: Path, artifacts: Artifacts, *more: Path) -> str:
    """The ARN of a layer that the SAM CLI finds in its `cache`, as if it had been downloaded: one that a template
    defines it packs anew for each call, which takes longer than the call. `more` are files that come into it.
    """
    built = artifacts.built(name, source)
    digest = hashlib.sha256(built.name.encode() + b"".join(file.read_bytes() for file in more)).hexdigest()[:12]
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:{name}-{digest}:1"
    # the name is the SAM CLI's: the layer's, its version's, and a part of the hash of its ARN
    folder = cache / f"{name}-{digest}-1-{hashlib.sha256(arn.encode()).hexdigest()[:10]}"
    if not folder.exists():
        shutil.copytree(built, folder)
        for file in more:
            shutil.copy(file, folder / AUTHORITY)
    return arn
