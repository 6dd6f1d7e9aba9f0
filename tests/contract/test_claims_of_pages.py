"""What pages say the product does in a case is held by a test, which is named here (claims.yaml)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
TABLE: Mapping[str, Any] = yaml.safe_load((ROOT / "tests/contract/claims.yaml").read_text())
CLAIMS = [(page, claim["says"], claim["held_by"]) for page, claims in TABLE["claims"].items() for claim in claims]
WHOLE = [(page, heading) for page, headings in TABLE["whole"].items() for heading in headings]


def unfolded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def section(page: str, heading: str) -> str:
    """What stands under a heading, to the next one that is as high; without what readers copy, or a program drew."""
    text = re.sub(r"<!--.*?-->|^```.*?^```", "", (ROOT / page).read_text(), flags=re.MULTILINE | re.DOTALL)
    begin = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert begin, heading
    return re.split(rf"^#{{1,{len(begin[1])}}} ", text[begin.end() :], maxsplit=1, flags=re.MULTILINE)[0]


def parts(text: str) -> Iterator[str]:
    """Its paragraphs, bullets and rows, without those that only lead on to what follows, and heads of tables."""
    for block in re.split(r"\n\s*\n", text):
        lines = block.strip().splitlines()
        if lines and lines[0].startswith("|"):
            yield from lines[2:]
        elif lines and re.match(r"- |\*\*", lines[0]) and not lines[0].startswith("**"):
            yield from re.split(r"\n(?=- )", block.strip())
        elif lines and not lines[-1].endswith(":") and not lines[0].startswith("#"):
            yield block.strip()


@pytest.mark.parametrize(("page", "says", "held_by"), CLAIMS)
def test_a_claim_stands_on_its_page_and_its_test_is_there(page: str, says: str, held_by: str) -> None:
    assert says in unfolded((ROOT / page).read_text())
    module, name = held_by.split("::")
    assert re.search(rf"^def {name}\(", (ROOT / module).read_text(), re.MULTILINE), held_by


def test_plan_and_sweep_alone_look_at_the_pause_switch() -> None:
    sources = [*(ROOT / "layers/signon").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    looking = {path.relative_to(ROOT).as_posix() for path in sources if "records.is_paused(" in path.read_text()}
    assert looking == {"layers/signon/python/signon/aws/surroundings.py", "functions/sweep_databases/app.py"}
    reading = {path.parent.name for path in (ROOT / "functions").rglob("*.py") if "surroundings" in path.read_text()}
    assert reading <= {"make_plan"}


@pytest.mark.parametrize(("page", "heading"), WHOLE)
def test_every_part_of_a_section_has_a_claim(page: str, heading: str) -> None:
    held = [says for of, says, _ in CLAIMS if of == page]
    without = [part for part in parts(section(page, heading)) if not any(says in unfolded(part) for says in held)]
    assert without == []
