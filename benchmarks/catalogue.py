"""The benchmarks there are, in the order in which they are measured and stand in RESULTS.md."""

from __future__ import annotations

import importlib
import pkgutil

import benchmarks
from benchmarks.rows import Benchmark

# They run when they are imported, or read what the others measured.
LEFT_OUT = {"__main__", "campaign", "launcher", "results", "scale", "wanted"}

# What matters most comes first, for who must stop half-way; a benchmark that is not named comes last.
ORDER = (
    "keccak",
    "tree",
    "issuing",
    "verifying",
    "service",
    "command",
    "restart",
    "files",
    "canonical",
    "replicas",
)


def list_benchmarks() -> list[Benchmark]:
    """Return all, and refuse two of one name."""
    names = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    modules = [importlib.import_module(f"benchmarks.{name}") for name in names if name not in LEFT_OUT]
    found: list[Benchmark] = [one for module in modules for one in getattr(module, "BENCHMARKS", ())]
    assert len({one.name for one in found}) == len(found), "two benchmarks bear one name"
    places = {name: place for place, name in enumerate(ORDER)}
    return sorted(found, key=lambda one: places.get(one.name, len(places)))
