"""Temporary folders named for their owner, so that what a killed process left can be told from what is in use."""

import os
import re
import shutil
import tempfile
from pathlib import Path


def make(parent: Path, prefix: str) -> Path:
    """A new folder `<prefix><pid>-<start of that process>-<random>` in `parent`."""
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-{_started(os.getpid())}-", dir=parent))


def sweep(parent: Path, prefix: str) -> None:
    """Removes the folders whose process has ended. What is another user's stays."""
    for folder in parent.glob(f"{prefix}*"):
        owner = re.match(r"(\d+)-(\d+)-", folder.name.removeprefix(prefix))
        if owner and _started(int(owner[1])) != int(owner[2]):
            shutil.rmtree(folder, ignore_errors=True)


def _started(pid: int) -> int | None:
    """When the process started, in clock ticks since boot: with the pid it is unique. None: the process has ended."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(status.rpartition(")")[2].split()[19])  # the name in parentheses may hold anything
