"""
What the catalogue says where the conformance profile refuses something: `conformance.*`.

Decides words only. Source: DESIGN section 2.
"""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "conformance.no_proof": Entry(
        "The document carries no signature.",
        cause="The conformance profile judges by signatures alone.",
        next="Issue it first.",
    ),
    "conformance.only_did_key": Entry(
        "The signature names a key that is not a did:key.",
        cause="The conformance profile looks nothing up, so only keys that speak for themselves are read.",
        next="Sign with a did:key.",
    ),
    "conformance.settings": Entry(
        "The conformance profile does not start beside settings.",
        cause=(
            "It believes anybody and is for test suites only; {file} says that this folder serves "
            "an issuer or a verifier."
        ),
        next="Start it in an empty folder.",
    ),
    "conformance.flag": Entry(
        "{flag} belongs to the conformance profile only.",
        next="Add --profile conformance, or leave the flag out.",
    ),
    "conformance.tls_files": Entry(
        "The certificate for https cannot be used.",
        cause="Certificate and key must both be given, as PEM files that belong together.",
        next="Give --tls-cert and --tls-key, or --tls-self-signed.",
    ),
    "conformance.status_set": Entry(
        "The credential has been withdrawn in its status list ({purpose}).",
        next="Clear its status, or issue another.",
    ),
}
"""Code to entry."""
