"""The diagram in README.md is drawn from the state machine, and nobody has to remember to draw it again."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from docs import diagram

README = Path(__file__).parents[2] / "README.md"
STATES = yaml.load(diagram.DEFINITION.read_text(), yaml.CSafeLoader)["States"]
DIAGRAM = diagram.block()


def test_the_readme_shows_the_state_machine_as_it_is() -> None:
    page = README.read_text()
    assert diagram.replaced(page, DIAGRAM) == page, "python docs/diagram.py --write README.md"


@pytest.mark.parametrize("name", STATES)
def test_every_state_is_drawn_with_its_name_once(name: str) -> None:
    assert DIAGRAM.count(f'"{name}"') == 1


def test_no_two_states_are_drawn_as_one() -> None:
    assert len({diagram._id(name) for name in STATES}) == len(STATES)


def test_every_way_without_an_error_is_drawn() -> None:
    ways = [edge for name, state in STATES.items() for edge in diagram._edges(name, state) if not edge.error]
    assert all(f"    {diagram._arrow(way)}\n" in DIAGRAM for way in ways)


def test_only_the_text_between_the_markers_is_replaced() -> None:
    page = f"before\n{diagram.BEGIN}\nold\n{diagram.END}\nafter\n"
    assert diagram.replaced(page, "new\n") == f"before\n{diagram.BEGIN}\nnew\n{diagram.END}\nafter\n"


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(diagram.NoDiagram):
        diagram.replaced("# A page\n", "new\n")


def test_a_page_that_is_out_of_date_fails_the_check_until_it_is_written(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"{diagram.BEGIN}\n{diagram.END}\n")
    assert diagram.main(["--check", str(page)]) == 1
    assert diagram.main(["--write", str(page)]) == 0
    assert diagram.main(["--check", str(page)]) == 0
