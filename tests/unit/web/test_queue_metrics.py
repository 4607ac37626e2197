"""What the service counts of an issuer's queue, and what it says while the store is silent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import httpx

from attestree.errors import StoreUnavailableError
from attestree.outbox.states import State
from attestree.ports import Intent
from attestree.web.app import create_app
from attestree.web.service import WebService
from tests.fakes.memory_store import MemoryStore
from tests.fakes.writes import wanted
from tests.unit.verifying.genuine import build_scene


@dataclass
class Queue:
    """A queue in memory that may be silent."""

    store: MemoryStore = field(default_factory=MemoryStore)
    is_silent: bool = False

    def fetch_intents(self, *, states: Iterable[State] | None = None) -> Sequence[Intent]:
        if self.is_silent:
            raise StoreUnavailableError("store.no_answer")
        return self.store.fetch_intents(states=states)


def read_metrics(queue: Queue | None) -> list[str]:
    """Return what the service counts, at 500 in the scene's clock."""
    scene = build_scene()
    web = WebService(verifier=scene.verifier(), registries={}, clock=scene.clock, queue=queue)

    async def ask() -> str:
        transport = httpx.ASGITransport(create_app(web), client=("192.0.2.1", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://service.example") as client:
            return (await client.get("/metrics")).text

    return asyncio.run(ask()).splitlines()


def test_the_queue_is_counted_by_state_reason_and_age() -> None:
    queue, now = Queue(), build_scene().clock.now()
    for name, age in (("a", 10), ("b", 90), ("c", 500), ("d", 700)):
        queue.store.add_intent(wanted(name, created=now - age))
    changes = {"c": (State.HALTED, "outbox.foreign_nonce"), "d": (State.FINAL, "")}
    for name, (state, note) in changes.items():
        queue.store.intents[name] = replace(queue.store.intents[name], state=state, note=note)
    lines = read_metrics(queue)
    for line in (
        "attestree_store_up 1.0",
        'attestree_writes{state="sealed"} 2.0',
        'attestree_writes{state="halted"} 1.0',
        'attestree_stopped_writes{code="outbox.foreign_nonce"} 1.0',
        "attestree_oldest_write_seconds 90.0",
    ):
        assert line in lines
    assert not [line for line in lines if 'state="final"' in line]


def test_a_silent_store_is_counted_as_such_and_hides_nothing_else() -> None:
    lines = read_metrics(Queue(is_silent=True))
    assert "attestree_store_up 0.0" in lines
    assert not [line for line in lines if line.startswith("attestree_writes{")]
    assert 'attestree_verdicts_total{verdict="valid"} 0.0' in lines


def test_a_verifier_alone_counts_no_queue() -> None:
    assert not [line for line in read_metrics(None) if "writes" in line or "store_up" in line]
