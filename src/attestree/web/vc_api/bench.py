"""
Issue and verify by the standards alone: the conformance profile without its routes.

Decides what the profile accepts: every rule of the data model, every digest of a file known here, every word
of the document defined, and each proof made by the `did:key` that it names. It believes anybody: that the key
is the issuer's, or that anybody stands behind it, is not asked. So nothing of this is for production.
Source: VCDM 2.0; VC Data Integrity 1.0; Bitstring Status List 1.0; DESIGN section 10.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attestree.credentials.contexts import CREDENTIALS_V1
from attestree.credentials.dates import format_timestamp
from attestree.credentials.did import ASSERTION, DidDocument, build_did_key_document, find_key, is_did_key
from attestree.credentials.enveloping import open_envelope
from attestree.credentials.presentation import (
    Question,
    method_did,
    method_of,
    parse_presentation,
    verify_answer,
    verify_holder,
)
from attestree.credentials.related_resources import verify_related_resources
from attestree.credentials.signatures.canonize import canonize
from attestree.credentials.signatures.context_documents import CONFORMANCE, read_context
from attestree.credentials.signatures.data_integrity import build_proof, verify_proof
from attestree.credentials.signatures.jwt import UnverifiedJwt, verify_vc_jwt
from attestree.credentials.signatures.multikey import did_key_method
from attestree.credentials.signatures.proof_order import find_previous, list_proofs
from attestree.credentials.status import STATUS_TYPE, entries_of, parse_list_address
from attestree.credentials.status_entry import parse_list_entry
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.credentials.vcdm import verify_credential_model
from attestree.errors import BindingError, LinkedDataError, MalformedProofError, RequestError
from attestree.web.vc_api.instances import Instance
from attestree.web.vc_api.models import Options, StatusBody
from attestree.web.vc_api.run_lists import RunLists

PROOF_CONTEXTS = (
    "https://w3id.org/security/data-integrity/v1",
    "https://w3id.org/security/data-integrity/v2",
)
"""Contexts that define `DataIntegrityProof`, the newest last."""


class Bench:
    """The instances, lists and rules of one run."""

    def __init__(
        self,
        instances: Mapping[tuple[str, str], Instance],
        lists: RunLists,
        clock: Callable[[], int],
    ) -> None:
        self.instances = instances
        """Who signs, by suite and kind of key."""
        self._lists = lists
        self._clock = clock

    def issue(self, instance: Instance, credential: JsonObject, options: Options) -> JsonObject:
        """Return a credential with one proof more and, where asked for, a status entry; raises InputError."""
        document = dict(credential)
        if options.credentialStatus is not None and "credentialStatus" not in document:
            identity = document.get("id")
            if not isinstance(identity, str):
                raise RequestError("request.shape")
            document["credentialStatus"] = self._lists.add(identity, options.credentialStatus.statusPurpose)
        verify_document(document)
        return self.sign(instance, add_proof_terms(document))

    def sign(self, instance: Instance, document: JsonObject) -> JsonObject:
        """Return a document with one proof more."""
        # The rules hold for the suites that sign JSON as well: a word without meaning is refused.
        canonize({name: value for name, value in document.items() if name != "proof"}, contexts=CONFORMANCE)
        kept = list_proofs(document)
        options: JsonObject = {
            "created": format_timestamp(self._clock()),
            "verificationMethod": did_key_method(instance.key.did),
            "proofPurpose": ASSERTION,
        }
        proof = build_proof(
            document,
            options,
            instance.key.sign,
            instance.suite,
            kind=instance.key.kind,
            contexts=CONFORMANCE,
        )
        return {**document, "proof": [*kept, proof] if kept else proof}

    def verify_credential(self, credential: JsonValue, options: Options) -> None:
        """
        Return if a credential obeys every rule and each of its proofs fits; likewise for one in a token.

        Raises:
            InputError: A rule is broken, or a proof is out of form.
            EvidenceError: A proof does not fit, or the credential was withdrawn.
        """
        credential, token = open_envelope(credential)
        verify_document(credential)
        assert isinstance(credential, dict)  # noqa: S101 - told to the type checker
        proofs = list_proofs(credential)
        if token is not None:
            _verify_token(token)
        elif not proofs:
            raise MalformedProofError("conformance.no_proof")
        question = Question(challenge=options.challenge, domain=options.domain, now=self._clock())
        canonize({**credential, "proof": list(proofs)}, contexts=CONFORMANCE)
        for proof in proofs:
            verify_answer(proof, question, purpose=ASSERTION)
            key = find_key(_read_did(method_did(proof)), method_of(proof), ASSERTION)
            previous = find_previous(proof, proofs)
            verify_proof(credential, proof, key, previous=previous, contexts=CONFORMANCE)
        self._verify_status(credential)

    def verify_presentation(self, presentation: JsonValue, options: Options) -> None:
        """Return if the holder answered and each credential counts; raises as `verify_credential`."""
        shown = parse_presentation(presentation)
        question = Question(challenge=options.challenge, domain=options.domain, now=self._clock())
        verify_holder(shown, _read_did(shown.holder), question, contexts=CONFORMANCE)
        for credential in shown.credentials:
            self.verify_credential(credential, Options())

    def put_status(self, body: StatusBody) -> None:
        """Set or clear one bit of the lists of this run."""
        self._lists.put(body.credentialId, body.credentialStatus.statusPurpose, status=body.status)

    def build_list(self, list_id: str, purpose: str) -> JsonObject:
        """Return a status list of this run, signed; RequestError `request.not_found`."""
        instance = next(iter(self.instances.values()))
        document = self._lists.build(list_id, purpose, issuer=instance.key.did, now=self._clock())
        return self.sign(instance, document)

    def _verify_status(self, credential: JsonObject) -> None:
        """Require the bit of every entry that points into a list of this run to be clear."""
        for entry in entries_of(credential):
            if isinstance(entry, dict) and entry.get("type") == STATUS_TYPE:
                pointer = parse_list_entry(entry)
                address = parse_list_address(pointer.address)
                ours = address is not None and address.list_id == self._lists.list_id
                if ours and self._lists.bit(pointer.purpose, pointer.index):
                    raise BindingError("conformance.status_set", purpose=pointer.purpose)


def verify_document(credential: JsonValue) -> None:
    """Require the rules of the data model, fitting digests, and status entries in form."""
    verify_credential_model(credential, old_version=True)
    assert isinstance(credential, dict)  # noqa: S101 - told to the type checker
    verify_related_resources(credential, find_octets)
    for entry in entries_of(credential):
        if isinstance(entry, dict) and entry.get("type") == STATUS_TYPE:
            parse_list_entry(entry)


def add_proof_terms(document: JsonObject) -> JsonObject:
    """
    Return a credential of VCDM 1.1 with the context that defines proofs, which that version does not.

    Source: VC Data Integrity 1.0, section 2.4.1 (context injection).
    """
    contexts = document["@context"]
    assert isinstance(contexts, list)  # noqa: S101 - told to the type checker
    if contexts[0] != CREDENTIALS_V1 or any(item in PROOF_CONTEXTS for item in contexts):
        return document
    return {**document, "@context": [*contexts, PROOF_CONTEXTS[-1]]}


def find_octets(address: str) -> bytes | None:
    """Return the bytes of a context that lies in the package, None for any other address."""
    try:
        return read_context(address)
    except LinkedDataError:
        return None


def _verify_token(token: UnverifiedJwt) -> None:
    """Require a token to be signed by the `did:key` that its header names."""
    method = token.header.get("kid")
    if not isinstance(method, str):
        raise MalformedProofError("signature.token")
    verify_vc_jwt(token, find_key(_read_did(method.partition("#")[0]), method, ASSERTION))


def _read_did(did: str) -> DidDocument:
    """Return the document that a `did:key` is; no other method is looked up here."""
    if not is_did_key(did):
        raise MalformedProofError("conformance.only_did_key")
    return build_did_key_document(did)
