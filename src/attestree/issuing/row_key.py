"""
Row keys and fingerprints: how a run finds again what an earlier run made, without knowing anybody.

Decides what makes two rows the same award, and two rosters the same batch. Both are HMACs under the
issuer's roster key, so that the store holds nothing that could be guessed back to a learner.
Source: DESIGN sections 4 and 6.

    row key      HMAC-SHA256(roster key, "attestree/1 row" || 0x00 || fields)
    fingerprint  HMAC-SHA256(roster key, "attestree/1 roster" || 0x00 || JCS of what is issued)
    fields       issuer (20), achievement id, kind of identity, identity; each after its length (4, big)
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import astuple

from attestree.credentials.canonical import canonicalize
from attestree.credentials.strict_json import JsonObject
from attestree.errors import KeyFileError
from attestree.issuing.keyed_rows import KeyedRows
from attestree.issuing.packed_rows import PackedRows
from attestree.issuing.rows import COLUMNS, Row

if TYPE_CHECKING:
    from hashlib import _Hash as HASH

ROSTER_KEY_SIZE = 32
"""Bytes of an issuer's roster key."""

ROW_LABEL = b"attestree/1 row\x00"
"""Domain of row keys."""

ROSTER_LABEL = b"attestree/1 roster\x00"
"""Domain of fingerprints."""


# What a row says, in the order of RFC 8785: "awarded_on", "credits", "did" ...; what is empty is left out.
_SORTED = sorted(COLUMNS)
_Said: Any = msgspec.defstruct(
    "_Said",
    [(name, msgspec.Raw | None, None) if name == "credits" else (name, str, "") for name in _SORTED],
    omit_defaults=True,
    gc=False,
)
_encode = msgspec.json.Encoder().encode
_PLACES = [COLUMNS.index(name) + 1 for name in _SORTED]
_CREDITS = COLUMNS.index("credits") + 1
_AWARDED, _ = _PLACES[:2]
_AFTER = itemgetter(*_PLACES[2:])

_ROWS_AT_ONCE = 1_000
_BLOCK_SIZE = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


def build_row_key(roster_key: bytes, *, issuer: bytes, achievement_id: str, row: Row) -> bytes:
    """
    Return the row key, 32 bytes: one per learner, achievement and issuer, or per `ref`.

    Args:
        roster_key: 32 bytes, secret.
        issuer: 20 bytes.
        achievement_id: The achievement's `id`.
        row: A good row; the case of an e-mail address does not matter.
    """
    kind, value = row.identity
    message = _shared_fields(issuer, achievement_id, kind) + _format_field(value.encode())
    return _authenticate(roster_key, ROW_LABEL, message)


@lru_cache(maxsize=64)
def _shared_fields(issuer: bytes, achievement_id: str, kind: str) -> bytes:
    """Return the fields that the rows of a roster mostly share."""
    return b"".join(map(_format_field, (issuer, achievement_id.encode(), kind.encode())))


def _format_field(octets: bytes) -> bytes:
    return len(octets).to_bytes(4, "big") + octets


def key_rows(roster_key: bytes, rows: Sequence[Row], *, issuer: bytes, achievement_id: str) -> KeyedRows:
    """Return rows with their keys, sorted by key: the order of a roster means nothing."""
    packed = rows if isinstance(rows, PackedRows) else PackedRows(rows)
    return KeyedRows.sort(packed, _build_row_keys(roster_key, packed, issuer, achievement_id))


def _build_row_keys(
    roster_key: bytes, rows: Iterable[Row], issuer: bytes, achievement_id: str
) -> Iterator[bytes]:
    """Yield the row key of each row: `build_row_key`, with what rows share hashed once."""
    outer = _begin(roster_key, _OUTER)
    begun: dict[str, HASH] = {}
    for row in rows:
        kind, value = row.identity
        if kind not in begun:
            begun[kind] = _begin(roster_key, _INNER)
            begun[kind].update(ROW_LABEL + _shared_fields(issuer, achievement_id, kind))
        first, last = begun[kind].copy(), outer.copy()
        first.update(_format_field(value.encode()))
        last.update(first.digest())
        yield last.digest()


def _begin(roster_key: bytes, pad: bytes) -> HASH:
    """Return the state with which one half of each HMAC-SHA256 under a key begins; RFC 2104, section 2."""
    _verify_size(roster_key)
    return hashlib.sha256(roster_key.ljust(_BLOCK_SIZE, b"\x00").translate(pad))


def build_fingerprint(roster_key: bytes, *, rows: Iterable[Row], terms: JsonObject) -> bytes:
    """
    Return the fingerprint, 32 bytes, of a roster and of all that shapes its credentials.

    Args:
        roster_key: 32 bytes, secret.
        rows: Good rows, sorted by row key.
        terms: Achievement, issuer profile, chain, registry, addresses and policy.
    """
    # The bytes are those of `canonicalize({"rows": [...], "terms": terms})`, written row by row.
    content, comma, rest = hashlib.sha256(b'{"rows":['), b"", iter(rows)
    while said := b",".join(map(_write_row, islice(rest, _ROWS_AT_ONCE))):
        content.update(comma + said)
        comma = b","
    content.update(b'],"terms":%b}' % canonicalize(terms))
    return _authenticate(roster_key, ROSTER_LABEL, content.digest())


def _write_row(row: Row) -> bytes:
    """Return what a row says, canonical JSON: `canonicalize(row.to_json())`."""
    values = astuple(row)
    number = values[_CREDITS]
    credits_ = None if number is None else _write_number(number)
    return _encode(_Said(values[_AWARDED], credits_, *_AFTER(values)))


@lru_cache(maxsize=1_024)
def _write_number(number: float) -> msgspec.Raw:
    return msgspec.Raw(canonicalize(number))


def _authenticate(roster_key: bytes, label: bytes, message: bytes) -> bytes:
    _verify_size(roster_key)
    return hmac.digest(roster_key, label + message, "sha256")


def _verify_size(roster_key: bytes) -> None:
    if len(roster_key) != ROSTER_KEY_SIZE:
        raise KeyFileError("key.roster_size", size=len(roster_key), expected=ROSTER_KEY_SIZE)
