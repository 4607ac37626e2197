"""
Which bytes of a status list may be handed out now.

Decides that a list which says less than the chain is not handed out, nor one that is past its time: a wallet
that gets no list believes nothing, and one that gets an old list believes too much. What counts as "less" is
what a verdict here would rest on. Blocks; routes call it in a thread. Source: DESIGN sections 7 and 10.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from attestree.credentials.anchor_proof import LIST_ID_SIZE
from attestree.credentials.status_list import StatusList
from attestree.errors import ChainUnavailableError, CorruptionError, RequestError, UnavailableError
from attestree.issuing.status_lists import PURPOSE_NAMES, pad_bits, read_list
from attestree.registry.facts import Purpose
from attestree.registry.status_lists import build_list_bits, find_lists
from attestree.web.service import HostedLists, WebService

PURPOSE_OF_NAME = {name: purpose for purpose, name in PURPOSE_NAMES.items()}
"""Last part of a list's address -> bitmap of the contract."""

_LIST_ID = re.compile(rf"[0-9a-f]{{{2 * LIST_ID_SIZE}}}")


@dataclass(frozen=True, slots=True)
class ServedList:
    """One list, ready to be sent."""

    octets: bytes
    """As the issuer signed it."""
    tag: str
    """Names these very bytes; the value of `ETag` without its quotes."""
    fresh_seconds: int
    """How long it may be kept."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    """What the chain holds of one list."""

    bits: bytes
    seen_at: int
    """Wall time of the oldest look that went into it, Unix seconds."""


def find_list(service: WebService, list_text: str, purpose_text: str) -> ServedList:
    """
    Return a list of this server's issuers.

    Raises:
        RequestError: `request.not_found`, neither the chain nor the issuer knows such a list.
        UnavailableError: `statuslist.not_signed`, `statuslist.behind` or `statuslist.lapsed`; or
            there is no fresh view of the chain to compare it with.
        CorruptionError: `statuslist.damaged`.
    """
    hosted, purpose = service.lists, PURPOSE_OF_NAME.get(purpose_text)
    if hosted is None or purpose is None or not _LIST_ID.fullmatch(list_text):
        raise RequestError("request.not_found")
    list_id = bytes.fromhex(list_text)
    # The file first: what the chain says was read after it, so that a list is never older than it seems
    octets = hosted.shelf.read(list_id, purpose_text)
    recorded = _fetch_recorded(service, hosted, list_id, purpose)
    if octets is None:
        raise (
            RequestError("request.not_found")
            if recorded is None
            else UnavailableError("statuslist.not_signed")
        )
    found = read_list(octets)
    if found is None:
        raise CorruptionError("statuslist.damaged")
    left = (found.valid_until or 0) - service.clock.now()
    if left <= 0:
        raise UnavailableError("statuslist.lapsed")
    if recorded is not None and not _says_as_much(found, recorded):
        raise UnavailableError("statuslist.behind")
    tag = hashlib.sha256(octets).hexdigest()[:32]
    return ServedList(octets, tag, min(left, found.ttl_seconds or 0))


def _fetch_recorded(
    service: WebService, hosted: HostedLists, list_id: bytes, purpose: Purpose
) -> _Recorded | None:
    """Return what all registries of our issuers hold of a list together, or None where none has it."""
    found: list[_Recorded] = []
    for key, issuer in hosted.issuers:
        registry = service.registries.get(key)
        if registry is None:
            # The trust file does not name it, so nobody follows it
            raise ChainUnavailableError("chain.no_view")
        view, ledgers = registry.fetch_ledgers(issuer)
        size = find_lists(ledgers).get(list_id)
        if size is not None:
            found.append(_Recorded(build_list_bits(ledgers, list_id, purpose, size=size), view.polled_at))
    return _merge(found) if found else None


def _merge(found: Sequence[_Recorded]) -> _Recorded:
    """Return what any of them holds against a credential."""
    longest = max(len(one.bits) for one in found)
    together = 0
    for one in found:
        together |= int.from_bytes(one.bits.ljust(longest, b"\0"), "big")
    return _Recorded(together.to_bytes(longest, "big"), min(one.seen_at for one in found))


def _says_as_much(found: StatusList, recorded: _Recorded) -> bool:
    """
    Say whether a list has every bit that the chain has, and no other.

    A list that was signed after our look at the chain may know more than we do.
    """
    wanted = pad_bits(recorded.bits)
    if found.octets == wanted:
        return True
    if len(found.octets) < len(wanted) or found.valid_from is None or found.valid_from < recorded.seen_at:
        return False
    padded = wanted.ljust(len(found.octets), b"\0")
    return int.from_bytes(padded, "big") & ~int.from_bytes(found.octets, "big") == 0
