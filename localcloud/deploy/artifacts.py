"""What `sam build` and `sam package` do: local paths of the template become archives in a bucket.

An archive that was packed here is not unpacked again: the functions run from the folder that went into it.
"""

import fcntl
import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

BUCKET = "localcloud-artifacts"
LOCAL_PATHS = ("CodeUri", "ContentUri", "DefinitionUri")


class Artifacts:
    """What `sam package` uploads: code and layers, built and put into a bucket of the local cloud."""

    def __init__(self, cache: Path, home: Path, runtime_python: str, python_version: str) -> None:
        """`cache` keeps built layers from start to start; `home` is this cloud's own and readable by its functions."""
        self._cache, self.home = cache / "layers", home
        self._runtime_python, self._python_version = runtime_python, python_version
        self._folders: dict[str, Path] = {}

    @staticmethod
    def name_of(archive: bytes) -> str:
        """A name for the archive's content: 32 hexadecimal digits of its SHA-256."""
        return hashlib.sha256(archive).hexdigest()[:32]

    def folder_of(self, archive: bytes) -> Path | None:
        """Where the content of an archive that was packed here lies."""
        return self._folders.get(self.name_of(archive))

    def package(self, template: dict[str, Any], root: Path, s3: Any) -> None:
        """Replace each local path in `template` (read from a file in `root`) by its object in the artifacts bucket."""
        if BUCKET not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
            region = s3.meta.region_name
            # us-east-1 is no constraint: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
            place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            s3.create_bucket(Bucket=BUCKET, **place)
        for name, resource in template["Resources"].items():
            properties = resource.get("Properties", {})
            for key in LOCAL_PATHS:
                if isinstance(path := properties.get(key), str) and "://" not in path:
                    body = self.packed(name, root / path, resource.get("Metadata", {}))
                    object_name = f"{name}-{self.name_of(body)}"
                    s3.put_object(Bucket=BUCKET, Key=object_name, Body=body)
                    properties[key] = {"Bucket": BUCKET, "Key": object_name}

    def packed(self, name: str, source: Path, metadata: dict[str, Any]) -> bytes:
        """The archive of a resource whose local path is ``source``; a file is its own."""
        if not source.exists():
            raise FileNotFoundError(f"{name}: {source} does not exist")
        if source.is_file():
            return source.read_bytes()
        if metadata.get("BuildMethod") == "makefile":
            folder = self.built(name, source)
            archive = folder.with_suffix(".zip").read_bytes()
        else:
            archive = zipped(source)
            folder = self.home / "code" / self.name_of(archive)
            if not folder.exists():
                shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__"))
        self._folders[self.name_of(archive)] = folder
        return archive

    def built(self, name: str, source: Path) -> Path:
        """The layer as its Makefile builds it (`build-<logical id>`, as for `sam build`), kept as long as its
        sources stay the same.
        """
        folder = self._cache / f"{name}-{self._fingerprint(source)}"
        self._cache.mkdir(parents=True, exist_ok=True)
        with (self._cache / f"{name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # other clouds of this machine build it too
            if not folder.with_suffix(".zip").exists():
                self._build(name, source, folder)
        return folder

    def _build(self, name: str, source: Path, folder: Path) -> None:
        with tempfile.TemporaryDirectory(dir=self._cache) as scratch:
            built, work = Path(scratch, "built"), Path(scratch, "source")
            built.mkdir()
            shutil.copytree(source, work, symlinks=False)
            _run(
                ["make", "--no-print-directory", f"build-{name}"],
                work,
                {
                    "ARTIFACTS_DIR": str(built),
                    "PYTHON_VERSION": self._python_version,
                    "ARCHITECTURE": host_architecture(),
                    "SOURCE_DIR": str(source),
                    "PYTHON": sys.executable,
                    "RUNTIME_PYTHON": self._runtime_python,
                },
            )
            for path in (built, *built.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
            Path(scratch, "zip").write_bytes(zipped(built))
            shutil.rmtree(folder, ignore_errors=True)
            built.rename(folder)
            Path(scratch, "zip").rename(folder.with_suffix(".zip"))

    def _fingerprint(self, source: Path) -> str:
        digest = hashlib.sha256(f"{self._python_version} {host_architecture()}".encode())
        for file in _files(source):
            digest.update(str(file.relative_to(source)).encode() + b"\0" + file.read_bytes())
        return digest.hexdigest()[:16]


def host_architecture() -> str:
    """The machine, as Lambda calls it."""
    return "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"


def zipped(folder: Path) -> bytes:
    """The same bytes for the same files, whatever their dates. Not compressed: it never leaves the machine."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as out:
        for file in _files(folder):
            out.writestr(zipfile.ZipInfo(str(file.relative_to(folder))), file.read_bytes())
    return archive.getvalue()


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def _run(argv: list[str], folder: Path, variables: dict[str, str]) -> None:
    done = subprocess.run(
        argv,
        check=False,
        cwd=folder,
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
        raise RuntimeError(f"{' '.join(argv)} failed: {done.stdout[-400:]}")
