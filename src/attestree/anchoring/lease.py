"""
The writer lease: one process at a time signs with a key on a chain.

Decides the lease's name and life. What makes two writers harmless is the fence, compared in the
transaction that stores a signed transaction. Source: DESIGN section 6.
"""

from __future__ import annotations

import os
import secrets
import socket

from attestree.credentials.dates import format_timestamp
from attestree.ports import Clock, Store

LEASE_SECONDS = 30
"""How long a lease outlives the process that took it."""


def build_lease_key(*, chain_id: int, address: bytes) -> bytes:
    """Return the name of a key's lease on a chain, 52 bytes."""
    return chain_id.to_bytes(32, "big") + address


def name_owner(*, now: int) -> str:
    """
    Return a name for this process that no other has had or will have, and by which people find it.

    Args:
        now: Unix seconds; since when it is at work.
    """
    since = format_timestamp(now)
    return f"process {os.getpid()} on {socket.gethostname()}, since {since} ({secrets.token_hex(8)})"


class Leases:
    """The leases that one process holds; taken when first needed, renewed at each use."""

    def __init__(self, store: Store, clock: Clock, *, owner: str, seconds: int = LEASE_SECONDS) -> None:
        """Hold nothing yet."""
        self._store = store
        self._clock = clock
        self._owner = owner
        self._seconds = seconds
        self._held: dict[bytes, int] = {}

    def take(self, key: bytes) -> int:
        """Take or renew a lease and return its fence; raises LeaseHeldError `lease.held`."""
        fence = self._store.take_lease(
            key=key, owner=self._owner, now=self._clock.now(), seconds=self._seconds
        )
        self._held[key] = fence
        return fence

    def drop_all(self) -> None:
        """Give back whatever is held."""
        while self._held:
            key, fence = self._held.popitem()
            self._store.drop_lease(key=key, fence=fence)
