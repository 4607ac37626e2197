"""
The audit at the end of the demonstration: the whole record recounted, without asking the issuers.

Decides that the report is written beside the settings and what is said of it here. What an audit
finds is decided in `auditing`. Source: DESIGN section 8.
"""

from __future__ import annotations

from attestree.adapters.files.archive import find_archives
from attestree.auditing.export import build_files
from attestree.auditing.report import AuditReport
from attestree.cli.audit import write_files
from attestree.settings import Settings
from attestree.wiring.audits import wire_audit
from attestree.wiring.system import SystemClock

REPORT = "audit"
"""Folder of the report."""

DONE_ON_PURPOSE = ("audit.anchor_disavowed", "audit.anchor_outside_span")
"""Codes of the batches that the story leaves on the record: the thief's, and the one nobody vouches for."""

DISAVOWALS = frozenset({"audit.operator_disavowed", "audit.disavowal_back_dated"})
"""Codes of the disavowal itself; which one depends on whether it falls in the second of the theft."""


def audit(settings: Settings) -> AuditReport:
    """Recount the registry, rebuild every batch from its public files, and write the report."""
    archives = list(find_archives(settings.path(settings.batches)))
    audited = wire_audit(settings, settings.registry[0], clock=SystemClock()).run(archives=archives)
    write_files(settings.folder / REPORT, build_files(audited))
    return audited.report


def is_as_told(report: AuditReport) -> bool:
    """Say whether the audit found what was done here, and nothing else."""
    grave = [finding.code for finding in report.findings if finding.grave]
    batches = sorted(code for code in grave if code not in DISAVOWALS)
    counts = report.count()
    return (
        report.heads_agree
        and batches == sorted(DONE_ON_PURPOSE)
        and len(grave) == len(batches) + 1
        and counts["batches"] == counts["batchesRecomputed"]
    )


def format_audit(report: AuditReport) -> str:
    """Return what the audit says, in a few lines."""
    counts = report.count()
    heads = "agree" if report.heads_agree else "DO NOT AGREE"
    grave = [finding for finding in report.findings if finding.grave]
    told = (
        "the stolen key, and the institute for which nobody vouches"
        if is_as_told(report)
        else "NOT AS EXPECTED"
    )
    return "\n".join(
        [
            f"{counts['events']} events recounted, heads {heads} with storage; report in {REPORT}/",
            f"{counts['batchesRecomputed']} of {counts['batches']} batches rebuilt from their public files",
            f"{len(grave)} findings: {told}",
        ]
    )
