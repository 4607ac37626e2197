"""Presentations signed for tests: by a holder, for a question, with whatever is wrong about them."""

from __future__ import annotations

from typing import Any

from attestree.credentials.presentation import Question
from attestree.credentials.signatures.data_integrity import build_proof
from attestree.credentials.signatures.jwt import format_vc_jwt
from attestree.credentials.signatures.multikey import KeyKind
from attestree.credentials.signatures.suites import EDDSA_RDFC_2022, Suite
from tests.unit.credentials.signatures.keys import Pair, make_pair

V2 = "https://www.w3.org/ns/credentials/v2"
CHALLENGE, DOMAIN = "uVJnSWzkAd1iGh7FoOYQk1A", "registrar.example"
NOW = 1_800_000_000
HOLDER = make_pair(KeyKind.ED25519, 7)
STRANGER = make_pair(KeyKind.ED25519, 8)
QUESTION = Question(challenge=CHALLENGE, domain=DOMAIN, now=NOW)


def build_credential(subject: str | None = HOLDER.did, **changes: Any) -> dict[str, Any]:
    """Build a credential about somebody, without proof."""
    about: dict[str, Any] = {"description": "Passed"} | ({} if subject is None else {"id": subject})
    return {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": about,
        **changes,
    }


def envelop(credential: dict[str, Any], issuer: Pair, *, method: str | None = None) -> dict[str, Any]:
    """Return a credential in a token signed by somebody, as it stands in a presentation."""
    token = format_vc_jwt(
        credential, method=method or issuer.method, kind=issuer.public.kind, sign=issuer.sign
    )
    return {"@context": V2, "type": "EnvelopedVerifiableCredential", "id": f"data:application/vc+jwt,{token}"}


def build_presentation(*credentials: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Build a presentation, without proof; a member changed to `...` is left out."""
    plain: dict[str, Any] = {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER.did,
        "verifiableCredential": list(credentials) or ...,
    }
    return {name: value for name, value in (plain | changes).items() if value is not ...}


def sign(
    document: dict[str, Any], pair: Pair = HOLDER, suite: Suite = EDDSA_RDFC_2022, **changes: Any
) -> dict[str, Any]:
    """Return a document with one proof more; an option changed to `...` is left out."""
    plain = {
        "created": "2026-11-22T12:00:00Z",
        "verificationMethod": pair.method,
        "proofPurpose": "authentication",
        "challenge": CHALLENGE,
        "domain": DOMAIN,
    }
    options = {name: value for name, value in (plain | changes).items() if value is not ...}
    proof = build_proof(document, options, pair.sign, suite, kind=pair.public.kind)
    kept = document.get("proof", [])
    kept = kept if isinstance(kept, list) else [kept]
    return {**document, "proof": [*kept, proof] if kept else proof}
