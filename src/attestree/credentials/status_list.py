"""
Status lists as wallets read them: a bitstring, compressed, inside a credential of its own.

Decides the bytes of a list and the document around it, and reads the lists of others within fixed limits, so
that no few bytes unfold into many. Which bits are set is decided by the chain; who may have signed a list,
and when it has lapsed, by whoever reads it. Source: Bitstring Status List 1.0, sections 2.2 and 3; RFC 1952;
DESIGN sections 4 and 10.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attestree.credentials.contexts import CREDENTIALS_V2
from attestree.credentials.dates import format_timestamp, parse_timestamp
from attestree.credentials.status import format_list_address
from attestree.errors import MalformedCredentialError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

LIST_CREDENTIAL_TYPE = "BitstringStatusListCredential"
"""Second `type` of the credential around a list."""

LIST_TYPE = "BitstringStatusList"
"""`type` of its subject."""

MIN_BITS = 131_072
"""Fewest bits of a list, so that whoever fetches one is lost in a crowd."""

MAX_OCTETS = 16 * 1024 * 1024
"""Longest bitstring that is unfolded: 2^27 credentials. Its gzip form may be a thousand times shorter."""

_GZIP_HEADER = bytes.fromhex("1f8b08000000000002ff")
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_TEXT = re.compile(r"u[A-Za-z0-9_-]+")


def encode_list(octets: bytes) -> str:
    """
    Return a bitstring as `encodedList`: `u`, and base64url without padding of its gzip form.

    The same bits give the same text: the gzip header holds neither time nor name.

    Args:
        octets: Index 0 is the highest bit of the first octet; zeros are added up to `MIN_BITS`.
    """
    padded = octets.ljust(MIN_BITS // 8, b"\0")
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = squeeze.compress(padded) + squeeze.flush()
    packed = _GZIP_HEADER + body + struct.pack("<II", zlib.crc32(padded), len(padded) & 0xFFFFFFFF)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def decode_list(text: str) -> bytes:
    """
    Return the bitstring in `encodedList`.

    Raises:
        MalformedCredentialError: `statuslist.not_encoded` (MALFORMED_VALUE_ERROR),
            `statuslist.too_large`, or `statuslist.too_short` (STATUS_LIST_LENGTH_ERROR).
    """
    if not _TEXT.fullmatch(text):
        raise MalformedCredentialError("statuslist.not_encoded")
    unfold = zlib.decompressobj(_GZIP_WINDOW)
    try:
        packed = base64.b64decode(text[1:] + "=" * (-len(text[1:]) % 4), altchars=b"-_", validate=True)
        octets = unfold.decompress(packed, MAX_OCTETS + 1)
    except (binascii.Error, zlib.error) as exc:
        raise MalformedCredentialError("statuslist.not_encoded") from exc
    if len(octets) > MAX_OCTETS:
        raise MalformedCredentialError("statuslist.too_large", limit=MAX_OCTETS)
    if not unfold.eof or unfold.unused_data:
        raise MalformedCredentialError("statuslist.not_encoded")
    if len(octets) * 8 < MIN_BITS:
        raise MalformedCredentialError("statuslist.too_short", least=MIN_BITS)
    return octets


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTerms:
    """What stands in a list of ours beside its bits."""

    public_url: str
    """Start of its address, without a slash at the end."""
    list_id: bytes
    """13 bytes."""
    purpose: str
    """One of `status.PURPOSES`."""
    issuer: str
    """DID of the issuer, the same as in the credentials that point here."""
    valid_from: int
    """Unix seconds."""
    valid_until: int
    """Unix seconds; whoever still has this list then knows that it is old."""
    ttl_seconds: int
    """How long it may be kept before it is fetched anew."""


def build_status_list(terms: ListTerms, octets: bytes) -> JsonObject:
    """Return the credential of a list, without proof; `octets` as `encode_list` takes them."""
    address = format_list_address(terms.public_url, terms.list_id, terms.purpose)
    return {
        "@context": [CREDENTIALS_V2],
        "id": address,
        "type": ["VerifiableCredential", LIST_CREDENTIAL_TYPE],
        "issuer": terms.issuer,
        "validFrom": format_timestamp(terms.valid_from),
        "validUntil": format_timestamp(terms.valid_until),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": LIST_TYPE,
            "statusPurpose": terms.purpose,
            "ttl": terms.ttl_seconds * 1000,
            "encodedList": encode_list(octets),
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """A list that was read; nothing is said yet of who signed it."""

    address: str | None
    """Its own `id`."""
    issuer: str
    """Who says it issued it."""
    purposes: tuple[str, ...]
    """What its bits mean."""
    valid_from: int | None
    """Unix seconds."""
    valid_until: int | None
    """Unix seconds."""
    ttl_seconds: int | None
    """How long it may be kept."""
    octets: bytes
    """The bitstring, index 0 in the highest bit of the first octet."""

    def bit(self, index: int) -> bool:
        """Return one bit; MalformedCredentialError `statuslist.range` (RANGE_ERROR) beyond the last."""
        return self.status(index, size=1) == 1

    def status(self, index: int, *, size: int) -> int:
        """
        Return the status at `index`, each of `size` bits, the highest first.

        Raises:
            MalformedCredentialError: `statuslist.range` (RANGE_ERROR), or `statuslist.too_short`: fewer
                than `MIN_BITS` statuses of that size (STATUS_LIST_LENGTH_ERROR).
        """
        count = len(self.octets) * 8 // size
        if count < MIN_BITS:
            raise MalformedCredentialError("statuslist.too_short", least=MIN_BITS)
        if not 0 <= index < count:
            raise MalformedCredentialError("statuslist.range", count=count)
        first = index * size
        last = first + size - 1
        window = int.from_bytes(self.octets[first >> 3 : (last >> 3) + 1], "big")
        return (window >> (7 - (last & 7))) & ((1 << size) - 1)


def parse_status_list(value: JsonValue) -> StatusList:
    """
    Read a list, ours or another's; its proof is left alone.

    Raises:
        MalformedCredentialError: `statuslist.not_a_list` with `path`, a `date.*` code, or as `decode_list`.
    """
    document = _object(value, "(top level)")
    if LIST_CREDENTIAL_TYPE not in _texts(document, "type", "type"):
        raise _not_a_list("type")
    subject = _object(document.get("credentialSubject"), "credentialSubject")
    if LIST_TYPE not in _texts(subject, "type", "credentialSubject.type"):
        raise _not_a_list("credentialSubject.type")
    issuer, encoded, ttl = document.get("issuer"), subject.get("encodedList"), subject.get("ttl")
    issuer = issuer.get("id") if isinstance(issuer, dict) else issuer
    address = document.get("id")
    if not isinstance(issuer, str) or not issuer:
        raise _not_a_list("issuer")
    if not isinstance(encoded, str):
        raise _not_a_list("credentialSubject.encodedList")
    if address is not None and not isinstance(address, str):
        raise _not_a_list("id")
    if ttl is not None and (isinstance(ttl, bool) or not isinstance(ttl, int) or ttl < 0):
        raise _not_a_list("credentialSubject.ttl")
    return StatusList(
        address=address,
        issuer=issuer,
        purposes=_texts(subject, "statusPurpose", "credentialSubject.statusPurpose"),
        valid_from=_moment(document, "validFrom"),
        valid_until=_moment(document, "validUntil"),
        ttl_seconds=None if ttl is None else ttl // 1000,
        octets=decode_list(encoded),
    )


def _object(value: JsonValue, path: str) -> JsonObject:
    """Return an object, or the one object of an array."""
    only = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(only, dict):
        raise _not_a_list(path)
    return only


def _texts(members: JsonObject, name: str, path: str) -> tuple[str, ...]:
    """Return a string or an array of strings, at least one."""
    found = texts_of(members.get(name))
    if not found:
        raise _not_a_list(path)
    return found


def texts_of(value: JsonValue) -> tuple[str, ...]:
    """Return the strings in a string or an array of strings; none where it is anything else."""
    items = value if isinstance(value, list) else [value]
    texts = tuple(item for item in items if isinstance(item, str))
    return texts if len(texts) == len(items) else ()


def _moment(document: JsonObject, name: str) -> int | None:
    """Return a date in Unix seconds, or None where there is none."""
    value = document.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _not_a_list(name)
    return parse_timestamp(value, path=name)


def _not_a_list(path: str) -> MalformedCredentialError:
    return MalformedCredentialError("statuslist.not_a_list", path=path)
