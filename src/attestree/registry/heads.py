"""
Heads: running hashes over the registry's events, folded here as the contract folds them.

Decides how one event moves a head. A head is folded over the raw bytes of an event, so this module
knows no event's meaning. Whoever replays all events of an issuer lands on the head that the contract
stores, or something was invented or left out. Source: DESIGN section 5; contracts/RegistryHeads.sol.
"""

from __future__ import annotations

from attestree.merkle.keccak import keccak256
from attestree.registry.facts import Head

_DROPPED_BITS = 32


def build_first_anchor_head(*, chain_id: int, registry: bytes, issuer: bytes) -> Head:
    """Return the head of an issuer that has anchored nothing yet."""
    return _first("attestree.anchors", chain_id, registry, issuer)


def build_first_act_head(*, chain_id: int, registry: bytes, issuer: bytes) -> Head:
    """Return the head of an issuer to which nothing has happened yet."""
    return _first("attestree.acts", chain_id, registry, issuer)


def build_first_registry_head(*, chain_id: int, registry: bytes) -> Head:
    """Return the head of the registry's own events before the first."""
    return _first("attestree.registry", chain_id, registry)


def fold_anchor(head: Head, *, root: bytes, record: bytes) -> Head:
    """Return the head after one event `Anchored`; root and record are 32 bytes each."""
    return _next(head, root + record)


def fold_act(head: Head, *, topic: bytes, payload: bytes) -> Head:
    """Return the head after one act, or one event of the registry itself; `topic` is 32 bytes."""
    return _next(head, topic + keccak256(payload))


def _next(head: Head, tail: bytes) -> Head:
    return Head(_cut(keccak256(head.value.to_bytes(32, "big") + tail)), head.count + 1)


def _first(name: str, chain_id: int, *addresses: bytes) -> Head:
    # `abi.encode(name, chain id, addresses...)`, written out: the library that does it takes longer to load
    # than a credential to verify. A test holds one against the other.
    words = [chain_id.to_bytes(32, "big"), *(address.rjust(32, b"\0") for address in addresses)]
    place = (32 * (1 + len(words))).to_bytes(32, "big")
    text = len(name).to_bytes(32, "big") + name.encode().ljust(32, b"\0")
    return Head(_cut(keccak256(b"".join((place, *words, text)))), 0)


def _cut(digest: bytes) -> int:
    return int.from_bytes(digest, "big") >> _DROPPED_BITS
