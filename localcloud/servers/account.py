"""The operating system's account under which servers and functions run."""

import os
import pwd
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Self


@dataclass(frozen=True)
class Account:
    """`nobody` when root started us, because no database server should run as root; otherwise our own account."""

    uid: int
    gid: int
    switch: tuple[str, ...]  # the arguments of setpriv(1) that change to it

    @classmethod
    def unprivileged(cls) -> Self:
        """The account to use in this process."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), ())
        nobody = pwd.getpwnam("nobody")
        return cls(
            nobody.pw_uid,
            nobody.pw_gid,
            (f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"),
        )

    def command(self, argv: Iterable[str | Path], last: Signals = Signals.SIGKILL) -> list[str]:
        """The command line that runs `argv` under this account; it gets `last` when the thread that started it ends."""
        # setpriv asks for the parent-death signal last: changing the user would cancel it.
        death = f"--pdeathsig={last.name.removeprefix('SIG')}"
        return ["setpriv", *self.switch, "--no-new-privs", death, "--", *map(str, argv)]

    def give(self, path: Path) -> Path:
        """Makes the account the owner of `path`."""
        if self.switch:
            shutil.chown(path, self.uid, self.gid)
        return path

    def folder(self, path: Path) -> Path:
        """A folder of the account, made if it is not there, with its parents."""
        path.mkdir(parents=True, exist_ok=True)
        return self.give(path)

    def write(self, path: Path, content: str | bytes, mode: int = 0o600) -> Path:
        """Writes a file of the account."""
        path.touch(mode)
        path.chmod(mode)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self.give(path)
