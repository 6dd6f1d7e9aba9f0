"""The modules whose decisions are changed, each with the unit tests that must notice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LAYER = "layers/signon/python/signon"
UNIT = "tests/unit"
OF_ALL = "test_frozen.py"

MODULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "domain/names.py": ("test_names.py", OF_ALL),
        "domain/rds/membership.py": ("test_membership.py", "test_switching_iam.py", OF_ALL),
        "domain/rds/waiting.py": ("test_switching_iam.py", OF_ALL),
        "domain/rds/reboot.py": ("test_reboots.py", OF_ALL),
        "domain/plan/inside.py": ("test_looking_inside.py", OF_ALL),
        "domain/plan/decision.py": ("test_plans.py", "test_looking_inside.py", OF_ALL),
        "domain/rds/iam_authentication.py": ("test_switching_iam.py", OF_ALL),
        "domain/memory/claim.py": ("test_claims.py", OF_ALL),
        "domain/request/admission.py": ("test_admission.py", OF_ALL),
        "domain/request/request.py": ("test_requests.py", "test_bad_requests.py", "test_bad_events.py", OF_ALL),
    }
)
