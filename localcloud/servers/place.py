"""Where a world keeps its files: in memory where that is plenty, else on the disk.

A server has 300 files and more, and ext4 gives a new file no inode that was freed within the last seconds: it looks
through all of these for each one (`recently_deleted` in fs/ext4/ialloc.c). Where servers come and go, a database of
PostgreSQL is made in 270 ms on the disk, and in 25 ms in memory.
"""

import os
from pathlib import Path

# Short: the path of a unix socket holds 107 characters.
MEMORY, DISK = Path("/dev/shm"), Path("/tmp")  # noqa: S108  each world has a new folder of its own there
PLENTY = 6 * 1024**3  # bytes; a world with eight servers has one


def place(
    memory: Path = MEMORY, available: Path = Path("/proc/meminfo"), limit: Path = Path("/sys/fs/cgroup/memory.max")
) -> Path:
    """The folder for the folders of new worlds. `available` and `limit` are the kernel's: what is free, and what this
    container may take.
    """
    return memory if _takes_programs(memory) and _free(memory, available, limit) >= PLENTY else DISK


def _takes_programs(folder: Path) -> bool:
    """Servers load their plugins from there; in containers of Docker it is often forbidden."""
    return os.access(folder, os.W_OK) and not os.statvfs(folder).f_flag & os.ST_NOEXEC


def _free(folder: Path, available: Path, limit: Path) -> int:
    file_system = os.statvfs(folder)
    lines = (line.split() for line in available.read_text().splitlines())
    rest = [int(words[1]) * 1024 for words in lines if words[0] == "MemAvailable:"]
    most = limit.read_text().strip() if limit.exists() else "max"
    return min([file_system.f_bavail * file_system.f_frsize, *rest, *([int(most)] if most.isdigit() else [])])
