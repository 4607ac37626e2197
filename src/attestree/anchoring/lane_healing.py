"""
Healing a key's lane, because a person has looked and says so.

Decides what a person may say: that what another sent with the key is known and the lane goes on behind
it, or that a nonce which nobody used is to be spent on nothing. Neither is ever done by itself, and
both may be killed at any point and said again. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.anchoring.identity import fetch_pin, is_same_chain, verify_identity
from attestree.anchoring.resume import resume_intent
from attestree.errors import TransitionError
from attestree.outbox.lane import GAP, MAX_GAP, accept_foreign, check_lane
from attestree.outbox.states import State
from attestree.ports import Clock, Intent, Lane, NewIntent, Nonces, Store, TransactionSender

FILL_KIND = "fill"
"""Kind of a write that spends a nonce and does nothing else."""

STOPPED_BY_ANOTHER = "outbox.foreign_nonce"
"""Note of a write whose nonce another spent."""


def accept_foreign_use(
    store: Store, sender: TransactionSender, *, address: bytes, registry: str
) -> tuple[Lane, Sequence[Intent]]:
    """
    Go on behind what another sent with a key, and take up what it stopped.

    Returns:
        The lane as it is now, and the writes that were taken up again.

    Raises:
        TransitionError: `lane.not_known`, `lane.nothing_foreign`.
        ChainIdentityError: Another chain answers.
        UnavailableError: `lane.unsettled`, or chain or store do not answer; nothing was changed.
    """
    lane, counts = _look(store, sender, address=address, registry=registry)
    stopped = _fetch_stopped(store, address=address, registry=registry)
    if not stopped or counts.mined > lane.next or counts.pending > lane.next:
        after = accept_foreign(lane, counts)
        store.move_lane(sender=address, registry=registry, before=lane, after=after)
        lane = after
    for intent in stopped:
        resume_intent(store, sender, intent.wanted.id)
    return lane, stopped


def fill_gap(
    store: Store, sender: TransactionSender, clock: Clock, *, address: bytes, registry: str
) -> Sequence[Intent]:
    """
    Queue an empty transaction for each nonce that nobody used, and return them; again = no change.

    Raises:
        TransitionError: `lane.not_known`, `lane.no_gap`, `lane.wide_gap`.
        ChainIdentityError: Another chain answers.
        UnavailableError: Chain or store do not answer; nothing was changed.
    """
    lane, counts = _look(store, sender, address=address, registry=registry)
    held = store.fetch_held_nonces(sender=address, registry=registry, least=min(counts.mined, lane.next))
    state = check_lane(lane, counts, held=held)
    if state.code != GAP:
        raise TransitionError("lane.no_gap")
    if len(state.missing) > MAX_GAP:
        raise TransitionError("lane.wide_gap", missing=len(state.missing))
    genesis = fetch_pin(store, registry=registry).genesis_hash
    wanted = [
        _build_fill(nonce, address=address, registry=registry, genesis=genesis, now=clock.now())
        for nonce in state.missing
    ]
    return [store.add_intent(fill) for fill in wanted]


def _build_fill(nonce: int, *, address: bytes, registry: str, genesis: bytes, now: int) -> NewIntent:
    """Return the write that spends a nonce on nothing: no ether to the key's own address."""
    return NewIntent(
        # One chain, one key, one nonce: asking twice is asking once.
        id=f"fill:{genesis[:4].hex()}:{address.hex()}:{nonce}",
        kind=FILL_KIND,
        registry=registry,
        issuer=address,
        sender=address,
        to=address,
        payload=b"",
        probes=(),
        title=f"Fill number {nonce} of 0x{address.hex()}",
        created=now,
        nonce=nonce,
    )


def _look(store: Store, sender: TransactionSender, *, address: bytes, registry: str) -> tuple[Lane, Nonces]:
    """Return a key's lane and, read before it, the counts of the pinned chain."""
    verify_identity(sender.fetch_identity(), pinned=fetch_pin(store, registry=registry))
    counts = sender.fetch_nonces(address)
    lane = store.fetch_lane(sender=address, registry=registry)
    if lane is None:
        raise TransitionError("lane.not_known")
    return lane, counts


def _fetch_stopped(store: Store, *, address: bytes, registry: str) -> Sequence[Intent]:
    """Return the writes of a key that stopped because another spent their nonce, on any name of the chain."""
    pinned = fetch_pin(store, registry=registry)
    beside = {name for name, identity in store.fetch_pins().items() if is_same_chain(identity, pinned)}
    return [
        one
        for one in store.fetch_intents(states=[State.HALTED])
        if one.note == STOPPED_BY_ANOTHER and one.wanted.sender == address and one.wanted.registry in beside
    ]
