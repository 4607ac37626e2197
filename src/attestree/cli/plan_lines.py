"""
What a dry run prints: the roster, what would be recorded, what it would cost, what it would reveal.

Decides layout and words around the figures; a finding's words stand in `text`. Cells are shown here,
on the issuer's own terminal, and nowhere else. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_UP, Decimal

from attestree.issuing.finding import Finding
from attestree.issuing.plan import Plan
from attestree.issuing.terms import Terms
from attestree.registry.finality import DEV_CHAIN_IDS
from attestree.text.catalogue import explain, explain_error

MAX_SHOWN_FINDINGS = 20
"""Findings printed; the file has them all."""

LABEL_WIDTH = 22
"""Column at which figures start."""

WEI = Decimal(10**18)
"""Wei of one ether."""


def format_plan(plan: Plan, *, fee_limit_wei: int, details: str) -> str:
    """
    Return the dry run as lines for people.

    Args:
        plan: What would be done.
        fee_limit_wei: The limit that applies.
        details: Name of the file with all findings; empty where there are none.
    """
    lines = [*format_roster(plan, details=details), *_record_lines(plan, fee_limit_wei), _last_line(plan)]
    return "\n".join(lines)


def format_roster(plan: Plan, *, details: str) -> Iterator[str]:
    """Yield the line of counts, and a line for each finding up to a limit."""
    rows, warnings = many(plan.roster.total, "row"), many(plan.warnings, "warning")
    counts = f"{rows}: {plan.good:,} good, {plan.bad:,} bad, {warnings}"
    line = label(plan.request.file_name) + counts
    yield f"{line:<{LABEL_WIDTH + 53}}details: {details}" if details else line
    for finding in plan.findings[:MAX_SHOWN_FINDINGS]:
        yield format_finding(finding)
    if len(plan.findings) > MAX_SHOWN_FINDINGS:
        yield f" and {len(plan.findings) - MAX_SHOWN_FINDINGS:,} more"


def format_finding(finding: Finding) -> str:
    """Return one finding on one line."""
    said = explain(finding.code, finding.facts(with_cell=True))
    return f" row {finding.row:<4}{finding.severity.value:<9}{said.sentence:<44}  {said.next}".rstrip()


def label(text: str) -> str:
    """Return the first column; a longer name pushes the figures on."""
    return f"{text:<{LABEL_WIDTH}}" if len(text) < LABEL_WIDTH else f"{text}  "


def format_ether(wei: int) -> str:
    """Return an amount in ether, rounded up to two figures."""
    amount = Decimal(wei) / WEI
    if amount == 0:
        return "0"
    step = Decimal(1).scaleb(amount.adjusted() - 1)
    return f"{amount.quantize(step, rounding=ROUND_UP).normalize():f}"


def name_network(plan: Plan) -> str:
    """Return the network as people know it, with its chain id."""
    terms = plan.request.terms
    name = "local test chain" if terms.chain_id in DEV_CHAIN_IDS else terms.registry_name
    return f"{name} ({terms.chain_id})"


def shorten_did(did: str) -> str:
    """Return the start of a DID."""
    return did if len(did) <= 24 else f"{did[:12]}.."


def _record_lines(plan: Plan, fee_limit_wei: int) -> Iterator[str]:
    """Yield what would be recorded, what stands in every file, and what everybody can see."""
    terms, batch = plan.request.terms, plan.batch
    if batch is not None and batch.root is not None:
        yield label("Recorded already") + f"batch {batch.id}, {plan.size:,} credentials, {batch.state.value}"
        return
    if not plan.size:
        nothing = (
            "every learner holds this credential already" if plan.selection.skipped else "no row is good"
        )
        yield label("Would record") + f"nothing: {nothing}"
        return
    yield (
        label("Would record") + f"1 batch, 1 transaction on {name_network(plan)}; {_fee(plan, fee_limit_wei)}"
    )
    address = f"{terms.public_url}/status/" if terms.public_url else "none"
    yield (
        label("In every file")
        + f"{terms.profile.name}, {shorten_did(terms.profile.did)}, status address {address}"
    )
    yield label("Signed") + _signature(terms)
    yield label("On the public record") + (
        f"one 32-byte fingerprint and the number {plan.size:,}. No name, no e-mail."
    )


def _signature(terms: Terms) -> str:
    """Return who signs, or what an unsigned file lacks."""
    if terms.signed:
        return f"by the key of {shorten_did(terms.profile.did)}, which wallets and other verifiers check"
    return "no: wallets and other verifiers have nothing to check, the public record vouches alone"


def _fee(plan: Plan, fee_limit_wei: int) -> str:
    """Return what is known of the fee."""
    limit = format_ether(fee_limit_wei)
    if plan.quote is not None:
        return f"fee at most {format_ether(plan.quote.fee_wei)} ETH (limit {limit})"
    if plan.obstacle is not None:
        return f"fee not known: {explain_error(plan.obstacle).sentence}"
    return f"fee not asked (limit {limit})"


def _last_line(plan: Plan) -> str:
    """Return what happened, which is nothing, and how to go on."""
    said = "NOTHING WAS ISSUED."
    if plan.is_stopped:
        verb = "stops" if plan.bad == 1 else "stop"
        said += f" {many(plan.bad, 'bad row')} {verb} the batch: mend them, or repeat with --skip-bad."
    elif not plan.size:
        return said
    elif plan.batch is not None and plan.batch.root is not None:
        return (
            f"{said} The same command with --yes shows where its files are, and finishes what is not final."
        )
    return f"{said} Go: the same command with --yes"


def many(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
