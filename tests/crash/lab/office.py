"""
An institution's folder on the real registry: rosters become delivered folders while processes are killed.

Every roster is issued by the commands a person would type. A twin that nobody kills seals it too, without
recording: its files are what the killed office must come to, byte for byte.
"""

from __future__ import annotations

import random
import secrets
import shutil
from dataclasses import replace
from pathlib import Path

from invariants import ALWAYS, AT_REST, World, find_violations

from attestree import Verifier
from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.files.achievements import read_achievement
from attestree.adapters.keys.private_file import write_private
from attestree.adapters.sql import SqlStore
from attestree.cli.issuing import build_terms
from attestree.issuing.plan import IssueRequest
from attestree.registry.event_types import Anchored
from attestree.registry.events import parse_event
from attestree.settings import load_settings
from attestree.verifying.trust import format_trust
from attestree.wiring.chains import wire_events, wire_sender
from attestree.wiring.issuers import wire_issuing
from attestree.wiring.signing import wire_document_signer
from attestree.wiring.system import SystemClock
from attestree.wiring.verifiers import wire_verifier
from lab.chain_scan import ChainScan
from lab.counting import SETTLE_SECONDS, Tally
from lab.issuing import GivenClock, GivenEntropy
from lab.launcher import KILLED, Launcher
from lab.plan import Death, Faults, Plan
from lab.witness import Witness
from tests.integration.deployed import Actor, Deployed, deploy_registry
from tests.integration.furnishing import DID, TITLE, issuer_table, keep_key, registry_table, trust_in

ACHIEVEMENT = 'title = "Welding"\ndescription = "Joins metal."\nlearning_outcomes = ["Joins metal"]\n'
ISSUED_AT = 1_790_000_000
"""What the clock of issuing says, for the office and its twin alike."""

OURS = (1, 3)
"""Exit codes of a command that met an error and said so; the same command again goes on."""


