"""
What the commands that issue have in common: terms, findings, recording, and what is printed.

Decides words only; what happens is decided in `issuing` and `anchoring`. Source: DESIGN section 9.
"""

from __future__ import annotations

from pathlib import Path

from attestree.adapters.files.atomic import write_whole
from attestree.adapters.sql.store import SqlStore
from attestree.cli.console import Console
from attestree.cli.password import ask_password
from attestree.cli.plan_lines import label, many
from attestree.cli.publishing import open_publishing
from attestree.cli.telling import Teller, telling_that_it_waits
from attestree.credentials.achievement import Achievement
from attestree.issuing.deliver import Delivered, deliver_batch
from attestree.issuing.finding import Finding
from attestree.issuing.issue import Issued, anchor_intent_id
from attestree.issuing.plan import Plan
from attestree.issuing.roster_errors import format_errors_csv
from attestree.issuing.terms import IssuerProfile, Terms
from attestree.merkle.kind import TreeKind
from attestree.outbox.states import State
from attestree.settings import IssuerSettings, Settings
from attestree.text.catalogue import explain
from attestree.wiring.issuers import wire_status
from attestree.wiring.stores import wire_folders
from attestree.wiring.workers import wire_worker


def build_terms(
    settings: Settings,
    issuer: IssuerSettings,
    achievement: Achievement,
    *,
    with_names: bool = True,
    kind: TreeKind = TreeKind.OPENZEPPELIN,
    signed: bool = True,
) -> Terms:
    """Return the terms of a batch as the settings have them; `signed` = if there is a key for it."""
    registry = settings.find_registry(issuer.registry)
    profile = IssuerProfile(name=issuer.title, did=issuer.did, address=issuer.account, url=issuer.url)
    return Terms(
        profile=profile,
        achievement=achievement,
        chain_id=registry.chain_id,
        registry=registry.contract,
        registry_name=registry.name,
        public_url=settings.public_url,
        with_names=with_names,
        kind=kind,
        signed=signed and issuer.signing_key is not None,
    )


def finish_batch(
    settings: Settings,
    issuer: IssuerSettings,
    store: SqlStore,
    issued: Issued,
    console: Console,
    *,
    wait: bool,
) -> Delivered:
    """Record a sealed batch, hand it out, and mark what it replaces; without `wait`, only what is due now."""
    if issued.batch is None or issued.intent_id is None:
        raise TypeError("nothing was sealed")
    folder, status = wire_folders(settings, issuer), wire_status(settings, issuer, store)
    if not wait:
        return deliver_batch(issued.batch.id, store=store, folder=folder, status=status)
    registry = settings.find_registry(issuer.registry)
    with (
        telling_that_it_waits(console.progress),
        wire_worker(settings, registry, store, ask=ask_password) as worker,
    ):
        teller = Teller(console.progress)
        worker.drive_until_final([issued.intent_id], teller.tell, on_silence=teller.tell_patience)
        delivered = deliver_batch(issued.batch.id, store=store, folder=folder, status=status)
        if delivered.supersedes:
            worker.drive_until_final(delivered.supersedes, teller.tell, on_silence=teller.tell_patience)
    open_publishing(console, settings, store).publish_all()
    return delivered


def write_findings(roster: Path, plan: Plan) -> str:
    """Write all findings beside the roster, for its owner alone; return the file's name, or nothing."""
    if not plan.findings:
        return ""
    path = roster.with_name(f"{roster.stem}.errors.csv")
    write_whole(path, format_errors_csv(plan.findings, _explain), mode=0o600)
    return path.name


def describe_plan(plan: Plan) -> dict[str, object]:
    """Return a plan for programs; cells are left out."""
    return {
        "roster": {"rows": plan.roster.total, "good": plan.good, "bad": plan.bad, "warnings": plan.warnings},
        "findings": [
            {
                "row": finding.row,
                "severity": finding.severity.value,
                "column": finding.column,
                "code": finding.code,
                "text": explain(finding.code, finding.facts(with_cell=False)).sentence,
            }
            for finding in plan.findings
        ],
        "size": plan.size,
        "stopped": plan.is_stopped,
        "feeWei": plan.quote.fee_wei if plan.quote else None,
        "batch": plan.batch.id if plan.batch else None,
    }


def print_issued(console: Console, issued: Issued, delivered: Delivered | None) -> None:
    """Print what was made, where it is, and how to undo it."""
    if delivered is None:
        console.result(
            "Nothing new: every learner holds this credential already.", {"issued": False, "size": 0}
        )
        return
    batch = delivered.batch
    root = "" if batch.root is None else f"0x{batch.root.hex()}"
    what = "Recorded" if batch.state.value == "final" else "Queued"
    if not issued.is_new and what == "Recorded":
        what = "Recorded before"
    count = many(issued.size, "credential")
    lines = [
        label(what) + f"batch {batch.id}, {count}, {root[:8]}..{root[-4:]}, {batch.state.value}",
        label("Files") + (delivered.location or "held until the recording is final: attestree anchor"),
        label("Undo") + _undo(delivered),
    ]
    console.result(
        "\n".join(lines),
        {
            "issued": True,
            "new": issued.is_new,
            "batch": batch.id,
            "size": issued.size,
            "root": root,
            "state": batch.state.value,
            "folder": delivered.location,
        },
    )


def _undo(delivered: Delivered) -> str:
    """Return the command that takes a batch back, as far as it has come."""
    batch = delivered.batch
    if batch.state is State.SEALED and not delivered.location:
        return f"attestree anchor --drop {anchor_intent_id(batch.id)}"
    revoke = f"attestree revoke --batch {batch.id} --reason issued-in-error"
    return revoke if batch.state is State.FINAL else f"once it is final: {revoke}"


def _explain(finding: Finding) -> tuple[str, str, str]:
    said = explain(finding.code, finding.facts(with_cell=True))
    return said.sentence, said.cause, said.next
