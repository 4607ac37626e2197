"""
Checks what the store believes about the chain against the chain.

Decides on both directions: what is FINAL here must stand there as we wrote it, and what our keys wrote there
must be known here. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

from attestree.errors import ChainUnavailableError, CorruptionError
from attestree.merkle.keccak import keccak256
from attestree.outbox.states import State
from attestree.ports import Attempt, Batch, ChainEvents, Intent
from attestree.registry.facts import Anchor, BlockRef
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.ledger import Ledger

PROBES_AT_ONCE = 200
"""Storage words that are asked for in one request."""


def check_anchors(batches: Iterable[Batch], ledger: Ledger) -> Iterator[CorruptionError]:
    """Yield each FINAL batch that is not recorded, or not as it was sealed (I1)."""
    for batch in batches:
        if batch.state is not State.FINAL or batch.root is None:
            continue
        anchor = ledger.issuer(batch.issuer).anchors.get(batch.root)
        if anchor is None:
            yield CorruptionError("fsck.anchor_missing", batch=batch.id)
            continue
        found = {"size": anchor.size, "list": anchor.list_id, "kind": anchor.kind}
        sealed = {"size": batch.size, "list": batch.list_id, "kind": batch.kind}
        for field, value in found.items():
            if value != sealed[field]:
                yield CorruptionError("fsck.anchor_differs", batch=batch.id, field=field)


def check_known(
    batches: Iterable[Batch],
    ledger: Ledger,
    *,
    issuers: Iterable[bytes],
    keys: frozenset[bytes],
    given_up: Collection[tuple[bytes, bytes]] = (),
) -> Iterator[CorruptionError]:
    """
    Yield each anchor that one of our keys wrote and the store does not know (I8).

    A person may have given the documents of some anchors up, told here by issuer and root. What was
    disavowed is disowned already, and needs no second word.
    """
    known = {(batch.issuer, batch.root) for batch in batches} | {*given_up}
    for address in dict.fromkeys(issuers):
        issuer = ledger.issuer(address)
        writers = {operator.number: operator.address for operator in issuer.operators} | {0: address}
        for anchor in issuer.anchors.values():
            if anchor is None or (address, anchor.root) in known:
                continue
            if writers[anchor.operator] in keys and not _is_disowned(issuer, anchor):
                yield _unknown(address, anchor)


def _is_disowned(issuer: IssuerLedger, anchor: Anchor) -> bool:
    """Say whether an anchor counts for nothing because its key was disavowed from before it."""
    if anchor.operator == 0 or anchor.confirmed:
        return False
    since = issuer.operators[anchor.operator - 1].disavowed_from
    return since is not None and anchor.time >= since


def check_attempts(
    attempts: Iterable[tuple[Intent, Attempt]], chains: Mapping[str, int]
) -> Iterator[CorruptionError]:
    """
    Yield each attempt whose bytes are not its hash and nonce, and each nonce that two writes hold (I2).

    Two that share every transaction of that nonce hold it together (docs/adr/0010).

    Args:
        attempts: All of them, each with its write.
        chains: Chain id by registry; a key counts its nonces by chain, whatever the registry.
    """
    holders: dict[tuple[bytes, int | str, int], dict[str, set[bytes]]] = {}
    for intent, attempt in attempts:
        name = intent.wanted.id
        if keccak256(attempt.raw) != attempt.tx_hash or _nonce_of(attempt.raw) != attempt.nonce:
            yield CorruptionError("fsck.attempt", intent=name, number=attempt.number)
        chain = chains.get(intent.wanted.registry, intent.wanted.registry)
        held = holders.setdefault((intent.wanted.sender, chain, attempt.nonce), {})
        held.setdefault(name, set()).add(attempt.tx_hash)
    for (_, _, nonce), held in holders.items():
        (first, hashes), *others = held.items()
        for second, found in others:
            if found != hashes:
                yield CorruptionError("fsck.nonce_shared", nonce=nonce, first=first, second=second)


def check_final_writes(
    intents: Iterable[Intent], events: ChainEvents, *, block: BlockRef
) -> Iterator[CorruptionError]:
    """
    Yield each FINAL write whose block is another now, or whose effect is not in storage (I5, I10).

    Raises:
        ChainUnavailableError: `chain.*`.
    """
    final = [intent for intent in intents if intent.state is State.FINAL]
    yield from _check_blocks(final, events, block)
    probes = [(intent, probe) for intent in final for probe in intent.wanted.probes]
    for start in range(0, len(probes), PROBES_AT_ONCE):
        part = probes[start : start + PROBES_AT_ONCE]
        words = events.fetch_words([probe.slot for _, probe in part], block=block)
        for (intent, probe), word in zip(part, words, strict=True):
            if int.from_bytes(word, "big") & probe.mask != probe.value:
                yield CorruptionError("fsck.effect_missing", intent=intent.wanted.id)


def _check_blocks(final: Sequence[Intent], events: ChainEvents, block: BlockRef) -> Iterator[CorruptionError]:
    @cache
    def hash_at(number: int) -> bytes:
        try:
            return events.fetch_block(number).hash
        except ChainUnavailableError as exc:
            if exc.code != "chain.no_block":
                raise
            return b""

    for intent in final:
        number = intent.block_number
        if number is not None and (number > block.number or hash_at(number) != intent.block_hash):
            yield CorruptionError("fsck.block_changed", intent=intent.wanted.id, block=number)


def _unknown(issuer: bytes, anchor: Anchor) -> CorruptionError:
    facts: Mapping[str, object] = {"issuer": issuer, "root": anchor.root, "size": anchor.size}
    return CorruptionError("fsck.anchor_unknown", **facts)


def _nonce_of(raw: bytes) -> int:
    """Return the nonce of a signed EIP-1559 transaction; -1 where the bytes are none."""
    import rlp

    try:
        fields = rlp.decode(raw[1:])
    except rlp.exceptions.RLPException:
        return -1
    fits = (
        raw[:1] == b"\x02" and isinstance(fields, list) and len(fields) > 1 and isinstance(fields[1], bytes)
    )
    return int.from_bytes(fields[1], "big") if fits else -1
