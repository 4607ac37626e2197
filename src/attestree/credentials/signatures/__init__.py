"""
Signatures inside credentials: keys, canonical forms, Data Integrity proofs and VC-JWT.

Decides whether a signature fits a document and a key. It does not decide whose key that is, nor what
a fitting signature is worth; nothing here is fetched. Source: DESIGN sections 4 and 7.

    multibase <- multikey <- public_key         what a key is, and whether it made a signature
    context_documents <- canonize               what a document means, as canonical N-Quads
    suites, proof_order <- data_integrity       embedded proofs: VC Data Integrity 1.0
    jwt                                         enveloping proofs: VC-JOSE-COSE
"""
