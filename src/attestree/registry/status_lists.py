"""
Whole status lists, from the ledgers of one issuer: which there are, and every bit of one.

Decides that what any of the ledgers says against a credential counts, as it does in a verdict: a revocation
from the moment it is in a block, the end of a suspension once that is final. Bits come out as wallets read
them, index 0 in the highest bit of the first octet; in the contract's words it is the lowest.
Source: DESIGN sections 5, 7 and 10.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.registry.facts import WHOLE_LIST_WORD, Purpose
from attestree.registry.issuer_ledger import IssuerLedger

MAX_LIST_SIZE = 2**27
"""Most credentials of a list that are written out; an anchor may claim more, and cost memory by that."""

_WORD_OCTETS = 32
_TURNED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))


def find_lists(ledgers: Sequence[IssuerLedger]) -> dict[bytes, int]:
    """Return every list that an anchor of any ledger names, oldest first, and how many credentials it has."""
    sizes: dict[bytes, int] = {}
    for ledger in ledgers:
        for anchor in ledger.anchors.values():
            if anchor is not None:
                sizes[anchor.list_id] = max(anchor.size, sizes.get(anchor.list_id, 0))
    return sizes


def build_list_bits(ledgers: Sequence[IssuerLedger], list_id: bytes, purpose: Purpose, *, size: int) -> bytes:
    """Return the bits of a list of `size` credentials, padded with zeros to whole octets."""
    size = min(size, MAX_LIST_SIZE)
    together = 0
    for ledger in ledgers:
        together |= int.from_bytes(_build_bits(ledger, list_id, purpose, size=size), "big")
    return together.to_bytes((size + 7) >> 3, "big")


def _build_bits(ledger: IssuerLedger, list_id: bytes, purpose: Purpose, *, size: int) -> bytes:
    """Return the bits that one ledger has, none behind the last credential."""
    count = (size + 7) >> 3
    if ledger.status.get((list_id, purpose, WHOLE_LIST_WORD), 0):
        octets = bytearray(b"\xff" * count)
    else:
        octets = bytearray(count)
        for word in range((size + 255) >> 8):
            if mask := ledger.status.get((list_id, purpose, word), 0):
                place = word * _WORD_OCTETS
                found = mask.to_bytes(_WORD_OCTETS, "little").translate(_TURNED)
                octets[place : place + _WORD_OCTETS] = found[: count - place]
    spare = -size % 8
    if spare:
        octets[-1] = octets[-1] >> spare << spare
    return bytes(octets)
