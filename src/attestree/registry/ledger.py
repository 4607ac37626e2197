"""
The whole registry, folded from its logs, and the heads that the fold lands on.

Decides what the registry says as far as the given logs are true and complete; `verify_heads` is how one
finds out. Pure. Source: DESIGN sections 5, 7 and 8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from attestree.errors import ChainUnavailableError, HeadMismatchError
from attestree.registry import event_types as types
from attestree.registry.events import parse_event
from attestree.registry.facts import FactsQuery, Head, Log, StateAt
from attestree.registry.heads import (
    build_first_act_head,
    build_first_anchor_head,
    build_first_registry_head,
    fold_act,
    fold_anchor,
)
from attestree.registry.issuer_ledger import IssuerLedger


@dataclass(frozen=True, slots=True)
class IssuerHeads:
    """Both heads of one issuer."""

    anchor: Head
    """Over its anchors."""
    act: Head
    """Over its acts."""


@dataclass(frozen=True, slots=True)
class Administration:
    """Who runs the registry."""

    admin: bytes | None = None
    """20 bytes; None before the first event."""
    pending_admin: bytes | None = None
    """Who may take the role; None = nobody."""
    pending_effective: int = 0
    """Unix seconds from which the role may be taken."""
    accreditors: frozenset[bytes] = frozenset()
    """Admitted accreditors, 20 bytes each."""
    paused_until: int = 0
    """Unix seconds; in the past = anchoring is open."""


class Ledger:
    """
    State of the registry after some logs.

    `apply` changes it in place; `branch` gives one that grows on its own, sharing what neither has
    touched. Who shares a ledger with others therefore branches it first, and never applies again to what
    was shared.
    """

    def __init__(self, *, chain_id: int, registry: bytes) -> None:
        """Begin before the first event; `registry` is the contract's address, 20 bytes."""
        self.chain_id = chain_id
        """EIP-155 chain id; part of every first head."""
        self.registry = registry
        """Address of the contract, 20 bytes."""
        self.administration = Administration()
        """Who runs the registry."""
        self.registry_head = build_first_registry_head(chain_id=chain_id, registry=registry)
        """Fold over the registry's own events."""
        self._issuers: dict[bytes, IssuerLedger] = {}
        self._own: set[bytes] = set()

    @property
    def issuers(self) -> Mapping[bytes, IssuerLedger]:
        """Every issuer to whom something happened, in the order of its first event; only to be read."""
        return self._issuers

    def branch(self) -> Ledger:
        """Return a ledger that goes on from here; it copies an issuer only when it changes it."""
        twin = Ledger(chain_id=self.chain_id, registry=self.registry)
        twin.administration = self.administration
        twin.registry_head = self.registry_head
        twin._issuers = dict(self._issuers)
        self._own.clear()
        return twin

    def apply(self, logs: Iterable[Log]) -> None:
        """
        Fold logs in chain order.

        Raises:
            ChainUnavailableError: `event.*`, a log that is none of this registry's.
            HeadMismatchError: `head.impossible_event`.
        """
        for log in logs:
            self._apply(log)

    def issuer(self, address: bytes) -> IssuerLedger:
        """Return one issuer's state, only to be read; empty where nothing ever happened to it."""
        found = self._issuers.get(address)
        return self._new_issuer(address) if found is None else found

    def state_at(self, query: FactsQuery) -> StateAt:
        """Return what the registry says about one credential."""
        return self.issuer(query.issuer).state_at(query)

    def heads_of(self, address: bytes) -> IssuerHeads:
        """Return both heads of one issuer."""
        issuer = self.issuer(address)
        return IssuerHeads(anchor=issuer.anchor_head, act=issuer.act_head)

    def verify_heads(self, *, registry_head: Head, issuers: Mapping[bytes, IssuerHeads]) -> None:
        """
        Compare the fold with heads that the contract stores at the same block.

        Args:
            registry_head: Head of the registry's own events.
            issuers: Heads of every issuer of this ledger, and of any other that is of interest.

        Raises:
            HeadMismatchError: `head.registry`, `head.anchors`, `head.acts`, or `head.not_read` for an
                issuer of this ledger that is missing in `issuers`.
        """
        self.verify_registry_head(registry_head)
        if not issuers.keys() >= self._issuers.keys():
            raise HeadMismatchError("head.not_read")
        self.verify_issuer_heads(issuers)

    def verify_registry_head(self, stored: Head) -> None:
        """Compare the fold over the registry's own events; raises HeadMismatchError `head.registry`."""
        if stored != self.registry_head:
            raise HeadMismatchError("head.registry", folded=self.registry_head.count, stored=stored.count)

    def verify_issuer_heads(self, issuers: Mapping[bytes, IssuerHeads]) -> None:
        """Compare both heads of some issuers; raises HeadMismatchError `head.anchors` or `head.acts`."""
        for address, stored in issuers.items():
            folded = self.heads_of(address)
            if stored.anchor != folded.anchor:
                raise _differs("head.anchors", address, folded.anchor, stored.anchor)
            if stored.act != folded.act:
                raise _differs("head.acts", address, folded.act, stored.act)

    def _apply(self, log: Log) -> None:
        if log.address != self.registry:
            raise ChainUnavailableError("event.foreign")
        event = parse_event(log)
        if isinstance(event, types.RegistryEvent):
            self.administration = _STEPS[type(event)](self.administration, event)
            self.registry_head = fold_act(self.registry_head, topic=log.topics[0], payload=log.payload)
            return
        issuer = self._writable(event.issuer)
        issuer.apply(event)
        if isinstance(event, types.Anchored):
            issuer.anchor_head = fold_anchor(issuer.anchor_head, root=event.root, record=log.payload)
        else:
            issuer.act_head = fold_act(issuer.act_head, topic=log.topics[0], payload=log.payload)

    def _writable(self, address: bytes) -> IssuerLedger:
        found = self._issuers.get(address)
        if found is not None and address in self._own:
            return found
        own = self._new_issuer(address) if found is None else found.copy()
        self._issuers[address] = own
        self._own.add(address)
        return own

    def _new_issuer(self, address: bytes) -> IssuerLedger:
        chain_id, registry = self.chain_id, self.registry
        return IssuerLedger(
            anchor_head=build_first_anchor_head(
                issuer=address, chain_id=self.chain_id, registry=self.registry
            ),
            act_head=build_first_act_head(issuer=address, chain_id=chain_id, registry=registry),
        )


