"""What `make test-all` adds to `make test`: the oldest PostgreSQL, each single fault alone and those of a cluster, more
and other schedules, the demos by name.
"""

import os

import pytest

WHOLE = bool(os.environ.get("WHOLE"))

only_in_test_all = pytest.mark.skipif(not WHOLE, reason="make test-all runs it")
