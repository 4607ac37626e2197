"""
`attestree audit`: recount a registry from the chain alone, and write down what was found.

Decides flags, words and how the program ends: 0 clean, 1 findings of high or medium severity, 3 the audit
could not be made. What is found is decided in `auditing`. Source: DESIGN sections 8 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from attestree.adapters.files.archive import find_archives
from attestree.adapters.files.atomic import write_whole
from attestree.auditing.audit import Audit
from attestree.auditing.export import build_files
from attestree.auditing.findings import Severity, count_findings
from attestree.auditing.report import SECTIONS, AuditReport
from attestree.cli.console import REJECT, Context
from attestree.errors import FolderUnavailableError, RequestError
from attestree.text.catalogue import explain
from attestree.verifying.trust import Trust, TrustedNetwork
from attestree.wiring.audits import wire_audit, wire_trusted_audit
from attestree.wiring.system import SystemClock
from attestree.wiring.verifiers import read_trust

SHOWN_SEVERITIES = (Severity.HIGH, Severity.MEDIUM, Severity.LOW)
"""Findings that are printed; notes stand in the report."""

SHOWN_FINDINGS = 20
"""How many findings are printed; all stand in the report."""


def register(app: typer.Typer) -> None:
    """Add `audit` to the program."""
    app.command(rich_help_panel="Check")(audit)


def audit(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the report; made if it is not there.")],
    *,
    registry: Annotated[
        str | None, typer.Option(help="Registry to audit, by name; with --trust also by address.")
    ] = None,
    to: Annotated[
        int | None, typer.Option(metavar="BLOCK", min=0, help="Last block; otherwise the newest final one.")
    ] = None,
    archives: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Folder with `public` folders of batches; repeatable."),
    ] = None,
    issuer: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Issuer to look at even if the node knows nothing; repeatable."),
    ] = None,
    trust: Annotated[
        Path | None, typer.Option(help="Trust file that names the registry; needs --rpc, no settings.")
    ] = None,
    rpc: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="Node to ask, with --trust; repeatable.")
    ] = None,
) -> None:
    """Recount a registry from the chain, without asking anybody; ends with 1 on high or medium findings."""
    context: Context = ctx.obj
    audit_of = _choose(context, registry, trust, rpc or [])
    named = [parse_address(text) for text in issuer or []]
    found = [archive for folder in archives or [] for archive in find_archives(folder)]
    context.console.progress(f"Reading {audit_of.name} from block {audit_of.identity.deploy_block} on.")
    audited = audit_of.run(to=to, archives=found, named=named)
    files = build_files(audited)
    write_files(out, files)
    sums = {name: sha256(octets).hexdigest() for name, octets in files.items()}
    lines = "\n".join(format_summary(audited.report, out, files))
    context.console.result(lines, audited.report.to_json(sums))
    raise typer.Exit(0 if audited.report.clean else REJECT)


def parse_address(text: str) -> bytes:
    """Return an address, 20 bytes; RequestError `audit.bad_address`."""
    digits = text.removeprefix("0x")
    if len(text) != 42 or len(digits) != 40 or not set(digits.lower()) <= set("0123456789abcdef"):
        raise RequestError("audit.bad_address")
    return bytes.fromhex(digits)


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of an audit, each whole or not at all; FolderUnavailableError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise FolderUnavailableError("folder.write_failed", file=folder.name) from exc
    for name, octets in files.items():
        write_whole(folder / name, octets)


def format_summary(report: AuditReport, out: Path, files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the lines for people."""
    counts, identity = report.count(), report.identity
    if report.network == "test":
        yield "TEST, worth nothing: this is a test network."
    yield (
        f"{report.registry_name}  chain {identity.chain_id}  registry 0x{identity.registry.hex()}  "
        f"blocks {identity.deploy_block}-{report.block.number}"
    )
    yield (
        f"  issuers {counts['issuers']} ({counts['issuersAccredited']} accredited)  "
        f"batches {counts['batches']}  credentials {counts['credentialsDeclared']:,} (declared)  "
        f"revoked {counts['revoked']:,}  suspended {counts['suspended']:,}"
    )
    heads = "agree with storage" if report.heads_agree else "DO NOT AGREE with storage"
    yield f"  heads {heads}: {counts['issuersProven']}/{counts['issuers']} issuers, {counts['events']} events"
    yield f"  archives  batches recomputed {counts['batchesRecomputed']}/{counts['batches']}"
    yield from _format_findings(report)
    yield from _format_sections(report)
    yield f"  wrote {', '.join(str(out / name) for name in files)} (SHA-256 of each in report.json)"


def _format_findings(report: AuditReport) -> Iterator[str]:
    counts = count_findings(report.findings)
    told = "  ".join(f"{count} {severity}" for severity, count in counts.items() if count)
    yield f"  findings  {told or 'none'}"
    shown = [finding for finding in report.findings if finding.severity in SHOWN_SEVERITIES]
    for finding in shown[:SHOWN_FINDINGS]:
        where = f"  (block {finding.block})" if finding.block is not None else ""
        said = explain(finding.code, finding.values).sentence
        yield f"    {finding.severity:<7} {said}{where}  [{finding.code}]"
    if len(shown) > SHOWN_FINDINGS:
        yield f"    and {len(shown) - SHOWN_FINDINGS} more in the report"


def _format_sections(report: AuditReport) -> Iterator[str]:
    for name, code in SECTIONS.items():
        yield f"  {explain(code, {}).sentence.rstrip('.').lower()}"
        for statement in report.sections[name]:
            yield f"    - {statement.text}"


def _choose(context: Context, registry: str | None, trust: Path | None, rpc: Sequence[str]) -> Audit:
    """Return the audit that the flags ask for."""
    clock = SystemClock()
    if trust is None:
        if rpc:
            raise RequestError("audit.rpc_without_trust")
        settings = context.settings()
        return wire_audit(settings, settings.find_registry(registry), clock=clock)
    if not rpc:
        raise RequestError("audit.no_node")
    return wire_trusted_audit(find_network(read_trust(trust), registry), rpc=rpc, clock=clock)


def find_network(trust: Trust, registry: str | None) -> TrustedNetwork:
    """Return the one registry that is meant; RequestError `audit.which_registry`."""
    fitting = [
        network
        for network in trust.networks
        if registry is None
        or registry.lower() in (f"0x{network.registry.hex()}", (network.name or "").lower())
    ]
    if len(fitting) != 1:
        raise RequestError("audit.which_registry", count=len(fitting))
    return fitting[0]
