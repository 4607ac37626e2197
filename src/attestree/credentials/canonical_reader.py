"""
Reads JSON that is its own canonical form, some ten times as fast as `strict_json`; steps aside otherwise.

    (1) msgspec parses; every float passes `_parse_float`.
    (2) orjson writes the value back, members sorted. If that gives the very bytes, nothing was lost on the
        way: no name twice, no white space, no other spelling of a number or of an escape.
    (3) What (2) cannot see is looked for in the bytes: where orjson and RFC 8785 differ, and what
        `strict_json` refuses although it has a canonical form.

Decides nothing new: what it returns is what `strict_json` returns for the same bytes, and whenever it is
not sure it returns None, which says nothing about the bytes. Tests hold it against `strict_json` and
`rfc8785`. Source: RFC 8785; RFC 7493; docs of orjson 3.13 (`OPT_SORT_KEYS` compares UTF-8, RFC 8785
compares UTF-16).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import orjson

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

SMALLEST_FLOAT = 1e-5
"""Least magnitude of a float that orjson and RFC 8785 spell alike."""

LARGEST_FLOAT = 2.0**53 - 1
"""Largest magnitude of any number, as in `strict_json`."""

SAFE_BRACKETS = 32
"""So many brackets cannot nest too deep; texts with more are looked at closer."""

SAFE_ROUNDS = 16
"""Each round takes away one or two levels of empty brackets, so 16 rounds prove a depth of at most 32."""

_OUTLINE = bytes(
    ord("0") if octet in b"0123456789" else ord(":") if octet in b":[," else octet for octet in range(256)
)
_LONG_INTEGERS = (b":" + b"0" * 16, b":-" + b"0" * 16)
_NOT_BRACKETS = bytes(octet for octet in range(256) if octet not in b'[]{}"')
_FIRST_OF_ASTRAL = tuple(bytes([octet]) for octet in range(0xF0, 0xF5))


class _StepAsideError(ValueError):
    """A float that is not certain to have the spelling of RFC 8785."""


def read_canonical(octets: bytes) -> JsonObject | None:
    """
    Return the object that `octets` are the canonical form of, or None where that is not certain.

    Never raises; the length is not judged here.
    """
    # Depth comes first: where a library lets Python's stack outgrow that of C, msgspec crashes on deep texts.
    if octets[:1] != b"{" or not _is_shallow(octets):
        return None
    try:
        value: JsonObject = _DECODER.decode(octets)
        if orjson.dumps(value, option=orjson.OPT_SORT_KEYS) != octets:
            return None
    except (ValueError, TypeError, RecursionError):
        return None
    return None if _may_differ(octets) else value


def is_canonical(octets: bytes, value: JsonValue) -> bool:
    """Say whether `octets`, from which any reader read `value`, are certainly its canonical form."""
    return isinstance(value, dict) and read_canonical(octets) is not None


def write_again(value: JsonObject) -> bytes:
    """Return the canonical bytes of what `read_canonical` returned, with or without some of its members."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _parse_float(spelling: str) -> float:
    """Return a float that both spell alike; whole numbers are spelt without a point in RFC 8785."""
    value = float(spelling)
    if value.is_integer() or not SMALLEST_FLOAT <= abs(value) <= LARGEST_FLOAT:
        raise _StepAsideError
    return value


def _may_differ(octets: bytes) -> bool:
    """Say whether there may be a name that sorts elsewhere, a U+0000, or an integer beyond 2^53 - 1."""
    if not octets.isascii() and any(first in octets for first in _FIRST_OF_ASTRAL):
        return True
    if b"\\u0000" in octets:
        return True
    # a number stands behind one of `:[,`; texts that look like one are no harm
    outline = octets.translate(_OUTLINE)
    return any(integer in outline for integer in _LONG_INTEGERS)


def _is_shallow(octets: bytes) -> bool:
    """Say whether brackets certainly nest at most 32 deep; those inside texts may spoil the certainty."""
    if octets.count(b"{") + octets.count(b"[") <= SAFE_BRACKETS:
        return True
    # an escaped quote would let brackets of a text pass for brackets of the structure
    if b'\\"' in octets:
        return False
    # every text leaves its two quotes; where brackets stand in it, an odd quote is left before them for good
    rest = octets.translate(None, _NOT_BRACKETS).replace(b'""', b"")
    for _ in range(SAFE_ROUNDS):
        rest = rest.replace(b"{}", b"").replace(b"[]", b"")
        if not rest:
            return True
    return False


_DECODER = msgspec.json.Decoder(float_hook=_parse_float)
