"""
Compose: a row, an achievement and an issuer become an Open Badge.

    row, place --state--> claims --build--> document

Decides which column becomes which claim and which term, and nothing else: what may be issued is judged by
`credentials.open_badge`, hashes and tree come in `seal`. E-mail and learner id go in as salted hashes
only. Everything is a function of row, terms, seed and time of sealing. How the same document is written
faster is decided in `forms`. Source: Open Badges 3.0; DESIGN section 4.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple, cast

from attestree.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES
from attestree.credentials.dates import DAY_SECONDS, format_timestamp, parse_date, parse_timestamp
from attestree.credentials.identity import (
    EMAIL_TYPE,
    LEARNER_ID_TYPE,
    IdentityObject,
    build_name_identity,
    hash_email,
    hash_identity,
)
from attestree.credentials.open_badge import verify_open_badge
from attestree.credentials.status import PURPOSES, build_entry, format_list_address
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.issuing.derive import derive_identity_salt, derive_token
from attestree.issuing.rows import Row
from attestree.issuing.terms import Terms

CONTEXTS: Final[list[JsonValue]] = [CREDENTIALS_V2, OPEN_BADGES]
"""`@context` of every credential; never changed."""

MAX_REMEMBERED = 10_000
"""Pairs of dates whose end is remembered."""

_SMALLEST: Final[JsonObject] = {
    "id": "urn:uuid:00000000-0000-8000-8000-000000000000",
    "type": ["Achievement"],
    "name": "-",
    "description": "-",
    "criteria": {"narrative": "-"},
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where one credential stands in its batch."""

    position: int
    """Position among the sorted rows."""
    index: int
    """Leaf index = status number."""
    list_id: bytes
    """The batch's list, 13 bytes."""


class Claims(NamedTuple):
    """What one credential says otherwise than the next of its batch; empty where it says nothing."""

    id: str
    """The credential's own address."""
    status: str
    """Address of its place in the hosted status list."""
    number: str
    """Its number there, in digits; empty where no list is hosted."""
    holder: str
    """The holder's DID."""
    name: str
    """The holder's name."""
    email_hash: str
    """Salted hash of the e-mail address."""
    email_salt: str
    """Salt of that."""
    learner_hash: str
    """Salted hash of the learner id."""
    learner_salt: str
    """Salt of that."""
    awarded: str
    """Time stamp of the award."""
    until: str
    """Time stamp of the last second."""
    result: str
    """Grade or score."""
    narrative: str
    """What the learner did."""
    licence: str
    """Number of a licence."""
    evidence: str
    """Where the work can be seen."""


