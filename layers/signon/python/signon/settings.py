"""What the template tells a function through its environment."""

from __future__ import annotations

import os

from signon.errors import SettingMissing


def setting(name: str) -> str:
    """The value of ``SIGNON_<NAME>``.

    Raises SettingMissing: the template gives this function no such variable.
    """
    variable = f"SIGNON_{name}"
    try:
        return os.environ[variable]
    except KeyError:
        raise SettingMissing(f"{variable} is not set: the template's Environment of this function lacks it") from None