class Office:
    """One registry, one issuer, one store; close it."""

    def __init__(self, folder: Path, launcher: Launcher, *, seed: int, fault_rate: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.launcher = launcher
        self.chance = random.Random(seed)
        self.fault_rate = fault_rate
        self.tally = Tally()
        self.chain = AnvilChain()
        self._told, self._runs, self._rosters = folder / "told", 0, 0
        self.home, self.twin = folder / "office", folder / "twin"
        registry = deploy_registry(self.chain)
        issuer = registry.new_actor("university")
        registry.accredit(issuer, did=DID, name=TITLE)
        operator = registry.add_operator(issuer)
        _furnish(self.home, registry, issuer.address, {"operator": operator, "issuer": issuer})
        shutil.copytree(self.home, self.twin)
        settings = load_settings(self.home / "attestree.toml")
        self._issuer, self._events = issuer.address, wire_events(settings.registry[0], clock=SystemClock())
        url = f"sqlite:///{self.home}/attestree.db"
        self.store, self.witness = SqlStore.create(url), Witness(url)
        self.twin_store = SqlStore.create(f"sqlite:///{self.twin}/attestree.db")
        verifier = Verifier(wire_verifier(settings, clock=SystemClock(), trust_path=self.home / "trust.toml"))
        self.world = World(
            ChainScan(self.chain.url, [issuer.address, operator.address]),
            self.store,
            self.witness,
            wire_sender(settings.registry[0]),  # type: ignore[arg-type]
            folders=self.home / "batches" / "example-university",
            anchored=self._anchored,
            judged=lambda path: verifier.verify(path.read_bytes()).verdict.value,
        )

    def write_roster(self) -> Roster:
        """Write a roster of learners nobody has seen; an unknown column makes a file of findings."""
        self._rosters += 1
        roster = Roster(f"roster-{self._rosters}.csv", secrets.token_bytes(32), self.chance.randint(2, 4))
        lines = [f"L{secrets.token_hex(4)};Learner {n};2026-05-01;x" for n in range(roster.size)]
        text = "learner_id;name;awarded_on;room\n" + "\n".join(lines) + "\n"
        for folder in (self.home, self.twin):
            (folder / roster.name).write_text(text, "utf-8")
        return roster

    def next_roster(self) -> Roster:
        """Write a roster, and let the twin make its files: the same code, given no chain and no crash."""
        roster = self.write_roster()
        settings = load_settings(self.twin / "attestree.toml")
        terms = build_terms(settings, settings.issuer[0], read_achievement(self.twin / "achievement.toml"))
        request = IssueRequest(
            octets=(self.twin / roster.name).read_bytes(), file_name=roster.name, terms=terms
        )
        issuing = replace(
            wire_issuing(
                settings,
                settings.issuer[0],
                self.twin_store,
                sign=wire_document_signer(settings, settings.issuer[0]) if terms.signed else None,
            ),
            sender=None,
            clock=GivenClock(ISSUED_AT),
            entropy=GivenEntropy(roster.entropy),
        )
        batch = issuing.issue(issuing.plan(request, ask_chain=False)).batch
        assert batch is not None
        roster.batch, roster.fingerprint = batch.id, batch.fingerprint
        roster.token = self.twin_store.fetch_rows(batch.id)[0].token
        self.tally.writes += 1
        return roster

    def run(self, roster: Roster, death: Death, *, seconds: float | None = None, trace: str = "") -> int:
        """Issue a roster and revoke one of it, in a process that may die; return how it ended."""
        self._told.unlink(missing_ok=True)
        plan = self.plan(roster, roster.commands, folder=self.home)
        code = self.launcher.run(replace(plan, death=death, trace=trace), seconds)
        self.tally.runs += 1
        if code == KILLED:
            self.tally.kills[self._told.read_text() if self._told.exists() else "random time"] += 1
            self.tally.violations += find_violations(self.world, ALWAYS)
        elif code not in (0, *OURS):
            self.tally.violations.append(f"a process ended with {code} at {death}: {self.launcher.said()}")
        return code

    def finish(self, roster: Roster) -> None:
        """Run the commands once more without faults; everything must be done, and as the twin has it."""
        rate, self.fault_rate = self.fault_rate, 0.0
        code = self.run(roster, Death(), seconds=SETTLE_SECONDS)
        self.fault_rate = rate
        if code != 0:
            self.tally.violations.append(f"stuck: {roster.name} ended with {code}: {self.launcher.said()}")
            return
        self.world.accepted[roster.fingerprint] = roster.size
        self.world.revoked += [i.wanted.id for i in self.store.fetch_intents() if i.wanted.kind == "status"]
        self.tally.violations += find_violations(self.world, AT_REST)
        base = Path("batches/example-university")
        made = _files(self.home / base / roster.batch)
        if made != _files(self.twin / base / f"{roster.batch}.held"):
            self.tally.violations.append(
                f"I6: files of {roster.name} differ from those of a run never killed"
            )

    def check_file_system(self) -> None:
        """Let the program's own `fsck` look at everything; nothing can be asked of the witness afterwards."""
        self.witness.leave()
        plan = self.plan(Roster("", b"", 0), [["fsck"]], folder=self.home)
        if code := self.launcher.run(replace(plan, faults=Faults())):
            self.tally.violations.append(f"fsck ended with {code}: {self.launcher.said()}")

    def close(self) -> None:
        self.world.scan.close()
        self.witness.close()
        self.store.close()
        self.twin_store.close()
        self.chain.close()

    def plan(self, roster: Roster, commands: list[list[str]], *, folder: Path | None = None) -> Plan:
        """Return the plan of a process that runs commands on a roster, in the office unless said else."""
        folder = folder or self.home
        self._runs += 1
        given = {
            "folder": str(folder),
            "url": self.chain.url,
            "entropy": roster.entropy,
            "issued_at": ISSUED_AT,
            "commands": commands,
        }
        faults = Faults(self.fault_rate, self.chance.getrandbits(32))
        start = ISSUED_AT + 10_000 * self._runs
        return Plan("issue", given, start=start, faults=faults, folder=str(folder), told=str(self._told))

    def _anchored(self) -> list[bytes]:
        """Return the roots of all anchors of the issuer."""
        last = self._events.fetch_block("latest").number
        events = map(parse_event, self._events.fetch_logs(first_block=0, last_block=last))
        return [
            event.root for event in events if isinstance(event, Anchored) and event.issuer == self._issuer
        ]


class Roster:
    """One roster, and what the twin made of it."""

    def __init__(self, name: str, entropy: bytes, size: int) -> None:
        self.name, self.entropy, self.size = name, entropy, size
        self.batch, self.token, self.fingerprint = "", "", b""

    @property
    def command(self) -> list[str]:
        return ["issue", self.name, "--achievement", "achievement.toml", "--yes"]

    @property
    def commands(self) -> list[list[str]]:
        return [self.command, ["revoke", self.token, "--reason", "issued-in-error", "--yes"]]


def kill_offices(office: Office, kills: int, folder: Path) -> None:
    """Issue roster after roster; kill each at up to three points, in their order, and let it end."""
    first, trace = office.next_roster(), folder / "trace"
    office.fault_rate, rate = 0.0, office.fault_rate
    office.run(first, Death(), trace=str(trace))
    office.fault_rate = rate
    office.finish(first)
    points = list(dict.fromkeys(trace.read_text().split("\n")[:-1]))
    left = office.chance.sample(points, len(points))
    while office.tally.kills.total() < kills and not office.tally.violations:
        roster = office.next_roster()
        if len(left) < 3:
            left = office.chance.sample(points, len(points))
        chosen, left = sorted(left[:3], key=points.index), left[3:]
        for point in chosen:
            office.run(roster, Death(point))
            if office.chance.random() < 0.2:
                office.run(roster, Death(), seconds=office.chance.uniform(0.02, 0.6))
        office.finish(roster)
    office.check_file_system()


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _furnish(folder: Path, registry: Deployed, issuer: bytes, keys: dict[str, Actor]) -> None:
    """Write settings, keys, trust file and achievement."""
    paths = {f"{name}_key": keep_key(folder, name, actor, scrypt_work=2**4) for name, actor in keys.items()}
    write_private(folder / "keys/roster.key", secrets.token_hex(32).encode())
    settings = 'public_url = "http://127.0.0.1:8000"\n' + registry_table(registry, finality="depth:2")
    (folder / "attestree.toml").write_text(settings + issuer_table(issuer, keys=paths), "utf-8")
    (folder / "trust.toml").write_text(format_trust(trust_in(registry)), "utf-8")
    (folder / "achievement.toml").write_text(ACHIEVEMENT, "utf-8")
