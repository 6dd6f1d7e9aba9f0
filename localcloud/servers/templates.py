"""Data directories that take seconds to make: made once per machine, copied for each server."""

import hashlib
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from . import stale
from .account import Account
from .supervisor import Supervisor

_UNFINISHED = ".making-"


class Templates:
    """The templates in the machine's cache."""

    def __init__(self, folder: Path, account: Account, supervisor: Supervisor) -> None:
        self._folder, self._account, self._supervisor = folder, account, supervisor
        self._lock = threading.Lock()

    def copy(self, name: str, recipe: Sequence[str], make: Callable[[Path], None], target: Path) -> None:
        """Copies the template to `target`, which must not exist.

        `recipe` is everything that the template depends on: when it changes, another template is made. `make` fills an
        empty folder of the unprivileged account.
        """
        checksum = hashlib.sha256("\0".join(recipe).encode()).hexdigest()[:12]
        template = self._folder / f"{name}-{checksum}"
        with self._lock:
            if not template.exists():
                self._make(make, template)
        self._supervisor.run(["cp", "--archive", "--sparse=always", "--reflink=auto", template, target])

    def _make(self, make: Callable[[Path], None], template: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        stale.sweep(self._folder, _UNFINISHED)
        unfinished = self._account.give(stale.make(self._folder, _UNFINISHED))
        try:
            make(unfinished)
            unfinished.rename(template)
        except OSError:
            if not template.exists():  # else another process made it meanwhile, and its is as good as ours
                raise
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
