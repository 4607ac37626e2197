"""
Seal what joined one by one: the members of a closed batch get their tree and their anchor proofs.

Decides nothing that a holder has in hand already: id, status number, text and signature stay byte for byte;
the anchor proof is appended. Pure: the same members, seed and time give the same bytes.
Source: DESIGN section 4; docs/adr/0008; docs/spec/evm-merkle-jcs-2026.md.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from attestree.credentials.achievement import Achievement
from attestree.credentials.canonical import canonicalize
from attestree.credentials.dates import format_timestamp
from attestree.credentials.digest import header_hash
from attestree.credentials.strict_json import JsonObject, JsonValue, parse_json
from attestree.errors import CorruptionError, MalformedJsonError
from attestree.issuing.canonical_writer import CanonicalWriter
from attestree.issuing.derive import derive_list_id, derive_salt, require_seed
from attestree.issuing.row_key import build_row_key
from attestree.issuing.rows import Row
from attestree.issuing.seal import Draft, SealedBatch, attach_anchors, build_digest
from attestree.issuing.terms import IssuerProfile, Terms
from attestree.ports.folders import SEVERAL_ACHIEVEMENTS

TITLE = "Issued by API"
"""Title of such a batch: its credentials may be for many achievements."""


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """One credential as it was handed out."""

    token: str
    """Last part of its id."""
    octets: bytes
    """With its signature, canonical JSON."""


def seal_joined(
    members: Sequence[Member], terms: Terms, *, seed: bytes | None, created: int, roster_key: bytes
) -> tuple[SealedBatch, Terms]:
    """
    Build the batch of the members, and the terms under which its folder is written.

    Args:
        members: By index; at least one.
        terms: Of the batch, from `build_open_terms`.
        seed: 32 bytes.
        created: When it closed, Unix seconds; the `created` of every anchor proof.
        roster_key: The issuer's, 32 bytes.

    Raises:
        CorruptionError: `joined.changed`, a member is not what was handed out.
        NotAllowedError: `refused.seed_erased`.
    """
    seed = require_seed(seed)
    header = terms.header(size=len(members), list_id=derive_list_id(seed))
    options = terms.options(created=format_timestamp(created))
    hashes = header_hash(header), sha256(canonicalize(options.to_json())).digest()
    drafts: list[Draft] = []
    proofs: list[list[JsonObject]] = []
    for index, member in enumerate(members):
        document = _parse(member, index)
        signature = document.pop("proof")
        proofs.append([proof for proof in _listed(signature) if isinstance(proof, dict)])
        row = _row_of(document, index, member.token)
        row_key = build_row_key(
            roster_key, issuer=header.issuer, achievement_id=SEVERAL_ACHIEVEMENTS, row=row
        )
        salt = derive_salt(seed, index)
        digest = build_digest(salt, hashes, canonicalize(document))
        drafts.append(Draft(row, row_key, member.token, salt, document, digest))
    writer = CanonicalWriter()
    sealed = attach_anchors(drafts, header, options, created=created, writer=writer, proofs=proofs)
    return sealed, _terms_of(drafts[0].document, terms)


def build_open_terms(
    profile: IssuerProfile, *, chain_id: int, registry: bytes, registry_name: str, public_url: str | None
) -> Terms:
    """Return the terms of batches that credentials join one by one."""
    return Terms(
        profile=profile,
        achievement=Achievement(document={"id": SEVERAL_ACHIEVEMENTS, "name": TITLE}),
        chain_id=chain_id,
        registry=registry,
        registry_name=registry_name,
        public_url=public_url,
        signed=True,
    )


def build_checksum(seed: bytes, octets: bytes) -> bytes:
    """Return what the store keeps of a member's file, 32 bytes; without the seed it tells nothing."""
    return hmac.digest(seed, b"attestree/1 joined\x00" + octets, "sha256")


def _parse(member: Member, index: int) -> JsonObject:
    """Return a member as it was written."""
    try:
        value = parse_json(member.octets)
    except MalformedJsonError as exc:
        raise CorruptionError("joined.changed", index=index) from exc
    if not isinstance(value, dict) or "proof" not in value or canonicalize(value) != member.octets:
        raise CorruptionError("joined.changed", index=index)
    return value


def _listed(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, list) else [value]


def _row_of(document: JsonObject, index: int, token: str) -> Row:
    """Return the row for the mail-merge table; its reference, the token, tells it from all others."""
    subject, awarded = document.get("credentialSubject"), document.get("awardedDate")
    identities = subject.get("identifier", []) if isinstance(subject, dict) else []
    names = [
        str(identity.get("identityHash"))
        for identity in _listed(identities)
        if isinstance(identity, dict)
        and (identity.get("identityType"), identity.get("hashed")) == ("name", False)
    ]
    did = subject.get("id") if isinstance(subject, dict) else None
    return Row(
        number=index + 1,
        did=did if isinstance(did, str) else "",
        name=names[0] if names else "",
        awarded_on=awarded[:10] if isinstance(awarded, str) else "",
        ref=token,
    )


def _terms_of(document: JsonObject, terms: Terms) -> Terms:
    """Return the terms as the members state them: the settings may have changed since."""
    issuer, credential_id = document["issuer"], str(document["id"])
    said: JsonObject = issuer if isinstance(issuer, dict) else {}
    profile = replace(terms.profile, did=str(said.get("id")), name=str(said.get("name")))
    public_url = credential_id.rsplit("/c/", 1)[0] if "/c/" in credential_id else None
    return replace(terms, profile=profile, public_url=public_url)
