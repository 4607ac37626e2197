"""
Everything the registry says about one issuer, folded from its events.

Decides what each event changes, as the contract does. An event that the contract could not have logged
in this order ends in `head.impossible_event`. Source: contracts/, DESIGN section 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from attestree.errors import HeadMismatchError
from attestree.merkle.keccak import keccak256
from attestree.registry import event_types as types
from attestree.registry.facts import (
    WHOLE_LIST_WORD,
    Anchor,
    EndCause,
    FactsQuery,
    Head,
    Operator,
    Purpose,
    Span,
    StateAt,
    StatusBits,
)
from attestree.registry.records import build_anchor
from attestree.registry.status_bits import StatusWords, bit_of, build_status_bits, find_reason, word_of

T = TypeVar("T")

_CLEAR = StatusBits(revoked=False, suspended=False, whole_list=False)


class IssuerLedger:
    """One issuer's state; changed in place by `apply`, by its owner only."""

    __slots__ = ("act_head", "anchor_head", "anchors", "operators", "revocations", "spans", "status")

    def __init__(self, *, anchor_head: Head, act_head: Head) -> None:
        """Begin with an issuer to whom nothing has happened."""
        self.anchor_head = anchor_head
        """Fold over its anchors."""
        self.act_head = act_head
        """Fold over its acts."""
        self.anchors: dict[bytes, Anchor | None] = {}
        """By root, oldest first; None = cancelled."""
        self.spans: list[Span] = []
        """By number, from 1."""
        self.operators: list[Operator] = []
        """By number, from 1."""
        self.status: dict[tuple[bytes, Purpose, int], int] = {}
        """Bits by list, purpose and word; no entry = no bit."""
        self.revocations: dict[bytes, tuple[types.StatusChanged, ...]] = {}
        """Revocations by list, oldest first; they give the reasons."""

    def copy(self) -> IssuerLedger:
        """Return one that can be changed without changing this one."""
        twin = IssuerLedger(anchor_head=self.anchor_head, act_head=self.act_head)
        twin.anchors = dict(self.anchors)
        twin.spans = list(self.spans)
        twin.operators = list(self.operators)
        twin.status = dict(self.status)
        twin.revocations = dict(self.revocations)
        return twin

    def apply(self, event: types.Anchored | types.IssuerAct) -> None:
        """
        Take one event; the heads are folded by `Ledger`, which has its raw bytes.

        Raises:
            HeadMismatchError: `head.impossible_event`.
        """
        step = _STEPS[type(event)]
        step(self, event)

    def state_at(self, query: FactsQuery) -> StateAt:
        """Return what the contract says about one credential of this issuer."""
        anchor = self.anchors.get(query.root)
        return StateAt(
            anchor=anchor,
            span=self.spans[anchor.span - 1] if anchor is not None and anchor.span else None,
            current_span=self.spans[-1] if self.spans else None,
            operator=self.operators[anchor.operator - 1] if anchor is not None and anchor.operator else None,
            status=self.status_of(query.list_id, query.index),
            spans_between=tuple(self.spans[anchor.span : -1]) if anchor is not None and anchor.span else (),
        )

    def status_of(self, list_id: bytes, index: int) -> StatusBits:
        """Return the status of one index of one list."""
        word, find = word_of(index), self.status.get
        words = (
            find((list_id, Purpose.REVOCATION, word), 0),
            find((list_id, Purpose.SUSPENSION, word), 0),
            find((list_id, Purpose.REVOCATION, WHOLE_LIST_WORD), 0),
            find((list_id, Purpose.SUSPENSION, WHOLE_LIST_WORD), 0),
        )
        if not any(words):
            # most lists are untouched, and a service asks for nothing more often
            return _CLEAR
        bits = build_status_bits(StatusWords(*words), index=index)
        if not bits.revoked:
            # most are not, and a list may have been changed thousands of times
            return bits
        reason = find_reason(self.revocations.get(list_id, ()), list_id=list_id, index=index)
        return replace(bits, reason=reason)

    def find_untouched(self, list_id: bytes, indexes: Iterable[int]) -> frozenset[int]:
        """Return the indexes of one list of which `status_of` says nothing at all."""
        asked = frozenset(indexes)
        if self._bits_of(list_id, WHOLE_LIST_WORD):
            return frozenset()
        bits = {word: self._bits_of(list_id, word) for word in {word_of(index) for index in asked}}
        if not any(bits.values()):
            return asked
        return frozenset([index for index in asked if not bits[word_of(index)] & bit_of(index)])

    def _bits_of(self, list_id: bytes, word: int) -> int:
        """Return the bits of one word that are set in either purpose."""
        find = self.status.get
        return find((list_id, Purpose.REVOCATION, word), 0) | find((list_id, Purpose.SUSPENSION, word), 0)

    def _anchored(self, event: types.Anchored) -> None:
        record = event.record
        _require(event.root not in self.anchors, event)
        _require(record.sequence == self.anchor_head.count + 1, event)
        _require(record.operator <= len(self.operators) and record.span <= len(self.spans), event)
        self.anchors[event.root] = build_anchor(event.root, record)

    def _confirmed(self, event: types.AnchorConfirmed) -> None:
        anchor = self.anchors.get(event.root)
        if anchor is None or anchor.confirmed:
            raise _impossible(event)
        self.anchors[event.root] = replace(anchor, confirmed=True)

    def _cancelled(self, event: types.AnchorCancelled) -> None:
        _require(event.root not in self.anchors, event)
        self.anchors[event.root] = None

    def _accredited(self, event: types.Accredited) -> None:
        _require(event.span == len(self.spans) + 1, event)
        self.spans.append(build_span(event))

    def _accreditation_ended(self, event: types.AccreditationEnded) -> None:
        span = _pick(self.spans, event.span, event)
        _require(span.starts <= event.ends <= span.ends, event)
        self.spans[event.span - 1] = replace(span, ends=event.ends, cause=event.cause)

    def _operator_added(self, event: types.OperatorAdded) -> None:
        _require(event.number == len(self.operators) + 1, event)
        self.operators.append(
            Operator(
                number=event.number,
                address=event.operator,
                roles=event.roles,
                starts=event.starts,
                ends=event.ends,
                disavowed_from=None,
                disavowed_at=None,
            )
        )

    def _operator_removed(self, event: types.OperatorRemoved) -> None:
        operator = _pick(self.operators, event.number, event)
        _require(event.ends < operator.ends, event)
        self.operators[event.number - 1] = replace(operator, ends=event.ends)

    def _operator_disavowed(self, event: types.OperatorDisavowed) -> None:
        operator = _pick(self.operators, event.number, event)
        before = operator.disavowed_from
        _require(before is None or event.disavowed_from < before, event)
        self.operators[event.number - 1] = replace(
            operator,
            disavowed_from=event.disavowed_from,
            disavowed_at=event.time if operator.disavowed_at is None else operator.disavowed_at,
        )

    def _status_changed(self, event: types.StatusChanged) -> None:
        anchor = self.anchors.get(event.root)
        _require(anchor is not None and anchor.list_id == event.list_id, event)
        _require(event.sets or event.purpose is Purpose.SUSPENSION, event)
        for word, mask in event.words:
            key = (event.list_id, event.purpose, word)
            bits = self.status.get(key, 0)
            self.status[key] = bits | mask if event.sets else bits & ~mask
        if event.purpose is Purpose.REVOCATION:
            self.revocations[event.list_id] = (*self.revocations.get(event.list_id, ()), event)


