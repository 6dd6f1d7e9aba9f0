"""A function's handler, loaded from its folder as Lambda would."""

from __future__ import annotations

import importlib.util
from types import ModuleType, SimpleNamespace

from tests.builders import ACCOUNT, REGION
from tests.contract.reach import ROOT


def handler_of(function: str) -> ModuleType:
    """The module of a function's folder; what it imports may be replaced in it."""
    spec = importlib.util.spec_from_file_location(f"{function}_app", ROOT / f"functions/{function}/app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def context_of(function: str) -> SimpleNamespace:
    """What Lambda gives a handler besides the event, as far as ours look at it."""
    return SimpleNamespace(
        function_name=function,
        memory_limit_in_mb=128,
        invoked_function_arn=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}",
        aws_request_id="1",
    )
