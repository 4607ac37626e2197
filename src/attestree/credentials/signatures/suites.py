"""
The table of signature suites: how a document becomes bytes, who may sign, how a value is spelled.

    name                    canonical  keys            hash                     proofValue
    eddsa-rdfc-2022         RDFC-1.0   Ed25519         SHA-256                  base58btc
    eddsa-jcs-2022          JCS        Ed25519         SHA-256                  base58btc
    ecdsa-rdfc-2019         RDFC-1.0   P-256, P-384    SHA-256, SHA-384 by key  base58btc
    ecdsa-jcs-2019          JCS        P-256, P-384    SHA-256, SHA-384 by key  base58btc
    Ed25519Signature2020    RDFC-1.0   Ed25519         SHA-256                  base58btc

Decides nothing more: a suite that is not here is unknown, and its proofs are passed over.
Source: vc-di-eddsa 1.0, sections 3.2, 3.3 and appendix A.1; vc-di-ecdsa 1.0, sections 3.2 and 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from attestree.credentials.signatures.multikey import KeyKind

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject

Canonical: TypeAlias = Literal["rdfc", "jcs"]
"""How a document becomes bytes: canonical N-Quads, or canonical JSON."""

PROOF_TYPE = "DataIntegrityProof"
"""`type` of every proof that names its suite in `cryptosuite`."""

HASH_BY_KIND = {KeyKind.ED25519: "sha256", KeyKind.P256: "sha256", KeyKind.P384: "sha384"}
"""The hash of document and options, by the kind of key that signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One way of signing."""

    name: str
    """`cryptosuite`, or the `type` of the older proof that has none."""
    proof_type: str = PROOF_TYPE
    """`type` of its proofs."""
    canonical: Canonical
    """How document and options become bytes."""
    kinds: tuple[KeyKind, ...]
    """Kinds of key that may sign."""


EDDSA_RDFC_2022 = Suite(name="eddsa-rdfc-2022", canonical="rdfc", kinds=(KeyKind.ED25519,))
"""What Attestree signs with: the suite that wallets and other verifiers know."""

SUITES: dict[str, Suite] = {
    suite.name: suite
    for suite in (
        EDDSA_RDFC_2022,
        Suite(name="eddsa-jcs-2022", canonical="jcs", kinds=(KeyKind.ED25519,)),
        Suite(name="ecdsa-rdfc-2019", canonical="rdfc", kinds=(KeyKind.P256, KeyKind.P384)),
        Suite(name="ecdsa-jcs-2019", canonical="jcs", kinds=(KeyKind.P256, KeyKind.P384)),
        Suite(
            name="Ed25519Signature2020",
            proof_type="Ed25519Signature2020",
            canonical="rdfc",
            kinds=(KeyKind.ED25519,),
        ),
    )
}
"""Every suite by its name."""


def find_suite(proof: JsonObject) -> Suite | None:
    """Return the suite of a proof, or None if it is not known here."""
    kind = proof.get("type")
    name = proof.get("cryptosuite") if kind == PROOF_TYPE else kind
    suite = SUITES.get(name) if isinstance(name, str) else None
    return suite if suite is not None and suite.proof_type == kind else None
