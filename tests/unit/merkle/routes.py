"""The routes that hash: plain, compiled, and the compiled one as Python runs it, which coverage can see."""

from __future__ import annotations

from types import ModuleType

import pytest

from attestree.merkle import bulk, kernels, lanes, passes
from attestree.merkle.plain import PlainRoute
from attestree.merkle.routes import Route

NAMES = ["plain", "compiled", "interpreted"]


def open_route(name: str, monkeypatch: pytest.MonkeyPatch) -> Route:
    if name == "plain":
        return PlainRoute()
    if name == "interpreted":
        for module in (lanes, kernels, passes):
            interpret(module, monkeypatch)
    return bulk.BulkRoute()


def interpret(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in list(vars(module).items()):
        if hasattr(value, "py_func"):
            monkeypatch.setattr(module, name, value.py_func)
