"""
Writes to a contract without any guard: each call adds one to the slot that it names, so that doubles show.

One `Counting` is one chain, one store, one key and the processes that drive them. Fresh each time: a chain of
many thousand blocks is slow, and a root that was used before proves nothing.
"""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from invariants import ALWAYS, AT_REST, World, find_violations

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.evm.faults.faults import FaultPlan
from attestree.adapters.evm.faults.proxy import FaultProxy
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.sender import EvmSender
from attestree.adapters.keys.signer import LocalSigner
from attestree.adapters.sql import SqlStore
from attestree.outbox.states import State
from attestree.registry.finality import parse_finality
from lab.chain_scan import ChainScan
from lab.counter import build_write, count_effects, fetch_identity, place_contract, slot_of
from lab.launcher import KILLED, Launcher
from lab.plan import Death, Faults, Plan
from lab.tasks import BROKEN_OFF, FINALITY, REGISTRY, SteppingClock
from lab.witness import Witness

PATIENCE_SECONDS = 0.3
"""How long a process waits for an answer of the proxy,"""

HANG_SECONDS = 0.4
"""and how long some of them take."""

SETTLE_SECONDS = 60
"""How long everything may take to be FINAL once faults have ended."""


@dataclass
class Tally:
    """What a number of runs came to."""

    kills: Counter[str] = field(default_factory=Counter)
    """By the point of death."""
    runs: int = 0
    writes: int = 0
    faults: int = 0
    """Requests that failed on the way, where a proxy counted them."""
    shared: int = 0
    """Transactions that carry several writes."""
    sequences: int = 0
    """Kills that were followed by kills of what recovered."""
    violations: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.kills += other.kills
        self.runs += other.runs
        self.writes += other.writes
        self.faults += other.faults
        self.shared += other.shared
        self.sequences += other.sequences
        self.violations += other.violations

    def count(self, word: str) -> int:
        """Return how many violations name it."""
        return sum(word in one for one in self.violations)

    def __str__(self) -> str:
        lost, double, stuck = (self.count(word) for word in ("lost", "double", "stuck"))
        others = len(self.violations) - lost - double - stuck
        return (
            f"{self.kills.total()} kills at {len(self.kills)} points, {self.writes} writes,"
            f" {self.shared} transactions for several:"
            f" {lost} lost, {double} double, {stuck} not FINAL in {SETTLE_SECONDS} s, {others} other faults"
        )


