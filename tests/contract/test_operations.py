"""docs/operations.md names what an operator meets: outputs, errors, ends, and every finding in its own words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from docs import permissions
from signon import errors
from signon.db.postgresql_refusals import NEEDS_PERSON
from signon.domain.logins.postgresql_grants import Shut

DOMAIN = permissions.ROOT / "layers/signon/python/signon/domain"
PAGE = (permissions.ROOT / "docs/operations.md").read_text()
DEPLOYING = (permissions.ROOT / "docs/deploying.md").read_text()
OUTPUTS: dict[str, Any] = permissions.TEMPLATE["Outputs"]
STATES: dict[str, Any] = yaml.load(
    (permissions.ROOT / "statemachines/onboard_database.asl.yaml").read_text(), yaml.CSafeLoader
)["States"]
CLASSES = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)} - {
    "SignonError",
    "NeedsPerson",
}

# Findings whose text is made elsewhere, as the source of their first argument, and the page's rows for them.
MADE_ELSEWHERE = {
    "database.deciding_status.describe(name)": {"{}"},
    "difference.full.problem": {
        (
            "The database would have {} logins and group roles of ours, with {} bytes of names, and {} bytes can be"
            " remembered: none was created or taken over"
        )
    },
    "error.problem": set(),  # of any error: those have a table of their own
    "*problem": {
        "This version of the stack does not know which service principal RDS uses to reach a directory in {}",
        "The trust policy of {} does not trust {}",
        "{} lacks the policy {}",
    },
}


def section(heading: str) -> str:
    """What stands under a heading, to the next one that is as high."""
    level = re.search(rf"^(#+) {re.escape(heading)}$", PAGE, re.MULTILINE)
    assert level, heading
    return re.split(rf"^#{{1,{len(level[1])}}} ", PAGE[level.end() :], maxsplit=1, flags=re.MULTILINE)[0]


def first_cells(heading: str) -> list[str]:
    """The first cells of the tables under a heading."""
    return re.findall(r"^\| *([^|]*?) *\|", section(heading), re.MULTILINE)


def findings() -> Iterator[ast.expr]:
    """The first argument of every Finding and Advice that the domain makes."""
    for module in sorted(DOMAIN.rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("Finding", "Advice")
                and node.args
            ):
                yield node.args[0]


def text_of(problem: ast.expr) -> str | None:
    """A text with {} for what differs, None where it is not written out there."""
    if isinstance(problem, ast.Constant):
        return str(problem.value)
    if isinstance(problem, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in problem.values)
    return None


def test_every_finding_has_its_row_in_its_own_words_and_no_other() -> None:
    wanted = set[str]()
    for problem in findings():
        text = text_of(problem)
        wanted |= MADE_ELSEWHERE[ast.unparse(problem)] if text is None else {text}
    said = [re.sub(r"\*[^*]+\*", "{}", cell) for cell in first_cells("Findings")]
    assert {cell for cell in said if cell not in ("the message says", "---", "")} == wanted


def test_the_findings_that_are_made_elsewhere_are_still_made_so() -> None:
    assert set(MADE_ELSEWHERE) == {ast.unparse(problem) for problem in findings() if text_of(problem) is None}
    role = (DOMAIN / "directory/directory.py").read_text()
    texts = {text_of(node) for node in ast.walk(ast.parse(role)) if isinstance(node, ast.JoinedStr)}
    assert MADE_ELSEWHERE["*problem"] <= texts


@pytest.mark.parametrize("output", OUTPUTS)
def test_every_output_is_described(output: str) -> None:
    assert f"`{output}`" in PAGE


def test_every_output_that_is_said_is_one() -> None:
    said = re.findall(r"output `(\w+)`", PAGE + DEPLOYING) + re.findall(r"\$\(output (\w+)\)", DEPLOYING)
    assert set(said) <= set(OUTPUTS)


def test_every_error_has_its_row_and_no_other() -> None:
    assert set(re.findall(r"\b[A-Z][a-z]+[A-Z]\w+", "\n".join(first_cells("Errors")))) == CLASSES


def test_every_error_ends_where_its_class_says() -> None:
    for line in section("Errors").splitlines():
        cells = line.strip("|").split(" | ")
        for name in CLASSES & set(re.findall(r"\w+", cells[0])):
            if name in errors.END_BY_ERROR:
                assert f"*{errors.END_BY_ERROR[name]}*" in cells[2], name


def test_every_reason_why_postgresql_does_not_let_the_master_user_in_has_its_row_and_no_other() -> None:
    wanted = {re.sub(r"\{\w+\}", "{}", problem) for problem, _ in NEEDS_PERSON.values()}
    said = [re.sub(r"\*[^*]+\*", "{}", cell) for cell in first_cells("The master user is refused")]
    assert said == ["the message says", "---", *said[2:]]
    assert set(said[2:]) == wanted


def test_every_reason_why_a_database_cannot_be_worked_in_has_its_row() -> None:
    said = " ".join(first_cells("Roles that wait") + first_cells("What is not ours to change"))
    assert all(shut.partition(":")[0] in said for shut in Shut)


def test_every_end_has_its_row_and_no_other() -> None:
    ends = {name for name, state in STATES.items() if state["Type"] in ("Succeed", "Fail")}
    assert set(re.findall(r"\*\*(.+?)\*\*", "\n".join(first_cells("How an execution ends")))) == ends


def test_every_alarm_has_its_row_and_no_other() -> None:
    resources = permissions.TEMPLATE["Resources"].values()
    names = [each["Properties"]["AlarmName"] for each in resources if each["Type"] == "AWS::CloudWatch::Alarm"]
    said = [cell.strip("`") for cell in first_cells("Alarms") if cell.startswith("`")]
    assert said == [name["Fn::Sub"].replace("${AWS::StackName}", "STACK") for name in names]


def test_every_quota_has_its_source_its_measure_and_what_becomes_of_it() -> None:
    rows = [line.strip("| ").split(" | ") for line in section("Quotas").splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    assert all(len(row) == 4 and all(row) for row in rows)
    assert all("https://docs.aws.amazon.com/" in row[1] or row[1].endswith("ours") for row in rows)
