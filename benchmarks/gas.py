"""
Gas of a credential against the size of its batch: transactions on a local chain, counted exactly.

    python -m benchmarks gas        measure on anvil, keep in measured/gas.json, write table and plot

Four ways: a batch by itself, a batch among fifty in `anchorMany`, a batch of which every hundredth credential
is revoked (gathered, at random places), and each credential recorded by itself, which is what a batch spares.
"""

from __future__ import annotations

import json
import random
import textwrap
from collections.abc import Callable
from hashlib import sha256
from itertools import count

from eth_abi.abi import encode

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.evm.dev_accounts import DEV_ACCOUNTS
from attestree.registry.artifact import load_artifact
from attestree.registry.calls import build_anchor, build_anchor_many, build_call, build_status
from attestree.registry.facts import Purpose
from benchmarks import plots
from benchmarks.record import Place

SIZES = (1, 10, 100, 1_000, 10_000, 100_000, 1_000_000)
TOGETHER = 50
REVOKED_SHARE = 0.01
WORDS_A_TRANSACTION = 500
GAS_LIMIT = 16_000_000
YEAR_SECONDS = 365 * 24 * 3600

ALONE, AMONG, REVOKED, EACH = (
    "a batch by itself",
    f"one of {TOGETHER} in anchorMany",
    "a batch, 1 % of it revoked",
    "each credential by itself",
)

ABOUT = (
    "`make bench ARGS=gas`: whole transactions on anvil, exact, of an operator who has recorded before. Each "
    "credential by itself is one such record, times their number. What gas costs is a question for "
    "`attestree quote --per-year`."
)


NAME, LASTS = "gas", 20.0


def run(place: Place) -> None:
    """Measure and keep."""
    found: dict[str, list[tuple[int, float]]] = {ALONE: [], AMONG: [], REVOKED: [], EACH: []}
    with AnvilChain() as chain:
        registry = Registry(chain)
        registry.anchor(1)
        for size in SIZES:
            root, spent = registry.anchor(size)
            found[ALONE].append((size, spent))
            found[EACH].append((size, registry.anchor(1)[1] * size))
            found[AMONG].append((size, registry.anchor_many([size] * TOGETHER) / TOGETHER))
            found[REVOKED].append((size, spent + registry.revoke(root, size)))
    place.measured.mkdir(parents=True, exist_ok=True)
    (place.measured / "gas.json").write_text(json.dumps(found, indent=1) + "\n")
    for name, points in found.items():
        print(f"  {name:<32}" + "".join(f"{spent / size:14,.2f}" for size, spent in points))


class Registry:
    """A registry on a local chain, with an issuer and its operator."""

    def __init__(self, chain: AnvilChain) -> None:
        self.chain = chain
        self.numbers = count()
        admin, accreditor, self.issuer, self.operator = (account.address for account in DEV_ACCOUNTS[:4])
        self.account = bytes.fromhex(self.issuer[2:])
        creation = load_artifact().bytecode + encode(["address", "uint40"], [admin, 3600])
        self.address = self._send(admin, creation, to=None)["contractAddress"]
        until = int(chain.call("eth_getBlockByNumber", "latest", False)["timestamp"], 16) + YEAR_SECONDS
        self._send(admin, build_call("addAccreditor", accreditor))
        named = ("did:web:university.example", "University", "rules")
        self._send(accreditor, build_call("accredit", self.issuer, until, *named))
        self._send(self.issuer, build_call("addOperator", self.operator, 3, until))

    def anchor(self, size: int) -> tuple[bytes, int]:
        """Record a root of a batch of that size; return it and the gas."""
        root = self._root()
        call = build_anchor(self.account, root=root, size=size, kind=0, list_id=root[:13])
        return root, self._spend(call)

    def anchor_many(self, sizes: list[int]) -> int:
        """Record roots together and return the gas."""
        roots = [(self._root(), size) for size in sizes]
        return self._spend(
            build_anchor_many(self.account, [(root, size, 0, root[:13]) for root, size in roots])
        )

    def revoke(self, root: bytes, size: int) -> int:
        """Revoke a share of a batch at random places and return the gas."""
        words: dict[int, int] = {}
        for index in random.Random(1).sample(range(size), round(size * REVOKED_SHARE)):
            words[index >> 8] = words.get(index >> 8, 0) | 1 << (index & 255)
        purpose = Purpose.REVOCATION
        parts = [dict(part) for part in _parts(words, WORDS_A_TRANSACTION)]
        calls = [
            build_status(self.account, root=root, purpose=purpose, sets=True, words=part) for part in parts
        ]
        return sum(self._spend(call) for call in calls)

    def _root(self) -> bytes:
        return sha256(b"%d" % next(self.numbers)).digest()

    def _spend(self, call: bytes) -> int:
        return int(self._send(self.operator, call)["gasUsed"], 16)

    def _send(self, sender: str, call: bytes, to: str | None = "") -> dict[str, str]:
        fields = {} if to is None else {"to": self.address}
        self.chain.call("anvil_impersonateAccount", sender)
        sent = {"from": sender, "data": "0x" + call.hex(), "gas": hex(GAS_LIMIT), **fields}
        tx_hash = self.chain.call("eth_sendTransaction", sent)
        self.chain.call("anvil_mine")
        receipt: dict[str, str] = self.chain.call("eth_getTransactionReceipt", tx_hash)
        assert receipt["status"] == "0x1"
        return receipt


def read(place: Place) -> dict[str, list[tuple[int, float]]]:
    """Return what is kept: by way, pairs of a batch's size and its gas; empty where nothing is."""
    kept = place.measured / "gas.json"
    return json.loads(kept.read_text()) if kept.exists() else {}


def build_section(place: Place, write_plot: Callable[[str, str], str]) -> str:
    """Return table and plot for RESULTS.md; empty where nothing is kept."""
    found = read(place)
    if not found:
        return ""
    each = {name: [(size, spent / size) for size, spent in points] for name, points in found.items()}
    svg = plots.draw(
        "Gas of a credential against the size of its batch", x="credentials of the batch", y="gas", lines=each
    )
    heads = " | ".join(f"{size:,}" for size in SIZES)
    lines = [
        "## Gas of a credential\n",
        textwrap.fill(ABOUT, 130) + "\n",
        f"| gas of a credential in a batch of | {heads} |",
        "|---|" + "---:|" * len(SIZES),
    ]
    for name, points in each.items():
        lines.append(f"| {name} | " + " | ".join(_format(spent) for _, spent in points) + " |")
    lines += ["", f"![gas of a credential against the size of its batch]({write_plot('gas', svg)})"]
    return "\n".join(lines)


def _parts(words: dict[int, int], most: int) -> list[list[tuple[int, int]]]:
    pairs = sorted(words.items())
    return [pairs[at : at + most] for at in range(0, len(pairs), most)]


def _format(spent: float) -> str:
    return f"{spent:,.0f}" if spent >= 100 else f"{spent:.3g}"
