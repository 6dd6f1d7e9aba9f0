"""docs/to-try-on-aws.md: each fact has a line to try, what follows from what it says, and what holds until then."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.contract.reach import ROOT

PAGE = (ROOT / "docs/to-try-on-aws.md").read_text()
LAYER = ROOT / "layers/signon/python/signon"
FACTS = dict(re.findall(r"^### ([^\n]+)\n\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
FILES = sorted(
    set(re.findall(r"`((?:[\w.-]+/)*[\w.-]+(?:\.(?:py|md|yaml)|/))`", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))
)

each_fact = pytest.mark.parametrize("fact", FACTS)


def test_there_are_facts() -> None:
    assert all(fact.endswith("?") for fact in FACTS)
    assert len(FACTS) == PAGE.count("\n### ") == PAGE.count("**Until then**") > 15


@each_fact
def test_a_fact_has_a_line_to_try_its_results_and_the_answer_until_then(fact: str) -> None:
    before, line, after = re.fullmatch(r"(.*?)```bash\n(.*?)```\n(.*)", FACTS[fact], re.DOTALL).groups()  # type: ignore[union-attr]  # else it fails
    assert re.match(r"\n- .+\n(- .+\n)*\n\*\*Until then\*\*: .+\n", after)
    assert "`" in after or "nothing" in after
    done = subprocess.run(["bash", "-n"], input=line, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "aws " in line or "mysql " in line or "psql " in line, before


@pytest.mark.parametrize("file", FILES)
def test_the_files_that_it_names_exist(file: str) -> None:
    assert (ROOT / file).exists() or (LAYER / file).exists()


def test_every_fact_names_a_file_that_would_follow() -> None:
    assert not [fact for fact, text in FACTS.items() if not any(f"`{file}`" in text for file in FILES)]
