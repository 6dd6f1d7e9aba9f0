"""What `make test-all` adds to `make test`: the oldest PostgreSQL, each single fault alone and those of a cluster, more
and other schedules, the demos by name.
"""

import os
from typing import Any

import pytest

WHOLE = bool(os.environ.get("WHOLE"))

only_in_test_all = pytest.mark.skipif(not WHOLE, reason="make test-all runs it")


def first_alone(*rows: Any) -> list[Any]:
    """Parameters of a test of which `make test` takes the first, and `make test-all` all."""
    return [pytest.param(*row, marks=[only_in_test_all] if number else []) for number, row in enumerate(rows)]
