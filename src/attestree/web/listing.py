"""
What the registries hold, as lists for everybody: issuers and batches.

Decides which facts are shown and in which order, so that a page of a list stays the same page. A name is
shown only where an accreditor of the trust file vouches for it. Everything is as of the final block.
Source: DESIGN sections 7 and 10.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice

from attestree.credentials.strict_json import JsonObject
from attestree.merkle.kind import parse_kind
from attestree.ports import IssuerFacts
from attestree.registry.facts import (
    WHOLE_LIST_WORD,
    Anchor,
    CredentialFacts,
    Purpose,
    Span,
    StateAt,
    StatusBits,
)
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.text.spelling import format_hex
from attestree.verifying.checks.issuer import find_standing
from attestree.verifying.iso import format_time
from attestree.verifying.trust import Trust
from attestree.verifying.verifier import RegistryKey
from attestree.web.service import FollowedRegistry

_CLEAR = StatusBits(revoked=False, suspended=False, whole_list=False)


class Listing:
    """Lists what is in memory; every method raises as `fetch_facts` where there is no fresh view."""

    def __init__(self, registries: Mapping[RegistryKey, FollowedRegistry], trust: Trust) -> None:
        self._registries = registries
        self._trust = trust

    def list_issuers(self, *, offset: int, limit: int) -> list[JsonObject]:
        """Return a page of issuers, in the order of their first event in each registry."""
        found = (
            (key, registry, address, issuer)
            for key, registry in self._registries.items()
            for address, issuer in registry.fetch_ledger().issuers.items()
        )
        return [self._issuer(*one) for one in islice(found, offset, offset + limit)]

    def list_batches(self, *, issuer: bytes | None, offset: int, limit: int) -> list[JsonObject]:
        """Return a page of batches, oldest first, of one issuer or of all."""
        merged = heapq.merge(*self._batches_by_issuer(issuer), key=lambda one: one[3].time)
        return [self._batch(*one) for one in islice(merged, offset, offset + limit)]

    def find_batches(self, *, issuer: bytes, root: bytes) -> list[JsonObject]:
        """Return the batch in every registry that has it; usually one, or none, if that is proven."""
        found = []
        for key, registry in self._registries.items():
            registry.fetch_issuer(issuer)
            ledger = registry.fetch_ledger().issuer(issuer)
            anchor = ledger.anchors.get(root)
            if anchor is not None:
                found.append(self._batch(key, issuer, ledger, anchor))
        return found

    def _batches_by_issuer(
        self, wanted: bytes | None
    ) -> Iterator[Iterator[tuple[RegistryKey, bytes, IssuerLedger, Anchor]]]:
        for key, registry in self._registries.items():
            for address, issuer in registry.fetch_ledger().issuers.items():
                if wanted in (None, address):
                    yield _anchors_of(key, address, issuer)

    def _issuer(
        self, key: RegistryKey, registry: FollowedRegistry, address: bytes, ledger: IssuerLedger
    ) -> JsonObject:
        facts = registry.fetch_issuer(address)
        span = facts.spans[-1] if facts.spans else None
        accreditor = None if span is None else self._trust.find_accreditor(span.accreditor)
        return {
            **self._place(key),
            "address": format_hex(address),
            "name": span.name if span is not None and accreditor is not None else None,
            "did": span.did if span is not None and accreditor is not None else None,
            "standing": str(find_standing(_as_credential_facts(facts), self._trust)),
            "accreditor": None if span is None else self._accreditor(span.accreditor),
            "selfAccredited": span is not None and span.accreditor == address,
            "accreditedFrom": None if span is None else format_time(span.starts),
            "accreditedUntil": None if span is None else format_time(span.ends),
            "batches": sum(anchor is not None for anchor in ledger.anchors.values()),
        }

    def _accreditor(self, address: bytes) -> JsonObject:
        known = self._trust.find_accreditor(address)
        return {"name": None if known is None else known.name, "address": format_hex(address)}

    def _batch(self, key: RegistryKey, address: bytes, ledger: IssuerLedger, anchor: Anchor) -> JsonObject:
        return {
            **self._place(key),
            "issuer": format_hex(address),
            "root": format_hex(anchor.root),
            "list": format_hex(anchor.list_id),
            "size": anchor.size,
            "kind": parse_kind(anchor.kind).name.lower(),
            "sequence": anchor.sequence,
            "recordedAt": format_time(anchor.time),
            "confirmed": anchor.confirmed,
            "accredited": self._was_accredited(ledger, anchor),
            "revoked": _count(ledger, anchor, Purpose.REVOCATION),
            "suspended": _count(ledger, anchor, Purpose.SUSPENSION),
        }

    def _was_accredited(self, ledger: IssuerLedger, anchor: Anchor) -> bool:
        span: Span | None = ledger.spans[anchor.span - 1] if anchor.span else None
        return (
            span is not None
            and span.vouches_for(anchor.time)
            and self._trust.find_accreditor(span.accreditor) is not None
        )

    def _place(self, key: RegistryKey) -> JsonObject:
        chain_id, address = key
        network = self._trust.find_network(chain_id=chain_id, registry=address)
        kind = None if network is None else str(network.kind)
        return {"chainId": chain_id, "registry": format_hex(address), "network": kind}


def _anchors_of(
    key: RegistryKey, address: bytes, issuer: IssuerLedger
) -> Iterator[tuple[RegistryKey, bytes, IssuerLedger, Anchor]]:
    """Yield what one issuer recorded, oldest first; cancelled roots were never recorded."""
    for anchor in issuer.anchors.values():
        if anchor is not None:
            yield key, address, issuer, anchor


def _count(ledger: IssuerLedger, anchor: Anchor, purpose: Purpose) -> int:
    """Return how many credentials of a batch have a status bit."""
    bits: Counter[bool] = Counter()
    for (list_id, kind, word), mask in ledger.status.items():
        if (list_id, kind) == (anchor.list_id, purpose) and mask:
            bits[word == WHOLE_LIST_WORD] += mask.bit_count()
    return anchor.size if bits[True] else min(bits[False], anchor.size)


def _as_credential_facts(facts: IssuerFacts) -> CredentialFacts:
    """Return an issuer's facts as those of a credential that was never recorded."""
    current = facts.spans[-1] if facts.spans else None
    state = StateAt(
        anchor=None,
        span=None,
        current_span=current,
        operator=None,
        status=_CLEAR,
        spans_between=facts.spans[:-1],
    )
    return CredentialFacts(facts.view, final=state, latest=state)
