"""The benchmarks there are: every module of this package with `BENCHMARKS`, in the order of its names."""

from __future__ import annotations

import importlib
import pkgutil

import benchmarks
from benchmarks.rows import Benchmark

# They run when they are imported, or measure in their own way.
LEFT_OUT = {"__main__", "launcher", "restart"}


def list_benchmarks() -> list[Benchmark]:
    """Return all, and refuse two of one name."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    modules = [importlib.import_module(f"benchmarks.{name}") for name in names if name not in LEFT_OUT]
    found: list[Benchmark] = [one for module in modules for one in getattr(module, "BENCHMARKS", ())]
    assert len({one.name for one in found}) == len(found), "two benchmarks bear one name"
    return found
