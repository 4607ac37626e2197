"""
Credentials that must not count, and nodes that would have them count.

Each suspect knows what a node must say so that it would be valid: the storage words from before the act that
harms it (or the words of an anchor that was never made), the logs to leave out, the logs to make up. A bench
asks about them through a proxy that says so, alone or beside an honest node, and counts what was found valid.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from attestree.adapters.evm.direct_facts import DirectFacts
from attestree.adapters.evm.faults.faults import NO_FAULTS, Fault, FaultPlan, Lies
from attestree.adapters.evm.faults.lies import invent_log
from attestree.adapters.evm.faults.proxy import FaultProxy
from attestree.adapters.evm.followed_facts import VIEW_AGE_LIMIT_SECONDS, FollowedFacts
from attestree.adapters.evm.hexes import format_bytes
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.evm.source import Source
from attestree.adapters.evm.sources import Sources
from attestree.credentials.proof_set import SecuredAnchor
from attestree.errors import AttestreeError
from attestree.registry.events import SHAPES_BY_NAME, issuer_topic
from attestree.registry.facts import WHOLE_LIST_WORD, Head, Purpose, Reason
from attestree.registry.finality import parse_finality
from attestree.registry.heads import build_first_anchor_head, fold_anchor
from attestree.registry.records import AnchorRecord, format_anchor_record, format_head_word
from attestree.registry.slots import (
    slot_of_act_head,
    slot_of_anchor,
    slot_of_anchor_head,
    slot_of_issuer,
    slot_of_operator,
    slot_of_status_word,
    slots_of_span,
)
from attestree.verifying.trust import Trust
from attestree.verifying.verdict import Verdict
from attestree.verifying.verifier import Verifier
from tests.integration.deployed import Actor, AnchoredBatch, Deployed
from tests.integration.readers import SetClock
from tests.integration.test_verdict_table import DID, NAME, Scene, trust_in

INDEX = 2
"""Leaf of every credential here."""

FINALITIES = ("instant", "depth:2")
DEPTH = 2


@dataclass(frozen=True)
class Suspect:
    """A credential, what is true of it, and the lies that would make it valid."""

    name: str
    credential: bytes
    truth: Verdict
    issuer: bytes
    words: Mapping[str, str]
    """Words by slot, as they would be had the harm not happened."""
    hidden: frozenset[str]
    """Transactions of the harm."""
    invented: tuple[Mapping[str, object], ...]
    before: int | None
    """A block at which the credential still counted; None = it never did."""


@dataclass
class Stage:
    """Makes suspects on a registry, each with an issuer of its own."""

    registry: Deployed
    suspects: list[Suspect] = field(default_factory=list)

    def play(self) -> bytes:
        """Make every suspect; return a genuine credential."""
        registry = self.registry
        genuine, *_ = self._issue("genuine")
        self._harm("revoked", Verdict.REVOKED, lambda b, _o: registry.revoke(b, [INDEX]))
        self._harm(
            "superseded",
            Verdict.SUPERSEDED,
            lambda b, _o: registry.revoke(b, [INDEX], reason=Reason.SUPERSEDED),
        )
        self._harm("list revoked", Verdict.REVOKED, lambda b, _o: registry.revoke(b))
        self._harm("suspended", Verdict.SUSPENDED, lambda b, _o: registry.suspend(b, [INDEX]))
        self._harm(
            "withdrawn",
            Verdict.UNTRUSTED_ISSUER,
            lambda b, _o: registry.withdraw_accreditation(b.issuer, span=1, until=b.time),
        )
        self._harm(
            "issuer suspended",
            Verdict.UNTRUSTED_ISSUER,
            lambda b, _o: registry.suspend_accreditation(b.issuer),
        )
        self._harm(
            "disavowed",
            Verdict.UNTRUSTED_ISSUER,
            lambda b, operator: registry.disavow(b.issuer, operator, since=b.time),
        )
        self._never_anchored()
        registry.mine(DEPTH + 1)
        return genuine

    def _issue(self, name: str) -> tuple[bytes, AnchoredBatch, Actor]:
        scene, operator = self._accredited(name)
        credential, secured = scene.seal(name=f"Course {name}")
        batch = scene.anchor(secured, by=operator)
        self.registry.mine(DEPTH + 1)
        return json.dumps(credential).encode(), batch, operator

    def _accredited(self, name: str) -> tuple[Scene, Actor]:
        issuer = self.registry.new_actor(name)
        self.registry.accredit(issuer, did=DID, name=NAME)
        operator = self.registry.add_operator(issuer)
        self.registry.increase_time(100)
        # nobody asks through this scene: it only seals
        return Scene(self.registry, issuer, None, trust_in(self.registry)), operator  # type: ignore[arg-type]

    def _harm(self, name: str, truth: Verdict, act: Callable[[AnchoredBatch, Actor], object]) -> None:
        credential, batch, operator = self._issue(name)
        self.registry.increase_time(100)
        before = self.registry.block().number
        act(batch, operator)
        after = self.registry.block().number
        slots = self._slots(batch, operator)
        old, new = (self._read(slots, number) for number in (before, after))
        self.suspects.append(
            Suspect(
                name,
                credential,
                truth,
                batch.issuer.address,
                {slot: word for slot, word in old.items() if new[slot] != word},
                frozenset(str(log["transactionHash"]) for log in self._logs(before + 1, after)),
                (),
                before,
            )
        )

    def _never_anchored(self) -> None:
        scene, _operator = self._accredited("forger")
        credential, secured = scene.seal(name="Course of nobody")
        self.registry.mine(1)
        block: Any = self.registry.rpc.call("eth_getBlockByNumber", ["latest", False])
        words, log = self._made_up(secured, scene.issuer, block)
        self.suspects.append(
            Suspect(
                "never anchored",
                json.dumps(credential).encode(),
                Verdict.NOT_ANCHORED,
                scene.issuer.address,
                words,
                # of an issuer without harm there is nothing to hide; this leaves out nothing
                frozenset({"0x"}),
                (log,),
                None,
            )
        )

    def _made_up(self, secured: SecuredAnchor, issuer: Actor, block: Any) -> tuple[dict[str, str], Any]:
        """Return the words and the log of an anchor that was never made."""
        header, pins = secured.anchor.header, self.registry.identity
        record = AnchorRecord(
            time=int(block["timestamp"], 16),
            size=header.size,
            sequence=1,
            operator=0,
            span=1,
            kind=0,
            flags=0,
            list_id=header.list_id,
        )
        word, root, address = format_anchor_record(record), secured.anchor.root, issuer.address
        first = build_first_anchor_head(chain_id=pins.chain_id, registry=pins.registry, issuer=address)
        head: Head = fold_anchor(first, root=root, record=word)
        topics = [SHAPES_BY_NAME["Anchored"].topic, issuer_topic(address), root]
        log = invent_log(address=pins.registry, topics=topics, payload=word, block=block, log_index=99)
        words = {
            slot_of_anchor(issuer=address, root=root): word,
            slot_of_anchor_head(address): format_head_word(head),
        }
        return {format_bytes(slot): format_bytes(said) for slot, said in words.items()}, log

    def _slots(self, batch: AnchoredBatch, operator: Actor) -> list[bytes]:
        address = batch.issuer.address
        status = [
            slot_of_status_word(issuer=address, list_id=batch.list_id, purpose=purpose, word=word)
            for purpose in Purpose
            for word in (INDEX >> 8, WHOLE_LIST_WORD)
        ]
        return [
            slot_of_anchor(issuer=address, root=batch.root),
            slot_of_anchor_head(address),
            slot_of_act_head(address),
            slot_of_issuer(address),
            slot_of_operator(issuer=address, operator=operator.address),
            *slots_of_span(issuer=address, number=1),
            *status,
        ]

    def _read(self, slots: Sequence[bytes], number: int) -> dict[str, str]:
        registry = format_bytes(self.registry.address)
        asked = [("eth_getStorageAt", [registry, format_bytes(slot), hex(number)]) for slot in slots]
        words = self.registry.rpc.batch(asked)
        return {format_bytes(slot): str(word) for slot, word in zip(slots, words, strict=True)}

    def _logs(self, first: int, last: int) -> list[Any]:
        wish = {
            "address": format_bytes(self.registry.address),
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        found: Any = self.registry.rpc.call("eth_getLogs", [wish])
        return list(found)


@dataclass(frozen=True)
class Trial:
    """One question, and who lies in which way."""

    suspect: Suspect
    reader: str
    """`direct`; `followed`, started under the lie; `living`, that had followed the truth before."""
    plan: FaultPlan
    alone: bool
    """Whether the liar is the only node."""
    liar_first: bool = True
    finality: str = "instant"


ALONE = (
    (Fault.HIDDEN_LOGS,),
    (Fault.INVENTED_LOGS,),
    (Fault.FORGED_RECEIPT,),
    (Fault.HIDDEN_LOGS, Fault.INVENTED_LOGS, Fault.FORGED_RECEIPT),
    (Fault.HIDDEN_LOGS, Fault.INVENTED_LOGS, Fault.WRONG_ID, Fault.GARBAGE),
)
"""What a single node may do: the contract's storage, read honestly, gives it away."""

