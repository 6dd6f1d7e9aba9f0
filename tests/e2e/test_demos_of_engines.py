"""Every demo by name: an engine, and a method."""

import pytest

from localcloud.demo.scenarios import SCENARIOS
from tests.e2e.demos import demo
from tests.whole import only_in_test_all

pytestmark = only_in_test_all


@pytest.mark.parametrize("cell", SCENARIOS, ids="-".join)
def test_a_demo_proves_a_sign_in_and_its_refusals(cell: tuple[str, str]) -> None:
    engine, method = cell
    shown = demo("--engine", engine, "--method", method)
    assert "Refused, as expected:" in shown or "Not tried: " in shown
    assert f"{SCENARIOS[cell].name}: onboarded" in shown
