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
from collections.abc import Iterable, Sequence
from functools import lru_cache
from json.encoder import encode_basestring

from msgspec.structs import astuple

from attestree.credentials.canonical import canonicalize
from attestree.credentials.strict_json import JsonObject
from attestree.errors import KeyFileError
from attestree.issuing.keyed_rows import KeyedRows
from attestree.issuing.packed_rows import PackedRows
from attestree.issuing.rows import COLUMNS, Row

ROSTER_KEY_SIZE = 32
"""Bytes of an issuer's roster key."""

ROW_LABEL = b"attestree/1 row\x00"
"""Domain of row keys."""

ROSTER_LABEL = b"attestree/1 roster\x00"
"""Domain of fingerprints."""


# Names in the order of RFC 8785, each with the place of its column in a row.
_NAMES = tuple((COLUMNS.index(name) + 1, f'"{name}":') for name in sorted(COLUMNS))


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
    keys = [build_row_key(roster_key, issuer=issuer, achievement_id=achievement_id, row=row) for row in rows]
    return KeyedRows.sort(rows if isinstance(rows, PackedRows) else PackedRows(rows), keys)


def build_fingerprint(roster_key: bytes, *, rows: Iterable[Row], terms: JsonObject) -> bytes:
    """
    Return the fingerprint, 32 bytes, of a roster and of all that shapes its credentials.

    Args:
        roster_key: 32 bytes, secret.
        rows: Good rows, sorted by row key.
        terms: Achievement, issuer profile, chain, registry, addresses and policy.
    """
    # The bytes are those of `canonicalize({"rows": [...], "terms": terms})`, written row by row.
    content, comma = hashlib.sha256(b'{"rows":['), b""
    for row in rows:
        content.update(comma + _write_row(row))
        comma = b","
    content.update(b'],"terms":%b}' % canonicalize(terms))
    return _authenticate(roster_key, ROSTER_LABEL, content.digest())


def _write_row(row: Row) -> bytes:
    """Return what a row says, canonical JSON: `canonicalize(row.to_json())`."""
    values = astuple(row)
    members = [
        name + (encode_basestring(value) if isinstance(value, str) else _write_number(value))
        for place, name in _NAMES
        if (value := values[place]) not in ("", None)
    ]
    return f"{{{','.join(members)}}}".encode()


@lru_cache(maxsize=1_024)
def _write_number(number: float) -> str:
    return canonicalize(number).decode()


def _authenticate(roster_key: bytes, label: bytes, message: bytes) -> bytes:
    if len(roster_key) != ROSTER_KEY_SIZE:
        raise KeyFileError("key.roster_size", size=len(roster_key), expected=ROSTER_KEY_SIZE)
    return hmac.digest(roster_key, label + message, "sha256")
