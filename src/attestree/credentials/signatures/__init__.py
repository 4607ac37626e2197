"""
Signatures inside credentials: keys, canonical forms, Data Integrity proofs and VC-JWT.

Decides whether a signature fits a document and a key. It does not decide whose key that is, nor what
a fitting signature is worth; nothing here is fetched. Source: DESIGN sections 4 and 7.

    multibase <- multikey <- public_key         what a key is, and whether it made a signature
    context_documents <- expansion <- quads     what a document says, refused where that is not settled
    rdf_canonical <- canonize                   the same as canonical N-Quads, for so much work at most
    suites, proof_order <- data_integrity       embedded proofs: VC Data Integrity 1.0
    jwk <- jwt                                  enveloping proofs: VC-JOSE-COSE
"""
