"""Final marks, withdrawn writes and wiped chains in the store, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from attestree.adapters.sql import SqlStore
from attestree.errors import TransitionError
from attestree.outbox.relayed import NOBODY
from attestree.outbox.states import State
from attestree.registry.facts import BlockRef
from tests.integration.store_records import BLOCK, KEY, LEASE, ROOT, attempt, batch, identity, intent, row


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An empty store of each kind."""
    with SqlStore.create(store_url) as opened:
        yield opened


def block(number: int) -> BlockRef:
    return BlockRef(number, bytes([number]) * 32, time=0)


def sign(store: SqlStore, name: str, *, nonce: int) -> None:
    lease = store.take_lease(key=LEASE, owner="me", now=0, seconds=60)
    signed = attempt(intent_id=name, nonce=nonce)
    store.open_lane(sender=KEY, registry="local", first=nonce)
    store.add_attempt(signed, lease_key=LEASE, lease_fence=lease, intent_fence=1)
    store.mark_sent(signed, now=5, intent_fence=2)


def test_a_mark_only_rises_and_is_forgotten_on_request(store: SqlStore) -> None:
    assert store.fetch_final_mark("local") is None
    for number in (5, 9, 7):
        store.write_final_mark("local", block(number))
    store.write_final_mark("other", block(3))
    assert store.fetch_final_mark("local") == block(9)
    store.drop_final_mark("local")
    assert store.fetch_final_mark("local") is None
    assert store.fetch_final_mark("other") == block(3)


def test_the_highest_of_marks_written_at_once_stays(store: SqlStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: store.write_final_mark("local", block(number)), range(1, 25)))
    assert store.fetch_final_mark("local") == block(24)


def test_a_write_is_dropped_only_while_it_waits_for_a_signature(store: SqlStore) -> None:
    store.write_pin("local", identity())
    for name in ("a", "b"):
        store.add_intent(intent(name))
    sign(store, "b", nonce=0)
    store.add_intent(intent("d", sender=NOBODY))
    for name, fence in (("a", 2), ("b", 3), ("c", 1), ("d", 1)):
        with pytest.raises(TransitionError) as caught:
            store.drop_intent(name, fence=fence)
        assert caught.value.code == "outbox.cannot_drop"
    store.drop_intent("a", fence=1)
    assert [one.wanted.id for one in store.fetch_intents()] == ["b", "d"]


def test_what_was_signed_in_vain_for_a_dropped_write_is_kept_apart(store: SqlStore) -> None:
    store.write_pin("local", identity())
    store.add_intent(intent("a"))
    sign(store, "a", nonce=0)
    store.move_intent("a", before=State.SENT, after=State.REVERTED, fence=3, block=BLOCK)
    store.move_intent("a", before=State.REVERTED, after=State.SEALED, fence=4)
    store.drop_intent("a", fence=5)
    assert store.fetch_intents() == []
    with store._engine.connect() as connection:
        kept = connection.execute(text("SELECT intent_id, nonce FROM past_attempts")).all()
    assert [tuple(one) for one in kept] == [("a", 0)]


def test_what_was_given_up_stays_so_on_a_new_chain(store: SqlStore) -> None:
    store.write_pin("local", identity())
    store.open_batch(batch())
    store.seal_batch("b1", root=ROOT, size=1, rows=[row(0)], intent=intent(batch_id="b1"))
    store.give_up_batch("b1", fence=1, note="outbox.ruled_out")
    store.start_over("local", identity=identity(genesis_hash=b"\x0f" * 32))
    kept = store.fetch_intent("anchor:b1")
    assert kept is not None
    assert kept.state is State.HALTED


def test_a_deployment_is_over_once_its_contract_stands_and_gaps_of_the_old_chain_are_gone(
    store: SqlStore,
) -> None:
    store.write_pin("local", identity())
    for name, kind in (("d", "deploy"), ("f", "fill"), ("a", "anchor")):
        store.add_intent(intent(name, kind=kind, nonce=3 if kind == "fill" else None))
    store.start_over("local", identity=identity(genesis_hash=b"\x0f" * 32, registry=bytes(20)))
    assert {one.wanted.id: one.state for one in store.fetch_intents()} == {"d": "sealed", "a": "sealed"}
    store.start_over("local", identity=identity(genesis_hash=b"\x0f" * 32))
    assert {one.wanted.id: one.state for one in store.fetch_intents()} == {"d": "final", "a": "sealed"}


def test_the_lanes_of_a_wiped_chain_end_with_it_though_its_first_block_is_the_same(store: SqlStore) -> None:
    store.write_pin("local", identity())
    store.add_intent(intent("a"))
    sign(store, "a", nonce=0)
    store.start_over("local", identity=identity(genesis_hash=b"\x0f" * 32))
    assert store.fetch_lane(sender=KEY, registry="local") is None
    store.open_lane(sender=KEY, registry="local", first=4)
    store.start_over("local", identity=identity(genesis_hash=b"\x0f" * 32))
    assert store.fetch_lane(sender=KEY, registry="local") is None


def test_with_a_dropped_anchor_goes_its_batch(store: SqlStore) -> None:
    store.open_batch(batch())
    store.seal_batch("b1", root=ROOT, size=1, rows=[row(0)], intent=intent(batch_id="b1"))
    store.drop_intent("anchor:b1", fence=1)
    assert store.fetch_batches() == []
    assert store.fetch_row("t0") is None


def test_an_anchor_whose_files_are_out_is_not_dropped(store: SqlStore) -> None:
    store.open_batch(batch(release_early=True))
    store.seal_batch("b1", root=ROOT, size=1, rows=[row(0)], intent=intent(batch_id="b1"))
    with pytest.raises(TransitionError) as caught:
        store.drop_intent("anchor:b1", fence=1)
    assert caught.value.code == "outbox.handed_out"
    assert store.fetch_intent("anchor:b1") is not None
    assert store.fetch_row("t0") is not None


def test_after_a_wiped_chain_everything_is_queued_again_and_old_transactions_are_kept_apart(
    store: SqlStore,
) -> None:
    store.write_pin("local", identity())
    store.write_pin("other", identity())
    for name, registry in (("a", "local"), ("b", "local"), ("c", "other")):
        store.add_intent(intent(name, registry=registry))
    for nonce, name in enumerate(("a", "c")):
        sign(store, name, nonce=nonce)
    store.move_intent("a", before=State.SENT, after=State.MINED, fence=3, block=BLOCK)
    store.write_final_mark("local", block(9))
    fresh = identity(genesis_hash=b"\x0f" * 32)
    store.start_over("local", identity=fresh)
    states = {one.wanted.id: (one.state, one.fence, one.block_number) for one in store.fetch_intents()}
    assert states == {"a": (State.SEALED, 5, None), "b": (State.SEALED, 2, None), "c": (State.SENT, 3, None)}
    assert store.fetch_attempts("a") == []
    assert len(store.fetch_attempts("c")) == 1
    assert store.fetch_final_mark("local") is None
    assert store.fetch_pin("local") == fresh
    with store._engine.connect() as connection:
        kept = connection.execute(text("SELECT intent_id, genesis_hash, nonce FROM past_attempts")).all()
    assert [(name, bytes(genesis), nonce) for name, genesis, nonce in kept] == [("a", b"\x01" * 32, 0)]
