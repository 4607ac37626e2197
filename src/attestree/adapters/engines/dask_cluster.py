"""
Shards made by a Dask cluster.

Decides that names and keys leave this machine only over TLS, that every worker runs this version, and how
many shards are under way. Dask gives the shards of a lost worker to another.
Source: docs.dask.org; DESIGN section 11.
"""

from __future__ import annotations

import pickle
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from ipaddress import ip_address
from itertools import islice
from types import TracebackType
from typing import Any, Self

from attestree.errors import AttestreeError, EngineUnavailableError, MissingExtraError, NotAllowedError
from attestree.ports.engines import Made, Shard, Work

VERSION = version("attestree")
"""What every worker must have."""

CONNECT_SECONDS = 20
"""How long to wait for the scheduler."""

AHEAD = 2
"""Shards under way for each thread of the cluster."""

RETRIES = 3
"""Times that a shard is given to another worker when one is lost."""


class DaskEngine:
    """Makes shards on the workers of a Dask cluster; a context manager closes the connection."""

    def __init__(
        self, host: str, port: int, *, connect_seconds: float = CONNECT_SECONDS, wanted: str = VERSION
    ) -> None:
        """
        Connect to the scheduler; every worker must have the `wanted` version of this package.

        Raises:
            MissingExtraError: `extra.dask`.
            EngineUnavailableError: `engine.no_scheduler`, `engine.no_workers`.
            NotAllowedError: `engine.other_version`.
        """
        protocol = "tcp" if _is_here(host) else "tls"
        try:
            self._client = _connect(f"{protocol}://{host}:{port}", connect_seconds)
        except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as exc:
            raise EngineUnavailableError("engine.no_scheduler", protocol=protocol) from exc
        try:
            self._verify_versions(wanted)
        except AttestreeError:
            self.close()
            raise

    def map_shards(
        self, work: Work, make: Callable[[Work, Shard], Made], shards: Iterable[Shard]
    ) -> Iterator[Made]:
        """Yield what `make(work, shard)` returns for each shard; as the protocol says."""
        # With each shard, not scattered once: what lies on workers alone is gone when they are.
        packed = pickle.dumps(work)
        ahead = AHEAD * max(sum(self._client.nthreads().values()), 1)
        waiting: deque[Any] = deque()
        following = iter(shards)
        try:
            while True:
                for shard in islice(following, ahead - len(waiting)):
                    made = self._client.submit(_make, make, packed, shard, pure=False, retries=RETRIES)
                    waiting.append(made)
                if not waiting:
                    return
                yield waiting.popleft().result()
        except AttestreeError:
            raise
        except Exception as exc:  # whatever Dask raises, the cluster did not make the shard
            raise EngineUnavailableError("engine.workers_lost", times=RETRIES + 1) from exc
        finally:
            self._client.cancel(list(waiting))

    def close(self) -> None:
        """Close the connection; the cluster stays."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _verify_versions(self, wanted: str) -> None:
        """Refuse a cluster without workers, and workers with another version of this package."""
        try:
            versions = self._client.run(version, "attestree")
        except Exception as exc:  # a worker without this package cannot name its version
            raise NotAllowedError("engine.other_version", version=wanted) from exc
        if not versions:
            raise EngineUnavailableError("engine.no_workers")
        if set(versions.values()) != {wanted}:
            raise NotAllowedError("engine.other_version", version=wanted)


class _Unpacked(threading.local):
    """The work that a thread of a worker unpacked last: what it learnt from one shard serves the next."""

    packed = b""
    work: Any = None


_UNPACKED = _Unpacked()


def _make(make: Callable[[Any, Shard], Made], packed: bytes, shard: Shard) -> Made:
    """Make one shard, on a worker."""
    if _UNPACKED.packed != packed:
        # It comes from the process that asks, over a connection that is its own.
        _UNPACKED.packed, _UNPACKED.work = packed, pickle.loads(packed)  # noqa: S301  # see above
    return make(_UNPACKED.work, shard)


def _connect(address: str, seconds: float) -> Any:
    """Return a client of the scheduler at an address."""
    try:
        from distributed import Client
    except ImportError as exc:
        raise MissingExtraError("extra.dask") from exc
    # distributed has no types
    client: Any = Client
    return client(address, timeout=seconds, set_as_default=False)


def _is_here(host: str) -> bool:
    """Say whether a host is this machine, by its name alone."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
