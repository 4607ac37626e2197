"""
What an audit found: a severity, a code, the facts, and where on the chain they stand.

Decides shape, order and which findings are grave; what leads to one is decided in `judging`,
`reconcile` and `archives`. Source: DESIGN section 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from attestree.registry.facts import Log


class Severity(StrEnum):
    """How much a finding matters."""

    HIGH = "high"
    """Something is false, missing, or not vouched for by anybody."""
    MEDIUM = "medium"
    """Something that a person has to look into."""
    LOW = "low"
    """Unusual, and often in order."""
    NOTE = "note"
    """A fact worth knowing; nothing is wrong with it."""


GRAVE = frozenset({Severity.HIGH, Severity.MEDIUM})
"""Severities that end the command with exit code 1."""

_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found."""

    severity: Severity
    """How much it matters."""
    code: str
    """`audit.<reason>`; the key into `text`."""
    values: Mapping[str, object] = field(default_factory=dict)
    """Facts the sentence names; bytes are shown as 0x hex, times are Unix seconds."""
    issuer: bytes | None = None
    """Whom it concerns, 20 bytes; None = the registry as a whole."""
    block: int | None = None
    """Block of the event that shows it; None = no single event does."""
    tx_hash: bytes | None = None
    """Transaction of that event, 32 bytes."""

    @property
    def grave(self) -> bool:
        """Whether it ends the command with exit code 1."""
        return self.severity in GRAVE


def place_finding(finding: Finding, log: Log, issuer: bytes | None) -> Finding:
    """Return a finding with the place of the event that shows it, and with the issuer among its facts."""
    facts = finding.values if issuer is None else {"issuer": issuer, **finding.values}
    return replace(finding, values=facts, issuer=issuer, block=log.block_number, tx_hash=log.tx_hash)


def sort_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings, the gravest first, then in chain order; the same ones always in the same order."""
    return tuple(sorted(findings, key=_place))


def count_findings(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many there are of each severity, the gravest first."""
    counts = {severity.value: 0 for severity in Severity}
    for finding in findings:
        counts[finding.severity.value] += 1
    return counts


def _place(finding: Finding) -> tuple[int, int, str, str]:
    # What no single event shows stands behind what one does
    block = 2**64 if finding.block is None else finding.block
    return _RANKS[finding.severity], block, finding.code, repr(sorted(finding.values.items()))
