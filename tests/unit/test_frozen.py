"""What one decision has said is not changed by the next."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil

import pytest

from signon import domain

MODULES = [importlib.import_module(found.name) for found in pkgutil.walk_packages(domain.__path__, "signon.domain.")]
DATACLASSES = {
    f"{kind.__module__}.{kind.__qualname__}": kind
    for module in MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind)
}


@pytest.mark.parametrize("name", sorted(DATACLASSES))
def test_a_dataclass_of_the_domain_is_frozen(name: str) -> None:
    assert DATACLASSES[name].__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_they_are_all_seen() -> None:
    assert {"signon.domain.claim.Claim", "signon.domain.kit.facts.KitFacts"} <= set(DATACLASSES)
