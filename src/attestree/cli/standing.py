"""
How the standing of an issuer is printed: spans, keys, and how much it recorded.

Decides words only. Source: DESIGN sections 5 and 9.
"""

from __future__ import annotations

from attestree.cli.console import many
from attestree.credentials.dates import format_timestamp
from attestree.ports import IssuerFacts
from attestree.registry.facts import EndCause, Operator, Span


def describe(facts: IssuerFacts) -> str:
    """Return an issuer's standing in lines for people."""
    now = facts.view.latest.time
    lines = [f"0x{facts.address.hex()}   as of block {facts.view.final.number}"]
    lines += [line for span in facts.spans for line in _span_lines(span, now)] or [" never accredited"]
    for item in facts.operators:
        lines.append(f" key {item.number:<4} 0x{item.address.hex()}   {_operator_words(item, now)}")
    batches, changes = facts.anchor_head.count, facts.act_head.count
    lines.append(f" {many(batches, 'batch', 'batches')}, {many(changes, 'act')} on the public record")
    return "\n".join(lines)


def _operator_words(operator: Operator, now: int) -> str:
    if operator.disavowed_from is not None:
        return f"disavowed since {format_timestamp(operator.disavowed_from)}"
    verb = "until" if operator.ends > now else "ended"
    return f"{verb} {format_timestamp(operator.ends)}"


def _span_lines(span: Span, now: int) -> tuple[str, str]:
    words = {
        EndCause.SUSPENDED: "suspended",
        EndCause.WITHDRAWN: "withdrawn",
        EndCause.REPLACED: "replaced",
        EndCause.RUNS: "in force" if span.covers(now) else "ended",
    }
    period = f"{format_timestamp(span.starts)} to {format_timestamp(span.ends)}"
    return (
        f" span {span.number:<3} {period}   {words[span.cause]}   {span.name or ''}".rstrip(),
        f"          by 0x{span.accreditor.hex()}",
    )


def as_json(facts: IssuerFacts) -> dict[str, object]:
    """Return an issuer's standing as plain values for programs."""
    return {
        "address": f"0x{facts.address.hex()}",
        "finalBlock": facts.view.final.number,
        "spans": [
            {
                "number": span.number,
                "accreditor": f"0x{span.accreditor.hex()}",
                "starts": format_timestamp(span.starts),
                "ends": format_timestamp(span.ends),
                "cause": span.cause.name.lower(),
                "name": span.name,
                "did": span.did,
                "framework": span.framework,
            }
            for span in facts.spans
        ],
        "operators": [
            {
                "number": item.number,
                "address": f"0x{item.address.hex()}",
                "starts": format_timestamp(item.starts),
                "ends": format_timestamp(item.ends),
                "disavowedFrom": None
                if item.disavowed_from is None
                else format_timestamp(item.disavowed_from),
            }
            for item in facts.operators
        ],
        "batches": facts.anchor_head.count,
        "acts": facts.act_head.count,
    }
