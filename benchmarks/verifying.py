"""
Verifying one badge offline: from its bytes to a report, in this process, with the registry in memory.

Rows: a badge whose batch was seen before, one whose batch was not, the same with an `eddsa-rdfc-2022`
signature whose shape was seen before or not, and beside them a naive verifier (`naive_service`, without its
server) and `verifySignature` of OpenAttestation, which recomputes digest and path of the same badges.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.child import peer_node, spend
from benchmarks.naive_service import Credential, verify
from benchmarks.rows import Asked, Benchmark, Row
from benchmarks.sealed import build_sample

WARM, COLD = "attestree", "attestree, batch not seen before"
SIGNED, NEW_SHAPE = "attestree, signed", "attestree, signed, shape not seen before"
NAIVE = "naive: pydantic, rfc8785, eth_utils"
OPENATTESTATION = "OpenAttestation"
NOTES = {
    NAIVE: "folds to the stated root only; asks no registry",
    OPENATTESTATION: "folds to the stated root only; asks no registry",
}
NEW_SHAPES = 16


def measure(asked: Asked) -> list[Row]:
    """Measure all in turns; `size`, a power of two, = badges of one run."""
    plain, signed = build_sample(asked.size), build_sample(asked.size, signed=True)
    warm, warm_signed = plain.verifier(), signed.verifier()

    def cold(badges: Sequence[bytes]) -> None:
        for badge in badges:
            assert plain.verifier().verify(badge).valid

    def new_shapes(badges: Sequence[bytes]) -> None:
        for badge in badges[:NEW_SHAPES]:
            assert signed.verifier().verify(badge).valid

    programs: list[tuple[str, Callable[[Sequence[bytes]], None], Sequence[bytes], int]] = [
        (
            WARM,
            lambda badges: _all_valid(warm.verify(badge).valid for badge in badges),
            plain.badges,
            asked.size,
        ),
        (COLD, cold, plain.badges, asked.size),
        (
            SIGNED,
            lambda badges: _all_valid(warm_signed.verify(badge).valid for badge in badges),
            signed.badges,
            asked.size,
        ),
        (NEW_SHAPE, new_shapes, signed.badges, NEW_SHAPES),
        (NAIVE, _naive, plain.badges, asked.size),
    ]
    seconds: dict[str, list[float]] = {name: [] for name, *_ in programs}
    for _name, run, badges, _count in programs:
        run(badges[:64])
    for _ in range(asked.repeats):
        for name, run, badges, _count in programs:
            began = time.process_time()
            run(badges)
            seconds[name].append(time.process_time() - began)
    rows = [
        Row(name=name, size=asked.size, seconds=seconds[name], count=count, note=NOTES.get(name, ""))
        for name, _run, _badges, count in programs
    ]
    return [*rows, _openattestation(asked, plain.badges)] if asked.extra else rows


def _openattestation(asked: Asked, badges: Sequence[bytes]) -> Row:
    """Measure the peer, a process of its own, with the same badges."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "badges.jsonl"
        bare = [json.loads(badge) for badge in badges]
        for badge in bare:
            del badge["proof"]
        path.write_text("".join(f"{json.dumps(badge)}\n" for badge in bare), encoding="utf-8")
        runs = [spend(peer_node("openattestation_verify.mjs", path)) for _ in range(asked.repeats)]
    seconds = [run.seconds for run in runs]
    return Row(name=OPENATTESTATION, size=asked.size, seconds=seconds, note=NOTES[OPENATTESTATION])


def _all_valid(verdicts: Iterable[bool]) -> None:
    assert all(verdicts)


def _naive(badges: Sequence[bytes]) -> None:
    for badge in badges:
        assert verify(Credential.model_validate_json(badge))["valid"]


BENCHMARKS = (
    Benchmark(
        name="verifying",
        title="Verifying one badge offline",
        about=(
            "CPU of the calls alone, in one process, badges of 4.9 kB with paths of 20 elements; every one "
            "is judged whole, registry, issuer, status and dates included, and gets a report."
        ),
        unit="badges",
        measure=measure,
        sizes=(1_024,),
        ci=256,
        ours=(WARM, COLD, SIGNED, NEW_SHAPE),
        plots=(),
        lasts={1_024: 20},
    ),
)
