"""What one decision has said is not changed by the next."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil

from signon import domain


def test_every_dataclass_of_the_domain_is_frozen() -> None:
    names = [found.name for found in pkgutil.walk_packages(domain.__path__, "signon.domain.")]
    kinds = {
        kind: kind.__dataclass_params__.frozen  # type: ignore[attr-defined]  # unknown to its stubs
        for name in names
        for kind in vars(importlib.import_module(name)).values()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind)
    }
    assert len(kinds) > 50
    assert [kind for kind, frozen in kinds.items() if not frozen] == []
