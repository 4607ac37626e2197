"""
From a judgement to the report: what is known is written down, and no more.

Decides nothing: claims are shown only as far as the verdict allows, which the table in `verdict` says.
Source: DESIGN sections 7 and 10.
"""

from __future__ import annotations

from attestree import __version__
from attestree.credentials.credential import Credential
from attestree.verifying.claims import build_claims
from attestree.verifying.judgement import Judgement
from attestree.verifying.lines import build_issuer_line, build_network_line, find_notices
from attestree.verifying.report import Report
from attestree.verifying.trust import Trust
from attestree.verifying.verdict import CLAIMS, ClaimsStatus


def write_report(
    credential: Credential,
    judgement: Judgement,
    trust: Trust,
    *,
    now: int,
    at: int | None = None,
    ref: str | None = None,
    ignored: int = 0,
) -> Report:
    """
    Return the report of the judgement that counts.

    Args:
        credential: What was judged.
        judgement: Of several anchor proofs, the worst.
        trust: Whom the verifier believes.
        now: Wall clock, Unix seconds.
        at: Moment at which dates were judged, or None for now.
        ref: The asker's own mark.
        ignored: How many anchor proofs point outside the trust file.
    """
    verdict = judgement.verdict
    withheld = CLAIMS.get(verdict) is ClaimsStatus.WITHHELD
    holder = judgement.checks[-1]
    return Report(
        verdict=verdict,
        checks=judgement.checks,
        claims=None if withheld else build_claims(credential),
        issuer=None if withheld else build_issuer_line(credential, judgement, trust),
        network=build_network_line(judgement, trust),
        view=None if judgement.facts is None else judgement.facts.view,
        trust_name=trust.name,
        trust_sha256=trust.sha256,
        checked_at=now,
        engine=f"attestree {__version__}",
        at=at,
        expected=holder.evidence or None,
        notices=find_notices(judgement, ignored=ignored, at=at),
        ref=ref,
    )
