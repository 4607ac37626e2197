"""
A tree and all its inclusion proofs: ours, and the libraries that people use.

Each program runs in a process of its own and times the part that counts: leaves that are at hand in
memory, then the tree and every proof. OpenZeppelin's library builds the very tree that we build, and the
roots are compared. merkletools, pymerkle (SHA-256, which is cheaper than keccak) and merkletreejs build
trees of their own; they are here because issuers have them.

    python -m benchmarks.tree expanded|merkletools SIZE
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from hashlib import sha256

from benchmarks.child import compare, peer_node, peer_python, python
from benchmarks.rows import Asked, Benchmark, Row

EXPANDED = "attestree, proofs expanded"

# Where a peer stops: what comes next would take most of an hour, or most of the memory.
LARGEST = {
    "OpenZeppelin JS": 100_000,
    "merkletools": 1_000_000,
    "merkletreejs": 1_000_000,
    "pymerkle": 100_000,
}
PYMERKLE_PROOFS = 1_000


def measure(asked: Asked) -> list[Row]:
    """Run ours and every peer that goes so far."""
    size = asked.size
    peers = {
        "merkletools": python("benchmarks.tree", "merkletools", size),
        "OpenZeppelin JS": peer_node("openzeppelin.mjs", size),
    }
    if asked.extra:
        peers["merkletreejs"] = peer_node("merkletreejs.mjs", size)
        peers["pymerkle"] = peer_python("pymerkle_tree.py", size, PYMERKLE_PROOFS)
    programs = {EXPANDED: python("benchmarks.tree", "expanded", size)}
    programs |= {name: command for name, command in peers.items() if size <= LARGEST[name]}
    counted = f"proofs of {PYMERKLE_PROOFS:,} leaves, counted up"
    notes = {"pymerkle": counted if size > PYMERKLE_PROOFS else "", "merkletools": "SHA-256"}
    return compare(programs, asked=asked, notes=notes)


def _expanded(digests: list[bytes]) -> Callable[[], str]:
    from attestree.merkle.shards import build_forest

    def work() -> str:
        forest = build_forest(digests)
        for index in range(forest.size):
            forest.path(index)
        return f"0x{forest.root.hex()}"

    return work


def _merkletools(digests: list[bytes]) -> Callable[[], None]:
    from merkletools import MerkleTools

    def work() -> None:
        tree = MerkleTools(hash_type="sha256")
        tree.add_leaf([digest.hex() for digest in digests])
        tree.make_tree()
        # Kept, as an issuer keeps them: who throws each away needs less memory.
        proofs = [tree.get_proof(index) for index in range(len(digests))]
        assert len(proofs) == len(digests)

    return work


def main() -> None:
    """Do one of them and print what it cost."""
    digests = [sha256(str(number).encode()).digest() for number in range(int(sys.argv[2]))]
    work = {"expanded": _expanded, "merkletools": _merkletools}[sys.argv[1]](digests)
    began, used = time.perf_counter(), time.process_time()
    root = work()
    spent = {"seconds": time.process_time() - used, "wall": time.perf_counter() - began}
    print(json.dumps(spent | ({"check": root} if root else {})))


ABOUT = (
    "a tree and all its inclusion proofs; CPU seconds of that part alone, each program in a process of "
    "its own. The JavaScript library of OpenZeppelin builds the same tree, and the roots are compared "
    "before anything is printed."
)

BENCHMARKS = (
    Benchmark(
        name="tree",
        title="Trees",
        about=ABOUT,
        unit="leaves",
        measure=measure,
        sizes=(1_000, 10_000, 100_000),
        deep=(1_000_000, 10_000_000),
        ci=5_000,
        ours=(EXPANDED,),
    ),
)

if __name__ == "__main__":
    main()
