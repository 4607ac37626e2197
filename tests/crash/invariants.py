"""
The invariants I1-I12, each one function over chain, store and folders, asked after every run.

Each function yields a sentence for everything that breaks it. Those
in `ALWAYS` hold at every moment, also beside the body of a process that was just killed; those in `AT_REST`
hold once a process has come to its end. `what holds it` says what in the product keeps it: a constraint of
the database, one transaction, or an order of steps that only experiments can show.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from hexbytes import HexBytes
from lab.chain_scan import ChainScan, Done
from lab.witness import Witness

from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.sql import SqlStore
from attestree.auditing.leaves import rebuild_tree
from attestree.merkle.keccak import keccak256
from attestree.merkle.kind import TreeKind
from attestree.outbox.states import EDGES, State
from attestree.ports import Attempt, Intent
from attestree.registry.calls import SIGNATURES
from attestree.registry.facts import ChainIdentity

ANCHOR, ANCHOR_MANY = (keccak256(SIGNATURES[name].encode())[:4] for name in ("anchor", "anchorMany"))
"""Selectors of the calls that record one root, and several."""


@dataclass
class World:
    """Everything that can be looked at from outside."""

    scan: ChainScan
    """The chain."""
    store: SqlStore
    """The store."""
    witness: Witness
    """What its triggers noted."""
    sender: EvmSender
    """Asked what the chain says it is."""
    registry: str = "local"
    """Name of the registry in the store."""
    effects: Callable[[Sequence[bytes]], list[int]] | None = None
    """How often each payload took effect, where the contract counts; None = it refuses a second time."""
    folders: Path | None = None
    """Where batch folders lie."""
    accepted: dict[bytes, int] = field(default_factory=dict)
    """Fingerprint -> number of rows, for each roster whose command ended well."""
    revoked: list[str] = field(default_factory=list)
    """Writes that change status and were acknowledged."""
    anchored: Callable[[], Sequence[bytes]] | None = None
    """Roots of all `Anchored` events of our issuers."""
    judged: Callable[[Path], str] | None = None
    """Verdict of the reference verifier on a credential's file."""
    released: set[Path] = field(default_factory=set)
    """Files that were judged before."""

    def look(self) -> Look:
        """Read the store and the chain, now."""
        intents = self.store.fetch_intents()
        stored = self.witness.attempts()
        attempts = {i.wanted.id: stored.get(i.wanted.id, []) for i in intents}
        payloads = [intent.wanted.payload for intent in intents]
        counts = dict(zip(payloads, self.effects(payloads), strict=True)) if self.effects is not None else {}
        return Look(intents, attempts, self.scan.read(), counts)


@dataclass(frozen=True)
class Look:
    """Chain and store at one moment."""

    intents: Sequence[Intent]
    attempts: dict[str, Sequence[Attempt]]
    done: Sequence[Done]
    counts: dict[bytes, int]

    def mined(self, intent: Intent) -> list[Done]:
        """Return every transaction in a block that carries a write, whoever made it."""
        wanted = intent.wanted
        return [one for one in self.done if one.to == wanted.to and carries(one.payload, wanted.payload)]


def carries(call: bytes, wanted: bytes) -> bool:
    """Say whether a call is that of a write, or one for several anchors with its own among them."""
    if call[:4] != ANCHOR_MANY or wanted[:4] != ANCHOR:
        return call == wanted
    anchors = [call[at : at + 128] for at in range(100, len(call), 128)]
    return call[4:36] == wanted[4:36] and wanted[36:] in anchors


Invariant = Callable[[World, Look], Iterator[str]]


def i1_every_final_write_took_effect_exactly_once(world: World, look: Look) -> Iterator[str]:
    """What holds it: the order of steps in `outbox.decide`; for anchors also the contract's own guard."""
    for intent in look.intents:
        times = sum(one.succeeded for one in look.mined(intent))
        counted = look.counts.get(intent.wanted.payload, times)
        if max(times, counted) > 1:
            yield f"I1 double: {intent.wanted.id} took effect {max(times, counted)} times"
        if intent.state is State.FINAL and min(times, counted) < 1:
            yield f"I1 lost: {intent.wanted.id} is FINAL and took no effect"


def i2_no_nonce_serves_two_writes_and_no_write_holds_two(world: World, look: Look) -> Iterator[str]:
    """
    What holds it: `add_attempt` refuses a second live nonce, and a lost lease, in its transaction.

    Writes that are in the same transactions hold their nonce together (docs/adr/0010); I11 opens the bytes.
    """
    holders: dict[tuple[bytes, int], dict[str, set[bytes]]] = {}
    spent = {one.hash for one in look.done}
    for intent in look.intents:
        attempts = look.attempts[intent.wanted.id]
        for attempt in attempts:
            held = holders.setdefault((intent.wanted.sender, attempt.nonce), {})
            held.setdefault(intent.wanted.id, set()).add(attempt.tx_hash)
        older = {a.nonce for a in attempts} - {a.nonce for a in attempts[-1:]}
        if older - {a.nonce for a in attempts if a.tx_hash in spent}:
            yield f"I2 second nonce: {intent.wanted.id} holds {sorted({a.nonce for a in attempts})}"
    for (_, nonce), held in holders.items():
        if len({frozenset(hashes) for hashes in held.values()}) > 1:
            yield f"I2 shared: nonce {nonce} is held by {sorted(held)} with different transactions"


