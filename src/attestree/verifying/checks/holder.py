"""
Check: was the credential issued to the person whom the verifier has before them?

Decides only on what the verifier asks for; without an expectation nothing is compared. A credential
that does not name what was asked for is not a match either: the reader must look, not guess.
How names and hashes are compared is decided in `credentials.identity`. Source: DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Sequence

from attestree.credentials.identity import ExpectedHolder, HolderMatch, IdentityObject, match_holder
from attestree.verifying.result import CheckId, CheckResult, Fact, failed, passed, skipped

_DIFFERS = {
    "name": "holder.name_differs",
    "email": "holder.email_differs",
    "learner_id": "holder.learner_id_differs",
}
_ABSENT = {
    "name": "holder.name_absent",
    "email": "holder.email_absent",
    "learner_id": "holder.learner_id_absent",
}


def check_holder(identities: Sequence[IdentityObject], expected: ExpectedHolder | None) -> CheckResult:
    """Check the expected name, e-mail and learner id against those of the credential."""
    match = match_holder(identities, expected or ExpectedHolder())
    evidence = describe_match(match)
    if not evidence:
        return skipped(CheckId.HOLDER, "holder.not_asked")
    if match.differing:
        return failed(CheckId.HOLDER, _DIFFERS[match.differing[0]], evidence=evidence)
    if match.absent:
        return failed(CheckId.HOLDER, _ABSENT[match.absent[0]], evidence=evidence)
    return passed(CheckId.HOLDER, "holder.matches", evidence=evidence)


def describe_match(match: HolderMatch) -> dict[str, Fact]:
    """Return how each expectation fared: true, false, or null where there was nothing to compare."""
    return {
        **dict.fromkeys(match.matching, True),
        **dict.fromkeys(match.differing, False),
        **dict.fromkeys(match.absent, None),
    }
