"""
Issuing: from a roster to credentials that are recorded, and the changes of status that follow.

The way of a credential is one module a step:

    roster      bytes to checked rows; `roster_csv`, `roster_xlsx`, `roster_jsonl` read one format each
    compose     a row, an achievement and an issuer become a document
    seal        documents become digests, a tree and anchor proofs
    issue       the use case: a dry run, or a sealed batch whose anchor is queued
    deliver     once the anchor is final, the held folder is handed out
    status      revoke, suspend, reinstate

Nothing here speaks to a chain, a database or a disk but through `ports`. Source: DESIGN sections 4, 6, 9.
"""
