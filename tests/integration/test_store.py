"""The store on real databases: a SQLite file, and PostgreSQL; both must answer the same."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from attestree.adapters.sql import SqlStore
from attestree.errors import LeaseHeldError, TransitionError
from attestree.outbox.states import State
from attestree.ports import Attempt, CredentialRow
from attestree.registry.facts import BlockRef
from tests.integration.postgres import Postgres
from tests.integration.store_records import (
    BLOCK,
    ISSUER,
    KEY,
    LEASE,
    ROOT,
    attempt,
    batch,
    identity,
    intent,
    row,
)


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An empty store of each kind."""
    with SqlStore.create(store_url) as opened:
        yield opened


def seal(store: SqlStore, *, rows: list[CredentialRow] | None = None) -> None:
    given = [row(0), row(1, key=b"l")] if rows is None else rows
    store.seal_batch("b1", root=ROOT, size=2, rows=given, intent=intent(batch_id="b1"))


def sign(store: SqlStore, signed: Attempt, *, fence: int) -> None:
    lease = store.take_lease(key=LEASE, owner="me", now=0, seconds=60)
    store.add_attempt(signed, lease_key=LEASE, lease_fence=lease, intent_fence=fence)


# -- pins and leases ---------------------------------------------------------------------------


def test_a_pin_stays_and_another_is_refused(store: SqlStore) -> None:
    assert store.fetch_pin("local") is None
    store.write_pin("local", identity())
    store.write_pin("local", identity())
    with pytest.raises(TransitionError) as caught:
        store.write_pin("local", identity(genesis_hash=b"\x09" * 32))
    assert caught.value.code == "store.pinned_otherwise"
    assert store.fetch_pins() == {"local": identity()} == {"local": store.fetch_pin("local")}


def test_a_pin_without_a_contract_is_completed_on_the_same_chain_only(store: SqlStore) -> None:
    blank = identity(registry=bytes(20), code_hash=b"", deploy_block=0, deploy_block_hash=b"")
    store.write_pin("local", blank)
    with pytest.raises(TransitionError):
        store.write_pin("local", identity(chain_id=1))
    store.write_pin("local", identity())
    assert store.fetch_pin("local") == identity()


def test_a_lease_is_renewed_by_its_owner_and_refused_to_another(store: SqlStore) -> None:
    fence = store.take_lease(key=LEASE, owner="me", now=0, seconds=10)
    assert store.take_lease(key=LEASE, owner="me", now=5, seconds=10) == fence
    with pytest.raises(LeaseHeldError) as caught:
        store.take_lease(key=LEASE, owner="other", now=14, seconds=10)
    assert caught.value.values == {"owner": "me", "seconds": 1}


def test_a_lease_that_ran_out_goes_to_another_with_a_higher_fence(store: SqlStore) -> None:
    fence = store.take_lease(key=LEASE, owner="me", now=0, seconds=10)
    assert store.take_lease(key=LEASE, owner="other", now=10, seconds=10) > fence
    with pytest.raises(LeaseHeldError):
        store.take_lease(key=LEASE, owner="me", now=11, seconds=10)


def test_a_lease_given_back_is_free_and_its_fence_is_not_used_again(store: SqlStore) -> None:
    fence = store.take_lease(key=LEASE, owner="me", now=0, seconds=10)
    store.drop_lease(key=LEASE, fence=fence)
    assert store.take_lease(key=LEASE, owner="other", now=1, seconds=10) > fence
    store.drop_lease(key=LEASE, fence=fence)
    with pytest.raises(LeaseHeldError):
        store.take_lease(key=LEASE, owner="me", now=2, seconds=10)


# -- batches and credentials -------------------------------------------------------------------


def test_the_same_roster_finds_the_batch_it_opened(store: SqlStore) -> None:
    assert store.open_batch(batch()) == batch()
    assert store.open_batch(batch(id="b2")) == batch()
    other = batch(id="b3", issuer=KEY)
    assert store.open_batch(other) == other
    assert store.fetch_batches() == [batch(), other]
    assert store.fetch_batches(issuer=KEY) == [other]


