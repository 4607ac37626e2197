"""A pymerkle tree (SHA-256, RFC 9162) and inclusion proofs: `python pymerkle_tree.py SIZE PROOFS`.

Of a large tree only some proofs are made, and what they took is multiplied.
"""

from __future__ import annotations

import json
import sys
import time
from hashlib import sha256

from pymerkle import InmemoryTree


def main() -> None:
    size, proofs = int(sys.argv[1]), int(sys.argv[2])
    digests = [sha256(str(number).encode()).digest() for number in range(size)]
    began, used = time.perf_counter(), time.process_time()
    tree = InmemoryTree(algorithm="sha256")
    for digest in digests:
        tree.append_entry(digest)
    tree_wall, tree_used = time.perf_counter() - began, time.process_time() - used
    began, used = time.perf_counter(), time.process_time()
    for number in range(1, size + 1, max(size // proofs, 1)):
        tree.prove_inclusion(number, size)
    factor = size / len(range(1, size + 1, max(size // proofs, 1)))
    seconds = tree_used + (time.process_time() - used) * factor
    print(json.dumps({"seconds": seconds, "wall": tree_wall + (time.perf_counter() - began) * factor}))


if __name__ == "__main__":
    main()
