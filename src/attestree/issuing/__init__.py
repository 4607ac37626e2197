"""
Issuing: from a roster to credentials that are recorded, and the changes of status that follow.

The way of a credential is one module a step:

    roster      bytes to checked rows and findings
                  roster_csv, roster_xlsx, roster_jsonl -> table -> columns -> plain_rows, or
                  cells and row_checks -> rows, in few bytes: packed_rows, keyed_rows
    plan        what a run would do: row_key finds what was issued before, duplicates what to do about it
    compose     a row and the terms of its batch become a document; derive draws what is random in it
    forms       the same document as bytes: what documents of one form share is written once
    shard       some rows become digests, then finished credentials; the work that an engine hands out
                  body, canonical_writer, anchor_writer write bytes, signing signs, progress counts
    seal        shards become a batch: digests, then the tree (trees), then credentials (sealed)
    folder      a sealed batch becomes files
    issue       the use case: the above in order, each step durable, the anchor queued last
    deliver     once the anchor is final (`anchoring.worker`), the held folder is handed out
    yearly      what a year of it would use and cost, at several rhythms
    status      revoke, suspend, reinstate; status_targets finds the bits that a list of ids means

Nothing here speaks to a chain, a database or a disk but through `ports`. Source: DESIGN sections 4, 6, 9.
"""
