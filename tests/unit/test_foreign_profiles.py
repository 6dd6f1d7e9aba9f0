"""What stands in a profile is foreign text too: every field of it x every sink, the kit and the terminal among them."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import re
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from signon.domain.kit.facts import kit_facts
from signon.domain.kit.files import render
from signon.domain.outcome.dossier import Dossier
from signon.domain.outcome.outcome import decide
from signon.domain.profile.schema import checked
from signon.errors import ProfileUnusable
from tests.builders import a_database, planned
from tests.hostile_texts import FORGED, TEXTS, broken
from tests.unit.test_foreign_texts import SINKS, of_error

ROOT = Path(__file__).parents[2]
PROFILES = {
    file.stem: yaml.load(file.read_text(), yaml.CSafeLoader) for file in sorted((ROOT / "profiles").glob("*.yaml"))
}
DIAGNOSE = str(ROOT / "docs/diagnose.py")

LONG_ENOUGH = 6_000  # characters, to see that a text was cut: the size of a file has its own limit

Place = tuple[str | int, ...]


def places(part: Any, here: Place = ()) -> Iterator[Place]:
    """Every value of a document, and every name of a field."""
    yield here
    if isinstance(part, dict):
        for key, inner in part.items():
            yield from places(inner, (*here, key))
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from places(inner, (*here, number))


def planted(document: Any, place: Place, text: str, *, as_name: bool) -> Any:
    """The document with the text at a place: as its value, or as the name of the field."""
    if not place:
        return text
    changed = copy.deepcopy(document)
    part = changed
    for step in place[:-1]:
        part = part[step]
    if as_name:
        part[text] = part.pop(place[-1])
    else:
        part[place[-1]] = text
    return changed


def each_planting(document: Any, text: str) -> Iterator[tuple[Place, Any]]:
    for place in places(document):
        yield place, planted(document, place, text, as_name=False)
        if place and isinstance(place[-1], str):
            yield (*place, "(its name)"), planted(document, place, text, as_name=True)


def lines_of(name: str, document: Any) -> list[str]:
    """Every line that comes out where somebody has published this: of a refusal, else of the plan and the kit."""
    file = yaml.dump(document, Dumper=yaml.CSafeDumper).encode()
    database = a_database(tags={"signon:profile": name})
    try:
        profile = checked(name, file)
    except ProfileUnusable as refused:
        dossier = Dossier.from_json(of_error(refused))
        return [line for sink in SINKS.values() for line in sink(decide(dossier, {}), dossier)]
    plan = planned(database, profile)
    said = [text for step in plan.steps for text in (step.action, step.reason)]
    said += [text for found in plan.findings for text in (found.problem, found.remedy)]
    said += [text for found in plan.advice for text in (found.problem, found.remedy)]
    kit = render(kit_facts(database, profile, plan.methods.used), b"")
    return said + [line for body in kit.values() for line in body.decode().split("\n")]


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("title", TEXTS)
def test_whatever_stands_in_a_field_comes_out_as_data(name: str, title: str) -> None:
    faults: dict[Place, list[str]] = {}
    for place, document in each_planting(PROFILES[name], TEXTS[title][:LONG_ENOUGH]):
        for line in lines_of(name, document):
            if found := broken(line.replace("\t", " ")):
                faults[place] = found
            if re.match(rf"\s*(- |What to do: |\| Remedy: )?{FORGED}", line):
                faults[place] = [line]
    assert faults == {}


@pytest.mark.parametrize("title", TEXTS)
def test_a_terminal_is_shown_what_a_text_means_and_nothing_of_the_text(
    title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in (TEXTS[title], f"ERROR 1045 (28000): Access denied for user '{TEXTS[title]}'@'10.0.1.7'"):
        monkeypatch.setattr(sys, "argv", [DIAGNOSE, text])
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), pytest.raises(SystemExit):
            runpy.run_path(DIAGNOSE, run_name="__main__")
        lines = printed.getvalue().splitlines()
        assert lines
        assert [fault for line in lines for fault in broken(line)] == []
        assert FORGED not in printed.getvalue()
        assert "evil.example" not in printed.getvalue()


def test_the_places_are_those_of_the_worked_examples() -> None:
    """So that the test above looks at each field."""
    found = {json.dumps(place) for document in PROFILES.values() for place in places(document)}
    for field in ('["directory", "realm"]', '["logins", 0, "user"]', '["roles", "read", "mysql", "databases", 0]'):
        assert field in found
    assert len(found) > 60
