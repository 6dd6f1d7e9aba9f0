"""The pages name the directory's ports as plans, the kit and its script do."""

from __future__ import annotations

from pathlib import Path

import pytest

from signon.domain.diagnosis import diagnose
from signon.domain.engines import Method
from signon.domain.kit.facts import kit_facts
from signon.domain.kit.files import render
from signon.domain.network.directory_ports import OF_DOMAIN_MEMBERS, PORTS, TOLD, told
from signon.domain.rds.membership import judge
from tests.builders import DIRECTORY, a_cluster, a_member, a_profile_for_clusters, a_reading, at

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["deploying.md", "operations.md", "procedure.md"])
def test_a_page_that_names_ports_names_these(name: str) -> None:
    assert TOLD in (DOCS / name).read_text()


def test_operations_lists_what_is_only_advice() -> None:
    row = (DOCS / "operations.md").read_text()
    assert all(each in row for each in told(OF_DOMAIN_MEMBERS).split(" and "))


def test_the_kit_and_the_remedies_name_the_same_ports() -> None:
    kit = render(kit_facts(a_cluster(), a_profile_for_clusters(), {Method.KERBEROS}), b"")
    assert f"directory_ports='{' '.join(map(str, PORTS))}'" in kit["check-connection"].decode()
    assert f"ports {TOLD} of" in kit["index.html"].decode()
    unreachable = diagnose("kinit: Cannot contact any KDC for realm 'CORP.EXAMPLE.COM'")
    assert unreachable
    assert TOLD in unreachable.remedy
    failed = judge(a_reading(attempts=3), a_member("failed"), DIRECTORY, at(minutes=30))
    assert TOLD in str(failed.remedy)
