"""What runs of a test remember of what they have made, as the table does between executions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signon.domain.memory.made import Memory


class Notebook:
    """``trusts``: for tests of other things, what bears our mark is taken for ours where nothing speaks against it."""

    def __init__(self, *, trusts: bool = False, master_user: str | None = None, takes_over: str | None = None) -> None:
        self.made: Mapping[str, str] = {}
        self.trusts = trusts
        self.master_user = master_user
        self.takes_over = takes_over

    @property
    def memory(self) -> Memory:
        return Memory(self.made, self.master_user, trusts=self.trusts, takes_over=self.takes_over)

    def write(self, made: Mapping[str, str]) -> None:
        self.made = dict(made)

    def of_a_run(self) -> dict[str, Any]:
        """What ``create`` is given."""
        return {"memory": self.memory, "remember": self.write}


NOTEBOOK = Notebook(trusts=True)  # emptied before each test that has a server
