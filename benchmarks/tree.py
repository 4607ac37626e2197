"""
A tree and all its inclusion proofs: ours, merkletools, and OpenZeppelin's JavaScript library.

CPU seconds, medians of interleaved runs. merkletools hashes with SHA-256, which is cheaper than
keccak; it is here because issuers have it. OpenZeppelin's library builds the very tree that we build,
and both roots are compared before any figure is printed.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256

from attestree.merkle.chainpoint import build_chainpoint_tree
from attestree.merkle.shards import build_forest

SCRIPT = """
const { StandardMerkleTree } = await import("@openzeppelin/merkle-tree");
const size = Number(process.argv[1]);
const { createHash } = await import("node:crypto");
const values = Array.from({ length: size }, (_, i) => [
  "0x" + createHash("sha256").update(String(i)).digest("hex"), i]);
const before = process.cpuUsage();
const tree = StandardMerkleTree.of(values, ["bytes32", "uint256"]);
for (let i = 0; i < size; i++) tree.getProof(i);
const used = process.cpuUsage(before);
console.log(JSON.stringify({ root: tree.root, seconds: (used.user + used.system) / 1e6 }));
"""


def run(*, size: int, repeats: int) -> None:
    """Measure, compare the roots, print a table."""
    digests = [sha256(str(number).encode()).digest() for number in range(size)]
    seconds: dict[str, list[float]] = {"attestree": [], "merkletools": [], "OpenZeppelin JS": []}
    for _ in range(repeats):
        spent, root = _measure(lambda: _ours(digests))
        seconds["attestree"].append(spent)
        seconds["merkletools"].append(_measure(lambda: _merkletools(digests))[0])
        theirs = _javascript(size)
        if theirs["root"] != f"0x{root.hex()}":
            sys.exit("The roots differ: nothing is measured.")
        seconds["OpenZeppelin JS"].append(float(theirs["seconds"]))
    ours = statistics.median(seconds["attestree"])
    print(f"tree and all proofs, {size} leaves, CPU seconds, median of {repeats} (least to most)")
    for name, runs in seconds.items():
        middle = statistics.median(runs)
        spread = f"({min(runs):.2f} to {max(runs):.2f})"
        print(f"  {name:<16} {middle:8.2f} {spread}   {middle / ours:6.1f} x ours")


def _ours(digests: list[bytes]) -> bytes:
    forest = build_forest(digests)
    for index in range(forest.size):
        forest.path(index)
    return forest.root


def _merkletools(digests: list[bytes]) -> bytes:
    tree = build_chainpoint_tree(digests)
    for index in range(tree.size):
        tree.path(index)
    return tree.root


def _measure(work: Callable[[], bytes]) -> tuple[float, bytes]:
    before = time.process_time()
    root = work()
    return time.process_time() - before, root


def _javascript(size: int) -> dict[str, str]:
    node = shutil.which("node")
    if node is None:
        sys.exit("Node is not installed here; `make setup` brings it.")
    command = [node, "--input-type=module", "-e", SCRIPT, str(size)]
    answer: dict[str, str] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return answer
