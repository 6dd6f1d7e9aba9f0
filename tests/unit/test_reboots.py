from __future__ import annotations

import pytest

from signon.domain.reboot import permit
from signon.errors import RebootDidNotHelp, RebootNotAllowed
from tests.builders import a_database, a_plan


def test_a_plan_that_may_reboot_does() -> None:
    permit(a_plan(may_reboot=True), a_database(), already=False)


def test_an_execution_reboots_once() -> None:
    with pytest.raises(RebootDidNotHelp, match="its sign-in plugin is still not loaded"):
        permit(a_plan(may_reboot=True), a_database(), already=True)


def test_a_reboot_that_nobody_allowed_is_asked_for() -> None:
    with pytest.raises(RebootNotAllowed) as refused:
        permit(a_plan(may_reboot=False), a_database(), already=False)
    assert f'"approve": {{"plan": "{a_plan().checksum}"}}' in refused.value.remedy
