"""The image that functions run in: AWS's own where it can be pulled, else a stand-in of the distribution's packages."""

from collections.abc import Sequence
from pathlib import Path

from localcloud.sam.engines import ContainerEngine, EngineFailed

LAMBDA_IMAGES = "public.ecr.aws/lambda/python"
PULL_PATIENCE = 300  # seconds

# What AWS's image says of itself; https://docs.aws.amazon.com/lambda/latest/dg/python-image.html
_LIBRARIES = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
_CONFIGURATION = (
    'ENTRYPOINT ["/lambda-entrypoint.sh"]',
    "WORKDIR /var/task",
    "ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
    "ENV LANG=en_US.UTF-8",
    "ENV TZ=:UTC",
    f"ENV LD_LIBRARY_PATH={_LIBRARIES}",
    "ENV LAMBDA_TASK_ROOT=/var/task",
    "ENV LAMBDA_RUNTIME_DIR=/var/runtime",
    "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
)


def has_public(engine: ContainerEngine, python_version: str, architecture: str, cache: Path) -> bool:
    """Whether the engine has AWS's own image of Lambda's Python, pulled now or before."""
    name = f"{LAMBDA_IMAGES}:{python_version}-{architecture}"
    kept = cache / "containers" / f"aws-python-{python_version}-{architecture}.tar"
    if name in engine.images():
        return True
    try:
        if kept.exists():
            engine.run("load", "--input", str(kept))
            return True
        engine.run("pull", "--quiet", name, patience=PULL_PATIENCE)
    except EngineFailed:
        return False
    if engine.title == "Podman":  # its images go with it
        making = kept.with_suffix(".making")
        kept.parent.mkdir(parents=True, exist_ok=True)
        engine.run("save", "--output", str(making), name, patience=PULL_PATIENCE)
        making.rename(kept)
    return True


def take_made(engine: ContainerEngine, archive: Path, python_version: str, architecture: str) -> None:
    """The stand-in that setup/lambda_image made, under the name that the SAM CLI looks for. Raises EngineFailed."""
    changes: Sequence[str] = [word for line in _CONFIGURATION for word in ("--change", line)]
    engine.run("import", *changes, str(archive), f"{LAMBDA_IMAGES}:{python_version}-{architecture}")
