"""
Where each fact lies in the storage of the registry contract.

Decides storage keys only: 32 bytes, big-endian, as `eth_getProof` and `eth_getStorageAt` want them. What
the word found there means is decided in `registry.records`. The layout is that of
contracts/RegistryStorage.sol, published in docs/reference/contract.md and pinned against the artifact by
tests/contract/test_storage_layout.py.
Source: DESIGN section 5; Solidity, "Layout of State Variables in Storage".
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from attestree.merkle.keccak import keccak256

ANCHORS: Final = 0
"""Slot of the anchors by issuer and root."""
ANCHOR_HEADS: Final = 1
"""Slot of the anchor heads by issuer."""
ACT_HEADS: Final = 2
"""Slot of the act heads by issuer."""
STATUS: Final = 3
"""Slot of the status words by issuer, list, purpose and word number."""
OPERATORS: Final = 4
"""Slot of the operators by issuer and address."""
OPERATOR_ADDRESSES: Final = 5
"""Slot of the operators' addresses by issuer and number."""
SPANS: Final = 6
"""Slot of the spans of accreditation by issuer and number."""
ISSUERS: Final = 7
"""Slot of the issuers' counters and newest span."""
REGISTRY_HEAD: Final = 8
"""Slot of the registry's own head; not a mapping."""
PAUSED_UNTIL: Final = 9
"""Slot of the end of the pause, in Unix seconds; not a mapping."""
ADMIN: Final = 10
"""Slot of the admin's address; not a mapping."""
PENDING_ADMIN: Final = 11
"""Slot of the proposed admin (low 160 bits) and the time it may accept (next 40 bits); not a mapping."""
ACCREDITORS: Final = 12
"""Slot of the admitted accreditors by address."""

SPAN_WORDS: Final = 4
"""Words of one span: the packed one, then the hashes of DID, name and framework."""


def slot_of_value(slot: int) -> bytes:
    """Return the key of a value that lies in a slot of its own, such as `ADMIN`."""
    return slot.to_bytes(32, "big")


def slot_of_anchor(*, issuer: bytes, root: bytes) -> bytes:
    """Return the key of the anchor of `root` (32 bytes) by `issuer` (20 bytes)."""
    return _enter(_enter(slot_of_value(ANCHORS), issuer), root)


def slot_of_anchor_head(issuer: bytes) -> bytes:
    """Return the key of the head over the issuer's anchors."""
    return _enter(slot_of_value(ANCHOR_HEADS), issuer)


def slot_of_act_head(issuer: bytes) -> bytes:
    """Return the key of the head over the issuer's acts."""
    return _enter(slot_of_value(ACT_HEADS), issuer)


def slot_of_status_word(*, issuer: bytes, list_id: bytes, purpose: int, word: int) -> bytes:
    """Return the key of 256 status bits; `list_id` is 13 bytes, word 2**256 - 1 the whole list."""
    lists = _enter(slot_of_value(STATUS), issuer)
    purposes = _enter(lists, list_id)
    return _enter(_enter(purposes, slot_of_value(purpose)), slot_of_value(word))


def slot_of_status(*, issuer: bytes, list_id: bytes, purpose: int, index: int) -> bytes:
    """Return the key of the word that holds leaf `index`: its bit `index & 255`."""
    return slot_of_status_word(issuer=issuer, list_id=list_id, purpose=purpose, word=index >> 8)


def slot_of_operator(*, issuer: bytes, operator: bytes) -> bytes:
    """Return the key of the standing of the operator at address `operator` (20 bytes)."""
    return _enter(_enter(slot_of_value(OPERATORS), issuer), operator)


def slot_of_operator_address(*, issuer: bytes, number: int) -> bytes:
    """Return the key of the address of the operator with that number, from 1."""
    return _enter(_enter(slot_of_value(OPERATOR_ADDRESSES), issuer), slot_of_value(number))


def slots_of_span(*, issuer: bytes, number: int) -> tuple[bytes, bytes, bytes, bytes]:
    """Return the keys of a span, numbered from 1: packed word, DID hash, name hash, framework hash."""
    first = int.from_bytes(_enter(_enter(slot_of_value(SPANS), issuer), slot_of_value(number)), "big")
    packed, did, name, framework = (slot_of_value((first + i) % 2**256) for i in range(SPAN_WORDS))
    return packed, did, name, framework


def slot_of_issuer(issuer: bytes) -> bytes:
    """Return the key of the issuer's counters and the copy of its newest span."""
    return _enter(slot_of_value(ISSUERS), issuer)


def slot_of_accreditor(accreditor: bytes) -> bytes:
    """Return the key of the mark that an accreditor (20 bytes) is admitted."""
    return _enter(slot_of_value(ACCREDITORS), accreditor)


# Credentials of one batch have all but the last step in common.
@lru_cache(maxsize=8192)
def _enter(mapping: bytes, key: bytes) -> bytes:
    """Return the slot of `key`, a value type of at most 32 bytes, in the mapping at slot `mapping`."""
    return keccak256(key.rjust(32, b"\0") + mapping)
