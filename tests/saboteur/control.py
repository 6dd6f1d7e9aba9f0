"""One security control: where it stands, what is left when it is gone, and who must notice."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path

import yaml

LAYER = "layers/signon/python/signon"


class ControlMoved(Exception):
    """The control is not where the table says, or what the table leaves of the file is no program or document."""


@dataclass(frozen=True)
class Control:
    """``gone`` stands in the place of ``text`` when the control is taken away; ``noticed_by`` are test files,
    or tests in them as pytest names them.

    ``text`` stands once in the file; or, where many lines are alike, it is the first one after ``after``, which stands
    there once.
    """

    name: str
    file: str
    text: str
    gone: str
    noticed_by: tuple[str, ...]
    after: str = ""

    def taken_from(self, tree: Path) -> str:
        """The file's text without the control. Raises ControlMoved."""
        whole = (tree / self.file).read_text()
        left = _replaced(whole, self.text, self.gone) if not self.after else self._after(whole)
        _read(self.file, left)
        return left

    def _after(self, whole: str) -> str:
        _once(whole, self.after)
        before, anchor, rest = whole.partition(self.after)
        if self.text not in rest:
            raise ControlMoved(f"{self.file} has after {self.after!r} no {self.text!r}")
        return before + anchor + rest.replace(self.text, self.gone, 1)


def _replaced(whole: str, text: str, gone: str) -> str:
    _once(whole, text)
    return whole.replace(text, gone)


def _once(whole: str, text: str) -> None:
    if (found := whole.count(text)) != 1:
        raise ControlMoved(f"It occurs {found} times instead of once: {text!r}")


def _read(name: str, text: str) -> None:
    """A file that nobody can read any more would be noticed by every test, and prove nothing."""
    try:
        match Path(name).suffix:
            case ".py":
                ast.parse(text)
            case ".json":
                json.loads(text)
            case ".yaml":
                yaml.compose(text)
    except (SyntaxError, ValueError, yaml.YAMLError) as error:
        raise ControlMoved(f"Without the control {name} cannot be read: {error}") from None
