"""
A worker in a process of its own, that may kill itself at a named point or be killed at any time.

The registry it writes to is a contract without any guard: each call adds one to the slot that it names,
so a write that was sent twice shows. Run by `test_crash.py`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.anchoring import Pace, Worker
from attestree.outbox.decide import Limits
from attestree.outbox.states import State
from attestree.registry.facts import ChainIdentity
from attestree.registry.finality import parse_finality

COUNTING_CODE = "0x600035805460010190550000"
"""PUSH 0, CALLDATALOAD, DUP1, SLOAD, PUSH 1, ADD, SWAP1, SSTORE, STOP."""

METHODS = ("take_lease", "add_attempt", "mark_sent", "move_intent", "fetch_gas", "sign", "send")
"""Calls at which a worker can be told to die."""

POINTS = tuple(f"{when} {name}" for name in METHODS for when in ("before", "after"))
"""Named points: just before a call, and just after it took effect but before its answer is used."""


@dataclass(frozen=True)
class Plan:
    """All that a worker process needs; crosses to it by pickling."""

    url: str
    store: str
    identity: ChainIdentity
    key: bytes
    start: int
    point: str | None = None
    occurrence: int = 1


class SteppingClock:
    """Moves only while the worker rests, and far ahead from process to process."""

    def __init__(self, start: int) -> None:
        self.seconds = start

    def now(self) -> int:
        return self.seconds


class Mined:
    """Stands before an object and kills the process at one point of one method."""

    def __init__(self, inner: object, reach: Callable[[str], None]) -> None:
        self._inner = inner
        self._reach = reach

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name not in METHODS:
            return found

        def call(*args: object, **kwargs: object) -> object:
            self._reach(f"before {name}")
            answer = found(*args, **kwargs)
            self._reach(f"after {name}")
            return answer

        return call


def run(plan: Plan) -> None:
    """Drive everything in the store to FINAL, or die on the way."""
    left = plan.occurrence

    def reach(point: str) -> None:
        nonlocal left
        if point == plan.point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    rpc = JsonRpc(plan.url)
    clock = SteppingClock(plan.start)

    def rest(_seconds: float) -> None:
        clock.seconds += 1
        rpc.call("evm_mine", [])

    sender = EvmSender(
        [rpc], identity=plan.identity, finality=parse_finality("depth:2"), clock=SteppingClock(0)
    )
    with SqlStore(plan.store) as store:
        worker = Worker(
            registry="local",
            store=Mined(store, reach),  # type: ignore[arg-type]
            sender=Mined(sender, reach),  # type: ignore[arg-type]
            signers=[Mined(LocalSigner(plan.key, chain_id=31337), reach)],  # type: ignore[list-item]
            clock=clock,
            limits=Limits(resend_seconds=2, bump_seconds=4),
            pace=Pace(pause=rest),
        )
        waiting = [i.wanted.id for i in store.fetch_intents() if i.state is not State.FINAL]
        worker.drive_until_final(waiting)
    rpc.close()
