"""Writes to queue in tests."""

from __future__ import annotations

from dataclasses import replace

from attestree.ports import NewIntent, Probe
from attestree.registry.calls import build_anchor
from tests.fakes.fake_chain import REGISTRY, FakeClock, FakeSigner


def slot_of(name: str) -> bytes:
    return name.encode().ljust(32, b"\0")


def wanted(name: str, **changes: object) -> NewIntent:
    """Return a write that sets its own slot to 5."""
    write = NewIntent(
        id=name,
        kind="anchor",
        registry="local",
        issuer=b"\x0c" * 20,
        sender=FakeSigner().address,
        to=REGISTRY,
        payload=slot_of(name) + (5).to_bytes(32, "big"),
        probes=(Probe(slot=slot_of(name), mask=2**256 - 1, value=5),),
        title=f"write {name}",
        created=FakeClock().now(),
    )
    return replace(write, **changes)  # type: ignore[arg-type]


def wanted_anchor(name: str, **changes: object) -> NewIntent:
    """Return a write that sets its own slot to 5 by a call of `anchor`, so that it may go with others."""
    call = build_anchor(b"\x0c" * 20, root=slot_of(name), size=5, kind=0, list_id=bytes(13))
    return wanted(name, **{"payload": call, **changes})
