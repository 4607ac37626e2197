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
