"""
Check: does a signature by a key of the issuer fit?

A signature counts only if its key is controlled by `issuer.id`, which the DID's own document says, never
the signature. Of those that count, one that does not fit is enough: it does not hide behind another that
does. Everything else is a remark, since the anchor covers every byte without a signature: a key of
somebody else, a suite or terms that are not known here, a document that would cost too much, a DID that
was not looked up. Nothing is looked up unless a resolver is given; `did:key` needs none. Whether that DID
was the accredited one is decided in `issuer`. Source: DESIGN section 7; VC Data Integrity 1.0, section 4.2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from attestree.credentials.credential import Credential
from attestree.credentials.dates import parse_timestamp
from attestree.credentials.did import (
    ASSERTION,
    DidDocument,
    build_did_key_document,
    find_key,
    find_token_key,
    is_did_key,
)
from attestree.credentials.signatures.data_integrity import verify_proof
from attestree.credentials.signatures.jwt import UnverifiedJwt, verify_vc_jwt
from attestree.credentials.signatures.multikey import PublicKey, did_key_method
from attestree.credentials.signatures.proof_order import find_previous, list_proofs
from attestree.credentials.signatures.suites import find_suite
from attestree.credentials.strict_json import JsonObject
from attestree.errors import (
    AttestreeError,
    DidUnavailableError,
    InputError,
    LinkedDataError,
    SignatureMismatchError,
)
from attestree.ports import DidResolver
from attestree.verifying.result import CheckId, CheckResult, Fact, Notice, failed, passed, skipped

QuadsOf = Callable[[JsonObject], bytes]
"""Returns the canonical N-Quads of a document, as `canonize` does."""

Key = TypeVar("Key")
"""What a lookup of keys returns."""

FITS, CHANGED = "signature.fits", "signature.changed"
"""Codes of a signature that counts and fits, and of one that counts and does not."""


@dataclass(frozen=True, slots=True)
class Signature:
    """How one signature ended."""

    code: str
    """`FITS`, `CHANGED`, or the code of a remark."""
    method: str = ""
    """Which key it names; a claim unless it fits."""
    suite: str = ""
    """Name of the suite, or of the algorithm of a JWT."""
    because: str | None = None
    """Code of what stopped it or speaks against it."""


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """The keys of `issuer.id`, looked up when a signature names one of them."""

    did: str
    """`issuer.id`; may be no DID at all."""
    resolver: DidResolver | None
    """Asked for a DID that is no `did:key`; None = nobody is asked."""

    def find(self, method: str) -> PublicKey | Signature:
        """Return the key of a method, or the remark that stands in its place."""
        return self._find(method, find_key)

    def find_for_token(self, method: str) -> PublicKey | JsonObject | Signature:
        """Return the key of a method that signs tokens, which may be an RSA key, or the remark."""
        return self._find(method, find_token_key)

    def _find(self, method: str, find_in: Callable[[DidDocument, str, str], Key]) -> Key | Signature:
        """Look a key up in the document of the DID."""
        if method.partition("#")[0] != self.did:
            return Signature("signature.other_key")
        try:
            return find_in(self._fetch_document(), method, ASSERTION)
        except SignatureMismatchError as error:
            return Signature("signature.other_key", because=error.code)
        except (DidUnavailableError, InputError) as error:
            strange = error.code == "signature.key_kind"
            code = "signature.unknown_suite" if strange else "signature.not_resolved"
            return Signature(code, because=error.code)

    def _fetch_document(self) -> DidDocument:
        """Return the document of the DID."""
        if is_did_key(self.did):
            return build_did_key_document(self.did)
        if self.resolver is None:
            raise DidUnavailableError("did.off")
        return self.resolver.fetch_document(self.did)


def check_signature(
    credential: Credential,
    *,
    envelope: UnverifiedJwt | None = None,
    resolver: DidResolver | None = None,
    now: int,
    quads_of: QuadsOf | None = None,
) -> CheckResult:
    """
    Check every signature of a credential, at most as many as a proof set may have, and the one around it.

    Args:
        credential: Whose `issuer.id` decides which signatures count.
        envelope: The VC-JWT that it came in, or None.
        resolver: Asked for the keys of a DID that is no `did:key`; None = nobody is asked.
        now: Unix seconds; judges a signature that says when it ends.
        quads_of: A faster road to what `canonize` returns; None = `canonize` itself.
    """
    keys = IssuerKeys(credential.issuer_id, resolver)
    found = [*_judge_embedded(credential, keys, now, quads_of)]
    if envelope is not None:
        found.append(_judge_envelope(envelope, keys))
    return sum_up(found, signer=credential.issuer_id)


def sum_up(found: list[Signature], *, signer: str) -> CheckResult:
    """Return the result that all signatures of a credential come to; `signer` is its `issuer.id`."""
    if not found:
        return skipped(CheckId.SIGNATURE, "signature.none")
    evidence: dict[str, Fact] = {"signatures": len(found)}
    because = next((one.because for one in found if one.because), None)
    bad = next((one for one in found if one.code == CHANGED), None)
    if bad is not None:
        return failed(CheckId.SIGNATURE, CHANGED, evidence={**evidence, "because": bad.because})
    good = next((one for one in found if one.code == FITS), None)
    if good is not None:
        evidence |= {"signer": signer, "key": good.method, "suite": good.suite}
    elif because is not None:
        evidence |= {"because": because}
    remarks = Counter(one.code for one in found if one.code != FITS)
    notices = tuple(Notice(code, {"count": count}) for code, count in remarks.items())
    return passed(CheckId.SIGNATURE, FITS, values={"signer": signer}, evidence=evidence, notices=notices)


def _judge_embedded(
    credential: Credential, keys: IssuerKeys, now: int, quads_of: QuadsOf | None
) -> Iterator[Signature]:
    """Judge each proof that is no anchor proof."""
    for proof in credential.proofs.others:
        suite, method = find_suite(proof), proof.get("verificationMethod")
        if suite is None:
            yield Signature("signature.unknown_suite")
            continue
        if not isinstance(method, str) or proof.get("proofPurpose") != ASSERTION:
            yield Signature("signature.other_purpose")
            continue
        key = keys.find(method)
        if isinstance(key, Signature):
            yield key
            continue
        ended = _judge_proof(credential.document, proof, key, now, quads_of)
        yield replace(ended, method=method, suite=suite.name)


def _judge_envelope(envelope: UnverifiedJwt, keys: IssuerKeys) -> Signature:
    """Judge the token around a credential; a key that it carries itself is never used."""
    named = envelope.header.get("kid")
    method = named if isinstance(named, str) else did_key_method(keys.did)
    method = keys.did + method if method.startswith("#") else method
    key = keys.find_for_token(method)
    if isinstance(key, Signature):
        return key
    try:
        verify_vc_jwt(envelope, key)
    except (InputError, SignatureMismatchError) as error:
        return Signature(CHANGED, because=error.code)
    except AttestreeError as error:
        return Signature("signature.not_checked", because=error.code)
    return Signature(FITS, method=method, suite=f"vc+jwt {envelope.header['alg']}")


def _judge_proof(
    document: JsonObject, proof: JsonObject, key: PublicKey, now: int, quads_of: QuadsOf | None
) -> Signature:
    """Return how a proof by a key of the issuer ended."""
    try:
        previous = find_previous(proof, list_proofs(document))
        verify_proof(document, proof, key, previous=previous, quads_of=quads_of)
        ends = proof.get("expires")
        if isinstance(ends, str) and parse_timestamp(ends) <= now:
            return Signature("signature.expired")
    except LinkedDataError as error:
        dear = error.code == "terms.too_much_work"
        code = "signature.too_much_work" if dear else "signature.undefined_terms"
        return Signature(code, because=error.code)
    except (InputError, SignatureMismatchError) as error:
        return Signature(CHANGED, because=error.code)
    except AttestreeError as error:
        # A package or a bundled file of ours is amiss, which says nothing about the credential.
        return Signature("signature.not_checked", because=error.code)
    return Signature(FITS)
