"""
Three implementations agree on every vector and on whole batches: ours, OpenZeppelin's library, the contract.

The contract knows no path lengths: what only `size` and the limits from it refuse, it may accept. That is
why `foldEqualsRoot` stands in the vectors, and why the length is checked here and by every verifier of ours.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_abi import decode, encode
from web3 import HTTPProvider, Web3

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.evm.dev_chain import DevChain
from attestree.merkle.kind import MAX_PATH_LENGTH, MAX_SIZE, TreeKind
from attestree.merkle.membership import verify_digest
from attestree.merkle.path import fold, parse_path
from attestree.merkle.shards import build_forest
from attestree.merkle.standard import leaf_hash
from attestree.registry.artifact import load_artifact
from tests.vectors.merkle.vectors import (
    REFUSED,
    TREES,
    RefusedVector,
    TreeVector,
    ask_peer,
    digest_of,
    from_hex,
    to_hex,
)

REASON_OK = 0
REASON_NOT_ANCHORED = 1
REASON_KIND_UNSUPPORTED = 3
REASON_PATH_TOO_LONG = 10
LEAVES_PER_CALL = 250
VERIFY_MANY = load_artifact().functions["verifyMany"]


@dataclass(frozen=True, slots=True)
class Registry:
    """The contract, deployed, with one accredited issuer who anchors for itself."""

    contract: Any
    issuer: str

    def anchor(self, root: bytes, *, size: int, kind: int = 0) -> None:
        sent = self.contract.functions.anchor(self.issuer, root, size, kind, 1).transact(
            {"from": self.issuer}
        )
        assert self.contract.w3.eth.wait_for_transaction_receipt(sent)["status"] == 1

    def includes(self, root: bytes, digest: bytes, index: int, path: tuple[bytes, ...]) -> bool:
        answer: bool = self.contract.functions.verifyInclusion(
            self.issuer, root, digest, index, list(path)
        ).call()
        return answer

    def judge(self, leaves: list[tuple[bytes, int, tuple[bytes, ...]]]) -> list[tuple[int, bytes]]:
        """Return reason and folded root of every leaf, many leaves a call."""
        verdicts: list[tuple[int, bytes]] = []
        for first in range(0, len(leaves), LEAVES_PER_CALL):
            requests = [(self.issuer, *leaf) for leaf in leaves[first : first + LEAVES_PER_CALL]]
            # web3's own encoder takes most of a minute for 5,000 leaves.
            call = VERIFY_MANY.selector + encode([VERIFY_MANY.inputs[0].type], [requests])
            answer = self.contract.w3.eth.call({"to": self.contract.address, "data": to_hex(call)})
            verdicts += decode(["(uint8,bytes32)[]"], answer)[0]
        return verdicts


@pytest.fixture(scope="module")
def registry(anvil: AnvilChain) -> Iterator[Registry]:
    before = anvil.snapshot()
    web3 = Web3(HTTPProvider(anvil.url))
    admin, accreditor, issuer = web3.eth.accounts[:3]
    artifact = load_artifact()
    factory = web3.eth.contract(abi=list(artifact.abi), bytecode=artifact.bytecode)
    deployed = web3.eth.wait_for_transaction_receipt(factory.constructor(admin, 0).transact({"from": admin}))
    contract = web3.eth.contract(address=deployed["contractAddress"], abi=list(artifact.abi))
    until = web3.eth.get_block("latest")["timestamp"] + 10**9
    for call, sender in (
        (contract.functions.addAccreditor(accreditor), admin),
        (contract.functions.accredit(issuer, until, "did:example:u", "University", ""), accreditor),
    ):
        receipt = web3.eth.wait_for_transaction_receipt(call.transact({"from": sender}))
        assert receipt["status"] == 1
    yield Registry(contract, issuer)
    anvil.revert(before)


def vectors_of(kind: TreeKind) -> list[TreeVector]:
    return [vector for vector in TREES if vector.kind == kind]


def expressible(vector: RefusedVector) -> bool:
    """Say whether the vector can be put to the contract at all: words of 32 bytes, a size of 32 bits."""
    return (
        vector.kind == TreeKind.OPENZEPPELIN
        and len(vector.digest) == len(vector.root) == 32
        and len(vector.path) % 32 == 0
        and 1 <= vector.size <= MAX_SIZE
        and vector.index >= 0
    )


@pytest.mark.parametrize("vector", vectors_of(TreeKind.OPENZEPPELIN), ids=lambda vector: vector.name)
def test_the_contract_accepts_every_leaf_of_every_vector(
    registry: Registry, chain: DevChain, vector: TreeVector
) -> None:
    registry.anchor(vector.root, size=vector.size)
    leaves = [
        (leaf.digest, leaf.index, parse_path(leaf.path, kind=TreeKind.OPENZEPPELIN)) for leaf in vector.leaves
    ]
    assert registry.judge(leaves) == [(REASON_OK, vector.root)] * len(leaves)
    for digest, index, path in (leaves[0], leaves[-1]):
        assert registry.includes(vector.root, digest, index, path)
        assert fold(leaf_hash(digest, index), path) == vector.root


@pytest.mark.parametrize(
    "vector", [vector for vector in REFUSED if expressible(vector)], ids=lambda vector: vector.name
)
def test_the_contract_refuses_what_the_library_refuses(
    registry: Registry, chain: DevChain, vector: RefusedVector
) -> None:
    registry.anchor(vector.root, size=vector.size)
    path = tuple(vector.path[start : start + 32] for start in range(0, len(vector.path), 32))
    accepts = vector.fold_equals_root and vector.index < vector.size and len(path) <= MAX_PATH_LENGTH
    assert registry.includes(vector.root, vector.digest, vector.index, path) is accepts
    [(reason, root)] = registry.judge([(vector.digest, vector.index, path)])
    assert (reason == REASON_OK) is accepts
    if len(path) <= MAX_PATH_LENGTH:
        assert root == fold(leaf_hash(vector.digest, vector.index), path)
    else:
        assert reason == REASON_PATH_TOO_LONG


def test_the_contract_does_not_judge_chainpoint_trees(registry: Registry, chain: DevChain) -> None:
    digest = digest_of(0)
    root = leaf_hash(digest, 0)
    registry.anchor(root, size=1, kind=TreeKind.CHAINPOINT)
    assert registry.judge([(digest, 0, ())]) == [(REASON_KIND_UNSUPPORTED, root)]
    assert not registry.includes(root, digest, 0, ())


@pytest.mark.parametrize(("size", "shard_size"), [(1, 2**20), (260, 2**20), (260, 100), (5_000, 2**20)])
def test_every_leaf_of_a_batch_is_accepted_by_all_three(
    registry: Registry, chain: DevChain, node_program: Path, size: int, shard_size: int
) -> None:
    digests = [digest_of(index) for index in range(size)]
    forest = build_forest(digests, shard_size=shard_size)
    paths = [forest.path(index) for index in range(size)]

    for index in range(size):
        place = {"kind": TreeKind.OPENZEPPELIN, "index": index, "size": size, "shard_size": shard_size}
        verify_digest(digests[index], paths[index], forest.root, **place)

    hexes = [to_hex(digest) for digest in digests]
    theirs = ask_peer(node_program, {"make": {"kind": 0, "digests": hexes, "shardSize": shard_size}})
    assert from_hex(theirs["root"]) == forest.root
    assert [from_hex(leaf["leafHash"]) for leaf in theirs["leaves"]] == [
        forest.leaf_hash(index) for index in range(size)
    ]
    assert [from_hex(leaf["path"]) for leaf in theirs["leaves"]] == [b"".join(path) for path in paths]
    ours = [
        {"digest": hexes[index], "index": index, "path": to_hex(b"".join(paths[index]))}
        for index in range(size)
    ]
    verified = ask_peer(node_program, {"verify": {"root": to_hex(forest.root), "leaves": ours}})
    assert verified["accepted"] == [True] * size

    leaves = [(digests[index], index, paths[index]) for index in range(size)]
    assert registry.judge(leaves) == [(REASON_NOT_ANCHORED, forest.root)] * size
    registry.anchor(forest.root, size=size)
    assert registry.judge(leaves) == [(REASON_OK, forest.root)] * size


@pytest.mark.chain
def test_the_vectors_are_what_the_generator_writes(node_program: Path) -> None:
    generator = Path(__file__).parents[1] / "vectors" / "generate_merkle.mjs"
    compared = subprocess.run(
        [str(node_program), str(generator), "--check"], capture_output=True, text=True, check=False
    )
    assert compared.returncode == 0, compared.stderr