def test_a_sealed_batch_has_its_root_rows_and_anchor_at_once(store: SqlStore) -> None:
    store.open_batch(batch())
    seal(store)
    sealed = batch(state=State.SEALED, size=2, root=ROOT)
    assert store.fetch_batch("b1") == sealed == store.fetch_batch_of_root(issuer=ISSUER, root=ROOT)
    assert store.fetch_batch_of_root(issuer=KEY, root=ROOT) is None
    assert store.fetch_rows("b1") == [row(0), row(1, key=b"l")]
    assert store.fetch_row("t1") == row(1, key=b"l")
    assert store.fetch_row("t2") is None
    queued = store.fetch_intent("anchor:b1")
    assert queued is not None
    assert queued.wanted == intent(batch_id="b1")
    assert queued.state is State.SEALED


def test_sealing_again_changes_nothing_and_sealing_otherwise_is_refused(store: SqlStore) -> None:
    store.open_batch(batch())
    seal(store)
    seal(store)
    with pytest.raises(TransitionError) as caught:
        store.seal_batch("b1", root=KEY, size=2, rows=[], intent=intent())
    assert caught.value.code == "store.sealed_otherwise"
    assert len(store.fetch_intents()) == 1


def test_a_seal_that_fails_leaves_the_batch_open(store: SqlStore) -> None:
    store.open_batch(batch())
    with pytest.raises(TransitionError) as caught:
        seal(store, rows=[row(0), row(0, token="twice")])
    assert caught.value.code == "store.row_twice"
    assert store.fetch_batch("b1") == batch()
    assert store.fetch_rows("b1") == []


def test_a_batch_that_is_not_there_cannot_be_sealed_or_delivered(store: SqlStore) -> None:
    assert store.fetch_batch("b1") is None
    with pytest.raises(TransitionError):
        seal(store)
    with pytest.raises(TransitionError):
        store.mark_delivered("b1")


def test_delivery_erases_the_seed(store: SqlStore) -> None:
    store.open_batch(batch())
    store.mark_delivered("b1")
    delivered = store.fetch_batch("b1")
    assert delivered is not None
    assert delivered.delivered
    assert delivered.seed is None


