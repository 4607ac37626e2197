"""
Reading a badge strictly and writing its canonical form: ours, and rfc8785 behind Python's own parser.

Ours refuses what the specification refuses besides: names twice, numbers that are not exact, depth. The
badge arrives as its own canonical form, as everything that we issue does, or spelt otherwise ("indented").

    python -m benchmarks.canonical ours|indented|rfc8785 SIZE
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from hashlib import sha256

from benchmarks.child import ROOT, compare, python
from benchmarks.rows import Asked, Benchmark, Row

EXAMPLE = ROOT / "tests/vectors/credential/worked_example.json"
OURS, INDENTED = "attestree, canonical form", "attestree, indented"


def measure(asked: Asked) -> list[Row]:
    """Run all three."""
    programs = {OURS: "ours", INDENTED: "indented", "json and rfc8785": "rfc8785"}
    return compare(
        {name: python("benchmarks.canonical", how, asked.size) for name, how in programs.items()}, asked=asked
    )


def _ours() -> Callable[[bytes], bytes]:
    from attestree.credentials.canonical import canonicalize
    from attestree.credentials.canonical_reader import read_canonical, write_again
    from attestree.credentials.strict_json import parse_slowly

    def read(octets: bytes) -> bytes:
        value = read_canonical(octets)
        return canonicalize(parse_slowly(octets)) if value is None else write_again(value)

    return read


def _rfc8785() -> Callable[[bytes], bytes]:
    import rfc8785

    return lambda octets: rfc8785.dumps(json.loads(octets))


def _badges(size: int, *, indented: bool) -> Iterable[bytes]:
    import rfc8785

    example = json.loads(EXAMPLE.read_bytes())["credential"]
    # The example's name ends in a character that sorts elsewhere in UTF-16; few names do.
    example["credentialSubject"]["identifier"][0]["identityHash"] = "Zofia Kowalska-Müller"
    for number in range(size):
        badge = example | {"id": f"urn:uuid:{number:08x}-05a4-4d57-8f83-4f8c1b5a1a42"}
        yield json.dumps(badge, indent=2).encode() if indented else rfc8785.dumps(badge)


def main() -> None:
    """Do one of them and print what it cost."""
    how, size = sys.argv[1], int(sys.argv[2])
    badges = list(_badges(size, indented=how == "indented"))
    work = _rfc8785() if how == "rfc8785" else _ours()
    together = sha256()
    began, used = time.perf_counter(), time.process_time()
    for badge in badges:
        together.update(work(badge))
    spent = {"seconds": time.process_time() - used, "wall": time.perf_counter() - began}
    print(json.dumps(spent | {"check": together.hexdigest()}))


ABOUT = (
    "a badge of 1.5 KB is parsed strictly and written in its canonical form (RFC 8785); CPU seconds of that "
    "part alone. All three write the same bytes, which is checked."
)

BENCHMARKS = (
    Benchmark(
        name="canonical",
        title="Canonical JSON",
        about=ABOUT,
        unit="badges",
        measure=measure,
        sizes=(1_000, 10_000),
        ci=3_000,
        ours=(OURS, INDENTED),
        plots=(),
        lasts={1_000: 5, 10_000: 15},
    ),
)

if __name__ == "__main__":
    main()
