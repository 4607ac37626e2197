"""
Status lists for wallets: what the chain says of every credential of a list, signed by the issuer.

Decides which lists there are, when one must be signed anew, and for how long it may be believed. Bits come
from the chain alone, never from what was asked for here; a list says nothing less than the chain does.
Where it is kept is decided by the shelf, who serves it by `web`. Source: Bitstring Status List 1.0; DESIGN
sections 4 and 10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from attestree.credentials.canonical import canonicalize
from attestree.credentials.dates import format_timestamp
from attestree.credentials.status import PURPOSES, format_list_address
from attestree.credentials.status_list import (
    MIN_BITS,
    ListTerms,
    StatusList,
    build_status_list,
    parse_status_list,
)
from attestree.credentials.strict_json import JsonObject, parse_json
from attestree.errors import InputError
from attestree.ports import Batch
from attestree.ports.folders import StatusShelf
from attestree.registry.facts import Purpose
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.status_lists import build_list_bits, find_lists

SignList = Callable[[JsonObject, str], JsonObject]
"""Given a list without proof and a time stamp, returns a signature proof."""

PURPOSE_NAMES: Mapping[Purpose, str] = dict(zip(Purpose, PURPOSES, strict=True))
"""Bitmaps of the contract under the names that wallets know."""

MAX_LIST_BYTES = 24 * 1024 * 1024
"""Longest file of a list that is read back: the largest bitstring, barely compressed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRules:
    """How lists of one issuer are written."""

    public_url: str
    """Start of their addresses."""
    did: str
    """Who issues them."""
    ttl_seconds: int
    """How long a wallet may keep one."""
    valid_seconds: int
    """How long one is good for; it is signed anew when half of that is over."""


@dataclass(frozen=True, slots=True)
class SignedList:
    """One list that was signed just now."""

    list_id: bytes
    """13 bytes."""
    purpose: str
    """`revocation` or `suspension`."""
    count: int
    """How many credentials have the bit."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What one pass did."""

    signed: tuple[SignedList, ...]
    """Lists that were signed anew."""
    lists: int
    """All lists there are, a purpose each."""
    look_again: int
    """When the first of them must be signed anew though nothing changes, Unix seconds."""


def publish_lists(
    ledgers: Sequence[IssuerLedger],
    announced: Iterable[Batch],
    *,
    shelf: StatusShelf,
    sign: SignList,
    rules: ListRules,
    now: int,
    again: bool = False,
) -> Publication:
    """
    Sign every list that is missing, says something else than the chain, or is half-way through its time.

    Args:
        ledgers: The issuer's state at each block that counts, read while the shelf was held.
        announced: Batches whose credentials may be out before their anchor is on the chain.
        shelf: Where lists lie; the caller holds it.
        sign: Signs.
        rules: How they are written.
        now: Unix seconds.
        again: Sign all of them, as after a change of keys.

    Raises:
        FolderUnavailableError: The disk does not answer; lists that were written before stand.
        AttestreeError: Whatever `sign` raises.
    """
    sizes = {batch.list_id: batch.size or 0 for batch in announced} | find_lists(ledgers)
    signed, due = [], [now + rules.valid_seconds // 2]
    for list_id, size in sizes.items():
        for purpose, name in PURPOSE_NAMES.items():
            bits = build_list_bits(ledgers, list_id, purpose, size=size)
            terms = _build_terms(rules, list_id, name, now)
            standing = None if again else read_list(shelf.read(list_id, name))
            if standing is not None and _is_current(standing, terms, bits, now):
                due.append(_is_due(standing, rules))
                continue
            shelf.write(list_id, name, _sign(build_status_list(terms, bits), sign, now))
            signed.append(SignedList(list_id, name, int.from_bytes(bits, "big").bit_count()))
    return Publication(tuple(signed), len(sizes) * len(PURPOSE_NAMES), min(due))


def read_list(octets: bytes | None) -> StatusList | None:
    """Return a list that was signed here, or None where there is none that could be read."""
    if octets is None:
        return None
    try:
        return parse_status_list(parse_json(octets, limit_bytes=MAX_LIST_BYTES))
    except InputError:
        return None


def pad_bits(octets: bytes) -> bytes:
    """Return bits with the zeros behind them that every list has."""
    return octets.ljust(MIN_BITS // 8, b"\0")


def _build_terms(rules: ListRules, list_id: bytes, purpose: str, now: int) -> ListTerms:
    """Return what a list says beside its bits, were it signed now."""
    return ListTerms(
        public_url=rules.public_url,
        list_id=list_id,
        purpose=purpose,
        issuer=rules.did,
        valid_from=now,
        valid_until=now + rules.valid_seconds,
        ttl_seconds=rules.ttl_seconds,
    )


def _is_current(standing: StatusList, wanted: ListTerms, bits: bytes, now: int) -> bool:
    """Say whether a list that was signed before may stand."""
    if standing.valid_from is None or standing.valid_until is None:
        return False
    half = (wanted.valid_until - wanted.valid_from) // 2
    return (
        standing.octets == pad_bits(bits)
        and standing.address == format_list_address(wanted.public_url, wanted.list_id, wanted.purpose)
        and (standing.issuer, standing.purposes) == (wanted.issuer, (wanted.purpose,))
        and standing.ttl_seconds == wanted.ttl_seconds
        # One from the future was signed by a clock that was wrong
        and standing.valid_from <= now < standing.valid_until - half
    )


def _is_due(standing: StatusList, rules: ListRules) -> int:
    """Return when a list must be signed anew, Unix seconds."""
    return (standing.valid_until or 0) - rules.valid_seconds // 2


def _sign(document: JsonObject, sign: SignList, now: int) -> bytes:
    """Return the bytes of a list with its signature."""
    return canonicalize({**document, "proof": sign(document, format_timestamp(now))})