def i3_nothing_left_before_it_was_stored(world: World, look: Look) -> Iterator[str]:
    """What holds it: `taker` stores, then sends; `add_attempt` returns when it is on disk."""
    stored = {attempt.tx_hash for attempts in look.attempts.values() for attempt in attempts}
    for tx_hash in [*(one.hash for one in look.done), *world.scan.waiting()]:
        if tx_hash not in stored:
            yield f"I3: transaction {tx_hash.hex()} is on the chain or in a pool, and in no store"


def i4_writes_move_along_the_drawn_edges_only(world: World, look: Look) -> Iterator[str]:
    """What holds it: `verify_transition` and an UPDATE that names state and fence, in one transaction."""
    drawn = {(before.value, after.value) for before, afters in EDGES.items() for after in afters}
    drawn |= {(State.HALTED.value, State.SEALED.value), (State.HALTED.value, State.SENT.value)}
    for intent, before, after in world.witness.edges():
        if (before, after) not in drawn and before != State.FINAL.value:
            yield f"I4: {intent} went from {before} to {after}"


def i5_final_is_left_for_a_halt_only(world: World, look: Look) -> Iterator[str]:
    """What holds it: as I4; the alarm is raised where the step is taken."""
    for intent, before, after in world.witness.edges():
        if before == State.FINAL.value and after not in (State.HALTED.value, State.FINAL.value):
            yield f"I5: {intent} left FINAL for {after}"
    for intent in look.intents:
        if intent.state is State.HALTED:
            yield f"I5: {intent.wanted.id} halted ({intent.note}) though nothing was wrong"


def i6_what_is_sealed_never_changes(world: World, look: Look) -> Iterator[str]:
    """What holds it: no method changes a sealed row; `seal_batch` fixes root and rows in one transaction."""
    yield from (f"I6: {what}" for what in world.witness.changed())
    for batch in world.store.fetch_batches():
        rows = world.store.fetch_rows(batch.id)
        if batch.root is None:
            if rows:
                yield f"I6: batch {batch.id} has rows and no root"
        elif rebuild_tree([row.leaf_hash for row in rows], TreeKind(batch.kind)).root != batch.root:
            yield f"I6: the rows of batch {batch.id} do not make its root"


def i7_every_accepted_row_is_in_exactly_one_batch(world: World, look: Look) -> Iterator[str]:
    """What holds it: UNIQUE (issuer, fingerprint), and row keys looked up before a plan is made."""
    batches = {batch.fingerprint: batch for batch in world.store.fetch_batches()}
    keys = Counter(row.row_key for batch in batches.values() for row in world.store.fetch_rows(batch.id))
    if twice := [key.hex()[:8] for key, count in keys.items() if count > 1]:
        yield f"I7 double: rows {twice} are in two batches"
    for fingerprint, size in world.accepted.items():
        found = batches.get(fingerprint)
        if found is None or found.size != size:
            yield f"I7 lost: an accepted roster of {size} rows is in no batch"


def i8_final_batches_are_the_anchored_ones(world: World, look: Look) -> Iterator[str]:
    """What holds it: I1 in both directions; `fsck` compares them."""
    if world.anchored is None:
        return
    events = Counter(world.anchored())
    final = {batch.root for batch in world.store.fetch_batches() if batch.state is State.FINAL}
    if any(count > 1 for count in events.values()) or set(events) != final:
        yield f"I8: {len(events)} roots on the chain, {len(final)} FINAL in the store"


def i9_what_was_handed_out_verifies(world: World, look: Look) -> Iterator[str]:
    """What holds it: every credential is folded back to the root before it is written."""
    if world.folders is None or world.judged is None:
        return
    for path in sorted(world.folders.glob("*/private/credentials/*.json")):
        if ".held" in str(path) or ".part" in str(path) or path in world.released:
            continue
        world.released.add(path)
        verdict = world.judged(path)
        if verdict not in ("valid", "revoked"):
            yield f"I9: {path.name} was handed out and is {verdict}"


