"""What a function reads of its environment."""

from __future__ import annotations

import pytest

from signon.errors import SettingMissing
from signon.settings import setting


def test_a_variable_that_the_template_did_not_give_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIGNON_KITS", raising=False)
    with pytest.raises(SettingMissing, match="SIGNON_KITS is not set"):
        setting("KITS")
    monkeypatch.setenv("SIGNON_KITS", "kits")
    assert setting("KITS") == "kits"