def build_span(event: types.Accredited) -> Span:
    """Return the span that an accreditation opens; a text that is not UTF-8 is left out."""
    return Span(
        number=event.span,
        accreditor=event.accreditor,
        starts=event.starts,
        ends=event.ends,
        cause=EndCause.RUNS,
        did_hash=keccak256(event.did),
        name_hash=keccak256(event.name),
        framework_hash=keccak256(event.framework),
        did=_text(event.did),
        name=_text(event.name),
        framework=_text(event.framework),
    )


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _pick(numbered: list[T], number: int, event: types.Event) -> T:
    _require(1 <= number <= len(numbered), event)
    return numbered[number - 1]


def _require(holds: bool, event: types.Event) -> None:  # noqa: FBT001 - reads as a sentence at each call
    if not holds:
        raise _impossible(event)


def _impossible(event: types.Event) -> HeadMismatchError:
    return HeadMismatchError("head.impossible_event", event=type(event).__name__)


_STEPS: dict[type, Callable[[IssuerLedger, Any], None]] = {
    types.Anchored: IssuerLedger._anchored,
    types.AnchorConfirmed: IssuerLedger._confirmed,
    types.AnchorCancelled: IssuerLedger._cancelled,
    types.Accredited: IssuerLedger._accredited,
    types.AccreditationEnded: IssuerLedger._accreditation_ended,
    types.OperatorAdded: IssuerLedger._operator_added,
    types.OperatorRemoved: IssuerLedger._operator_removed,
    types.OperatorDisavowed: IssuerLedger._operator_disavowed,
    types.StatusChanged: IssuerLedger._status_changed,
}
