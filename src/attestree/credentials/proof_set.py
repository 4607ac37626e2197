"""
The `proof` member of a credential: a set of at most eight proofs.

Decides which of them are anchor proofs, reads those strictly, and keeps the others aside untouched.
Order carries no meaning. Signatures are judged elsewhere. Source: VC Data Integrity 1.0, section 2.1;
docs/spec/evm-merkle-jcs-2026.md; DESIGN section 4.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.credentials.anchor_proof import CRYPTOSUITE, AnchorProof, format_proof_value, parse_proof_value
from attestree.credentials.dates import parse_timestamp
from attestree.credentials.reading import is_address
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import MalformedCredentialError, MalformedProofError

MAX_PROOFS = 8
"""Proofs of one credential that are looked at; a credential with more is refused."""

PROOF_TYPE = "DataIntegrityProof"
"""`type` of an anchor proof."""

PROOF_PURPOSE = "assertionMethod"
"""`proofPurpose` of an anchor proof."""

_OPTION_NAMES = {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofOptions:
    """The members of an anchor proof beside `proofValue`; type, suite and purpose are fixed."""

    created: str
    """A time stamp with zone, kept as written since the digest covers it; a claim, not evidence."""
    verification_method: str
    """Address that names the issuer's key or account; covered by the digest, trusted for nothing."""

    def __post_init__(self) -> None:
        """
        Refuse options out of form.

        Raises:
            MalformedProofError: `proof.options`.
        """
        try:
            parse_timestamp(self.created)
        except MalformedCredentialError:
            raise MalformedProofError("proof.options", member="created") from None
        if not is_address(self.verification_method):
            raise MalformedProofError("proof.options", member="verificationMethod")

    def to_json(self) -> JsonObject:
        """Return the five members as they are hashed."""
        return {
            "type": PROOF_TYPE,
            "cryptosuite": CRYPTOSUITE,
            "created": self.created,
            "verificationMethod": self.verification_method,
            "proofPurpose": PROOF_PURPOSE,
        }


@dataclass(frozen=True, slots=True)
class SecuredAnchor:
    """An anchor proof together with the options it stood among."""

    options: ProofOptions
    """The five members that the digest covers."""
    anchor: AnchorProof
    """What `proofValue` says."""


@dataclass(frozen=True, slots=True)
class ProofSet:
    """All proofs of one credential."""

    anchors: tuple[SecuredAnchor, ...]
    """Anchor proofs, in the order of the document."""
    others: tuple[JsonObject, ...]
    """Proofs of other suites, as they stand."""


def parse_proof_set(credential: JsonObject) -> ProofSet:
    """
    Read the `proof` member; a credential without one has an empty set.

    Raises:
        MalformedProofError: `proof.not_object`, `proof.too_many`, `proof.options`, or any code of
            `parse_proof_value`.
    """
    member = credential.get("proof", [])
    proofs = member if isinstance(member, list) else [member]
    if len(proofs) > MAX_PROOFS:
        raise MalformedProofError("proof.too_many", count=len(proofs), limit=MAX_PROOFS)
    anchors: list[SecuredAnchor] = []
    others: list[JsonObject] = []
    for proof in proofs:
        if not isinstance(proof, dict):
            raise MalformedProofError("proof.not_object")
        if proof.get("cryptosuite") == CRYPTOSUITE:
            anchors.append(parse_secured_anchor(proof))
        else:
            others.append(proof)
    return ProofSet(tuple(anchors), tuple(others))


def may_be_signed(value: JsonValue) -> bool:
    """Say whether there may be a signature in what was given, which need not be a credential at all."""
    if not isinstance(value, dict) or "EnvelopedVerifiableCredential" in str(value.get("type")):
        return True
    member = value.get("proof", [])
    proofs = member if isinstance(member, list) else [member]
    return any(not isinstance(proof, dict) or proof.get("cryptosuite") != CRYPTOSUITE for proof in proofs)


def parse_secured_anchor(proof: JsonObject) -> SecuredAnchor:
    """
    Read one proof object of our suite: exactly six members, all strings.

    Raises:
        MalformedProofError: `proof.options`, or any code of `parse_proof_value`.
    """
    if set(proof) != {*_OPTION_NAMES, "proofValue"}:
        raise MalformedProofError("proof.options", member="")
    for name, fixed in (("type", PROOF_TYPE), ("cryptosuite", CRYPTOSUITE), ("proofPurpose", PROOF_PURPOSE)):
        if proof[name] != fixed:
            raise MalformedProofError("proof.options", member=name)
    options = ProofOptions(
        created=_text(proof, "created"), verification_method=_text(proof, "verificationMethod")
    )
    return SecuredAnchor(options, parse_proof_value(_text(proof, "proofValue")))


def format_secured_anchor(secured: SecuredAnchor) -> JsonObject:
    """Write one anchor proof as the object that goes into `proof`."""
    return {**secured.options.to_json(), "proofValue": format_proof_value(secured.anchor)}


def _text(proof: JsonObject, name: str) -> str:
    """Return a member that must be a string."""
    value: JsonValue = proof[name]
    if not isinstance(value, str):
        raise MalformedProofError("proof.options", member=name)
    return value
