"""Temporary folders named for their owner, so that what a killed process left can be told from what is in use.

A container may share the place with its machine and have processes of its own: each sweeps up after its own alone.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


def make(parent: Path, prefix: str) -> Path:
    """A new folder `<prefix><namespace of processes>-<pid>-<start of that process>-<random>` in `parent`."""
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{_namespace()}-{os.getpid()}-{_started(os.getpid())}-", dir=parent))


def sweep(parent: Path, prefix: str) -> None:
    """Removes the folders whose process has ended. What is another user's stays."""
    for folder in left(parent, prefix):
        shutil.rmtree(folder, ignore_errors=True)


def left(parent: Path, prefix: str) -> Iterator[Path]:
    """The folders whose process has ended."""
    own = f"{prefix}{_namespace()}-"
    for folder in parent.glob(f"{own}*"):
        owner = re.match(r"(\d+)-(\d+)-", folder.name.removeprefix(own))
        if owner and _started(int(owner[1])) != int(owner[2]):
            yield folder


def _namespace() -> str:
    return re.sub(r"\D", "", str(Path("/proc/self/ns/pid").readlink()))


def _started(pid: int) -> int | None:
    """When the process started, in clock ticks since boot: with the pid it is unique. None: the process has ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(status.rpartition(")")[2].split()[19])  # the name in parentheses may hold anything
