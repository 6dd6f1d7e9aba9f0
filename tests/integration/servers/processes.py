"""What is running, and what was left."""

from contextlib import suppress
from pathlib import Path


def processes_below(home: Path) -> list[int]:
    """The processes whose working directory is the world's, or in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(home):
                found.append(int(process.name))
        except OSError:
            continue  # it ended, or is another user's
    return found


def listening(processes: list[int]) -> list[str]:
    """The addresses on which they take connections by TCP, as /proc/net/tcp and tcp6 have them: hexadecimal."""
    sockets = set()
    for process in processes:
        for descriptor in Path(f"/proc/{process}/fd").glob("*"):
            try:
                sockets.add(str(descriptor.readlink()))
            except OSError:
                continue  # it ended, or has closed that
    # the rows: number, local address, remote address, state (0A is LISTEN), ... the socket's inode is the tenth
    rows = [row.split() for table in ("tcp", "tcp6") for row in Path("/proc/net", table).read_text().splitlines()[1:]]
    return [row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]


def owners(processes: list[int]) -> set[int]:
    """Whose they are that have not ended since."""
    found = set()
    for process in processes:
        with suppress(FileNotFoundError):
            found.add(Path(f"/proc/{process}").stat().st_uid)
    return found


def shared_memory(creators: list[int]) -> list[str]:
    """The segments of System V that these processes made, and everything in /dev/shm that is PostgreSQL's."""
    # rows of /proc/sysvipc/shm: key, id, permissions, size, creator's pid, ...
    rows = [row.split() for row in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
    segments = [row[1] for row in rows if int(row[4]) in creators]
    return segments + [path.name for path in Path("/dev/shm").glob("PostgreSQL*")]  # noqa: S108
