"""
The report of an audit: figures, findings, and five separate lists of what they rest on.

    proven          from the chain: events that fold to the heads in storage
    recomputed      from archives that were given
    not_examined    could have been looked at, and was not
    unknowable      no audit of a chain can tell
    relied_on       taken as given

Decides what stands in which list; "complete" is never said of a part. Holds no time of its own: the same
chain at the same block gives the same report. Source: DESIGN section 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from attestree import __version__
from attestree.auditing.archives import ArchiveResult
from attestree.auditing.findings import Finding, count_findings
from attestree.credentials.dates import format_timestamp
from attestree.registry.facts import BlockRef, ChainIdentity
from attestree.text.catalogue import explain
from attestree.text.spelling import format_hex

FORMAT = "attestree.audit/1"
"""Value of `format` in the JSON of a report."""

SECTIONS = {
    "proven": "audit.section_proven",
    "recomputed": "audit.section_recomputed",
    "not_examined": "audit.section_not_examined",
    "unknowable": "audit.section_unknowable",
    "relied_on": "audit.section_relied_on",
}
"""Names of the five lists, in their order, and what their headings say."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of one of the five lists."""

    code: str
    """`audit.<reason>`; the key into `text`."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What the sentence names."""

    @property
    def text(self) -> str:
        """The sentence."""
        return explain(self.code, self.values).sentence


