"""
Which engine makes the shards of a batch, by the name that somebody gave.

Decides names only. Source: DESIGN sections 9 and 11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attestree.adapters.engines.local import LocalEngine
from attestree.errors import RequestError
from attestree.ports.engines import HERE, ShardEngine

if TYPE_CHECKING:
    from attestree.adapters.engines.dask_cluster import DaskEngine

LOCAL, ALONE = "local", "alone"
"""Processes of this machine; this process alone."""

_DASK = re.compile(r"dask://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})")


@contextmanager
def wire_engine(name: str) -> Iterator[ShardEngine]:
    """
    Give the engine that a name stands for, and end it.

    Raises:
        RequestError: `engine.unknown`.
        MissingExtraError, EngineUnavailableError, NotAllowedError: As `DaskEngine`.
    """
    if name == ALONE:
        yield HERE
        return
    with LocalEngine() if name == LOCAL else _connect(name) as engine:
        yield engine


def _connect(name: str) -> DaskEngine:
    match = _DASK.fullmatch(name)
    if match is None or int(match[2]) > 65_535:
        raise RequestError("engine.unknown")
    # Loaded here because only a cluster needs it, and it is slow to load.
    from attestree.adapters.engines.dask_cluster import DaskEngine

    return DaskEngine(match[1], int(match[2]))