BESIDE_AN_HONEST_ONE = (
    *ALONE,
    (Fault.STALE,),
    (Fault.FORGED_CALL,),
    (Fault.FORGED_CALL, Fault.HIDDEN_LOGS),
    (Fault.FORGED_CALL, Fault.INVENTED_LOGS),
    (Fault.FORGED_CALL, Fault.STALE, Fault.HIDDEN_LOGS, Fault.TRUNCATED),
)
"""What one of two nodes may do."""


def perfect_lies(suspect: Suspect) -> Lies:
    """Return what makes a suspect valid, where nobody contradicts."""
    return Lies(words=suspect.words, hidden=suspect.hidden, invented_logs=suspect.invented)


def perfect_plan(suspect: Suspect) -> FaultPlan:
    """Return the plan of a node that says so each time."""
    logs = Fault.INVENTED_LOGS if suspect.invented else Fault.HIDDEN_LOGS
    return FaultPlan(rate=1, kinds=(Fault.FORGED_CALL, logs), lies=perfect_lies(suspect))


@dataclass
class Bench:
    """Asks, and counts."""

    registry: Deployed
    trust: Trust
    suspects: Sequence[Suspect]
    liar: FaultProxy
    accomplice: FaultProxy
    chance: random.Random
    follow: type[FollowedFacts] = FollowedFacts
    verdicts: Counter[Verdict] = field(default_factory=Counter)
    false_valid: list[Trial] = field(default_factory=list)
    lies_told: int = 0

    def __post_init__(self) -> None:
        urls = (self.registry.chain.url, self.liar.url, self.accomplice.url)
        self._honest, self._liar, self._accomplice = (JsonRpc(url) for url in urls)

    def close(self) -> None:
        for rpc in (self._honest, self._liar, self._accomplice):
            rpc.close()

    def draw(self) -> Trial:
        """Make up a question and a liar."""
        chance = self.chance
        suspect, alone = chance.choice(self.suspects), chance.random() < 0.5
        kinds = chance.choice(ALONE if alone else BESIDE_AN_HONEST_ONE)
        plan = FaultPlan(
            rate=chance.choice((1.0, 1.0, 0.5, 0.2)),
            kinds=kinds,
            seed=chance.randrange(2**32),
            lies=self._draw_lies(suspect),
        )
        readers = ["direct", "followed", *(["living"] if suspect.before else [])]
        return Trial(
            suspect,
            chance.choice(readers),
            plan,
            alone,
            liar_first=chance.random() < 0.5,
            finality=chance.choice(FINALITIES),
        )

    def _draw_lies(self, suspect: Suspect) -> Lies:
        """Mostly the lie that would work; else a clumsier one."""
        topics = [format_bytes(shape.topic) for shape in SHAPES_BY_NAME.values()]
        of_issuer = format_bytes(issuer_topic(suspect.issuer))
        hidden = self.chance.choice(
            (suspect.hidden, suspect.hidden, frozenset(), {of_issuer}, {self.chance.choice(topics)})
        )
        clumsy = self.chance.random() < 0.2
        return Lies(
            words={} if clumsy else suspect.words,
            hidden=frozenset(hidden),
            invented_logs=() if clumsy else suspect.invented,
            stuck_at=suspect.before or self.registry.block().number - self.chance.randrange(1, 40),
        )

    def ask(self, trial: Trial) -> Verdict:
        """Ask one question under a lie, and write down what came of it."""
        before = self.liar.fault_count()
        verdict = self._ask(trial, [self._liar] if trial.alone else self._pair(trial))
        self.lies_told += self.liar.fault_count() - before
        self.liar.plan = NO_FAULTS
        self.verdicts[verdict] += 1
        if verdict is Verdict.VALID:
            self.false_valid.append(trial)
        return verdict

    def ask_liars_only(self, trial: Trial) -> Verdict:
        """Ask two nodes that tell the same lie."""
        self.accomplice.plan = trial.plan
        verdict = self._ask(trial, [self._liar, self._accomplice])
        self.accomplice.plan = self.liar.plan = NO_FAULTS
        if verdict is Verdict.VALID:
            self.false_valid.append(trial)
        return verdict

    def ask_honestly(self, credential: bytes, reader: str, finality: str = "instant") -> Verdict:
        """Ask the honest node alone."""
        clock = self._clock()
        facts = self._facts(reader, [self._honest], finality, clock)
        self._poll(facts)
        return self._verify(credential, facts, clock)

    def _pair(self, trial: Trial) -> list[JsonRpc]:
        pair = [self._liar, self._honest]
        return pair if trial.liar_first else pair[::-1]

    def _ask(self, trial: Trial, rpcs: Sequence[JsonRpc]) -> Verdict:
        clock = self._clock()
        facts = self._facts(trial.reader, rpcs, trial.finality, clock)
        if trial.reader == "living":
            self._follow_until_harm(trial, facts, clock)
        self.liar.plan = trial.plan
        verdict = Verdict.UNKNOWN
        # what is unproven at the first question is looked up for the second
        for _ in range(2):
            if not self._poll(facts):
                # a view that could not be renewed serves as of when it was made, up to its age limit
                clock.moment += VIEW_AGE_LIMIT_SECONDS + 1
            verdict = self._verify(trial.suspect.credential, facts, clock)
            if verdict is Verdict.VALID:
                break
        return verdict

    def _follow_until_harm(self, trial: Trial, facts: DirectFacts | FollowedFacts, clock: SetClock) -> None:
        """Have a server see the credential while it still counted, all nodes standing there."""
        before = FaultPlan(rate=1, kinds=(Fault.STALE,), lies=Lies(stuck_at=trial.suspect.before))
        self.liar.plan = before
        follower = self._facts("followed", [self._liar], trial.finality, clock)
        assert self._poll(follower)
        assert self._verify(trial.suspect.credential, follower, clock) is Verdict.VALID
        assert isinstance(facts, FollowedFacts)
        assert isinstance(follower, FollowedFacts)
        facts._follower._base = follower._follower._base
        facts._follower._base_block = follower._follower._base_block
        facts._following = follower._following

    def _clock(self) -> SetClock:
        return SetClock(self.registry.now() + 1)

    def _facts(
        self, reader: str, rpcs: Sequence[JsonRpc], finality: str, clock: SetClock
    ) -> DirectFacts | FollowedFacts:
        rule = parse_finality(finality)
        sources = Sources([Source(rpc, identity=self.registry.identity, finality=rule) for rpc in rpcs])
        if reader == "direct":
            return DirectFacts(sources, clock=clock)
        return self.follow(sources, clock=clock)

    def _poll(self, facts: DirectFacts | FollowedFacts) -> bool:
        """Poll where there is something to poll; say whether there is a new view, or none at all."""
        if isinstance(facts, DirectFacts):
            return True
        try:
            facts.poll_once()
        except AttestreeError:
            return facts._following is None
        return True

    def _verify(self, credential: bytes, facts: DirectFacts | FollowedFacts, clock: SetClock) -> Verdict:
        key = (self.registry.identity.chain_id, self.registry.address)
        return Verifier(self.trust, {key: facts}, clock).verify(credential).verdict


def describe(trial: Trial) -> str:
    """Return what a failing test prints of a trial."""
    return f"{trial.suspect.name}: {replace(trial, suspect=None)}"  # type: ignore[arg-type]
