"""
Who may issue: accreditation of issuers, their operators, disavowal, and the registry's own roles.

Each act becomes a write in the outbox; `anchoring` brings it to the chain. Source: DESIGN section 5.
"""
