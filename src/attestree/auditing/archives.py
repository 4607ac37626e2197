"""
Compares what leaf archives recompute to with what the chain holds.

Decides when a batch counts as recomputed: its leaves make the anchored root, as many as the anchor says,
under the anchor's list. An archive that is damaged, or belongs elsewhere, is a finding; the batch is then
as unexamined as one without an archive. Source: DESIGN section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from attestree.auditing.description import Description
from attestree.auditing.findings import Finding, Severity
from attestree.auditing.leaves import PublicFiles, check_public
from attestree.errors import CorruptionError
from attestree.ports.folders import ArchiveFiles
from attestree.registry.facts import Anchor
from attestree.registry.ledger import Ledger


class ArchiveState(StrEnum):
    """What came of one archive."""

    RECOMPUTED = "recomputed"
    """Its leaves make an anchored root, and everything else fits."""
    DIFFERS = "differs"
    """Something does not fit; the findings say what."""
    FOREIGN = "foreign"
    """It belongs to another registry."""


@dataclass(frozen=True, slots=True)
class ArchiveResult:
    """One archive and what came of it."""

    name: str
    """How people find it."""
    state: ArchiveState
    """What came of it."""
    issuer: bytes | None
    """As it states, 20 bytes; None = cannot be read."""
    root: bytes | None
    """As it was computed, 32 bytes; None = no tree."""
    size: int
    """Leaves that were found."""
    findings: tuple[Finding, ...]
    """What does not fit."""


def check_archives(archives: Iterable[ArchiveFiles], ledger: Ledger) -> tuple[ArchiveResult, ...]:
    """Recompute each archive and compare it with the chain; raises FolderUnavailableError only."""
    return tuple(check_archive(archive, ledger) for archive in archives)


def check_archive(archive: ArchiveFiles, ledger: Ledger) -> ArchiveResult:
    """Recompute one archive and compare it with the chain; raises FolderUnavailableError only."""
    public = check_public(archive)
    stated = public.description
    findings = [_find_fault(archive, stated, fault) for fault in public.faults]
    state = ArchiveState.DIFFERS
    if stated is not None and (stated.chain_id, stated.registry) != (ledger.chain_id, ledger.registry):
        findings.append(Finding(Severity.LOW, "audit.archive_foreign", {"archive": archive.name}))
        state = ArchiveState.FOREIGN
    elif stated is not None:
        findings += _compare(archive, public, stated, ledger)
        state = ArchiveState.DIFFERS if findings else ArchiveState.RECOMPUTED
    issuer = None if stated is None else stated.issuer
    return ArchiveResult(archive.name, state, issuer, public.root, len(public.leaf_hashes), tuple(findings))


def issuers_of(archives: Iterable[ArchiveResult]) -> frozenset[bytes]:
    """Return the issuers that archives of this registry name."""
    return frozenset(
        archive.issuer
        for archive in archives
        if archive.issuer is not None and archive.state is not ArchiveState.FOREIGN
    )


def _compare(
    archive: ArchiveFiles, public: PublicFiles, stated: Description, ledger: Ledger
) -> Iterator[Finding]:
    """Yield where an archive of this registry and the chain differ."""
    anchors = ledger.issuer(stated.issuer).anchors
    anchor = anchors.get(public.root) if public.root is not None else None
    anchor = anchor or anchors.get(stated.root)
    facts = {"archive": archive.name, "root": stated.root}
    if anchor is None:
        yield Finding(Severity.MEDIUM, "audit.archive_not_anchored", facts, stated.issuer)
        return
    if public.root is not None and public.root != anchor.root:
        mismatch = {"archive": archive.name, "root": anchor.root, "computed": public.root}
        yield Finding(Severity.HIGH, "audit.root_mismatch", mismatch, stated.issuer)
    leaves = len(public.leaf_hashes)
    if public.root is not None and leaves != anchor.size:
        sizes = {**facts, "leaves": leaves, "size": anchor.size}
        yield Finding(Severity.HIGH, "audit.size_mismatch", sizes, stated.issuer)
    for field in _differing_fields(stated, anchor):
        yield Finding(Severity.HIGH, "audit.archive_differs", {**facts, "field": field}, stated.issuer)


def _differing_fields(stated: Description, anchor: Anchor) -> Iterator[str]:
    if stated.list_id != anchor.list_id:
        yield "list"
    if stated.kind != anchor.kind:
        yield "kind"


def _find_fault(archive: ArchiveFiles, stated: Description | None, fault: CorruptionError) -> Finding:
    """Return what a damaged file means to an auditor."""
    issuer = None if stated is None else stated.issuer
    facts = {"archive": archive.name, **fault.values}
    if fault.code == "fsck.index_twice":
        return Finding(Severity.HIGH, "audit.index_twice", facts, issuer)
    return Finding(Severity.HIGH, "audit.archive_damaged", {**facts, "fault": fault.code}, issuer)
