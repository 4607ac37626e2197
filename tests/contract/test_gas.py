"""
Gas ceilings of DESIGN section 5, on whole transactions as a node charges them.

Gas is a count and not a time: the same on every machine. The prices of single functions stand in
tests/contract/.gas-snapshot; these are the promises.
"""

from __future__ import annotations

import random

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.merkle.keccak import keccak256
from tests.contract.deployed import ISSUER, OPERATOR, Deployed, deploy

pytestmark = pytest.mark.chain

SIZE = 10_000
DIGEST = keccak256(b"document")


@pytest.fixture
def registry(chain: DevChain) -> Deployed:
    """A registry that OPERATOR has anchored in once, so that the issuer's head exists."""
    deployed = deploy(chain)
    deployed.spend(OPERATOR, "anchor", ISSUER, root_of(0), SIZE, 0, list_of(0))
    return deployed


def root_of(number: int) -> bytes:
    return keccak256(b"root" + bytes([number]))


def list_of(number: int) -> int:
    return int.from_bytes(keccak256(b"list" + bytes([number]))[:13], "big")


def test_an_operators_later_anchor_costs_at_most_62_000(registry: Deployed) -> None:
    assert registry.spend(OPERATOR, "anchor", ISSUER, root_of(1), SIZE, 0, list_of(1)) <= 62_000


def test_a_compare_and_swap_anchor_costs_at_most_62_000(registry: Deployed) -> None:
    answer = registry.chain.call(
        "eth_call", {"to": registry.address, "data": registry.build_call("headsOf", ISSUER)}, "latest"
    )
    head = int(answer[2:66], 16)
    gas = registry.spend(OPERATOR, "anchorAt", ISSUER, root_of(1), SIZE, 0, list_of(1), head)
    assert gas <= 62_000


def test_fifty_roots_together_cost_at_most_29_000_each(registry: Deployed) -> None:
    requests = [(root_of(n), SIZE, 0, list_of(n)) for n in range(1, 51)]
    assert registry.spend(OPERATOR, "anchorMany", ISSUER, requests) <= 50 * 29_000


def test_revoking_a_thousand_of_ten_thousand_costs_at_most_1_050_000(registry: Deployed) -> None:
    masks: dict[int, int] = {}
    for index in random.Random(1).sample(range(SIZE), 1_000):
        masks[index >> 8] = masks.get(index >> 8, 0) | 1 << (index & 255)
    assert len(masks) == 40
    gas = registry.spend(OPERATOR, "revoke", ISSUER, root_of(0), sorted(masks.items()), 0)
    assert gas <= 1_050_000


def test_inclusion_at_depth_20_executes_within_12_000(registry: Deployed) -> None:
    path, root = climb(20)
    registry.spend(OPERATOR, "anchor", ISSUER, root, 2**20, 0, list_of(1))
    assert execution_gas(registry, "verifyInclusion", ISSUER, root, DIGEST, 5, path) <= 12_000


def test_a_full_verdict_at_depth_20_executes_within_22_000(registry: Deployed) -> None:
    path, root = climb(20)
    registry.spend(OPERATOR, "anchor", ISSUER, root, 2**20, 0, list_of(1))
    request = (bytes.fromhex(ISSUER[2:]), DIGEST, 5, path)
    answer = registry.chain.call(
        "eth_call", {"to": registry.address, "data": registry.build_call("verify", request)}, "latest"
    )
    assert int(answer[2:66], 16) == 0, "the verdict must be OK, else the walk ended early"
    assert execution_gas(registry, "verify", request) <= 22_000


def climb(depth: int) -> tuple[list[bytes], bytes]:
    """Return made-up siblings and the root that leaf (DIGEST, 5) folds to with them."""
    node = keccak256(keccak256(DIGEST + (5).to_bytes(32, "big")))
    path = [keccak256(b"sibling" + bytes([step])) for step in range(depth)]
    for sibling in path:
        node = keccak256(min(node, sibling) + max(node, sibling))
    return path, node


def execution_gas(registry: Deployed, function: str, *arguments: object) -> int:
    """Return what the code costs to run, without the price of the transaction and its calldata (EIP-7623)."""
    call = {"from": OPERATOR, "to": registry.address, "data": registry.build_call(function, *arguments)}
    options = {"disableStack": True, "disableMemory": True, "disableStorage": True}
    steps = registry.chain.call("debug_traceCall", call, "latest", options)["structLogs"]
    first, last = steps[0], steps[-1]
    return int(first["gas"]) - int(last["gas"]) + int(last["gasCost"])
