"""
What a report says about issuer and network, and the warnings that belong to no single check.

Decides what is known well enough to be written down: an issuer's name only where a trusted accreditor
registered it for this very DID, an accreditor's name only from the trust file.
Source: DESIGN sections 7 and 10.
"""

from __future__ import annotations

from attestree.credentials.credential import Credential
from attestree.registry.facts import View
from attestree.registry.finality import DEV_CHAIN_IDS
from attestree.verifying.checks.anchor import find_anchor
from attestree.verifying.checks.issuer import find_span, find_standing, matches_did, prove_name
from attestree.verifying.judgement import Judgement
from attestree.verifying.report import IssuerLine, NetworkLine
from attestree.verifying.result import Notice
from attestree.verifying.trust import Trust


def build_issuer_line(credential: Credential, judgement: Judgement, trust: Trust) -> IssuerLine | None:
    """Return what is known about the issuer; None without an anchor proof."""
    if judgement.secured is None:
        return None
    address, facts = judgement.secured.anchor.header.issuer, judgement.facts
    if facts is None:
        return IssuerLine(address=address, did=credential.issuer_id)
    standing = str(find_standing(facts, trust))
    anchor, span = find_anchor(facts), find_span(facts)
    if anchor is None or span is None:
        return IssuerLine(
            address=address,
            did=credential.issuer_id,
            accredited_when_anchored=False,
            standing_now=standing,
        )
    accreditor = trust.find_accreditor(span.accreditor)
    proven = accreditor is not None and matches_did(span, credential.issuer_id)
    return IssuerLine(
        address=address,
        did=credential.issuer_id,
        name=prove_name(span, credential.issuer_name) if proven else None,
        accredited_when_anchored=accreditor is not None and span.vouches_for(anchor.time),
        standing_now=standing,
        self_accredited=span.accreditor == address,
        accreditor=span.accreditor,
        accreditor_name=None if accreditor is None else accreditor.name,
    )


def build_network_line(judgement: Judgement, trust: Trust) -> NetworkLine | None:
    """Return where the credential says it was recorded; None without an anchor proof."""
    if judgement.secured is None:
        return None
    header = judgement.secured.anchor.header
    network = trust.find_network(chain_id=header.chain_id, registry=header.registry)
    return NetworkLine(
        chain_id=header.chain_id,
        registry=header.registry,
        kind=None if network is None else network.kind,
        name=None if network is None else network.name,
    )


def find_notices(judgement: Judgement, *, ignored: int, at: int | None) -> tuple[Notice, ...]:
    """
    Return the warnings that belong to no single check.

    Args:
        judgement: The one that counts.
        ignored: How many anchor proofs point outside the trust file.
        at: Moment at which dates were judged, or None for now.
    """
    view = None if judgement.facts is None else judgement.facts.view
    notices = []
    if view is not None and has_single_source(view):
        notices.append(Notice("anchor.single_source"))
    if ignored:
        notices.append(Notice("anchor.elsewhere_ignored", {"count": ignored}))
    if at is not None:
        notices.append(Notice("validity.judged_at", {"at": at}))
    return tuple(notices)


def has_single_source(view: View) -> bool:
    """Say whether one source alone vouches for a chain that is not a local test chain."""
    return view.sources < 2 and view.chain_id not in DEV_CHAIN_IDS
