"""One small batch of one credential, written out; the tests of this folder change single parts of it."""

from __future__ import annotations

from typing import Any

from attestree.credentials.anchor_proof import AnchorHeader, AnchorProof
from attestree.credentials.proof_set import ProofOptions
from attestree.merkle.kind import TreeKind

LIST_ID = bytes.fromhex("00112233445566778899aabbcc")
PUBLIC_URL = "https://credentials.example.edu"


def build_header(**changes: Any) -> AnchorHeader:
    """Build a header of a batch of five, with single fields changed."""
    fields: dict[str, Any] = {
        "kind": TreeKind.OPENZEPPELIN,
        "chain_id": 31337,
        "registry": bytes.fromhex("5fbdb2315678afecb367f032d93f642f64180aa3"),
        "issuer": bytes.fromhex("f39fd6e51aad88f6f4ce6ab8827279cfffb92266"),
        "size": 5,
        "list_id": LIST_ID,
    }
    return AnchorHeader(**(fields | changes))


def build_proof(**changes: Any) -> AnchorProof:
    """Build a well-formed anchor proof that leads nowhere, with single fields changed."""
    fields: dict[str, Any] = {
        "header": build_header(),
        "index": 3,
        "salt": bytes(range(16)),
        "path": bytes([0xA5]) * 96,
        "root": bytes([0xCC]) * 32,
    }
    return AnchorProof(**(fields | changes))


def build_options(**changes: str) -> ProofOptions:
    """Build proof options, with single fields changed."""
    fields = {
        "created": "2026-11-22T05:44:00Z",
        "verification_method": "did:web:example.edu#registry",
    }
    return ProofOptions(**(fields | changes))


def build_badge(**changes: Any) -> dict[str, Any]:
    """Build a complete Open Badge that may be issued, with top-level members changed (None removes)."""
    badge: dict[str, Any] = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:2f1f2b1e-4c55-4a9c-9a57-0d1b7e3a1c11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Data Literacy",
        "issuer": {"id": "did:web:example.edu", "type": ["Profile"], "name": "Example University"},
        "validFrom": "2026-11-22T05:44:00Z",
        "awardedDate": "2026-11-20T00:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Zofia Kowalska",
                    "identityType": "name",
                }
            ],
            "achievement": {
                "id": "urn:uuid:7b9d1c52-05a4-4d57-8f83-4f8c1b5a1a42",
                "type": ["Achievement"],
                "name": "Data Literacy",
                "description": "Reads, judges and presents data.",
                "criteria": {"narrative": "A project, supervised."},
                "creditsAvailable": 2.5,
            },
            "creditsEarned": 2.5,
        },
    }
    return {name: value for name, value in (badge | changes).items() if value is not None}