def _add_accreditor(before: Administration, event: types.AccreditorAdded) -> Administration:
    return replace(before, accreditors=before.accreditors | {event.accreditor})


def _remove_accreditor(before: Administration, event: types.AccreditorRemoved) -> Administration:
    return replace(before, accreditors=before.accreditors - {event.accreditor})


def _propose_admin(before: Administration, event: types.AdminProposed) -> Administration:
    return replace(before, pending_admin=event.admin, pending_effective=event.effective)


def _cancel_proposal(before: Administration, _event: types.AdminProposalCancelled) -> Administration:
    return replace(before, pending_admin=None, pending_effective=0)


def _change_admin(before: Administration, event: types.AdminChanged) -> Administration:
    return replace(before, admin=event.admin, pending_admin=None, pending_effective=0)


def _pause(before: Administration, event: types.Paused) -> Administration:
    return replace(before, paused_until=event.until)


def _unpause(before: Administration, _event: types.Unpaused) -> Administration:
    return replace(before, paused_until=0)


_STEPS: dict[type, Callable[[Administration, Any], Administration]] = {
    types.AccreditorAdded: _add_accreditor,
    types.AccreditorRemoved: _remove_accreditor,
    types.AdminProposed: _propose_admin,
    types.AdminProposalCancelled: _cancel_proposal,
    types.AdminChanged: _change_admin,
    types.Paused: _pause,
    types.Unpaused: _unpause,
}


def _differs(code: str, issuer: bytes, folded: Head, stored: Head) -> HeadMismatchError:
    return HeadMismatchError(code, issuer="0x" + issuer.hex(), folded=folded.count, stored=stored.count)
