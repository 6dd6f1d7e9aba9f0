"""What Podman leaves outside of its folders, whatever these are set to: removed, unless it was there before."""

import subprocess
from contextlib import suppress
from pathlib import Path

NAMESPACES = Path("/run/netns")  # mounted on itself
FILES = (
    Path("/run/containers/networks/ipam.db"),
    Path("/var/lib/containers/cache/blob-info-cache-v1.boltdb"),
)
NEW = "traces"  # the file that keeps which of them were not there


def remember(folder: Path) -> None:
    """Keeps which of them are not there before the first of our clouds, whose folders are next to this one."""
    first = next(folder.parent.glob(f"*/{NEW}"), None)
    absent = [str(path) for path in (NAMESPACES, *FILES) if not path.exists()]
    (folder / NEW).write_text(first.read_text() if first else "\n".join(absent))


def remove(folder: Path) -> None:
    """For the last of our clouds, where no other Podman has a network. What is in use, or not empty, stays."""
    new = [Path(line) for line in (folder / NEW).read_text().splitlines()] if (folder / NEW).exists() else []
    if any(other.parent != folder for other in folder.parent.glob(f"*/{NEW}")):
        return
    for path in new:
        if path == NAMESPACES:
            if not any(path.glob("*")):
                subprocess.run(["umount", path], check=False, capture_output=True)
                _remove_empty(path)
        else:
            path.unlink(missing_ok=True)
            for parent in path.parents[:2]:
                _remove_empty(parent)


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
