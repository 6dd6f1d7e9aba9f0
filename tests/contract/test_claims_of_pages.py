"""What pages say the product does in a case is held by a test, which is named in claims/, a file for each page.

`whole`: sections of which every row, bullet and paragraph has a claim. `explains`: what stands in those parts of them
that say nothing of the product. `otherwise`: the page's other sections, with the tests that hold them or why none must.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tests/contract/claims").glob("*.yaml"))
TABLES: Mapping[str, Any] = {
    table["page"]: table for table in (yaml.load(path.read_text(), yaml.CSafeLoader) for path in FILES)
}
CLAIMS = [(page, claim["says"], claim["held_by"]) for page, table in TABLES.items() for claim in table["claims"]]
WHOLE = [(page, heading) for page, table in TABLES.items() for heading in table["whole"]]
OTHERWISE = [(page, why) for page, table in TABLES.items() for why in table.get("otherwise", {}).values()]
EXPLAINS = [(page, text) for page, table in TABLES.items() for text in table.get("explains", ())]
GENERATED = ["docs/permissions.md", "docs/to-try-on-aws.md"]  # whose own tests hold all of them


def unfolded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def without_code(page: str) -> str:
    """A page without what readers copy, or a program drew."""
    return re.sub(r"<!--.*?-->|^```.*?^```", "", (ROOT / page).read_text(), flags=re.MULTILINE | re.DOTALL)


def section(page: str, heading: str) -> str:
    """What stands under a heading, to the next one that is as high."""
    text = without_code(page)
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


def assert_is_there(test: str) -> None:
    module, name = test.split("::")
    assert re.search(rf"^def {name}\(", (ROOT / module).read_text(), re.MULTILINE), test


@pytest.mark.parametrize(("page", "says", "held_by"), CLAIMS)
def test_a_claim_is_on_its_page_and_its_test_exists(page: str, says: str, held_by: str) -> None:
    assert says in unfolded((ROOT / page).read_text())
    assert_is_there(held_by)


def test_plan_and_sweep_alone_look_at_the_pause_switch() -> None:
    sources = [*(ROOT / "layers/signon").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    looking = {path.relative_to(ROOT).as_posix() for path in sources if "records.is_paused(" in path.read_text()}
    assert looking == {"layers/signon/python/signon/aws/surroundings.py", "functions/sweep_databases/app.py"}
    reading = {path.parent.name for path in (ROOT / "functions").rglob("*.py") if "surroundings" in path.read_text()}
    assert reading <= {"make_plan"}


@pytest.mark.parametrize(("page", "heading"), WHOLE)
def test_every_part_of_a_section_has_a_claim(page: str, heading: str) -> None:
    held = [says for of, says, _ in CLAIMS + [(of, text, "") for of, text in EXPLAINS] if of == page]
    without = [part for part in parts(section(page, heading)) if not any(says in unfolded(part) for says in held)]
    assert without == []


@pytest.mark.parametrize(("page", "text"), EXPLAINS)
def test_an_explanation_is_in_a_section_that_is_whole(page: str, text: str) -> None:
    assert any(text in unfolded(part) for of, heading in WHOLE if of == page for part in parts(section(page, heading)))


@pytest.mark.parametrize("page", TABLES)
def test_every_section_has_claims_or_is_said_to_need_none(page: str) -> None:
    headings = set(re.findall(r"^## (.+)$", without_code(page), re.MULTILINE))
    table = TABLES[page]
    said = {*table["whole"], *table.get("otherwise", {})}
    assert headings <= said
    assert said <= set(re.findall(r"^##+ (.+)$", without_code(page), re.MULTILINE))


@pytest.mark.parametrize(("page", "why"), OTHERWISE)
def test_the_tests_named_for_the_other_sections_exist(page: str, why: str) -> None:
    assert why
    for test in re.findall(r"tests/\S+::\w+", why):
        assert_is_there(test)


def test_every_page_has_its_claims() -> None:
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")} | {"README.md", "SECURITY.md"}
    assert pages - set(GENERATED) == set(TABLES)
