"""
The audit: replay, reconcile, recompute, judge, and report.

Decides the order of the steps and which sentences the report's five lists hold. Needs a chain and its
pins; no store, no key, nobody's consent. Source: DESIGN section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from attestree import __version__
from attestree.auditing.archives import ArchiveResult, ArchiveState, check_archives, issuers_of
from attestree.auditing.findings import sort_findings
from attestree.auditing.lines import build_batch_lines, build_issuer_lines
from attestree.auditing.reconcile import Reconciled, reconcile, verify_still_there
from attestree.auditing.replay import Entry, Replay, fetch_replay
from attestree.auditing.report import AuditReport, BatchLine, Statement
from attestree.auditing.standing import judge_standing
from attestree.errors import RequestError
from attestree.ports import ChainEvents
from attestree.ports.folders import ArchiveFiles
from attestree.registry.event_types import Anchored
from attestree.registry.facts import BlockRef, ChainIdentity


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit brought to light."""

    report: AuditReport
    """What it says."""
    entries: tuple[Entry, ...]
    """Every event that was replayed, in chain order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Audits one registry."""

    events: ChainEvents
    """How it is read."""
    identity: ChainIdentity
    """The pins under which it is read."""
    name: str
    """How people call the registry."""
    network: str = "unknown"
    """`test`, `production` or `unknown`."""
    nodes: int = 1
    """How many nodes are asked."""
    finality: str = "finalized"
    """The rule by which a block counts as final."""

    def run(
        self,
        *,
        to: int | None = None,
        archives: Iterable[ArchiveFiles] = (),
        named: Iterable[bytes] = (),
    ) -> Audited:
        """
        Audit from the deployment to the final block, or to the block `to`.

        Args:
            to: Number of a block that is final.
            archives: Public files of batches.
            named: Issuers to compare even if no event of theirs is served, 20 bytes each.

        Raises:
            RequestError: `audit.not_final_yet`.
            ChainUnavailableError: `audit.logs_missing`, `audit.before_deployment`, or any `chain.*`.
            ChainIdentityError: `identity.*`.
            FolderUnavailableError: An archive could not be read.
        """
        block = self._fetch_last(to)
        replayed = fetch_replay(self.events, identity=self.identity, last=block)
        results = check_archives(archives, replayed.ledger)
        compared = reconcile(
            self.events, replayed.ledger, block=block, named=[*named, *sorted(issuers_of(results))]
        )
        verify_still_there(self.events, block)
        return Audited(self._report(block, replayed, results, compared), replayed.entries)

    def _fetch_last(self, to: int | None) -> BlockRef:
        final = self.events.fetch_block("final")
        if to is None or to == final.number:
            return final
        if to > final.number:
            raise RequestError("audit.not_final_yet", block=to, final=final.number)
        return self.events.fetch_block(to)

    def _report(
        self, block: BlockRef, replayed: Replay, results: tuple[ArchiveResult, ...], compared: Reconciled
    ) -> AuditReport:
        ledger = replayed.ledger
        places = {
            (entry.event.issuer, entry.event.root): entry.log
            for entry in replayed.entries
            if isinstance(entry.event, Anchored)
        }
        findings = [
            *replayed.findings,
            *compared.findings,
            *judge_standing(ledger, places, now=block.time),
            *(finding for result in results for finding in result.findings),
        ]
        batches = build_batch_lines(ledger, places, results)
        issuers = build_issuer_lines(ledger, compared.issuers, now=block.time)
        sections = {
            "proven": tuple(_proven(compared, replayed, batches, block)),
            "recomputed": tuple(_recomputed(batches)),
            "not_examined": tuple(_not_examined(batches, compared, replayed, results, block)),
            "unknowable": tuple(Statement(code) for code in UNKNOWABLE),
            "relied_on": tuple(self._relied_on()),
        }
        return AuditReport(
            registry_name=self.name,
            network=self.network,
            identity=self.identity,
            block=block,
            issuers=issuers,
            batches=batches,
            archives=results,
            events=len(replayed.entries),
            findings=sort_findings(findings),
            sections=sections,
            heads_agree=compared.proven,
        )

    def _relied_on(self) -> Iterator[Statement]:
        yield Statement("audit.relied_nodes", {"nodes": self.nodes})
        pins: Mapping[str, object] = {
            "chain_id": self.identity.chain_id,
            "registry": self.identity.registry,
            "code_hash": self.identity.code_hash,
        }
        yield Statement("audit.relied_pins", pins)
        yield Statement("audit.relied_finality", {"finality": self.finality})
        yield Statement("audit.relied_places")
        yield Statement("audit.relied_contract")
        yield Statement("audit.relied_software", {"version": __version__})


UNKNOWABLE = (
    "audit.unknowable_truth",
    "audit.unknowable_hidden",
    "audit.unknowable_size",
    "audit.unknowable_off_chain",
)
"""What no audit of a chain can tell."""


def _proven(
    compared: Reconciled, replayed: Replay, batches: tuple[BatchLine, ...], block: BlockRef
) -> Iterator[Statement]:
    if compared.registry:
        count = replayed.ledger.registry_head.count
        yield Statement("audit.proven_registry", {"events": count, "block": block.number})
    proven = [address for address, agrees in compared.issuers.items() if agrees]
    if proven:
        heads = [replayed.ledger.heads_of(address) for address in proven]
        facts = {
            "issuers": len(proven),
            "anchors": sum(head.anchor.count for head in heads),
            "acts": sum(head.act.count for head in heads),
            "block": block.number,
        }
        yield Statement("audit.proven_issuers", facts)
    anchors = sum(batch.issuer in proven for batch in batches)
    if anchors:
        yield Statement("audit.proven_times", {"batches": anchors})


def _recomputed(batches: tuple[BatchLine, ...]) -> Iterator[Statement]:
    done = [batch for batch in batches if batch.archive == ArchiveState.RECOMPUTED]
    if done:
        credentials = sum(batch.size for batch in done)
        facts = {"batches": len(done), "of": len(batches), "credentials": credentials}
        yield Statement("audit.recomputed_batches", facts)
    else:
        yield Statement("audit.recomputed_none")


def _not_examined(
    batches: tuple[BatchLine, ...],
    compared: Reconciled,
    replayed: Replay,
    results: tuple[ArchiveResult, ...],
    block: BlockRef,
) -> Iterator[Statement]:
    unproven = sum(not agrees for agrees in compared.issuers.values())
    if unproven:
        yield Statement("audit.unexamined_issuers", {"issuers": unproven})
    if not compared.registry:
        yield Statement("audit.unexamined_registry")
    if replayed.left_out:
        yield Statement("audit.unexamined_events", {"events": replayed.left_out})
    rest = sum(batch.archive != ArchiveState.RECOMPUTED for batch in batches)
    if rest:
        yield Statement("audit.unexamined_batches", {"batches": rest, "of": len(batches)})
    foreign = sum(result.state is ArchiveState.FOREIGN for result in results)
    if foreign:
        yield Statement("audit.unexamined_archives", {"archives": foreign})
    yield Statement("audit.unexamined_claims")
    yield Statement("audit.unexamined_later", {"block": block.number})
