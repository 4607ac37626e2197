"""
A tree and all its inclusion proofs: ours, and the libraries that people use.

Each program runs in a process of its own and times the part that counts: digests are at hand in memory and
modules are loaded; then the tree and every proof, which is thrown away again. OpenZeppelin's library builds
the very tree that we build, and the roots are compared. merkletools, pymerkle (SHA-256, which is cheaper than
keccak) and merkletreejs build trees of their own; they are here because issuers have them.

Of ours "node file" writes the two files from which any proof is cut when it is asked for, flushed: that is
how a batch folder keeps all proofs.

    python -m benchmarks.tree expanded|files|merkletools SIZE
"""

from __future__ import annotations

import json
import mmap
import sys
import tempfile
import time
from hashlib import sha256

from benchmarks.child import compare, held_bytes, peer_node, peer_python, python
from benchmarks.rows import Asked, Benchmark, Row

EXPANDED, FILES = "attestree, proofs expanded", "attestree, node file"

# Where a peer stops: what comes next would take most of an hour, or most of the memory.
LARGEST = {
    "OpenZeppelin JS": 100_000,
    "merkletools": 1_000_000,
    "merkletreejs": 1_000_000,
    "pymerkle": 100_000,
}
PYMERKLE_PROOFS = 1_000
# Some thousand proofs at a time lie in memory that is used again: new memory costs more than they do.
PART = 4_096


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
    ours = {EXPANDED: "expanded", FILES: "files"}
    programs = {name: python("benchmarks.tree", how, size) for name, how in ours.items()}
    programs |= {name: command for name, command in peers.items() if size <= LARGEST[name]}
    counted = f"proofs of {PYMERKLE_PROOFS:,} leaves, counted up"
    notes = {"pymerkle": counted if size > PYMERKLE_PROOFS else "", "merkletools": "SHA-256"}
    # Forty seconds of CPU are measured well enough by one turn.
    once = [name for name in ("OpenZeppelin JS",) if size >= LARGEST[name]]
    return compare(programs, asked=asked, notes=notes, once=once)


def _expanded(digests: bytearray) -> str:
    from attestree.merkle.shards import build_forest
    from attestree.merkle.whole import cut_paths

    forest = build_forest(digests)
    for first in range(0, forest.size, PART):
        cut_paths(forest, first=first, count=min(PART, forest.size - first))
    return f"0x{forest.root.hex()}"


def _files(digests: bytearray) -> str:
    from attestree.merkle.shards import build_forest, forest_file_sizes

    maps = []
    for size in forest_file_sizes(len(digests) // 32):
        with tempfile.TemporaryFile() as file:
            file.truncate(size)
            maps.append(mmap.mmap(file.fileno(), size))
    forest = build_forest(digests, nodes=maps[0], positions=maps[1])
    for each in maps:
        each.flush()
    return f"0x{forest.root.hex()}"


def _merkletools(digests: bytearray) -> None:
    from merkletools import MerkleTools

    tree = MerkleTools(hash_type="sha256")
    tree.add_leaf([digests[start : start + 32].hex() for start in range(0, len(digests), 32)])
    tree.make_tree()
    for index in range(len(digests) // 32):
        tree.get_proof(index)


def main() -> None:
    """Do one of them and print what it cost."""
    from attestree.merkle.routes import preload

    work = {"expanded": _expanded, "files": _files, "merkletools": _merkletools}[sys.argv[1]]
    digests = bytearray()
    for number in range(int(sys.argv[2])):
        digests += sha256(str(number).encode()).digest()
    if work is not _merkletools:
        preload()
    # Modules are loaded, and what a first call finds out is found out.
    work(digests[: 64 * 32])
    before = held_bytes()
    began, used = time.perf_counter(), time.process_time()
    root = work(digests)
    spent = {"seconds": time.process_time() - used, "wall": time.perf_counter() - began, "before": before}
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
        ci=20_000,
        ours=(EXPANDED, FILES),
        plots=("time", "growth", "memory"),
        lasts={1_000: 15, 10_000: 30, 100_000: 110, 1_000_000: 50, 10_000_000: 60},
    ),
)

if __name__ == "__main__":
    main()
