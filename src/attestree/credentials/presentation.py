"""
A presentation: credentials shown by their holder, signed for one question of one verifier.

Decides whether the holder signed it for this challenge and this domain, and whether a credential in it is
about the holder. Whether those credentials are worth anything is judged one by one, elsewhere. Whether a
challenge was answered before is for whoever gave it out to remember: nothing is remembered here.
A credential may come in a token, whose issuer's signature the holder's covers; a presentation may not.
Source: VCDM 2.0, section 4.13; VC Data Integrity 1.0, sections 2.1 and 4.4; DESIGN section 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attestree.credentials.dates import parse_timestamp
from attestree.credentials.did import AUTHENTICATION, DidDocument, find_key
from attestree.credentials.enveloping import open_envelope
from attestree.credentials.reading import ROOT
from attestree.credentials.signatures.context_documents import PRODUCTION, ContextProfile
from attestree.credentials.signatures.data_integrity import verify_proof
from attestree.credentials.signatures.proof_order import find_previous, list_proofs
from attestree.credentials.vcdm import (
    CREDENTIAL_TYPE,
    ENVELOPED_TYPE,
    PRESENTATION_TYPE,
    texts_of,
    verify_presentation_model,
)
from attestree.errors import BindingError, MalformedCredentialError, MalformedProofError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

ENVELOPED_PRESENTATION = "EnvelopedVerifiablePresentation"
"""Type of an object that is nothing but the address of a presentation in a signed token."""

MAX_CREDENTIALS = 16
"""Credentials of one presentation that are judged; a presentation with more is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """A presentation that was read; nothing is said yet of who signed it."""

    document: JsonObject
    """The whole presentation, `proof` included, as parsed."""
    holder: str
    """The DID that must have signed: the one stated or, where none is stated, that of the signing key."""
    proofs: tuple[JsonObject, ...]
    """Its own proofs, at least one."""
    credentials: tuple[JsonObject, ...]
    """What is shown, in the order of the document, each as it came, perhaps in a token; perhaps nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the verifier gave out, so that an answer to another question is worth nothing."""

    challenge: str | None
    """Drawn at random for this one question; None asks for none."""
    domain: str | None
    """Whom the holder believed to answer; None asks for none."""
    now: int
    """Moment of the question, Unix seconds: a signature may have an end."""


def parse_presentation(value: JsonValue) -> Presentation:
    """
    Read a presentation.

    Raises:
        MalformedCredentialError: As `verify_presentation_model`, `format.too_many`,
            `presentation.credential` for a credential by itself, or `presentation.enveloped`: it, or a
            credential in it, comes in a form that is not read.
        MalformedProofError: `presentation.no_proof`, `signature.proofs` or `presentation.no_method`; as
            `open_envelope` for a credential in a token.
    """
    if _is_wrapped(value):
        raise MalformedCredentialError("presentation.enveloped", path=ROOT)
    types = texts_of(value.get("type")) if isinstance(value, dict) else ()
    if CREDENTIAL_TYPE in types and PRESENTATION_TYPE not in types:
        raise MalformedCredentialError("presentation.credential", path="type")
    verify_presentation_model(value)
    assert isinstance(value, dict)  # noqa: S101 - told to the type checker
    proofs = list_proofs(value)
    if not proofs:
        raise MalformedProofError("presentation.no_proof")
    credentials = tuple(_objects_of(value, "verifiableCredential"))
    if len(credentials) > MAX_CREDENTIALS:
        raise MalformedCredentialError("format.too_many", path="verifiableCredential", limit=MAX_CREDENTIALS)
    for credential in credentials:
        if ENVELOPED_TYPE in texts_of(credential.get("type")) and open_envelope(credential)[1] is None:
            raise MalformedCredentialError("presentation.enveloped", path="verifiableCredential")
    return Presentation(
        document=value,
        holder=_find_id(value.get("holder")) or method_did(proofs[0]),
        proofs=proofs,
        credentials=credentials,
    )


def verify_holder(
    presentation: Presentation,
    holder: DidDocument,
    question: Question,
    *,
    contexts: ContextProfile = PRODUCTION,
) -> None:
    """
    Require every proof to be the holder's answer to this very question.

    Args:
        presentation: What was handed over.
        holder: The document of `presentation.holder`.
        question: What was asked.
        contexts: Which contexts the presentation may name.

    Raises:
        BindingError: `presentation.challenge`, `presentation.domain`, `presentation.purpose`,
            `presentation.expired` or `presentation.other_holder`.
        SignatureMismatchError: `signature.key_not_listed`, `signature.mismatch`.
        MalformedProofError: Proof or key out of form, or of a kind that is not known here.
        LinkedDataError: A `terms.*` code.
    """
    for proof in presentation.proofs:
        verify_answer(proof, question)
        method = method_of(proof)
        if method_did(proof) != holder.did or holder.did != presentation.holder:
            raise BindingError("presentation.other_holder")
        key = find_key(holder, method, AUTHENTICATION)
        previous = find_previous(proof, presentation.proofs)
        verify_proof(presentation.document, proof, key, previous=previous, contexts=contexts)


def verify_answer(proof: JsonObject, question: Question, *, purpose: str = AUTHENTICATION) -> None:
    """
    Require a proof to be made for this purpose, challenge and domain, and not to have lapsed.

    Raises:
        BindingError: `presentation.purpose`, `presentation.challenge`, `presentation.domain` or
            `presentation.expired`.
        MalformedCredentialError: A `date.*` code for `expires`.
    """
    if proof.get("proofPurpose") != purpose:
        raise BindingError("presentation.purpose")
    if question.challenge is not None and proof.get("challenge") != question.challenge:
        raise BindingError("presentation.challenge")
    if question.domain is not None and question.domain not in texts_of(proof.get("domain")):
        raise BindingError("presentation.domain")
    expires = proof.get("expires")
    if expires is not None and _moment(expires) <= question.now:
        raise BindingError("presentation.expired")


def is_about(credential: JsonObject, holder: str) -> bool:
    """Say whether every subject of a credential, perhaps one in a token, is the holder, by its `id`."""
    inside, _ = open_envelope(credential)
    subjects = list(_objects_of(inside, "credentialSubject")) if isinstance(inside, dict) else []
    return bool(subjects) and all(subject.get("id") == holder for subject in subjects)


def method_of(proof: JsonObject) -> str:
    """Return the verification method that a proof names; MalformedProofError `presentation.no_method`."""
    method = proof.get("verificationMethod")
    if not isinstance(method, str) or not method.startswith("did:"):
        raise MalformedProofError("presentation.no_method")
    return method


def method_did(proof: JsonObject) -> str:
    """Return the DID in front of the method that a proof names; raises as `method_of`."""
    return method_of(proof).partition("#")[0]


def _is_wrapped(value: JsonValue) -> bool:
    """Say whether a presentation is a token, or the address of one."""
    if isinstance(value, dict):
        return ENVELOPED_PRESENTATION in texts_of(value.get("type"))
    return isinstance(value, str)


def _find_id(party: JsonValue) -> str | None:
    """Return an address, or the `id` of an object."""
    found = party.get("id") if isinstance(party, dict) else party
    return found if isinstance(found, str) else None


def _moment(value: JsonValue) -> int:
    """Return the Unix seconds of a date that must be text."""
    if not isinstance(value, str):
        raise MalformedCredentialError("date.syntax", path="expires")
    return parse_timestamp(value, path="expires")


def _objects_of(document: JsonObject, name: str) -> Iterator[JsonObject]:
    """Yield one object or those of an array."""
    value = document.get(name)
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item