def i10_an_accepted_revocation_ends_on_the_chain(world: World, look: Look) -> Iterator[str]:
    """What holds it: status changes take the same road as anchors; here their bits are read on the chain."""
    states = {intent.wanted.id: intent.state for intent in look.intents}
    for name in world.revoked:
        if states.get(name) is not State.FINAL:
            yield f"I10: {name} was acknowledged and is not FINAL"
    for intent in look.intents:
        if intent.state is not State.FINAL or world.effects is not None:
            continue
        for probe in intent.wanted.probes:
            place: list[object] = ["0x" + intent.wanted.to.hex(), "0x" + probe.slot.hex(), "latest"]
            word = int(str(world.scan.rpc.call("eth_getStorageAt", place)), 16)
            if word & probe.mask != probe.value:
                yield f"I10: {intent.wanted.id} is FINAL and its bits are not on the chain"


def i11_everything_was_signed_for_the_pinned_chain(world: World, look: Look) -> Iterator[str]:
    """What holds it: `taker` compares the chain with the pin before each signature; raw bytes are stored."""
    pinned = world.store.fetch_pin(world.registry)
    found: ChainIdentity = world.sender.fetch_identity()
    if pinned != found:
        yield "I11: the chain is not the pinned one"
    for intent in look.intents:
        for attempt in look.attempts[intent.wanted.id]:
            signed: Any = TypedTransaction.from_bytes(HexBytes(attempt.raw)).as_dict()
            kept = (attempt.nonce, attempt.tx_hash, intent.wanted.to, True)
            is_ours = carries(bytes(signed["data"]), intent.wanted.payload)
            made = (signed["nonce"], keccak256(attempt.raw), bytes(signed["to"]), is_ours)
            signer = bytes.fromhex(Account.recover_transaction(attempt.raw)[2:])
            if kept != made or signer != intent.wanted.sender or signed["chainId"] != found.chain_id:
                yield f"I11: what was signed for {intent.wanted.id} is not what the store says"


def i12_one_live_lease_a_key(world: World, look: Look) -> Iterator[str]:
    """What holds it: PRIMARY KEY (key); a lease changes hands in one UPDATE that names its end."""
    for step in world.witness.leases():
        if step.new_fence < step.old_fence:
            yield "I12: a fence went back"
        if step.before == step.after or not step.after:
            continue
        if step.new_fence <= step.old_fence or step.new_expires <= step.old_expires:
            yield f"I12: {step.after} took the lease of {step.before} while it lasted"


def folders_are_whole_or_absent(world: World, look: Look) -> Iterator[str]:
    """What holds it: written as `.part`, fsynced, renamed."""
    if world.folders is None:
        return
    for folder in world.folders.iterdir() if world.folders.is_dir() else ():
        if folder.name.endswith(".part"):
            continue
        described = folder / "public" / "batch.json"
        if not described.is_file():
            yield f"folder {folder.name} lacks its description"
            continue
        stated = json.loads(described.read_bytes())
        for name, wanted in stated["files"].items():
            path = folder / name
            found = path.read_bytes() if path.is_file() else b""
            if hashlib.sha256(found).hexdigest() != wanted["sha256"]:
                yield f"folder {folder.name} lacks a whole {name}"
        if len(list((folder / "private/credentials").glob("*.json"))) != stated["size"]:
            yield f"folder {folder.name} lacks single files"


def nothing_is_held_after_its_recording(world: World, look: Look) -> Iterator[str]:
    """What holds it: `deliver_batch` releases before it erases the seed; asked again it changes nothing."""
    if world.folders is None:
        return
    for batch in world.store.fetch_batches():
        whole = (world.folders / batch.id).is_dir() and not (world.folders / f"{batch.id}.held").exists()
        if batch.state is State.FINAL and not (whole and batch.delivered and batch.seed is None):
            yield f"batch {batch.id} is FINAL and not handed out"


def everything_is_final(world: World, look: Look) -> Iterator[str]:
    """The promise itself: nothing that was queued stays behind."""
    for intent in look.intents:
        if intent.state is not State.FINAL:
            yield f"stuck: {intent.wanted.id} is {intent.state.value}"


ALWAYS: tuple[Invariant, ...] = (
    i1_every_final_write_took_effect_exactly_once,
    i2_no_nonce_serves_two_writes_and_no_write_holds_two,
    i3_nothing_left_before_it_was_stored,
    i4_writes_move_along_the_drawn_edges_only,
    i5_final_is_left_for_a_halt_only,
    i6_what_is_sealed_never_changes,
    i7_every_accepted_row_is_in_exactly_one_batch,
    i12_one_live_lease_a_key,
    folders_are_whole_or_absent,
)
"""Hold at every moment."""

AT_REST: tuple[Invariant, ...] = (
    *ALWAYS,
    i8_final_batches_are_the_anchored_ones,
    i9_what_was_handed_out_verifies,
    i10_an_accepted_revocation_ends_on_the_chain,
    i11_everything_was_signed_for_the_pinned_chain,
    nothing_is_held_after_its_recording,
    everything_is_final,
)
"""Hold once everything has come to its end."""


def find_violations(world: World, invariants: Sequence[Invariant]) -> list[str]:
    """Return everything that is not as it must be."""
    look = world.look()
    return [broken for invariant in invariants for broken in invariant(world, look)]
