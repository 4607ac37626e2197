"""
Data Integrity proofs: what is signed, how a proof is made, and whether it fits.

    hash input = hash(canonical options) || hash(canonical document)
    options    = the proof without its proofValue

Decides whether a proof fits a document and a key. Whose key that is, what the proof is for
(`proofPurpose`), and whether it has lapsed (`expires`) is for the caller to judge.
Source: VC Data Integrity 1.0, sections 4.2 and 4.4; vc-di-eddsa 1.0, sections 3.2 and 3.3;
vc-di-ecdsa 1.0, sections 3.2 and 3.3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from attestree.credentials.canonical import canonicalize
from attestree.credentials.dates import parse_timestamp
from attestree.credentials.signatures.canonize import canonize
from attestree.credentials.signatures.context_documents import PRODUCTION, ContextProfile
from attestree.credentials.signatures.multibase import format_base58btc, parse_base58btc
from attestree.credentials.signatures.multikey import KeyKind, PublicKey
from attestree.credentials.signatures.proof_order import cover
from attestree.credentials.signatures.public_key import verify_octets
from attestree.credentials.signatures.suites import HASH_BY_KIND, PROOF_TYPE, Suite, find_suite
from attestree.errors import (
    LinkedDataError,
    MalformedCredentialError,
    MalformedProofError,
    SignatureMismatchError,
)

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject

_REQUIRED = ("type", "verificationMethod", "proofPurpose")


def build_hash_input(
    document: JsonObject,
    options: JsonObject,
    suite: Suite,
    *,
    kind: KeyKind | None = None,
    previous: tuple[JsonObject, ...] = (),
    contexts: ContextProfile = PRODUCTION,
    quads_of: Callable[[JsonObject], bytes] | None = None,
) -> bytes:
    """
    Return the bytes that are signed: two hashes, of the options and of the document.

    Args:
        document: With or without proofs; they are left out.
        options: The members of the proof; a `proofValue` is left out.
        suite: How to canonize.
        kind: Kind of the key, which decides the hash; the first of the suite if None.
        previous: Proofs that lie under this one; see `find_previous`.
        contexts: Which contexts the document may name.
        quads_of: A faster road to what `canonize` returns under SHA-256, such as `QuadsTemplates.canonize`.

    Raises:
        LinkedDataError: as `canonize`, for the `rdfc` suites.
        MalformedJsonError: as `canonicalize`, for the `jcs` suites.
        MalformedProofError: `signature.options`.
        SignatureMismatchError: `signature.mismatch` if the options name another context than the document.
    """
    hash_name = HASH_BY_KIND[suite.kinds[0] if kind is None else kind]
    unsigned = {name: value for name, value in options.items() if name != "proofValue"}
    _refuse_options(unsigned, suite)
    covered = cover(document, previous)
    if "@context" in unsigned:
        covered = _with_context_of(unsigned, covered, suite)
    if suite.canonical == "jcs":
        parts = canonicalize(unsigned), canonicalize(covered)
    else:
        # A proof without a context of its own is read with the document's.
        unsigned["@context"] = covered.get("@context", [])
        write = quads_of or partial(canonize, contexts=contexts, hash_name=hash_name)
        parts = write(unsigned), write(covered)
    return b"".join(hashlib.new(hash_name, part).digest() for part in parts)


def verify_proof(
    document: JsonObject,
    proof: JsonObject,
    key: PublicKey,
    *,
    previous: tuple[JsonObject, ...] = (),
    contexts: ContextProfile = PRODUCTION,
    quads_of: Callable[[JsonObject], bytes] | None = None,
) -> None:
    """
    Return if a proof over a document was made with the private part of `key`.

    Args:
        document: With its proofs.
        proof: One of them.
        key: A public key.
        previous: Proofs that lie under this one; see `find_previous`.
        contexts: Which contexts the document may name.
        quads_of: As for `build_hash_input`.

    Raises:
        SignatureMismatchError: `signature.mismatch`.
        MalformedProofError: `signature.no_such_suite`, `signature.options` or `signature.multibase`.
        LinkedDataError: as `canonize`; nothing is known then about the signature.
    """
    suite = find_suite(proof)
    if suite is None:
        raise MalformedProofError("signature.no_such_suite")
    value = proof.get("proofValue")
    if not isinstance(value, str):
        raise MalformedProofError("signature.options", member="proofValue")
    signature = parse_base58btc(value)
    if key.kind not in suite.kinds:
        raise SignatureMismatchError("signature.mismatch")
    message = build_hash_input(
        document,
        proof,
        suite,
        kind=key.kind,
        previous=previous,
        contexts=contexts,
        # the labels of blank nodes follow from the hash
        quads_of=quads_of if HASH_BY_KIND[key.kind] == "sha256" else None,
    )
    verify_octets(key, message, signature)


def build_proof(
    document: JsonObject,
    options: JsonObject,
    sign: Callable[[bytes], bytes],
    suite: Suite,
    *,
    kind: KeyKind | None = None,
    previous: tuple[JsonObject, ...] = (),
    contexts: ContextProfile = PRODUCTION,
    quads_of: Callable[[JsonObject], bytes] | None = None,
) -> JsonObject:
    """
    Return a proof, ready to stand in `proof`.

    Args:
        document: What is signed; proofs in it are left out.
        options: `created`, `verificationMethod`, `proofPurpose` and the like; type and suite are added.
        sign: Takes the hash input (64 bytes; 96 for P-384), returns what `verify_octets` takes.
        suite: How to sign.
        kind: Kind of the key; the first of the suite if None.
        previous: Proofs that lie under this one.
        contexts: Which contexts the document may name.
        quads_of: As for `build_hash_input`.

    Raises:
        LinkedDataError, MalformedJsonError, MalformedProofError: as `build_hash_input`.
    """
    proof: JsonObject = {"type": suite.proof_type}
    if suite.proof_type == PROOF_TYPE:
        proof["cryptosuite"] = suite.name
    proof |= {name: value for name, value in options.items() if name not in proof}
    if suite.canonical == "jcs" and "@context" in document:
        proof["@context"] = document["@context"]
    message = build_hash_input(
        document, proof, suite, kind=kind, previous=previous, contexts=contexts, quads_of=quads_of
    )
    return {**proof, "proofValue": format_base58btc(sign(message))}


def _refuse_options(options: JsonObject, suite: Suite) -> None:
    """Refuse options that are of another suite, lack a member, or name no time."""
    if find_suite(options) is not suite:
        raise MalformedProofError("signature.options", member="cryptosuite")
    for name in _REQUIRED:
        if not isinstance(options.get(name), str):
            raise MalformedProofError("signature.options", member=name)
    for name in ("created", "expires"):
        if name in options:
            _refuse_time(options, name)


def _refuse_time(options: JsonObject, name: str) -> None:
    """Refuse a time that is no time stamp with a zone."""
    time = options[name]
    try:
        parse_timestamp(time if isinstance(time, str) else "")
    except MalformedCredentialError:
        raise MalformedProofError("signature.options", member=name) from None


def _with_context_of(options: JsonObject, covered: JsonObject, suite: Suite) -> JsonObject:
    """
    Return the document with the context that the options name, which it must begin with.

    The `jcs` suites let others append contexts after signing. The `rdfc` suites hash no context, and how
    one of a proof itself would be read is not settled.
    """
    named, own = _list(options["@context"]), _list(covered.get("@context", []))
    if suite.canonical == "rdfc" and own != named:
        raise LinkedDataError("terms.unknown_context")
    if own[: len(named)] != named:
        raise SignatureMismatchError("signature.mismatch")
    return {**covered, "@context": options["@context"]}


def _list(value: object) -> list[object]:
    """Return one context or a list of them as a list."""
    return value if isinstance(value, list) else [value]
