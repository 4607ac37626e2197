"""
Signatures beside the anchor: `eddsa-rdfc-2022`, what wallets and other verifiers check.

Decides which key of the issuer's DID is named, and that no signature is made in the name of a DID which
the key cannot belong to. How the key is kept is decided in `adapters.keys`; how N-Quads are written faster
for documents that are alike, in `forms`. Source: DESIGN section 4; vc-di-eddsa 1.0, section 3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from attestree.credentials.did import is_did_key, parse_did
from attestree.credentials.proof_set import PROOF_PURPOSE, PROOF_TYPE
from attestree.credentials.signatures.multibase import format_base58btc
from attestree.credentials.signatures.multikey import (
    PublicKey,
    did_key_method,
    format_did_key,
    format_multikey,
)
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import MalformedProofError, SettingsError

SignOctets = Callable[[bytes], bytes]
"""Returns the Ed25519 signature of some bytes, 64 bytes; the same one each time."""


class Signable(Protocol):
    """A document that can be signed."""

    @property
    def context(self) -> JsonValue:
        """Its `@context`."""

    @property
    def quads(self) -> Callable[[], bytes]:
        """Returns its canonical N-Quads; raises as `canonize` does."""


class DocumentSigner(Protocol):
    """Signs the documents of a batch."""

    def sign_batch(self, documents: Iterable[JsonObject | Signable], *, created: str) -> Iterator[JsonObject]:
        """
        Yield one proof for each document, in their order; the same bytes each time.

        Args:
            documents: Credentials without `proof`.
            created: Time stamp of every proof.

        Raises:
            LinkedDataError: `terms.*`, a document whose terms have no settled meaning is not signed.
            MissingExtraError: `extra.signatures`.
        """


@dataclass(frozen=True, slots=True)
class PlainDocument:
    """A document by itself; implements `Signable`."""

    document: JsonObject
    """Without `proof`."""

    @property
    def context(self) -> JsonValue:
        """Its `@context`."""
        return self.document.get("@context")

    def quads(self) -> bytes:
        """Return its canonical N-Quads; raises as `canonize` does."""
        # Loaded here because most commands sign nothing, and it is slow to load.
        from attestree.credentials.signatures.canonize import canonize

        return canonize(self.document)


@dataclass(frozen=True, slots=True)
class TemplateSigner:
    """Signs documents by their N-Quads; the proofs are those of `build_proof`."""

    method: str
    """Absolute id of the key, as the proofs name it."""
    sign: SignOctets
    """Makes the signatures."""

    def sign_batch(self, documents: Iterable[JsonObject | Signable], *, created: str) -> Iterator[JsonObject]:
        """Yield one proof for each document; as the protocol says."""
        options: JsonObject = {
            "type": PROOF_TYPE,
            "cryptosuite": "eddsa-rdfc-2022",
            **build_options(self.method, created=created),
        }
        hashes: dict[str, bytes] = {}
        for given in documents:
            document = PlainDocument(given) if isinstance(given, dict) else given
            context = repr(document.context)
            if context not in hashes:
                # a proof without a context of its own is read with the document's
                covered = PlainDocument({**options, "@context": document.context})
                hashes[context] = sha256(covered.quads()).digest()
            message = hashes[context] + sha256(document.quads()).digest()
            yield {**options, "proofValue": format_base58btc(self.sign(message))}


def build_options(method: str, *, created: str) -> JsonObject:
    """Return the members of a signature that its suite does not fix."""
    return {"created": created, "verificationMethod": method, "proofPurpose": PROOF_PURPOSE}


def choose_method(did: str, key: PublicKey, *, method: str | None = None) -> str:
    """
    Return the absolute id under which verifiers find a key among those of a DID.

    Unless the settings say otherwise, the key is called after itself, `#z6Mk...`: so a new key never takes
    the name of an old one, under which earlier signatures are looked up.

    Args:
        did: `issuer.id`.
        key: What will sign.
        method: What the settings say; None = the usual one.

    Raises:
        SettingsError: `config.signing_key_of_another` where a `did:key` is another key's;
            `config.did_cannot_sign` for a DID that verifiers cannot look up;
            `config.signing_method` where the method is not one of the DID's.
    """
    if is_did_key(did):
        if did != format_did_key(key):
            raise SettingsError("config.signing_key_of_another", key=format_did_key(key))
        usual = did_key_method(did)
        if method not in (None, usual):
            raise SettingsError("config.signing_method")
        return usual
    try:
        kind = parse_did(did).method
    except MalformedProofError as exc:
        raise SettingsError("config.did_cannot_sign") from exc
    if kind != "web":
        raise SettingsError("config.did_cannot_sign")
    chosen = method or f"{did}#{format_multikey(key)}"
    if not chosen.startswith(f"{did}#") or len(chosen) == len(did) + 1:
        raise SettingsError("config.signing_method")
    return chosen
