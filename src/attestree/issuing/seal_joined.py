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

from attestree.credentials.achievement import Achievement
from attestree.credentials.canonical import canonicalize
from attestree.credentials.dates import format_timestamp
from attestree.credentials.strict_json import JsonObject, JsonValue, parse_json
from attestree.errors import CorruptionError, MalformedJsonError
from attestree.issuing.anchor_writer import AnchorWriter
from attestree.issuing.body import Body, build_body
from attestree.issuing.derive import derive_list_id, derive_salt, require_seed
from attestree.issuing.row_key import build_row_key
from attestree.issuing.rows import Row
from attestree.issuing.sealed import Recipient, SealedBatch
from attestree.issuing.shard import Block
from attestree.issuing.terms import IssuerProfile, Terms
from attestree.issuing.trees import build_batch_tree
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
    anchors = AnchorWriter(header, terms.options(created=format_timestamp(created)))
    joined = [_read(member, index) for index, member in enumerate(members)]
    salts = [derive_salt(seed, index) for index in range(len(members))]
    digests = [anchors.digest(salt, one.body.octets) for salt, one in zip(salts, joined, strict=True)]
    tree = build_batch_tree(b"".join(digests), header.kind)
    paths = tree.paths(0, len(members))
    documents = tuple(
        one.body.secure(*one.proofs, anchors.write(index, salts[index], paths[index], tree.root))
        for index, one in enumerate(joined)
    )
    issuer = header.issuer

    def key_of(index: int) -> bytes:
        row = joined[index].row
        return build_row_key(roster_key, issuer=issuer, achievement_id=SEVERAL_ACHIEVEMENTS, row=row)

    sealed = SealedBatch(
        header=header,
        created=created,
        tree=tree,
        blocks=(Block.of(documents),),
        tokens=lambda: (member.token for member in members),
        row_key=key_of,
        recipients=lambda: (
            Recipient(index, members[index].token, one.row) for index, one in enumerate(joined)
        ),
    )
    return sealed, _terms_of(joined[0].document, terms)


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


@dataclass(frozen=True, slots=True, repr=False)
class _Joined:
    """A member, taken apart."""

    document: JsonObject
    """Without proofs."""
    body: Body
    """That, canonical JSON."""
    proofs: tuple[bytes, ...]
    """Its signatures, canonical JSON."""
    row: Row
    """What stands for it in tables."""


def _read(member: Member, index: int) -> _Joined:
    """Return a member as it was written."""
    try:
        document = parse_json(member.octets)
    except MalformedJsonError as exc:
        raise CorruptionError("joined.changed", index=index) from exc
    if not isinstance(document, dict) or "proof" not in document or canonicalize(document) != member.octets:
        raise CorruptionError("joined.changed", index=index)
    proofs = tuple(canonicalize(proof) for proof in _listed(document.pop("proof")) if isinstance(proof, dict))
    row = _row_of(document, index, member.token)
    return _Joined(document, build_body(document, canonicalize), proofs, row)


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