@dataclass(frozen=True)
class Composer:
    """Composes the credentials of one batch; the parts that all share are built once."""

    terms: Terms
    """What all share."""
    seed: bytes
    """32 bytes; the batch's."""
    created: int
    """Time of sealing, Unix seconds."""
    _verified: set[str] = field(default_factory=set, repr=False)
    _ends: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _addresses: dict[bytes, str] = field(default_factory=dict, repr=False)

    def compose(self, row: Row, place: Place) -> JsonObject:
        """
        Return the credential of one row, without proofs, once it may be issued.

        Raises:
            MalformedCredentialError: A code of `verify_open_badge`, with `path`.
        """
        document = self.build(self.state(row, place), row, place.list_id)
        self._verify(document, row.language)
        return document

    def state(self, row: Row, place: Place) -> Claims:
        """
        Return what the credential of a row says.

        Raises:
            MalformedCredentialError: `date.*`, a date that cannot be written.
        """
        position, public_url = place.position, self.terms.public_url
        email, learner = row.email, row.learner_id
        email_salt = derive_identity_salt(self.seed, position, kind="email") if email else ""
        learner_salt = derive_identity_salt(self.seed, position, kind="learner_id") if learner else ""
        index = str(place.index) if public_url else ""
        return Claims(
            format_credential_id(public_url, derive_token(self.seed, position)),
            f"{self._list_address(place.list_id)}#{index}" if index else "",
            index,
            row.did,
            row.full_name if self.terms.with_names else "",
            hash_email(email, email_salt) if email else "",
            email_salt,
            hash_identity(learner, learner_salt) if learner else "",
            learner_salt,
            f"{row.awarded_on}T00:00:00Z" if row.awarded_on else "",
            self._until(row.awarded_on, row.expires_on),
            row.result,
            row.narrative,
            row.licence_number,
            row.evidence_url,
        )

    def build(self, claims: Claims, row: Row, list_id: bytes) -> JsonObject:
        """Return the document that says the claims; of the row, only language and credits are read."""
        document: JsonObject = {
            "@context": CONTEXTS,
            "id": claims.id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": self.terms.title,
            "issuer": self._issuer,
            "validFrom": self.valid_from,
            "credentialSubject": self._subject(claims, row),
        }
        if claims.awarded:
            document["awardedDate"] = claims.awarded
        if claims.until:
            document["validUntil"] = claims.until
        if claims.evidence:
            document["evidence"] = [{"id": claims.evidence, "type": ["Evidence"]}]
        if claims.status:
            # Open Badges has room for one entry; suspension is read from the chain by the same index
            document["credentialStatus"] = {
                **build_entry(self._list_address(list_id), PURPOSES[0], claims.number),
                "id": claims.status,
            }
        return document

    @cached_property
    def valid_from(self) -> str:
        """Time stamp from which all of them are valid."""
        return self.terms.valid_from or format_timestamp(self.created)

    @cached_property
    def _issuer(self) -> JsonObject:
        """The issuer as it stands in all of them."""
        return self.terms.issuer_json()

    def _verify(self, document: JsonObject, language: str) -> None:
        """Verify a document; the achievement that all share is verified with the first of them only."""
        if language not in self._verified:
            verify_open_badge(document)
            self._verified.add(language)
            return
        subject: JsonObject = {**cast("JsonObject", document["credentialSubject"]), "achievement": _SMALLEST}
        # the batch writes and measures every document
        verify_open_badge({**document, "credentialSubject": subject}, with_bytes=False)

    def _subject(self, claims: Claims, row: Row) -> JsonObject:
        """Return the AchievementSubject: who, what, and how well."""
        subject: JsonObject = {"id": claims.holder} if claims.holder else {}
        subject["type"] = ["AchievementSubject"]
        identifiers = _identifiers(claims)
        if identifiers:
            subject["identifier"] = identifiers
        subject["achievement"] = self._achievement(row.language)
        if claims.result:
            subject["result"] = [self._result(claims.result)]
        if row.credits is not None:
            subject["creditsEarned"] = row.credits
        if claims.narrative:
            subject["narrative"] = claims.narrative
        if claims.licence:
            subject["licenseNumber"] = claims.licence
        return subject

    def _achievement(self, language: str) -> JsonObject:
        """Return the achievement; a row may state the language in which it was awarded."""
        document = self.terms.achievement.document
        return {**document, "inLanguage": language} if language else document

    def _result(self, value: str) -> JsonObject:
        """Return a Result, tied to the achievement's result description where there is exactly one."""
        descriptions = self.terms.achievement.document.get("resultDescription")
        result: JsonObject = {"type": ["Result"], "value": value}
        if isinstance(descriptions, list) and len(descriptions) == 1 and isinstance(descriptions[0], dict):
            result["resultDescription"] = descriptions[0]["id"]
        return result

    def _until(self, awarded_on: str, expires_on: str) -> str:
        """Return the expiry: a date is the last day, so that the end is its last second."""
        known = self._ends.get((awarded_on, expires_on))
        if known is not None:
            return known
        period, until = self.terms.achievement.valid_for, ""
        if expires_on:
            until = format_timestamp(parse_date(expires_on) + DAY_SECONDS - 1)
        elif period is not None:
            until = format_timestamp(period.end_after(self._awarded(awarded_on)))
        if len(self._ends) < MAX_REMEMBERED:
            self._ends[awarded_on, expires_on] = until
        return until

    def _awarded(self, awarded_on: str) -> int:
        """Return when the award counts from, Unix seconds."""
        if awarded_on:
            return parse_date(awarded_on)
        return parse_timestamp(self.terms.valid_from) if self.terms.valid_from else self.created

    def _list_address(self, list_id: bytes) -> str:
        """Return the address of the hosted list of revocations."""
        known = self._addresses.get(list_id)
        if known is None:
            known = format_list_address(self.terms.public_url or "", list_id, PURPOSES[0])
            self._addresses[list_id] = known
        return known


def _identifiers(claims: Claims) -> list[JsonValue]:
    """Return the identities: the name in clear, the others hashed under salts of their own."""
    identities: list[IdentityObject] = []
    if claims.name:
        identities.append(build_name_identity(claims.name))
    for kind, hashed, salt in (
        (EMAIL_TYPE, claims.email_hash, claims.email_salt),
        (LEARNER_ID_TYPE, claims.learner_hash, claims.learner_salt),
    ):
        if hashed:
            identities.append(
                IdentityObject(identity_type=kind, identity_hash=hashed, hashed=True, salt=salt)
            )
    return [identity.to_json() for identity in identities]


def format_credential_id(public_url: str | None, token: str) -> str:
    """Return a credential's `id`: its page, or a UUID where there is no public address."""
    return f"{public_url}/c/{token}" if public_url else f"urn:uuid:{uuid.UUID(token)}"


def parse_credential_token(text: str) -> str | None:
    """Return the token in a credential's `id`, page address, UUID or the bare token; None for others."""
    last = text.strip().rsplit("/c/", 1)[-1].removeprefix("urn:uuid:").replace("-", "").lower()
    return last if len(last) == 32 and set(last) <= set("0123456789abcdef") else None
