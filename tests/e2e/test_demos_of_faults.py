"""Every demo by name: what goes wrong."""

import pytest

from localcloud.demo.faults import FAULTS, ONBOARDED
from tests.e2e.demos import demo
from tests.whole import only_in_test_all

pytestmark = only_in_test_all


@pytest.mark.parametrize("fault", FAULTS)
def test_a_demo_shows_how_it_ends(fault: str) -> None:
    shown = demo("--faults", fault)
    assert FAULTS[fault].says in shown
    assert ("Refused, as expected:" in shown) == (FAULTS[fault].ends[-1] == ONBOARDED)
    assert all(words in shown for words in FAULTS[fault].told)