@dataclass(frozen=True, slots=True)
class IssuerLine:
    """What the registry says about one issuer."""

    address: bytes
    """20 bytes."""
    name: str | None
    """As its accreditor wrote it last; None = never accredited, or not text."""
    did: str | None
    """Likewise."""
    accreditor: bytes | None
    """Of the newest span, 20 bytes; None = never accredited."""
    accredited: bool
    """Whether a span is in force at the last block."""
    anchors: int
    """Batches."""
    credentials: int
    """As the anchors declare."""
    acts: int
    """Acts of standing and status."""
    proven: bool
    """Whether both heads agree with storage."""


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One anchor."""

    issuer: bytes
    """20 bytes."""
    issuer_name: str | None
    """As its accreditor wrote it last."""
    sequence: int
    """Position among the issuer's anchors, from 1."""
    root: bytes
    """32 bytes."""
    list_id: bytes
    """13 bytes."""
    size: int
    """As the anchor declares."""
    kind: int
    """Tree kind."""
    time: int
    """Block time, Unix seconds."""
    operator: int
    """0 = the issuer itself."""
    span: int
    """0 = none in force."""
    confirmed: bool
    """Whether the issuer said that it stands."""
    revoked: int
    """Credentials revoked at the last block."""
    suspended: int
    """Credentials suspended at the last block."""
    archive: str
    """`recomputed`, `differs` or `none`."""
    block: int
    """Of the anchor."""
    tx_hash: bytes
    """32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """Everything an audit says; frozen, and the same for the same chain, block and archives."""

    registry_name: str
    """How people call the registry."""
    network: str
    """`test` or `production`, or `unknown` where nobody says."""
    identity: ChainIdentity
    """The pins under which it was read."""
    block: BlockRef
    """Up to which block, inclusive."""
    issuers: tuple[IssuerLine, ...]
    """In the order of their first event."""
    batches: tuple[BatchLine, ...]
    """By issuer, then sequence."""
    archives: tuple[ArchiveResult, ...]
    """In the order in which they were given."""
    events: int
    """Events that were replayed."""
    findings: tuple[Finding, ...]
    """The gravest first."""
    sections: Mapping[str, tuple[Statement, ...]]
    """The five lists, by the names of `SECTIONS`."""
    heads_agree: bool
    """Whether every head that was looked at agrees with storage."""

    @property
    def clean(self) -> bool:
        """Whether there is no finding of high or medium severity."""
        return not any(finding.grave for finding in self.findings)

    def count(self) -> dict[str, int]:
        """Return the figures of the report."""
        return {
            "events": self.events,
            "issuers": len(self.issuers),
            "issuersAccredited": sum(issuer.accredited for issuer in self.issuers),
            "issuersProven": sum(issuer.proven for issuer in self.issuers),
            "batches": len(self.batches),
            "batchesRecomputed": sum(batch.archive == "recomputed" for batch in self.batches),
            "credentialsDeclared": sum(batch.size for batch in self.batches),
            "revoked": sum(batch.revoked for batch in self.batches),
            "suspended": sum(batch.suspended for batch in self.batches),
        }

    def to_json(self, files: Mapping[str, str] | None = None) -> dict[str, object]:
        """Return `attestree.audit/1`; `files` is SHA-256 in hex by name of what was written beside it."""
        identity = self.identity
        return {
            "format": FORMAT,
            "engine": f"attestree {__version__}",
            "outcome": "clean" if self.clean else "findings",
            "network": {"kind": self.network, "name": self.registry_name, "chainId": identity.chain_id},
            "registry": {
                "address": format_hex(identity.registry),
                "genesisHash": format_hex(identity.genesis_hash),
                "codeHash": format_hex(identity.code_hash),
            },
            "blocks": {
                "first": identity.deploy_block,
                "last": self.block.number,
                "lastHash": format_hex(self.block.hash),
                "lastTime": format_timestamp(self.block.time),
            },
            "headsAgree": self.heads_agree,
            "counts": {**self.count(), "findings": count_findings(self.findings)},
            "findings": [finding_to_json(finding) for finding in self.findings],
            **{name: [_statement(item) for item in self.sections[name]] for name in SECTIONS},
            "issuers": [_issuer(issuer) for issuer in self.issuers],
            "batches": [_batch(batch) for batch in self.batches],
            "archives": [_archive(archive) for archive in self.archives],
            "files": dict(files or {}),
        }


def finding_to_json(finding: Finding) -> dict[str, object]:
    """Return a finding for programs, with its words."""
    said = explain(finding.code, finding.values)
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "text": said.sentence,
        "cause": said.cause,
        "next": said.next,
        "values": {name: _plain(value) for name, value in finding.values.items()},
        "issuer": _hex_or_none(finding.issuer),
        "block": finding.block,
        "txHash": _hex_or_none(finding.tx_hash),
    }


def _hex_or_none(octets: bytes | None) -> str | None:
    return None if octets is None else format_hex(octets)


def _plain(value: object) -> object:
    return format_hex(value) if isinstance(value, bytes) else value


def _statement(statement: Statement) -> dict[str, object]:
    values = {name: _plain(value) for name, value in statement.values.items()}
    return {"code": statement.code, "text": statement.text, "values": values}


def _issuer(issuer: IssuerLine) -> dict[str, object]:
    return {
        "address": format_hex(issuer.address),
        "name": issuer.name,
        "did": issuer.did,
        "accreditor": _hex_or_none(issuer.accreditor),
        "accredited": issuer.accredited,
        "batches": issuer.anchors,
        "credentialsDeclared": issuer.credentials,
        "acts": issuer.acts,
        "proven": issuer.proven,
    }


def _batch(batch: BatchLine) -> dict[str, object]:
    return {
        "issuer": format_hex(batch.issuer),
        "sequence": batch.sequence,
        "root": format_hex(batch.root),
        "list": batch.list_id.hex(),
        "size": batch.size,
        "kind": batch.kind,
        "time": format_timestamp(batch.time),
        "operator": batch.operator,
        "span": batch.span,
        "confirmed": batch.confirmed,
        "revoked": batch.revoked,
        "suspended": batch.suspended,
        "archive": batch.archive,
        "block": batch.block,
        "txHash": format_hex(batch.tx_hash),
    }


def _archive(archive: ArchiveResult) -> dict[str, object]:
    return {
        "name": archive.name,
        "state": archive.state.value,
        "issuer": _hex_or_none(archive.issuer),
        "root": _hex_or_none(archive.root),
        "leaves": archive.size,
    }
