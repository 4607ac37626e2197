"""
The verifying service, and a naive one beside it: CPU of the server for each request and each credential.

Both run as processes of their own on uvicorn with uvloop and httptools; the load comes from here, over
connections that are kept open. What the load costs is not counted.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Self

import psutil

from benchmarks.naive_service import PATH
from benchmarks.rows import Asked, Benchmark, Row
from benchmarks.sealed import CHAIN_ID, REGISTRY, build_sample

SIZE = 16_384
CONNECTIONS = 16
BADGES = 1024
OURS, LINES, ARRAY = "POST /v1/verify", "POST /v1/verify/batch, lines", "POST /v1/verify/batch, array"
NAIVE = "naive FastAPI"
NOTES = {NAIVE: "folds to the stated root only; asks no registry"}


def measure(asked: Asked) -> list[Row]:
    """Measure both services in turns; `size` = requests of one run, batches ask four times as much."""
    badges = build_sample(BADGES).badges
    lines = b"".join(badge + b"\n" for badge in badges)
    array = b"[" + b",".join(badges) + b"]"
    ours = [post("/v1/verify", badge, "application/json") for badge in badges]
    # The kernel counts in hundredths of a second; batches are so quick that fewer would not be measured.
    rounds = max(4, 4 * asked.size // BADGES)
    with Served("benchmarks.service") as served, Served("benchmarks.naive_service") as peer:
        programs: list[tuple[str, Served, list[bytes], int, int]] = [
            (OURS, served, ours, asked.size, asked.size),
            (
                LINES,
                served,
                [post("/v1/verify/batch", lines, "application/x-ndjson")],
                rounds,
                rounds * BADGES,
            ),
            (ARRAY, served, [post("/v1/verify/batch", array, "application/json")], rounds, rounds * BADGES),
            (
                NAIVE,
                peer,
                [post(PATH, badge, "application/json") for badge in badges],
                asked.size // 8,
                asked.size // 8,
            ),
        ]
        seconds: dict[str, list[float]] = {name: [] for name, *_ in programs}
        for _name, server, requests, count, _done in programs:
            server.measure(requests, max(1, count // 10))
        for _ in range(asked.repeats):
            for name, server, requests, count, _done in programs:
                seconds[name].append(server.measure(requests, count))
    return [
        Row(name=name, size=asked.size, seconds=seconds[name], count=done, note=NOTES.get(name, ""))
        for name, _server, _requests, _count, done in programs
    ]


def post(path: str, body: bytes, media_type: str) -> bytes:
    """Return a request as it goes over the wire."""
    fields = [
        f"POST {path} HTTP/1.1",
        "host: x",
        f"content-type: {media_type}",
        f"content-length: {len(body)}",
    ]
    return "\r\n".join([*fields, "\r\n"]).encode() + body


class Served:
    """A server in a process of its own."""

    def __init__(self, module: str) -> None:
        command = [sys.executable, "-m", module]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self._known = psutil.Process(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def measure(self, requests: Sequence[bytes], count: int) -> float:
        """Return the CPU seconds that the server spends on `count` requests."""
        before = self._known.cpu_times()
        asyncio.run(load(self.port, requests, count))
        after = self._known.cpu_times()
        return after.user + after.system - before.user - before.system


async def load(port: int, requests: Sequence[bytes], count: int) -> None:
    """Send so many requests over connections that are kept open, and read every answer to its end."""
    turns = iter(range(count))

    async def ask() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        for turn in turns:
            writer.write(requests[turn % len(requests)])
            reading = asyncio.create_task(_read_answer(reader))
            await writer.drain()
            await reading
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(ask() for _ in range(min(CONNECTIONS, count))))


async def _read_answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(f"not an answer: {head!r}")
    if b"transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
        return
    length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    if b'"valid":true' not in body:
        raise SystemExit(f"not valid: {body[:300]!r}")


def serve_ours() -> None:
    """Serve as `attestree serve` does, over a registry in memory."""
    from attestree.web.server import run_service
    from attestree.web.service import Limits, WebService
    from attestree.wiring.system import SystemClock

    sample = build_sample(BADGES)
    registries: Any = {(CHAIN_ID, REGISTRY): sample.registry}
    service = WebService(
        verifier=sample.verifier(), registries=registries, clock=SystemClock(), limits=Limits(rate=None)
    )
    run_service(service, host="127.0.0.1", port=0, on_ready=lambda url: _tell(url.rpartition(":")[2]))


def _tell(port: object) -> None:
    print(port, flush=True)


BENCHMARKS = (
    Benchmark(
        name="service",
        title="Verifying service",
        about=(
            "CPU of the server alone, one process, anchored and unsigned badges of 4.9 kB with paths of 20 "
            "elements, whole reports of 6 kB as answers; the batch is known, as after its first badge."
        ),
        unit="credentials",
        measure=measure,
        sizes=(SIZE,),
        ci=2_048,
        ours=(OURS, LINES, ARRAY),
        plots=(),
        lasts={SIZE: 45},
    ),
)

if __name__ == "__main__":
    serve_ours()
