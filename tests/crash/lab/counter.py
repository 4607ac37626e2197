"""The counting contract has no guard: each call adds one to the slot that it names, so that doubles show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from attestree.adapters.evm.bare_chain import fetch_bare_identity
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.rpc import JsonRpc
from attestree.merkle.keccak import keccak256
from attestree.ports import NewIntent, Probe
from attestree.registry.facts import ChainIdentity
from lab.tasks import REGISTRY

CODE = bytes.fromhex("600035805460010190550000")
"""PUSH 0, CALLDATALOAD, DUP1, SLOAD, PUSH 1, ADD, SWAP1, SSTORE, STOP."""

CONTRACT = b"\xc0" * 20
"""Where it lies."""


def place_contract(chain: DevChain) -> None:
    """Put the contract on a chain."""
    chain.call("anvil_setCode", "0x" + CONTRACT.hex(), "0x" + CODE.hex())


def fetch_identity(rpc: JsonRpc) -> ChainIdentity:
    """Return what a settings file would pin of the contract."""
    return replace(fetch_bare_identity(rpc), registry=CONTRACT, code_hash=keccak256(CODE))


def build_write(name: str, slot: bytes, *, key: bytes, created: int = 1) -> NewIntent:
    """Return the write of a key that adds one to a slot that was never used."""
    return NewIntent(
        id=name,
        kind="anchor",
        registry=REGISTRY,
        issuer=key,
        sender=key,
        to=CONTRACT,
        payload=slot,
        probes=(Probe(slot, 2**256 - 1, 1),),
        title=name,
        created=created,
    )


def count_effects(rpc: JsonRpc, slots: Sequence[bytes]) -> list[int]:
    """Return how often each slot was added to, as the chain itself has it."""
    place = "0x" + CONTRACT.hex()
    questions = [("eth_getStorageAt", [place, "0x" + slot.hex(), "latest"]) for slot in slots]
    return [int(str(word), 16) for word in rpc.batch(questions)]
