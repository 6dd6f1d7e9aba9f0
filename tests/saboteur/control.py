"""One security control: where it stands, what is left when it is gone, and who must notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class ControlMoved(Exception):
    """The control's text is not where the table says, or stands there more than once."""


@dataclass(frozen=True)
class Control:
    """``gone`` stands in the place of ``text`` when the control is taken away; ``noticed_by`` are test files."""

    name: str
    file: str
    text: str
    gone: str
    noticed_by: tuple[str, ...]

    def taken_from(self, tree: Path) -> str:
        """The file's text without the control. Raises ControlMoved."""
        whole = (tree / self.file).read_text()
        if (found := whole.count(self.text)) != 1:
            raise ControlMoved(f"{self.file} has {found} times, and not once: {self.text!r}")
        return whole.replace(self.text, self.gone)
