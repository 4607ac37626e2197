"""
Keccak-256 of many messages of 64 bytes, such as pairs of nodes: ours in bulk, and one call a message.

Each program times the hashing alone; messages are at hand in memory. pysha3 is what the plain route calls,
`eth_utils.keccak` what most Python programs for Ethereum call. The last hash must be the same from all.

    python -m benchmarks.keccak bulk|pysha3|eth_utils COUNT
"""

from __future__ import annotations

import json
import sys
import time
from hashlib import sha512

from benchmarks.child import compare, python
from benchmarks.rows import Asked, Benchmark, Row

BULK = "attestree, in bulk"

# Bytes hashed in one call: what comes out lies in memory that is used again, as with the others.
PART = 64 * 4_096


def measure(asked: Asked) -> list[Row]:
    """Run ours and both others."""
    programs = {BULK: python("benchmarks.keccak", "bulk", asked.size)}
    programs |= {name: python("benchmarks.keccak", name, asked.size) for name in ("pysha3", "eth_utils")}
    return compare(programs, asked=asked)


def _bulk(messages: memoryview) -> bytes:
    from attestree.merkle.many import keccak256_many

    last = b""
    for start in range(0, len(messages), PART):
        last = keccak256_many(messages[start : start + PART], width=64)[-32:]
    return last


def _pysha3(messages: memoryview) -> bytes:
    from sha3 import keccak_256

    last = b""
    for start in range(0, len(messages), 64):
        last = keccak_256(messages[start : start + 64]).digest()
    return last


def _eth_utils(messages: memoryview) -> bytes:
    from eth_utils.crypto import keccak

    last = b""
    for start in range(0, len(messages), 64):
        last = keccak(bytes(messages[start : start + 64]))
    return last


def main() -> None:
    """Do one of them and print what it cost."""
    from attestree.merkle.routes import preload

    work = {"bulk": _bulk, "pysha3": _pysha3, "eth_utils": _eth_utils}[sys.argv[1]]
    joined = b"".join(sha512(str(number).encode()).digest() for number in range(int(sys.argv[2])))
    messages = memoryview(joined)
    if work is _bulk:
        preload()
    # Modules are loaded, and what a first call finds out is found out.
    work(messages[: 64 * 64])
    began, used = time.perf_counter(), time.process_time()
    last = work(messages)
    spent = {"seconds": time.process_time() - used, "wall": time.perf_counter() - began}
    print(json.dumps(spent | {"check": last.hex()}))


BENCHMARKS = (
    Benchmark(
        name="keccak",
        title="Keccak-256",
        about="many messages of 64 bytes, hashed; CPU seconds of that alone. The last hashes are compared.",
        unit="hashes",
        measure=measure,
        sizes=(1_000_000,),
        ci=200_000,
        ours=(BULK,),
        plots=(),
        lasts={1_000_000: 40},
    ),
)

if __name__ == "__main__":
    main()