class CountingChain:
    """An anvil with the counting contract and one key that has money; mines when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.chain = AnvilChain()
        place_contract(self.chain)
        self.key = secrets.token_bytes(32)
        self.address = LocalSigner(self.key, chain_id=31337).address
        self.chain.fund("0x" + self.address.hex(), 10**20)
        self.chain.call("evm_setAutomine", False)
        self.scan = ChainScan(self.chain.url, [self.address])

    def effects(self, payloads: Sequence[bytes]) -> list[int]:
        """Return how often each payload took effect."""
        return count_effects(self.scan.rpc, [slot_of(payload) for payload in payloads])

    def disturb(self, chance: random.Random) -> None:
        """Let the chain move, or its pool forget, while nobody works."""
        what = chance.choice(["nothing", "mine", "forget"])
        if what == "mine":
            self.chain.mine()
        elif what == "forget":
            self.chain.call("anvil_dropAllTransactions")

    def close(self) -> None:
        self.scan.close()
        self.chain.close()


class Counting:
    """The outbox and its worker, against the counting contract."""

    def __init__(
        self,
        folder: Path,
        launcher: Launcher,
        *,
        seed: int,
        fault_rate: float = 0.0,
        url: str = "",
        proxied: bool = False,
        anchors: bool = False,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.launcher = launcher
        self.chance = random.Random(seed)
        self.tally = Tally()
        self.fault_rate = fault_rate
        self.anchors = anchors
        self._chain = CountingChain(folder)
        self.told = folder / "told"
        self._runs = 0
        url = url or f"sqlite:///{folder}/attestree.db"
        self.store = SqlStore.create(url)
        self.witness = Witness(url)
        rpc = JsonRpc(self._chain.chain.url)
        finality = parse_finality(FINALITY)
        self.identity = fetch_identity(rpc)
        sender = EvmSender([rpc], identity=self.identity, finality=finality, clock=SteppingClock(0))
        self.store.write_pin(REGISTRY, self.identity)
        self.world = World(self._chain.scan, self.store, self.witness, sender, effects=self._chain.effects)
        self._rpc = rpc
        node = self._chain.chain.url
        given = {"url": node, "node": node, "store": url, "identity": self.identity, "key": self._chain.key}
        self.plan = Plan("drive", given, told=str(self.told))
        self._proxy = self._open_proxy(seed) if proxied else None

    def _open_proxy(self, seed: int) -> FaultProxy:
        """Put a proxy with real sockets between the processes and the node, instead of faults within them."""
        faults = FaultPlan(rate=self.fault_rate, seed=seed, hang_seconds=HANG_SECONDS)
        proxy = FaultProxy(self._chain.chain.url, faults)
        given = {**self.plan.given, "url": proxy.url, "timeout_seconds": PATIENCE_SECONDS}
        self.plan, self.fault_rate = replace(self.plan, given=given), 0.0
        return proxy

    def queue(self, count: int) -> list[str]:
        """Queue so many writes, each with a slot that was never used; return their names."""
        names = []
        for _ in range(count):
            names.append(f"w{self.tally.writes}")
            self.tally.writes += 1
            slot, key = secrets.token_bytes(32), self._chain.address
            self.store.add_intent(build_write(names[-1], slot, key=key, is_anchor=self.anchors))
        return names

    def top_up(self) -> None:
        """See to it that there is something to do, from its beginning on."""
        states = [intent.state for intent in self.store.fetch_intents()]
        if State.SEALED not in states:
            self.queue(self.chance.choice((2, 3, 3, 5) if self.anchors else (1, 1, 1, 2)))

    def next_plan(self, death: Death = Death()) -> Plan:  # noqa: B008 - frozen
        """Return the plan of the next process: later than all before, on a network with other faults."""
        self._runs += 1
        faults = Faults(self.fault_rate, self.chance.getrandbits(32))
        return replace(self.plan, start=1_000_000 + 10_000 * self._runs, death=death, faults=faults)

    def run(self, death: Death = Death(), *, seconds: float | None = None) -> bool:  # noqa: B008 - frozen
        """Run one process until it is done, dead, or killed after so many seconds; say whether it died."""
        self.told.unlink(missing_ok=True)
        plan = self.next_plan(death)
        code = self.launcher.run(plan, seconds)
        self.tally.runs += 1
        if code == KILLED:
            self.tally.kills[self.told.read_text() if self.told.exists() else "random time"] += 1
        elif code not in (0, BROKEN_OFF):
            self.tally.violations.append(f"a process ended with {code} at {death}: {self.launcher.said()}")
        return code == KILLED

    def verify_now(self) -> None:
        """Note everything that must never be, and is."""
        self.tally.violations += find_violations(self.world, ALWAYS)

    def settle(self) -> None:
        """End all faults; note what is not FINAL after a minute, and whatever else is not as it must be."""
        self.fault_rate = 0.0
        if self._proxy is not None:
            self.tally.faults += self._proxy.fault_count()
            self._proxy.stop_faults()
        code = self.launcher.run(self.next_plan(), SETTLE_SECONDS)
        if code != 0:
            self.tally.violations.append(f"the last process ended with {code}: {self.launcher.said()}")
        self.tally.violations += find_violations(self.world, AT_REST)
        stored = [attempt.tx_hash for some in self.witness.attempts().values() for attempt in some]
        self.tally.shared += sum(count > 1 for count in Counter(stored).values())

    def mine(self) -> None:
        self._chain.chain.mine()

    def disturb(self) -> None:
        self._chain.disturb(self.chance)

    def close(self) -> None:
        if self._proxy is not None:
            self._proxy.close()
        self._rpc.close()
        self.witness.close()
        self.store.close()
        self._chain.close()
