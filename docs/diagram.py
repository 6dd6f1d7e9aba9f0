"""Draws the state machine's definition as a mermaid flowchart.

python docs/diagram.py                      prints it
python docs/diagram.py --check README.md    exit code 1 where the file's diagram is not this one
python docs/diagram.py --write README.md    puts it between the file's two diagram markers
"""  # noqa: INP001  a program, not a package

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

DEFINITION = Path(__file__).resolve().parent.parent / "statemachines" / "onboard_database.asl.yaml"
BEGIN, END = "<!-- diagram -->", "<!-- /diagram -->"
REPORT = "Report outcome"  # where whatever a Task does not name itself is caught

# Type of a state -> how mermaid writes its shape: a box, a rhombus, a hexagon, a slanted box, a pill.
SHAPES = {
    "Task": ('["', '"]'),
    "Choice": ('{"', '"}'),
    "Wait": ('{{"', '"}}'),
    "Pass": ('[/"', '"/]'),
    "Succeed": ('(["', '"])'),
    "Fail": ('(["', '"])'),
}
STYLES = (
    "classDef Task fill:#e8f0fe,stroke:#3b6fb6,color:#111",
    "classDef Choice fill:#fff8e1,stroke:#b28704,color:#111",
    "classDef Wait fill:#f3f3f3,stroke:#888,color:#111",
    "classDef Pass fill:#f3f3f3,stroke:#888,color:#111",
    "classDef Succeed fill:#e6f4ea,stroke:#2e7d32,color:#111",
    "classDef Fail fill:#fdecea,stroke:#c62828,color:#111",
    "classDef Note fill:none,stroke:none,color:#666",
)


class NoDiagram(Exception):
    """The file lacks the two markers that a diagram stands between."""


@dataclass(frozen=True)
class Edge:
    """A way from one state to another; ``error`` says that it is taken by an error, which ``label`` names."""

    source: str
    target: str
    label: str = ""
    error: bool = False


def draw(states: Mapping[str, Mapping[str, Any]], first: str) -> str:
    """The flowchart of a definition's states, which begins with the state ``first``."""
    drawn, summary = _summarised([edge for name, state in states.items() for edge in _edges(name, state)])
    lines = ["flowchart TD", f"    start(( )) --> {_id(first)}"]
    lines += [f"    {_node(name, str(state['Type']))}" for name, state in states.items()]
    lines += [f"    {_arrow(edge)}" for edge in drawn]
    lines += [f'    errors["{"<br/>".join(summary)}"]:::Note'] if summary else []
    return "\n".join([*lines, *(f"    {style}" for style in STYLES)])


def _edges(name: str, state: Mapping[str, Any]) -> Iterator[Edge]:
    for choice in state.get("Choices", ()):
        label = _condition(choice)
        yield Edge(name, choice["Next"], "" if label == choice["Next"] else label)
    if "Default" in state:
        yield Edge(name, state["Default"], "otherwise")
    if "Next" in state:
        yield Edge(name, state["Next"])
    for catch in state.get("Catch", ()):
        errors = ["any error" if error == "States.ALL" else str(error) for error in catch["ErrorEquals"]]
        yield Edge(name, catch["Next"], ", ".join(errors), error=True)


def _condition(choice: Mapping[str, Any]) -> str:
    """A choice in a few words: what a text is compared with, or the name of what is true."""
    if "And" in choice:
        return " and ".join(_condition(part) for part in choice["And"])
    if "Not" in choice:
        return f"not {_condition(choice['Not'])}"
    if "StringEquals" in choice:
        return str(choice["StringEquals"])
    name = str(choice["Variable"]).rpartition(".")[2]
    return name if choice.get("BooleanEquals") else f"not {name}"


def _summarised(edges: Sequence[Edge]) -> tuple[list[Edge], list[str]]:
    """The edges to draw, and a line for each error that more than one state sends the same way."""
    ways = Counter((edge.label, edge.target) for edge in edges if edge.error)
    often = [way for way, count in ways.items() if count > 1]
    drawn = [edge for edge in edges if not edge.error or (edge.label, edge.target) not in often]
    often.sort(key=lambda way: way[1] == REPORT)
    return drawn, [
        f"{'any other error' if target == REPORT else label}, from {ways[label, target]} Tasks: {target}"
        for label, target in often
    ]


def _node(name: str, kind: str) -> str:
    opening, closing = SHAPES[kind]
    return f"{_id(name)}{opening}{name}{closing}:::{kind}"


def _arrow(edge: Edge) -> str:
    line = "-.->" if edge.error else "-->"
    return f"{_id(edge.source)} {line}{f'|{edge.label}|' if edge.label else ''} {_id(edge.target)}"


def _id(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower().replace("?", " choice")).strip("_")


def block() -> str:
    """What stands between the markers."""
    definition = yaml.safe_load(DEFINITION.read_text())
    return f"```mermaid\n{draw(definition['States'], definition['StartAt'])}\n```\n"


def replaced(page: str, diagram: str) -> str:
    """The page with this diagram between its markers.

    Raises NoDiagram.
    """
    before, begin, rest = page.partition(f"{BEGIN}\n")
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise NoDiagram(f"There is no {BEGIN} with {END} after it")
    return f"{before}{begin}{diagram}{end}{after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints, checks or writes; the exit code."""
    parser = argparse.ArgumentParser(description="Draws the state machine as a mermaid flowchart.")
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--check", type=Path, metavar="FILE", help="is the diagram in FILE this one?")
    ways.add_argument("--write", type=Path, metavar="FILE", help="put it into FILE")
    asked = parser.parse_args(arguments)
    file: Path | None = asked.check or asked.write
    if file is None:
        sys.stdout.write(block())
        return 0
    page = file.read_text()
    wanted = replaced(page, block())
    if asked.write:
        file.write_text(wanted)
    elif wanted != page:
        sys.stderr.write(f"The diagram in {file} is out of date: python docs/diagram.py --write {file}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
