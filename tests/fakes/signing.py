"""Keys that sign credentials in tests, and a resolver that knows what it was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attestree.credentials.did import DidDocument, parse_did_document
from attestree.credentials.signatures.data_integrity import build_proof
from attestree.credentials.signatures.multikey import (
    KeyKind,
    PublicKey,
    did_key_method,
    format_did_key,
    format_multikey,
)
from attestree.credentials.signatures.suites import SUITES
from attestree.errors import DidUnavailableError

CREATED = "2026-11-18T10:00:00Z"


class TestKey:
    """An Ed25519 key and the proofs it makes."""

    __test__ = False

    def __init__(self, number: int = 1) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        self.public = PublicKey(KeyKind.ED25519, self.private.public_key().public_bytes_raw())

    @property
    def did(self) -> str:
        """The `did:key`."""
        return format_did_key(self.public)

    @property
    def method(self) -> str:
        """The one method of that."""
        return did_key_method(self.did)

    def sign(
        self,
        document: dict[str, Any],
        *,
        method: str | None = None,
        suite: str = "eddsa-rdfc-2022",
        previous: tuple[dict[str, Any], ...] = (),
        **options: Any,
    ) -> dict[str, Any]:
        """Return a proof for a document, whether or not it carries others."""
        wanted = {
            "created": CREATED,
            "verificationMethod": method or self.method,
            "proofPurpose": "assertionMethod",
        }
        return build_proof(
            document, {**wanted, **options}, self.private.sign, SUITES[suite], previous=previous
        )


def build_did_document(did: str, keys: Mapping[str, PublicKey]) -> dict[str, Any]:
    """Return the document of a DID that lists these keys, by fragment, for credentials."""
    methods = [
        {
            "id": f"{did}{name}",
            "type": "Multikey",
            "controller": did,
            "publicKeyMultibase": format_multikey(key),
        }
        for name, key in keys.items()
    ]
    return {"id": did, "verificationMethod": methods, "assertionMethod": [m["id"] for m in methods]}


@dataclass
class ToldResolver:
    """Knows the documents it was told; implements `ports.DidResolver`."""

    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fetch_document(self, did: str) -> DidDocument:
        """Return what was told, else say that there is no answer."""
        self.asked.append(did)
        if did not in self.documents:
            raise DidUnavailableError("did.no_answer")
        return parse_did_document(self.documents[did], did)
