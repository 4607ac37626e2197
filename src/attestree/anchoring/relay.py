"""
Relaying: recording, and paying for, what another institution signed.

Decides what must be true before anything is paid: the request is for our registry, still runs, and is
signed by its issuer; nothing stands in its place yet. It asks the wallet of a contract account and nobody
else. That the write then happens exactly once is the outbox's work. Source: DESIGN sections 5 and 6;
EIP-712; ERC-1271.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from hashlib import sha256

from attestree.anchoring.request_file import AnchorRequest
from attestree.errors import RequestError
from attestree.outbox.states import State
from attestree.ports import Intent, NewIntent, Probe, Store, TransactionSender
from attestree.registry.facts import BlockRef
from attestree.registry.records import build_anchor_pattern, parse_anchor_record
from attestree.registry.signed_anchor import MAX_DEADLINE_SECONDS, SignedAnchor, build_anchor_by_signature
from attestree.registry.slots import slot_of_anchor

KIND = "relay"
"""Kind of the write that records what another signed."""

RecoverSigner = Callable[[bytes, bytes], bytes | None]
"""Given a digest and a signature, returns the address behind it, or None."""

AskWallet = Callable[[bytes, bytes, bytes], bool]
"""Given an account, a digest and a signature, says whether the account's own code takes it (ERC-1271)."""


class Standing(Enum):
    """What stands where a root would be recorded."""

    FREE = "free"
    """Nothing."""
    RECORDED = "recorded"
    """The very anchor, whoever recorded it."""
    TAKEN = "taken"
    """An anchor of that root with another size, kind or list."""
    RULED_OUT = "ruled_out"
    """Nothing, for ever: the issuer cancelled it."""


def verify_terms(request: AnchorRequest, *, chain_id: int, registry: bytes, now: int) -> None:
    """
    Return if a request is for this registry, and its deadline is one that the contract takes.

    Raises:
        RequestError: `request.other_registry`, `request.deadline_passed` or `request.deadline_far`.
    """
    anchor = request.anchor
    if (anchor.chain_id, anchor.registry) != (chain_id, registry):
        raise RequestError("request.other_registry", chain_id=anchor.chain_id)
    if anchor.deadline < now:
        raise RequestError("request.deadline_passed")
    if anchor.deadline > now + MAX_DEADLINE_SECONDS:
        raise RequestError("request.deadline_far")


def is_signed_by_key(request: AnchorRequest, *, recover: RecoverSigner) -> bool:
    """
    Say whether the key of the issuer's account signed a request; no chain is asked.

    Raises:
        RequestError: `request.not_signed`.
    """
    if request.signature is None:
        raise RequestError("request.not_signed", digest="0x" + request.digest.hex())
    return recover(request.digest, request.signature) == request.anchor.issuer


def verify_signature(request: AnchorRequest, *, recover: RecoverSigner, ask_wallet: AskWallet) -> None:
    """
    Return if the issuer signed a request: with its key, else by the code of its account.

    That is the order in which the contract asks.

    Raises:
        RequestError: `request.not_signed` or `request.bad_signature`.
        ChainUnavailableError: The account's code could not be asked.
    """
    if is_signed_by_key(request, recover=recover):
        return
    if not ask_wallet(request.anchor.issuer, request.digest, request.signature or b""):
        raise RequestError("request.bad_signature", issuer="0x" + request.anchor.issuer.hex())


def fetch_standing(sender: TransactionSender, probe: Probe, *, block: BlockRef) -> Standing:
    """Return what stands at a block where a probe looks for an anchor; raises as the sender does."""
    (word,) = sender.fetch_words([probe.slot], block=block)
    record = parse_anchor_record(word)
    if record is None:
        return Standing.FREE
    if record.cancelled:
        return Standing.RULED_OUT
    same = int.from_bytes(word, "big") & probe.mask == probe.value
    return Standing.RECORDED if same else Standing.TAKEN


def build_probe(anchor: SignedAnchor) -> Probe:
    """Return how to see the anchor in storage."""
    mask, value = build_anchor_pattern(size=anchor.size, kind=anchor.kind, list_id=anchor.list_id)
    return Probe(slot_of_anchor(issuer=anchor.issuer, root=anchor.root), mask, value)


def build_relay_intent(request: AnchorRequest, *, registry: str, payer: bytes, now: int) -> NewIntent:
    """Return the write that records a request; the same request by the same payer is the same write."""
    anchor = request.anchor
    payload = build_anchor_by_signature(anchor, request.signature or b"")
    return NewIntent(
        id=f"{KIND}:{sha256(f'{registry}|'.encode() + payer + payload).hexdigest()[:16]}",
        kind=KIND,
        registry=registry,
        issuer=anchor.issuer,
        sender=payer,
        to=anchor.registry,
        payload=payload,
        probes=(build_probe(anchor),),
        title=f"For 0x{anchor.issuer.hex()[:8]}..: {request.title}",
        created=now,
    )


def queue_relay(store: Store, wanted: NewIntent) -> Intent:
    """
    Queue the recording of a request, once; an earlier one of the same root whose time ran out is given up.

    An earlier one of which something is still out stays, and this one waits behind it.
    """
    for earlier in store.fetch_intents(states=[State.SEALED]):
        one = earlier.wanted
        same = (one.kind, one.registry, one.probes) == (KIND, wanted.registry, wanted.probes)
        # SEALED: every nonce that was spent on it is spent for ever, without effect.
        if same and one.id != wanted.id:
            note = "outbox.deadline_over"
            store.move_intent(one.id, before=State.SEALED, after=State.HALTED, fence=earlier.fence, note=note)
    return store.add_intent(wanted)
