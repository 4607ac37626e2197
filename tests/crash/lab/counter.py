"""
The counting contract has no guard: each call adds one to the slots that it names, so that doubles show.

A call is a slot, or a call of `anchor` or `anchorMany`, whose roots are the slots.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attestree.adapters.evm.bare_chain import fetch_bare_identity
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.rpc import JsonRpc
from attestree.merkle.keccak import keccak256
from attestree.ports import NewIntent, Probe
from attestree.registry.calls import build_anchor
from attestree.registry.facts import ChainIdentity
from lab.tasks import REGISTRY

CODE = bytes.fromhex(
    "6064 36 60a4 14 6040 02 90 03"  # where the first slot lies: at byte 100,
    "36 6020 14 6064 02 90 03"  # at 36 in a call of 164 bytes, at 0 in one of 32
    "5b 36 81 10 15 602b 57"  # until the end:
    "80 35 80 54 6001 01 90 55"  # add one to that slot,
    "6080 01 6014 56"  # and on to the next, 128 bytes further
    "5b 00"
)
"""JUMPDEST at 0x14 begins the loop, the one at 0x2b ends it."""

CONTRACT = b"\xc0" * 20
"""Where it lies."""


def place_contract(chain: DevChain) -> None:
    """Put the contract on a chain."""
    chain.call("anvil_setCode", "0x" + CONTRACT.hex(), "0x" + CODE.hex())


def fetch_identity(rpc: JsonRpc) -> ChainIdentity:
    """Return what a settings file would pin of the contract."""
    return replace(fetch_bare_identity(rpc), registry=CONTRACT, code_hash=keccak256(CODE))


def build_write(
    name: str, slot: bytes, *, key: bytes, created: int = 1, is_anchor: bool = False
) -> NewIntent:
    """Return a write of a key that adds one to a slot never used; anchors may share a transaction."""
    call = build_anchor(key, root=slot, size=1, kind=0, list_id=slot[:13])
    return NewIntent(
        id=name,
        kind="anchor",
        registry=REGISTRY,
        issuer=key,
        sender=key,
        to=CONTRACT,
        payload=call if is_anchor else slot,
        probes=(Probe(slot, 2**256 - 1, 1),),
        title=name,
        created=created,
    )


def slot_of(payload: bytes) -> bytes:
    """Return the slot that a write adds one to."""
    return payload[36:68] or payload


def count_effects(rpc: JsonRpc, slots: Sequence[bytes]) -> list[int]:
    """Return how often each slot was added to, as the chain itself has it."""
    place = "0x" + CONTRACT.hex()
    questions = [("eth_getStorageAt", [place, "0x" + slot.hex(), "latest"]) for slot in slots]
    return [int(str(word), 16) for word in rpc.batch(questions)]
