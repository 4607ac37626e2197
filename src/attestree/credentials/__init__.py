"""
Credentials as bytes and as claims: strict JSON, canonical form, digest, anchor proof, models.

Pure: no I/O, no clock, no randomness. How digests become leaves and roots is decided in `merkle`;
whether a root counts is decided by the chain, elsewhere. Source: DESIGN section 4.

    strict_json    bytes to one unambiguous value
    canonical      a value to its canonical bytes (RFC 8785)
    cbor           the sliver of CBOR that anchor proofs are written in
    anchor_proof   `proofValue`: header, index, salt, path, root
    proof_set      the `proof` member: anchor proofs, and foreign ones kept aside
    digest         salt, header, options and document to 32 bytes
    binding        document and anchor proof to leaf hash and root; list and index agree
    dates          time stamps and dates, Unix seconds inside
    contexts       the contexts that are known, by hash
    status         status entries and their addresses
    status_list    status lists as wallets read them, ours and others'
    status_entry   entries that point into the lists of others
    identity       the holder, in clear or as salted hashes
    credential     a credential as a verifier sees it, tolerant
    vcdm           the shape rules of W3C credentials and presentations
    related_resources  files that a credential names with their digests
    presentation   credentials shown by their holder, signed for one question
    open_badge     what may be issued, strict
    achievement    an achievement, from Open Badges JSON or short TOML
    issue_text     which text may be issued
"""
