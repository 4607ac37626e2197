"""
A real Safe on a test chain: the contracts that Safe ships (npm, compiled by them), two of three owners.

    safe = deploy_safe(rpc, payer=actor, owners=[one, two, three], threshold=2)
    safe.execute(registry.address, build_call("addOperator", ...), by=[one, two], payer=actor)
    signature = safe.sign_digest(digest, by=[one, two])
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import decode, encode

from attestree.adapters.evm.hexes import format_bytes, parse_address, parse_bytes
from attestree.adapters.evm.rpc import JsonRpc
from attestree.merkle.keccak import keccak256
from tests.integration.deployed import Actor, send_transaction

ARTIFACTS = (
    Path(__file__).parents[2] / "node_modules/@safe-global/safe-smart-account/build/artifacts/contracts"
)
NOBODY = bytes(20)
CREATED = keccak256(b"ProxyCreation(address,address)")


def call_of(signature: str, *arguments: object) -> bytes:
    """Return a call of a function by its Solidity signature."""
    kinds = signature[signature.index("(") + 1 : -1].split(",")
    return keccak256(signature.encode())[:4] + encode([kind for kind in kinds if kind], arguments)


@dataclass(frozen=True)
class Safe:
    """One Safe and its owners."""

    rpc: JsonRpc
    address: bytes
    owners: Sequence[Actor]

    def execute(self, to: bytes, payload: bytes, *, by: Sequence[Actor], payer: Actor) -> dict[str, Any]:
        """Have the Safe make a call that these owners signed; whoever pays sends it."""
        terms = (to, 0, payload, 0, 0, 0, 0, NOBODY, NOBODY)
        (nonce,) = decode(["uint256"], self._ask(call_of("nonce()")))
        kinds = "address,uint256,bytes,uint8,uint256,uint256,uint256,address,address"
        digest = self._ask(call_of(f"getTransactionHash({kinds},uint256)", *terms, nonce))
        signatures = _join(digest, by)
        execution = call_of(f"execTransaction({kinds},bytes)", *terms, signatures)
        return send_transaction(self.rpc, payer, to=self.address, payload=execution)

    def sign_digest(self, digest: bytes, *, by: Sequence[Actor]) -> bytes:
        """Return what owners sign so that the Safe takes a digest for its own, as its handler wants it."""
        asked = call_of("getMessageHashForSafe(address,bytes)", self.address, digest)
        return _join(self._ask(asked), by)

    def _ask(self, payload: bytes) -> bytes:
        call = {"to": format_bytes(self.address), "data": format_bytes(payload)}
        return parse_bytes(self.rpc.call("eth_call", [call, "latest"]))


def deploy_safe(rpc: JsonRpc, *, payer: Actor, owners: Sequence[Actor], threshold: int) -> Safe:
    """Deploy singleton, handler and factory, and a proxy with these owners."""
    if not ARTIFACTS.is_dir():
        pytest.skip("no Safe contracts; `make setup` installs them")
    singleton, factory, handler = (
        _deploy(rpc, payer, name)
        for name in (
            "Safe.sol/Safe",
            "proxies/SafeProxyFactory.sol/SafeProxyFactory",
            "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler",
        )
    )
    setup = call_of(
        "setup(address[],uint256,address,bytes,address,address,uint256,address)",
        *([owner.address for owner in owners], threshold, NOBODY, b"", handler, NOBODY, 0, NOBODY),
    )
    creation = call_of("createProxyWithNonce(address,bytes,uint256)", singleton, setup, 1)
    receipt = send_transaction(rpc, payer, to=factory, payload=creation)
    (log,) = [one for one in receipt["logs"] if parse_bytes(one["topics"][0]) == CREATED]
    return Safe(rpc, parse_bytes(log["topics"][1])[12:], owners)


def _deploy(rpc: JsonRpc, payer: Actor, name: str) -> bytes:
    """Deploy a contract as Safe compiled it."""
    code = parse_bytes(json.loads((ARTIFACTS / f"{name}.json").read_text())["bytecode"])
    receipt = send_transaction(rpc, payer, to=None, payload=code, gas=10_000_000)
    return parse_address(receipt["contractAddress"])


def _join(digest: bytes, owners: Sequence[Actor]) -> bytes:
    """Return the signatures of owners, in the order of their addresses, as a Safe reads them."""
    ordered = sorted(owners, key=lambda owner: owner.address)
    return b"".join(bytes(owner.account.unsafe_sign_hash(digest).signature) for owner in ordered)
