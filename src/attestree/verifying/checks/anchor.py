"""
Check: is the computed root recorded by that issuer, and does the record agree with the file?

Decides on facts that were fetched; an absence is believed only because `ChainFacts` reports none
from a stale view. An anchor helps, so it counts from the final block; one that only the latest block
has is `pending`. An anchor is write-once: one that is gone or changed shows a broken chain or a lying
node, never a fact about the credential. Source: DESIGN sections 5 and 7.
"""

from __future__ import annotations

from dataclasses import replace

from attestree.credentials.anchor_proof import AnchorProof
from attestree.registry.facts import Anchor, CredentialFacts
from attestree.text.spelling import format_hex
from attestree.verifying.iso import format_time
from attestree.verifying.result import CheckId, CheckResult, Fact, Status, failed, passed, unknown


def find_anchor(facts: CredentialFacts) -> Anchor | None:
    """Return the anchor at the final block, else the one at the latest block, else None."""
    return facts.final.anchor or facts.latest.anchor


def check_anchor(facts: CredentialFacts, proof: AnchorProof) -> CheckResult:
    """
    Check that the registry holds the anchor, at the final block.

    Args:
        facts: The answer to the question about this very proof.
        proof: Already known to fold to `proof.root`.
    """
    final, latest = facts.final.anchor, facts.latest.anchor
    if (facts.view.chain_id, facts.view.registry) != (proof.header.chain_id, proof.header.registry):
        return unknown(CheckId.ANCHOR, "anchor.other_registry")
    if any(anchor is not None and anchor.root != proof.root for anchor in (final, latest)):
        return unknown(CheckId.ANCHOR, "anchor.other_root")
    if latest is None:
        absent = {"root": format_hex(proof.root), "issuer": format_hex(proof.header.issuer)}
        if final is not None:
            return unknown(CheckId.ANCHOR, "anchor.vanished")
        return failed(CheckId.ANCHOR, "anchor.absent", evidence=absent)
    values = {"anchored": latest.time, "latest_block": facts.view.latest.number}
    if final is None:
        return CheckResult(CheckId.ANCHOR, Status.WARN, "anchor.not_final", values, _evidence(latest))
    if replace(final, confirmed=latest.confirmed) != latest:
        return unknown(CheckId.ANCHOR, "anchor.vanished")
    return passed(CheckId.ANCHOR, "anchor.final", values=values, evidence=_evidence(final))


def check_record(facts: CredentialFacts, proof: AnchorProof) -> CheckResult | None:
    """
    Return a failed `integrity` where size, kind or list on chain differ from the file, else None.

    The three stand in the header, which the leaf hash covers: the root fits, yet file and record say
    different things about the same batch. One of them is not what was sealed, so the content cannot be
    taken for what was recorded: that is `tampered`, not an absence.
    """
    anchor = find_anchor(facts)
    if anchor is None:
        return None
    if anchor.size != proof.header.size:
        sizes = {"stated": proof.header.size, "recorded": anchor.size}
        return failed(CheckId.INTEGRITY, "integrity.size_differs", values=sizes, evidence=dict(sizes))
    if anchor.kind != proof.header.kind:
        return failed(CheckId.INTEGRITY, "integrity.kind_differs")
    if anchor.list_id != proof.header.list_id:
        return failed(CheckId.INTEGRITY, "integrity.list_differs")
    return None


def _evidence(anchor: Anchor) -> dict[str, Fact]:
    """Return what the record says, for those who want to look."""
    return {
        "anchoredAt": format_time(anchor.time),
        "size": anchor.size,
        "sequence": anchor.sequence,
    }
