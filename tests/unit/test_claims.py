from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from signon.domain.memory.claim import Claim, is_abandoned
from tests.builders import EXECUTION, NOW, at

LONGEST = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("stopped_at", "abandoned"),
    [
        (None, False),  # it runs
        (NOW, False),  # stopped just now: its last function may still be at work
        (at(minutes=-5), False),
        (at(minutes=-5, seconds=-1), True),
        (at(days=-90), True),
        (at(minutes=1), False),  # a clock that goes ahead
    ],
)
def test_a_claim_is_abandoned_when_no_function_of_its_holder_can_run(
    stopped_at: datetime | None, abandoned: bool
) -> None:
    assert is_abandoned(stopped_at, LONGEST, NOW) is abandoned


def test_a_claim_survives_the_state_machine() -> None:
    claim = Claim("db-1", EXECUTION, 7)
    assert Claim.from_json(claim.to_json()) == claim
