"""
Several verifiers side by side: answers a second of wall time against their number.

Verifiers know nothing of each other, so each is a process with a port of its own. The load is bytes that are
ready beforehand, sent in bursts over connections that stay open (pipelined); whoever sends them only counts
the answers that say `valid`, which all must, and takes little of the cores.

    python -m benchmarks.replicas load COUNT MODULE PORT...
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import psutil

from benchmarks.child import Spent, compare, python, spend
from benchmarks.rows import Asked, Benchmark, Row

REQUESTS = {"benchmarks.service": 12_000, "benchmarks.naive_service": 1_500}
"""Of one run, for each verifier."""
OURS, NAIVE = "attestree, POST /v1/verify", "naive FastAPI"
MODULES = {OURS: "benchmarks.service", NAIVE: "benchmarks.naive_service"}
CONNECTIONS, BURST = 4, 16
VALID, ANSWER = b'"valid":true', b"HTTP/1.1 "


def measure(asked: Asked) -> list[Row]:
    """Run so many verifiers of either kind at once."""
    programs = {name: partial(_measure, module, asked.size) for name, module in MODULES.items()}
    rows = compare(programs, asked=asked)
    return [replace(row, count=REQUESTS[MODULES[row.name]] * asked.size) for row in rows]


def _measure(module: str, number: int) -> Spent:
    """Start the verifiers, warm them up, and measure what they do together."""
    from benchmarks.service import Served

    with ExitStack() as stack:
        ports = [stack.enter_context(Served(module)).port for _ in range(number)]
        children = psutil.Process().children()
        spend(python("benchmarks.replicas", "load", 64 * number, module, *ports))
        before = sum(sum(child.cpu_times()[:2]) for child in children)
        answer = spend(python("benchmarks.replicas", "load", REQUESTS[module] * number, module, *ports))
        seconds = sum(sum(child.cpu_times()[:2]) for child in children) - before
        held = sum(child.memory_info().rss for child in children)
    return Spent(seconds=seconds, wall=answer.wall, peak_bytes=held, check=None, answer={})


def load(module: str, ports: list[int], count: int) -> None:
    """Send so many requests in all, over some connections to each port, and wait for every answer."""
    from benchmarks import naive_service
    from benchmarks.sealed import build_sample
    from benchmarks.service import BADGES, post

    path = naive_service.PATH if module == "benchmarks.naive_service" else "/v1/verify"
    requests = [post(path, badge, "application/json") for badge in build_sample(BADGES).badges]
    each = count // (len(ports) * CONNECTIONS)
    began = time.perf_counter()
    with selectors.DefaultSelector() as waiting:
        for port in ports:
            for _ in range(CONNECTIONS):
                line = Line(socket.create_connection(("127.0.0.1", port)), requests, each)
                waiting.register(line.socket, selectors.EVENT_READ, line)
                line.send()
        while waiting.get_map():
            for key, _ in waiting.select():
                if key.data.is_over():
                    waiting.unregister(key.fileobj)
                    key.data.socket.close()
    print(json.dumps({"wall": time.perf_counter() - began}))


class Line:
    """One connection: a burst of requests, then their answers, until all were asked."""

    def __init__(self, connection: socket.socket, requests: list[bytes], count: int) -> None:
        self.socket = connection
        self.requests = requests
        self.left = count
        self.open = self.valid = 0
        self.tail = b""

    def send(self) -> None:
        """Send the next burst."""
        self.open = min(BURST, self.left)
        self.left -= self.open
        self.socket.sendall(
            b"".join(self.requests[(self.left + n) % len(self.requests)] for n in range(self.open))
        )

    def is_over(self) -> bool:
        """Read what is there; ask on when the burst is answered, and say whether nothing is left."""
        octets = self.tail + self.socket.recv(1 << 18)
        if octets == self.tail:
            sys.exit("the server hung up")
        self.valid += octets.count(VALID)
        # What may begin with the end of this piece is counted with the next.
        self.tail = octets[-(len(VALID) - 1) :]
        if octets.count(ANSWER) != octets.count(ANSWER + b"200"):
            sys.exit("not an answer of 200")
        if self.valid < self.open:
            return False
        self.valid, self.tail = 0, b""
        if self.left:
            self.send()
            return False
        return True


ABOUT = (
    "so many verifiers as processes of their own, each with a port, anchor only, paths of 20 steps; every "
    "answer must say `valid`. Answers a second are those of wall time, CPU seconds those of all verifiers "
    "together. Whoever sends the load takes part of the same cores, so the line bends where cores run out."
)

BENCHMARKS = (
    Benchmark(
        name="replicas",
        title="Verifiers side by side",
        about=ABOUT,
        unit="answers",
        axis="verifiers",
        measure=measure,
        sizes=(1, 2, 4),
        ours=(OURS,),
        plots=("rate",),
        lasts={1: 35, 2: 50, 4: 80},
    ),
)

if __name__ == "__main__":
    load(sys.argv[3], [int(port) for port in sys.argv[4:]], int(sys.argv[2]))
