"""
The sliver of CBOR that anchor proofs are written in: one array of unsigned integers and byte strings.

Decides that everything else is refused before it is read: tags, floats, booleans, text, maps, nested
or indefinite arrays, lengths not in their shortest form, trailing bytes. A general decoder would build
such values first and be asked afterwards; the one in `cbor2` serves the tests as an oracle, its encoder
writes. Source: RFC 8949, sections 3 and 4.2.1 (deterministic encoding).
"""

from __future__ import annotations

from collections.abc import Sequence

import cbor2

from attestree.errors import MalformedProofError

_UNSIGNED, _BYTES, _ARRAY = 0, 2, 4
_WIDTHS = {24: 1, 25: 2, 26: 4, 27: 8}


def format_cbor(items: Sequence[int | bytes]) -> bytes:
    """Write an array of unsigned integers below 2^64 and byte strings, deterministically."""
    return cbor2.dumps(list(items), canonical=True)


def parse_cbor(octets: bytes) -> list[int | bytes]:
    """
    Read what `format_cbor` writes, and nothing else.

    Raises:
        MalformedProofError: `proof.cbor` (cut short, or bytes left over), `proof.type` (an item that
            is no unsigned integer or byte string) or `proof.not_canonical`.
    """
    major, count, offset = _parse_head(octets, 0)
    if major != _ARRAY:
        raise MalformedProofError("proof.type", item=0)
    items: list[int | bytes] = []
    for number in range(1, count + 1):
        major, argument, offset = _parse_head(octets, offset)
        if major == _UNSIGNED:
            items.append(argument)
        elif major == _BYTES:
            items.append(_cut(octets, offset, argument))
            offset += argument
        else:
            raise MalformedProofError("proof.type", item=number)
    if offset != len(octets):
        raise MalformedProofError("proof.cbor", offset=offset)
    return items


def _parse_head(octets: bytes, offset: int) -> tuple[int, int, int]:
    """Return major type, argument and the offset behind an item's head, in its shortest form."""
    initial = _cut(octets, offset, 1)[0]
    major, short = initial >> 5, initial & 0x1F
    offset += 1
    if short < 24:
        return major, short, offset
    if short not in _WIDTHS:
        raise MalformedProofError("proof.not_canonical", offset=offset - 1)
    width = _WIDTHS[short]
    argument = int.from_bytes(_cut(octets, offset, width), "big")
    smallest = 24 if width == 1 else 1 << (4 * width)
    if major <= _ARRAY and argument < smallest:
        raise MalformedProofError("proof.not_canonical", offset=offset - 1)
    return major, argument, offset + width


def _cut(octets: bytes, offset: int, size: int) -> bytes:
    """Cut `size` bytes, all of which must be there."""
    if size > len(octets) - offset:
        raise MalformedProofError("proof.cbor", offset=offset)
    return octets[offset : offset + size]
