"""
Issuing: from a roster to credentials that are recorded, and the changes of status that follow.

The way of a credential is one module a step:

    roster      bytes to checked rows and findings
                  roster_csv, roster_xlsx, roster_jsonl -> table -> columns -> cells, row_checks -> rows
    plan        what a run would do: row_key finds what was issued before, duplicates what to do about it
    compose     a row and the terms of its batch become a document; derive draws what is random in it
    seal        documents become digests, a tree and anchor proofs; canonical_writer writes their bytes
    folder      a sealed batch becomes files
    issue       the use case: the above in order, each step durable, the anchor queued last
    deliver     once the anchor is final (`anchoring.worker`), the held folder is handed out
    yearly      what a year of it would use and cost, at several rhythms
    status      revoke, suspend, reinstate; status_targets finds the bits that a list of ids means

Nothing here speaks to a chain, a database or a disk but through `ports`. Source: DESIGN sections 4, 6, 9.
"""
