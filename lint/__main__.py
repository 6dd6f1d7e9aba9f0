"""`python -m lint CHECK`: says what one of our own checks finds; 1 if it finds anything."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping


def _rules() -> list[str]:
    from lint import rules, stack

    return sorted(
        {one for conditions in (True, False) for one in rules.broken(stack.of_template(conditions=conditions))}
    )


def _policies() -> list[str]:
    from lint import policies, stack

    return policies.findings(stack.of_template())


def _checkov() -> list[str]:
    from lint import checkov, stack

    return checkov.findings(stack.of_template())


def _sql() -> list[str]:
    from lint import connections, sql

    return [*sql.findings(), *connections.findings()]


def _secrets() -> list[str]:
    from lint import secrets

    return secrets.findings()


CHECKS: Mapping[str, Callable[[], list[str]]] = {
    "rules": _rules,
    "policies": _policies,
    "checkov": _checkov,
    "sql": _sql,
    "secrets": _secrets,
}

if __name__ == "__main__":
    warnings.simplefilter("ignore")  # parliament's own
    found = CHECKS[sys.argv[1]]()
    print("\n".join(found))
    sys.exit(bool(found))
