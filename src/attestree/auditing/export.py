"""
The files of an audit, each with its SHA-256 in `report.json`.

    events.jsonl events.csv batches.csv report.html report.json

Decides names and order; writing is up to the caller. The page is one file, without script and without
anything fetched; all text in it is escaped. Source: DESIGN section 8.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files

from attestree.auditing.audit import Audited
from attestree.auditing.findings import count_findings
from attestree.auditing.report import SECTIONS, AuditReport, finding_to_json
from attestree.auditing.tables import format_batches_csv, format_events_csv, format_events_jsonl
from attestree.text.catalogue import explain, format_moment
from attestree.text.spelling import format_hex

REPORT_FILE = "report.json"
"""Written last: it names the others."""

_TEMPLATE = "report.html.j2"


def build_files(audited: Audited) -> Mapping[str, bytes]:
    """Return the content of each file by name, `report.json` last; equal audits give equal bytes."""
    built = {
        "events.jsonl": format_events_jsonl(audited.entries),
        "events.csv": format_events_csv(audited.entries),
        "batches.csv": format_batches_csv(audited.report.batches),
        "report.html": format_page(audited.report),
    }
    sums = {name: sha256(octets).hexdigest() for name, octets in built.items()}
    report = json.dumps(audited.report.to_json(sums), ensure_ascii=False, indent=2) + "\n"
    return {**built, REPORT_FILE: report.encode("utf-8", "replace")}


def format_page(report: AuditReport) -> bytes:
    """Return the report as one HTML page for people."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["hex"] = format_hex
    environment.filters["moment"] = format_moment
    template = environment.from_string(files("attestree.auditing").joinpath(_TEMPLATE).read_text("utf-8"))
    page = template.render(
        report=report,
        counts=report.count(),
        severities=count_findings(report.findings),
        findings=[finding_to_json(finding) for finding in report.findings],
        sections=[(explain(code, {}).sentence, report.sections[name]) for name, code in SECTIONS.items()],
    )
    return page.encode("utf-8", "replace")
