"""Nothing takes for granted that the stack stands in the partition `aws`, or in any Region of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.project import RESOURCES, SOURCE, TEMPLATE
from tests.contract.reach import ROOT

CODE = [
    *sorted((ROOT / "functions").rglob("*.py")),
    *(path for path in sorted((ROOT / "layers/signon/python").rglob("*")) if path.suffix in {".py", ".json", ".js"}),
]
# Where the code says what differs between Regions, or what every partition has alike
KNOWS_REGIONS = {
    "service_principals.py": "the names of RDS",
    "directory.py": "one of them, in a remedy",
    "facts.py": "the end of an endpoint in every partition",
}
REGION = re.compile(r"\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov)-(?:north|south|east|west|central)+-\d\b")


def without_comments(path: Path) -> str:
    text = re.sub(r'""".*?"""', "", path.read_text(), flags=re.DOTALL)
    return re.sub(r"(^|\s)#.*", "", text)


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_code_names_no_partition_no_domain_and_no_region(path: Path) -> None:
    text = without_comments(path)
    assert "arn:aws:" not in text
    if path.name not in KNOWS_REGIONS:
        assert "amazonaws" not in text
        assert not REGION.search(text)


def strings(value: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from strings(inner, (*at, str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner, at)
    elif isinstance(value, str):
        yield at, value


def test_the_template_names_a_partition_nowhere_and_a_domain_only_for_services() -> None:
    """The principals of services end in amazonaws.com in every partition."""
    said = list(strings(RESOURCES))
    assert not [text for _, text in said if "arn:aws" in text]
    domains = [(at, text) for at, text in said if "amazonaws.com" in text]
    assert all({"Principal", "iam:PassedToService"} & set(at) for at, _ in domains), domains


def test_the_template_names_a_region_only_where_it_says_who_rds_is_there() -> None:
    where = {
        at[0]
        for at, text in strings({key: TEMPLATE[key] for key in ("Conditions", "Resources")})
        if REGION.search(text)
    }
    named = {at[1] for at, text in strings(TEMPLATE["Conditions"], ("Conditions",)) if REGION.search(text)}
    assert where == {"Conditions"}
    assert named == {"RdsHasOneName", "RdsHasANamePerRegion", "RdsHasANamePerEngine"}


def test_the_state_machine_names_none_of_them() -> None:
    assert "arn:" not in SOURCE
    assert not REGION.search(SOURCE)
