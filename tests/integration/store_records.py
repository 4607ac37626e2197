"""Records to put into a store in tests."""

from __future__ import annotations

from dataclasses import replace

from attestree.outbox.states import State
from attestree.ports import Attempt, Batch, CredentialRow, Fees, NewIntent, Probe
from attestree.registry.facts import BlockRef, ChainIdentity

ISSUER = b"\x11" * 20
KEY = b"\x22" * 20
ROOT = b"\x33" * 32
LEASE = b"lease"
BLOCK = BlockRef(number=7, hash=b"\x07" * 32, time=70)


def identity(**changes: object) -> ChainIdentity:
    known = ChainIdentity(31337, b"\x01" * 32, b"\x02" * 20, 1, b"\x03" * 32, b"\x04" * 32)
    return replace(known, **changes)  # type: ignore[arg-type]


def batch(**changes: object) -> Batch:
    opened = Batch(
        id="b1",
        issuer=ISSUER,
        registry="local",
        state=State.OPEN,
        kind=0,
        list_id=b"\x05" * 13,
        seed=b"\x06" * 32,
        created=100,
        fingerprint=b"\x07" * 32,
        title="Welding",
        size=None,
        root=None,
        delivered=False,
        release_early=False,
    )
    return replace(opened, **changes)  # type: ignore[arg-type]


def intent(id: str = "anchor:b1", **changes: object) -> NewIntent:
    wanted = NewIntent(
        id=id,
        kind="anchor",
        registry="local",
        issuer=ISSUER,
        sender=KEY,
        to=b"\x02" * 20,
        payload=b"\x99",
        probes=(Probe(slot=b"\x08" * 32, mask=2**256 - 1, value=2**255 + 3),),
        title="Welding, 2 credentials",
        created=101,
        batch_id=None,
    )
    return replace(wanted, **changes)  # type: ignore[arg-type]


def row(index: int, *, token: str = "", key: bytes = b"k", replaces: str | None = None) -> CredentialRow:
    return CredentialRow(token or f"t{index}", key * 32, "b1", index, bytes([index]) * 32, replaces)


def attempt(number: int = 1, *, nonce: int = 5, intent_id: str = "anchor:b1") -> Attempt:
    raw = b"\x02" + bytes([number, nonce])
    tx_hash = (intent_id.encode() + raw).ljust(32, b"\0")
    return Attempt(intent_id, number, nonce, raw, tx_hash, 90_000, Fees(2 * 10**9, 10**9), 200 + number, None)
