"""The modules whose decisions are changed, each with the unit tests that must notice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LAYER = "layers/signon/python/signon"
UNIT = "tests/unit"
OF_ALL = "test_frozen.py"

MODULES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "domain/names.py": (OF_ALL, "test_names.py"),
        "domain/membership.py": (OF_ALL, "test_membership.py", "test_switching_iam.py"),
        "domain/waiting.py": (OF_ALL, "test_switching_iam.py"),
        "domain/reboot.py": (OF_ALL, "test_reboots.py"),
        "domain/iam_authentication.py": (OF_ALL, "test_switching_iam.py"),
        "domain/claim.py": (OF_ALL, "test_claims.py"),
        "domain/record.py": (OF_ALL, "test_records.py"),
        "domain/admission.py": (OF_ALL, "test_admission.py"),
        "domain/database.py": (OF_ALL, "test_databases.py"),
        "domain/readiness.py": (OF_ALL, "test_databases.py"),
        "domain/request.py": (OF_ALL, "test_requests.py", "test_bad_requests.py", "test_bad_events.py"),
    }
)