def test_what_was_issued_before_is_found_by_row_key(store: SqlStore) -> None:
    store.open_batch(batch())
    seal(store)
    asked = [bytes([n % 256, n // 256]) * 16 for n in range(6_000)]
    assert store.fetch_rows_by_key([*asked, b"l" * 32]) == {b"l" * 32: [row(1, key=b"l")]}


def test_a_credential_is_superseded_once_the_newer_one_is_final(store: SqlStore) -> None:
    store.open_batch(batch())
    seal(store)
    store.open_batch(batch(id="b2", fingerprint=b"\x08" * 32))
    newer = replace(row(0, token="new", replaces="t0"), batch_id="b2")
    anchor = intent("anchor:b2", batch_id="b2")
    store.seal_batch("b2", root=b"\x44" * 32, size=1, rows=[newer], intent=anchor)
    assert store.fetch_row("t0") == row(0)
    store.move_intent("anchor:b2", before=State.SEALED, after=State.FINAL, fence=1)
    assert store.fetch_row("t0") == replace(row(0), superseded_by="new")
    assert store.fetch_row("new") == newer


# -- outbox ------------------------------------------------------------------------------------


def test_asking_twice_is_asking_once(store: SqlStore) -> None:
    first = store.add_intent(intent())
    assert store.add_intent(intent(title="again")) == first
    assert store.fetch_intents() == [first]
    assert first.wanted == intent()


def test_intents_come_in_the_order_they_were_queued_and_by_state(store: SqlStore) -> None:
    for name in ("z", "a", "m"):
        store.add_intent(intent(name))
    store.move_intent("a", before=State.SEALED, after=State.HALTED, fence=1, note="outbox.foreign_nonce")
    assert [found.wanted.id for found in store.fetch_intents()] == ["z", "a", "m"]
    halted = store.fetch_intents(states=[State.HALTED])
    assert [(found.wanted.id, found.note) for found in halted] == [("a", "outbox.foreign_nonce")]


def test_a_signed_transaction_is_stored_before_it_is_sent(store: SqlStore) -> None:
    fence = store.add_intent(intent()).fence
    sign(store, attempt(), fence=fence)
    assert store.fetch_attempts("anchor:b1") == [attempt()]
    store.mark_sent(attempt(), now=300, intent_fence=fence + 1)
    store.mark_sent(attempt(), now=400, intent_fence=fence + 2)
    assert store.fetch_attempts("anchor:b1") == [replace(attempt(), sent_at=400)]
    sent = store.fetch_intent("anchor:b1")
    assert sent is not None
    assert (sent.state, sent.fence) == (State.SENT, fence + 3)


def test_a_writer_that_slept_through_its_lease_cannot_sign(store: SqlStore) -> None:
    fence = store.add_intent(intent()).fence
    lease = store.take_lease(key=LEASE, owner="me", now=0, seconds=10)
    store.take_lease(key=LEASE, owner="other", now=20, seconds=10)
    with pytest.raises(TransitionError) as caught:
        store.add_attempt(attempt(), lease_key=LEASE, lease_fence=lease, intent_fence=fence)
    assert caught.value.code == "lease.lost"
    assert store.fetch_attempts("anchor:b1") == []


def test_a_second_live_nonce_is_refused_by_the_store_too(store: SqlStore) -> None:
    fence = store.add_intent(intent()).fence
    sign(store, attempt(), fence=fence)
    store.mark_sent(attempt(), now=300, intent_fence=fence + 1)
    with pytest.raises(TransitionError) as caught:
        sign(store, attempt(2, nonce=6), fence=fence + 2)
    assert caught.value.code == "outbox.second_nonce"
    sign(store, attempt(2), fence=fence + 2)
    assert [one.nonce for one in store.fetch_attempts("anchor:b1")] == [5, 5]


def test_an_edge_is_taken_once(store: SqlStore) -> None:
    store.add_intent(intent())
    store.move_intent("anchor:b1", before=State.SEALED, after=State.FINAL, fence=1)
    for before, after, fence, code in (
        (State.SEALED, State.HALTED, 1, "outbox.lost_race"),
        (State.FINAL, State.HALTED, 1, "outbox.lost_race"),
        (State.FINAL, State.SEALED, 2, "outbox.no_such_edge"),
    ):
        with pytest.raises(TransitionError) as caught:
            store.move_intent("anchor:b1", before=before, after=after, fence=fence)
        assert caught.value.code == code
    with pytest.raises(TransitionError):
        sign(store, attempt(), fence=2)
    with pytest.raises(TransitionError):
        store.mark_sent(attempt(), now=1, intent_fence=9)


def test_the_block_is_kept_while_it_counts_and_forgotten_when_it_does_not(store: SqlStore) -> None:
    fence = store.add_intent(intent()).fence
    sign(store, attempt(), fence=fence)

    def move(before: State, after: State, block: BlockRef | None = None) -> tuple[object, object]:
        nonlocal fence
        fence += 1
        store.move_intent("anchor:b1", before=before, after=after, fence=fence, block=block)
        moved = store.fetch_intent("anchor:b1")
        assert moved is not None
        return moved.block_number, moved.block_hash

    assert move(State.SIGNED, State.MINED, BLOCK) == (7, BLOCK.hash)
    assert move(State.MINED, State.SENT) == (None, None)
    assert move(State.SENT, State.MINED, BLOCK) == (7, BLOCK.hash)
    assert move(State.MINED, State.FINAL) == (7, BLOCK.hash)


def test_a_halted_write_is_taken_up_again_to_two_states_only(store: SqlStore) -> None:
    store.add_intent(intent())
    store.move_intent("anchor:b1", before=State.SEALED, after=State.HALTED, fence=1, note="outbox.why")
    with pytest.raises(TransitionError):
        store.resume_intent("anchor:b1", after=State.FINAL, fence=2)
    store.resume_intent("anchor:b1", after=State.SEALED, fence=2)
    with pytest.raises(TransitionError):
        store.resume_intent("anchor:b1", after=State.SEALED, fence=3)
    taken_up = store.fetch_intent("anchor:b1")
    assert taken_up is not None
    assert (taken_up.state, taken_up.note) == (State.SEALED, "")


# -- transactions that carry several writes ----------------------------------------------------


def together(store: SqlStore, *names: str, number: int = 1, nonce: int = 5, fence: int = 1) -> None:
    """Sign one transaction for several intents."""
    lease = store.take_lease(key=LEASE, owner="me", now=0, seconds=60)
    signed = attempt(number, nonce=nonce, intent_id=names[0])
    beside = dict.fromkeys(names[1:], fence)
    store.add_attempt(signed, lease_key=LEASE, lease_fence=lease, intent_fence=fence, beside=beside)


def queue(store: SqlStore, names: str) -> None:
    for name in names:
        store.add_intent(intent(name))


def states(store: SqlStore) -> str:
    return " ".join(f"{one.wanted.id}:{one.state.value}" for one in store.fetch_intents())


def refused(act: Callable[[], None]) -> str:
    with pytest.raises(TransitionError) as caught:
        act()
    return caught.value.code


def test_a_transaction_stands_with_each_write_that_it_carries(store: SqlStore) -> None:
    queue(store, "abc")
    together(store, "a", "b", "c")
    assert states(store) == "a:signed b:signed c:signed"
    (first,) = store.fetch_attempts("a")
    assert store.fetch_attempts("b") == [replace(first, intent_id="b")]
    assert [one.wanted.id for one in store.fetch_carried(first.tx_hash)] == ["a", "b", "c"]
    assert store.fetch_carried(b"\x01" * 32) == []


def test_bytes_that_may_have_left_may_have_left_for_all(store: SqlStore) -> None:
    queue(store, "abc")
    together(store, "a", "b", "c")
    store.move_intent("c", before=State.SIGNED, after=State.HALTED, fence=2, note="outbox.why")
    (signed,) = store.fetch_attempts("b")
    store.mark_sent(signed, now=300, intent_fence=2)
    assert states(store) == "a:sent b:sent c:halted"
    assert {one.sent_at for name in "abc" for one in store.fetch_attempts(name)} == {300}
    assert refused(lambda: store.mark_sent(signed, now=400, intent_fence=2)) == "outbox.lost_race"
    assert list(store.check_at_rest()) == []


def test_a_new_price_is_for_all_or_for_nobody(store: SqlStore) -> None:
    queue(store, "abc")
    together(store, "a", "b")
    (signed,) = store.fetch_attempts("a")
    assert refused(lambda: together(store, "a", "b", number=2, fence=2)) == "outbox.no_such_edge"
    store.mark_sent(signed, now=300, intent_fence=2)
    assert refused(lambda: together(store, "a", number=2, fence=3)) == "outbox.not_together"
    assert refused(lambda: together(store, "a", "b", number=2, nonce=6, fence=3)) == "outbox.second_nonce"
    store.move_intent("b", before=State.SENT, after=State.MINED, fence=3, block=BLOCK)
    assert refused(lambda: together(store, "a", "b", number=2, fence=3)) == "outbox.lost_race"
    store.move_intent("b", before=State.MINED, after=State.SENT, fence=4)
    store.mark_sent(signed, now=300, intent_fence=3)
    store.mark_sent(signed, now=300, intent_fence=4)
    together(store, "a", "b", number=2, fence=5)
    assert states(store) == "a:signed b:signed c:sealed"
    assert [one.number for one in store.fetch_attempts("b")] == [1, 2]


def test_who_was_signed_before_or_waits_elsewhere_shares_nothing(store: SqlStore) -> None:
    queue(store, "ab")
    sign(store, attempt(nonce=4, intent_id="b"), fence=1)
    store.move_intent("b", before=State.SIGNED, after=State.REVERTED, fence=2, block=BLOCK)
    store.move_intent("b", before=State.REVERTED, after=State.SEALED, fence=3)
    lease = store.take_lease(key=LEASE, owner="me", now=0, seconds=60)

    def add(first: str, fence: int, beside: dict[str, int]) -> None:
        signed = attempt(2, intent_id=first)
        store.add_attempt(signed, lease_key=LEASE, lease_fence=lease, intent_fence=fence, beside=beside)

    assert refused(lambda: add("a", 1, {"b": 4})) == "outbox.not_together"
    assert refused(lambda: add("b", 4, {"a": 1})) == "outbox.not_together"
    for name, changes in {"r": {"registry": "x"}, "k": {"sender": b"x" * 20}, "n": {"nonce": 5}}.items():
        store.add_intent(intent(name, **changes))
        assert refused(lambda name=name: add("a", 1, {name: 1})) == "outbox.not_together"  # type: ignore[misc]
    assert refused(lambda: add("a", 1, {"missing": 1})) == "outbox.lost_race"
    assert refused(lambda: add("a", 1, {"b": 9})) == "outbox.lost_race"
    assert states(store) == "a:sealed b:sealed r:sealed k:sealed n:sealed"
    assert [store.fetch_attempts(name) for name in "arkn"] == [[]] * 4


def test_bytes_that_are_stored_already_are_nobody_elses(store: SqlStore) -> None:
    queue(store, "ab")
    sign(store, attempt(intent_id="a"), fence=1)
    known = replace(attempt(intent_id="b"), tx_hash=attempt(intent_id="a").tx_hash)
    assert refused(lambda: sign(store, known, fence=1)) == "outbox.not_together"
    assert states(store) == "a:signed b:sealed"


def test_a_shared_nonce_moves_the_lane_once(store: SqlStore) -> None:
    store.write_pin("local", identity())
    store.open_lane(sender=KEY, registry="local", first=5)
    queue(store, "abc")
    together(store, "a", "b", nonce=5)
    lane = store.fetch_lane(sender=KEY, registry="local")
    assert lane is not None
    assert lane.next == 6
    assert store.fetch_held_nonces(sender=KEY, registry="local", least=0) == {5}
    assert refused(lambda: sign(store, attempt(nonce=5, intent_id="c"), fence=1)) == "lane.wrong_nonce"


# -- two at once -------------------------------------------------------------------------------


def at_once(act: Callable[[], object]) -> list[object]:
    """Do the same in four threads that start together; return what each got."""
    barrier = threading.Barrier(4)

    def run(_number: int) -> object:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(run, range(4)))


def test_what_is_asked_by_several_at_once_is_stored_once_and_refused_to_nobody(store: SqlStore) -> None:
    for number in range(10):
        name = f"status:{number}"
        queued = at_once(lambda name=name: store.add_intent(intent(name)))  # type: ignore[misc]
        assert {one.wanted.id for one in queued} == {name}  # type: ignore[attr-defined]
        asked = batch(id=f"b{number}", fingerprint=bytes([number]) * 32)
        opened = at_once(lambda asked=asked: store.open_batch(asked))  # type: ignore[misc]
        assert opened == [asked] * 4
        at_once(lambda number=number: store.write_pin(f"r{number}", identity()))  # type: ignore[misc]
    assert len(store.fetch_intents()) == len(store.fetch_batches()) == len(store.fetch_pins()) == 10


def test_one_of_several_takes_a_free_lease_and_the_others_are_told(store: SqlStore) -> None:
    for number in range(10):
        owners = itertools.count()

        def take(number: int = number, owners: Iterator[int] = owners) -> object:
            try:
                return store.take_lease(key=bytes([number]), owner=f"{next(owners)}", now=1, seconds=9)
            except LeaseHeldError as error:
                return error.code

        assert sorted(map(str, at_once(take))) == ["1", "lease.held", "lease.held", "lease.held"]


def test_a_commit_is_flushed_whatever_the_server_says(postgres: Postgres) -> None:
    postgres.empty()
    with SqlStore.create(postgres.url) as store, store._engine.begin() as connection:
        connection.execute(text("ALTER ROLE postgres SET synchronous_commit = off"))
    try:
        with SqlStore(postgres.url) as store, store._engine.begin() as connection:
            assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == "on"
    finally:
        with SqlStore(postgres.url) as store, store._engine.begin() as connection:
            connection.execute(text("ALTER ROLE postgres RESET synchronous_commit"))
