"""
A credential as a verifier sees it: tolerant of versions and shapes, strict about types.

Decides which members mean something here, for VCDM 2.0 and for badges in the shape of VCDM 1.1, one
object or an array of one. It neither judges nor trusts anything: claims are shown only as far as the
verdict allows. Members that mean nothing here are left alone; the anchor covers them all the same.
Source: VCDM 2.0; VCDM 1.1; Open Badges 3.0; DESIGN sections 4 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from attestree.credentials.identity import IdentityObject
from attestree.credentials.proof_set import ProofSet, parse_proof_set
from attestree.credentials.reading import ROOT, Reader, require_address
from attestree.errors import MalformedCredentialError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

MAX_CONTEXTS = 16
"""Contexts that a credential may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEntry:
    """One status entry, ours or another's."""

    types: tuple[str, ...]
    """Such as `BitstringStatusListEntry`."""
    purpose: str | None
    """Such as `revocation`."""
    list_address: str | None
    """Where the hosted list lies."""
    list_index: str | None
    """Position in that list, as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom the credential is about; claims only."""

    id: str | None
    """Address of the holder, such as a wallet's DID."""
    identities: tuple[IdentityObject, ...]
    """Name, e-mail, learner id: in clear or hashed."""
    achievement_id: str | None
    """Address of the achievement."""
    achievement_title: str | None
    """Title of the achievement."""
    credits: int | float | None
    """Credits earned; where not stated, those the achievement offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """The parts of a credential that verifying needs, and the document they were read from."""

    document: JsonObject
    """The whole credential, `proof` included, as parsed."""
    id: str | None
    """Its address; the model allows it to be absent."""
    types: tuple[str, ...]
    """At least `VerifiableCredential`."""
    title: str | None
    """Name of the credential itself."""
    issuer_id: str
    """Who says it issued this; compared with the registry by hash."""
    issuer_name: str | None
    """What that issuer calls itself: a claim."""
    valid_from: int | None
    """Unix seconds, inclusive; `issuanceDate` in VCDM 1.1."""
    valid_until: int | None
    """Unix seconds; `expirationDate` in VCDM 1.1."""
    awarded: int | None
    """Unix seconds; a claim, the anchor's time is the evidence."""
    subject: Subject
    """Whom it is about."""
    statuses: tuple[StatusEntry, ...]
    """Status entries, as they stand."""
    proofs: ProofSet
    """Anchor proofs and foreign proofs."""


def parse_credential(value: JsonValue) -> Credential:
    """
    Read a credential.

    Raises:
        MalformedCredentialError: `format.not_object`, `format.context`, `format.type` (for a presentation
            `presentation.unasked`), `format.missing`, `format.not_text`, `format.not_number`,
            `format.not_boolean`, `format.too_many`, `format.url`, `format.dates_disagree` or a `date.*`
            code; with `path`.
        MalformedProofError: A `proof.*` code of `parse_proof_set`.
    """
    if not isinstance(value, dict):
        raise MalformedCredentialError("format.not_object", path=ROOT)
    reader = Reader(value)
    _require_context(reader)
    types = reader.texts("type")
    if "VerifiableCredential" not in types:
        shown = {"VerifiablePresentation", "EnvelopedVerifiablePresentation"}.intersection(types)
        raise MalformedCredentialError("presentation.unasked" if shown else "format.type", path="type")
    issuer_id, issuer_name = _parse_issuer(reader)
    _require_links(reader)
    return Credential(
        document=value,
        id=reader.address("id"),
        types=types,
        title=reader.localized("name"),
        issuer_id=issuer_id,
        issuer_name=issuer_name,
        valid_from=_parse_moment(reader, "validFrom", "issuanceDate"),
        valid_until=_parse_moment(reader, "validUntil", "expirationDate"),
        awarded=reader.moment("awardedDate"),
        subject=_parse_subject(reader),
        statuses=tuple(_parse_status(entry) for entry in reader.objects("credentialStatus")),
        proofs=parse_proof_set(value),
    )


def _require_context(reader: Reader) -> None:
    """Require a `@context` of bounded length; what it names is judged by `unknown_contexts`."""
    context = reader.members.get("@context")
    if not isinstance(context, str | list) or not context:
        raise MalformedCredentialError("format.context", path="@context")
    if isinstance(context, list) and len(context) > MAX_CONTEXTS:
        raise MalformedCredentialError("format.too_many", path="@context", limit=MAX_CONTEXTS)


def _parse_issuer(reader: Reader) -> tuple[str, str | None]:
    """Return id and name of the issuer, given as an address or as an object."""
    issuer = reader.members.get("issuer")
    if isinstance(issuer, str):
        require_address(issuer, "issuer")
        return issuer, None
    profile = Reader(issuer, "issuer") if isinstance(issuer, dict) else None
    if profile is None:
        raise MalformedCredentialError("format.missing", path="issuer")
    issuer_id = profile.address("id")
    if issuer_id is None:
        raise MalformedCredentialError("format.missing", path="issuer.id")
    profile.address("url")
    return issuer_id, profile.localized("name")


def _parse_moment(reader: Reader, name: str, old_name: str) -> int | None:
    """Return a date under its name in VCDM 2.0 or 1.1; both may stand only if they agree."""
    moment, old_moment = reader.moment(name), reader.moment(old_name)
    if moment is not None and old_moment is not None and moment != old_moment:
        raise MalformedCredentialError("format.dates_disagree", path=name)
    return old_moment if moment is None else moment


def _parse_subject(reader: Reader) -> Subject:
    """Return the one subject of the credential."""
    subjects = reader.objects("credentialSubject")
    if not subjects:
        raise MalformedCredentialError("format.missing", path="credentialSubject")
    if len(subjects) > 1:
        raise MalformedCredentialError("format.too_many", path="credentialSubject", limit=1)
    subject = subjects[0]
    achievement = subject.object("achievement") or Reader({}, subject.path_of("achievement"))
    earned, available = subject.number("creditsEarned"), achievement.number("creditsAvailable")
    return Subject(
        id=subject.address("id"),
        identities=tuple(_parse_identity(identity) for identity in subject.objects("identifier")),
        achievement_id=achievement.address("id"),
        achievement_title=achievement.localized("name"),
        credits=available if earned is None else earned,
    )


def _parse_identity(reader: Reader) -> IdentityObject:
    """Return one identity of the subject."""
    identity_hash = reader.text("identityHash")
    if identity_hash is None:
        raise MalformedCredentialError("format.missing", path=reader.path_of("identityHash"))
    return IdentityObject(
        identity_type=reader.text("identityType") or "",
        identity_hash=identity_hash,
        hashed=reader.flag("hashed"),
        salt=reader.text("salt") or "",
    )


def _parse_status(reader: Reader) -> StatusEntry:
    """Return one status entry; its addresses are judged although nothing is fetched from them."""
    reader.address("id")
    return StatusEntry(
        types=reader.texts("type"),
        purpose=reader.text("statusPurpose"),
        list_address=reader.address("statusListCredential"),
        list_index=reader.text("statusListIndex"),
    )


def _require_links(reader: Reader) -> None:
    """Require every address that a page may show as a link to be one that may be followed."""
    for evidence in reader.objects("evidence"):
        evidence.address("id")
    for subject in reader.objects("credentialSubject"):
        for achievement in subject.objects("achievement"):
            for criteria in achievement.objects("criteria"):
                criteria.address("id")
            for alignment in achievement.objects("alignment"):
                alignment.address("targetUrl")
