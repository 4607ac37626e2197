"""
The invariants themselves: each finds the world in which it is broken, and nothing where all is well.

An invariant that cannot fail would let every experiment here pass.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from invariants import ALWAYS, AT_REST, World, find_violations
from lab.counting import Counting
from lab.launcher import Launcher

from attestree.adapters.evm.hexes import format_bytes, parse_quantity
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.keys.signer import LocalSigner
from attestree.ports import Fees, Transaction
from tests.integration.store_records import ROOT, batch, intent, row

pytestmark = [pytest.mark.chain, pytest.mark.slow]


class Spoiled:
    """A world in which all is well, and means to break it."""

    def __init__(self, counting: Counting, path: Path, folders: Path) -> None:
        self.counting, self.world, self.folders = counting, counting.world, folders
        self._path = path

    def execute(self, statement: str) -> None:
        """Change the store behind everybody's back."""
        with closing(sqlite3.connect(self._path)) as database:
            assert database.execute(statement).rowcount > 0
            database.commit()

    def move(self, name: str, state: str, *, by_way_of: str) -> None:
        """Move a write to another state and back: a row that is left changed is refused by the store."""
        for after in (by_way_of, state):
            self.execute(f"UPDATE intents SET state = '{after}' WHERE id = '{name}'")

    def send(self, payload: bytes) -> None:
        """Send a transaction that no store knows of."""
        given = self.counting.plan.given
        rpc, signer = JsonRpc(str(given["url"])), LocalSigner(given["key"], chain_id=31337)  # type: ignore[arg-type]
        asked = [format_bytes(signer.address), "pending"]
        nonce = parse_quantity(rpc.call("eth_getTransactionCount", asked))
        to = self.counting.identity.registry
        signed = signer.sign(Transaction(31337, nonce, to, payload, 100_000, Fees(10**11, 10**9)))
        rpc.call("eth_sendRawTransaction", [format_bytes(signed.raw)])
        rpc.close()
        self.counting.mine()

    def payload(self) -> bytes:
        """Return the payload of a write that is FINAL."""
        return self.world.store.fetch_intents()[0].wanted.payload

    def write_folder(self) -> Path:
        """Write a whole batch folder of nothing; return its description."""
        place = self.folders / "b1" / "public"
        place.mkdir(parents=True)
        (place.parent / "private" / "credentials").mkdir(parents=True)
        (place / "batch.json").write_text(json.dumps({"files": {}, "size": 0}))
        return place / "batch.json"

    def seal(self) -> None:
        """Seal a batch whose rows do not make its root."""
        self.world.store.open_batch(batch())
        wanted = intent(batch_id="b1", issuer=self.world.store.fetch_intents()[0].wanted.issuer)
        self.world.store.seal_batch("b1", root=ROOT, size=1, rows=[row(0)], intent=wanted)


@pytest.fixture
def spoiled(tmp_path: Path, launchers: Sequence[Launcher], seed: int) -> Iterator[Spoiled]:
    """Two writes that are FINAL."""
    counting = Counting(tmp_path / "counting", launchers[0], seed=seed)
    counting.queue(2)
    assert not counting.run()
    counting.world.folders = tmp_path / "folders"
    yield Spoiled(counting, tmp_path / "counting" / "attestree.db", tmp_path / "folders")
    counting.close()


def swap(world: World, **fields: object) -> None:
    for name, value in fields.items():
        setattr(world, name, value)


BREACHES: dict[str, Callable[[Spoiled], object]] = {
    "I1 double": lambda it: it.send(it.payload()),
    "I1 lost": lambda it: swap(it.world, effects=lambda payloads: [0] * len(payloads)),
    "I2 shared": lambda it: it.execute("UPDATE attempts SET nonce = 0"),
    "I3": lambda it: it.send(b"\x07" * 32),
    "I4": lambda it: (it.counting.queue(1), it.move("w2", "sealed", by_way_of="mined")),
    "I5": lambda it: it.move("w0", "final", by_way_of="sent"),
    "I6": Spoiled.seal,
    "I7 lost": lambda it: swap(it.world, accepted={b"\x01" * 32: 3}),
    "I8": lambda it: swap(it.world, anchored=lambda: [b"\x01" * 32]),
    "I9": lambda it: (
        swap(it.world, judged=lambda _path: "tampered"),
        (it.write_folder().parents[1] / "private/credentials/x.json").write_text("{}"),
    ),
    "I10": lambda it: swap(it.world, revoked=["status:none"]),
    "I11": lambda it: it.execute(
        "UPDATE attempts SET raw = (SELECT raw FROM attempts WHERE nonce = 1) WHERE nonce = 0"
    ),
    "I12": lambda it: it.execute("UPDATE leases SET fence = fence - 1"),
    "folder b1 lacks its description": lambda it: it.write_folder().unlink(),
    "folder b1 lacks a whole": lambda it: it.write_folder().write_text(
        json.dumps({"files": {"public/leaves.jsonl": {"sha256": "00"}}, "size": 0})
    ),
    "stuck": lambda it: it.counting.queue(1),
}
"""How each violation begins, and what brings it about."""


@pytest.mark.parametrize("expected", BREACHES)
def test_a_broken_world_is_found(spoiled: Spoiled, expected: str) -> None:
    assert find_violations(spoiled.world, AT_REST) == []
    BREACHES[expected](spoiled)
    found = find_violations(spoiled.world, AT_REST)
    assert any(one.startswith(expected) for one in found), found


def test_what_holds_at_rest_holds_always_and_more() -> None:
    assert set(ALWAYS) < set(AT_REST)
