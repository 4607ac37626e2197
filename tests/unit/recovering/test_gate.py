"""The gate asks only when the counts differ, and closes only for what our own key recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from attestree.errors import NotAllowedError
from attestree.outbox.recovered import MissingAnchor
from attestree.ports import Batch, Lane, Nonces
from attestree.recovering.chronicle import Chronicle, RecordedAnchor
from attestree.recovering.gate import Gate
from attestree.registry.facts import Anchor, BlockRef
from tests.fakes.memory_store import MemoryStore

ISSUER, KEY, OTHER = b"\x11" * 20, b"\x22" * 20, b"\x33" * 20
BLOCK = BlockRef(9, b"\x09" * 32, 90)
ANCHOR = Anchor(b"\x44" * 32, 90, 3, 1, 1, 1, 0, confirmed=False, list_id=b"\x05" * 13)
RECORDED = RecordedAnchor(ISSUER, KEY, BLOCK, b"\x66" * 32, ANCHOR)


@dataclass
class Forgetful(MemoryStore):
    """A store that knows no batch, and the lane that it is given."""

    lane: Lane | None = None
    given_up: list[MissingAnchor] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def fetch_lane(self, *, sender: bytes, registry: str) -> Lane | None:
        return self.lane

    def fetch_batches(self, *, issuer: bytes | None = None) -> Sequence[Batch]:
        return []

    def fetch_missing(self) -> Sequence[MissingAnchor]:
        return self.given_up


@dataclass
class Chain:
    """What the chain holds, and how often it was asked."""

    anchors: tuple[RecordedAnchor, ...] = (RECORDED,)
    asked: int = 0

    def fetch(self) -> Chronicle:
        self.asked += 1
        return Chronicle(BLOCK, self.anchors, ())


def gate(store: Forgetful, chain: Chain) -> Gate:
    return Gate(registry="local", store=store, fetch_chronicle=chain.fetch)  # type: ignore[arg-type]


def counts(mined: int) -> Nonces:
    return Nonces(mined=mined, pending=mined, final=mined)


def test_equal_counts_ask_for_no_event() -> None:
    chain = Chain()
    gate(Forgetful(lane=Lane(0, 4)), chain).verify(KEY, counts(4))
    gate(Forgetful(), chain).verify(KEY, counts(0))
    assert chain.asked == 0


@pytest.mark.parametrize("lane", [None, Lane(0, 3)])
def test_what_our_key_recorded_and_the_store_forgot_closes_the_gate(lane: Lane | None) -> None:
    with pytest.raises(NotAllowedError) as caught:
        gate(Forgetful(lane=lane), Chain()).verify(KEY, counts(4))
    assert (caught.value.code, caught.value.values) == ("recover.behind", {"batches": 1, "changes": 0})


def test_what_another_key_recorded_is_nobodys_loss_and_is_asked_once() -> None:
    chain = Chain((replace(RECORDED, writer=OTHER),))
    opened = gate(Forgetful(lane=Lane(0, 3)), chain)
    opened.verify(KEY, counts(4))
    opened.verify(KEY, counts(4))
    assert chain.asked == 1
    opened.verify(KEY, counts(5))
    assert chain.asked == 2


def test_what_a_person_gave_up_is_known() -> None:
    lost = MissingAnchor(ISSUER, ANCHOR.root, "local", KEY, 3, 0, ANCHOR.list_id, 90, 9)
    gate(Forgetful(given_up=[lost]), Chain()).verify(KEY, counts(4))
