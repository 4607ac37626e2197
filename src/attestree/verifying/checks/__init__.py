"""
The checks: pure functions from evidence to a result, one module each.

    local      format, integrity, signature: what the file alone shows
    registry   does the verifier trust the registry
    anchor     is the root recorded there, and does the record agree with the file
    issuer     who vouched for the issuer when it was recorded, and now
    status     taken back, replaced, on hold
    validity   the credential's own dates, and claims older than the record
    holder     is it the person the verifier expects

No check raises on bad evidence. What helps a credential counts from the final block, what harms it
from the latest block as well. Source: DESIGN section 7.
"""

from __future__ import annotations

from attestree.verifying.checks.anchor import check_anchor, check_record
from attestree.verifying.checks.holder import check_holder
from attestree.verifying.checks.issuer import check_issuer
from attestree.verifying.checks.local import check_format, check_integrity, check_signature
from attestree.verifying.checks.registry import check_registry
from attestree.verifying.checks.status import check_status
from attestree.verifying.checks.validity import check_validity

__all__ = [
    "check_anchor",
    "check_format",
    "check_holder",
    "check_integrity",
    "check_issuer",
    "check_record",
    "check_registry",
    "check_signature",
    "check_status",
    "check_validity",
]
