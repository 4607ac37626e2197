"""
Compose: a row, an achievement and an issuer become an Open Badge.

Decides which column becomes which term, and nothing else: what may be issued is judged by
`credentials.open_badge`, hashes and tree come in `seal`. E-mail and learner id go in as salted hashes
only. Everything is a function of row, terms, seed and time of sealing.
Source: Open Badges 3.0; DESIGN section 4.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Final, cast

from attestree.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES
from attestree.credentials.dates import DAY_SECONDS, format_timestamp, parse_date, parse_timestamp
from attestree.credentials.identity import (
    build_email_identity,
    build_learner_identity,
    build_name_identity,
)
from attestree.credentials.open_badge import verify_open_badge
from attestree.credentials.status import status_entries
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.issuing.derive import derive_identity_salt, derive_token
from attestree.issuing.rows import Row
from attestree.issuing.terms import Terms

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


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes the credentials of one batch; the parts that all share are built once."""

    terms: Terms
    """What all share."""
    seed: bytes
    """32 bytes; the batch's."""
    created: int
    """Time of sealing, Unix seconds."""
    _verified: set[str] = field(default_factory=set, repr=False)

    def compose(self, row: Row, place: Place) -> JsonObject:
        """
        Return the credential of one row, without proofs, once it may be issued.

        Raises:
            MalformedCredentialError: A code of `verify_open_badge`, with `path`.
        """
        token = derive_token(self.seed, place.position)
        document: JsonObject = {
            "@context": [CREDENTIALS_V2, OPEN_BADGES],
            "id": format_credential_id(self.terms.public_url, token),
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": self.terms.title,
            "issuer": self.terms.issuer_json(),
            "validFrom": self.terms.valid_from or format_timestamp(self.created),
            "credentialSubject": self._subject(row, place.position),
        }
        document |= self._dates(row)
        if row.evidence_url:
            document["evidence"] = [{"id": row.evidence_url, "type": ["Evidence"]}]
        if self.terms.public_url:
            # Open Badges has room for one entry; suspension is read from the chain by the same index
            document["credentialStatus"] = status_entries(self.terms.public_url, place.list_id, place.index)[
                0
            ]
        self._verify(document, row.language)
        return document

    def _verify(self, document: JsonObject, language: str) -> None:
        """Verify a document; the achievement that all share is verified with the first of them only."""
        if language not in self._verified:
            verify_open_badge(document)
            self._verified.add(language)
            return
        subject: JsonObject = {**cast("JsonObject", document["credentialSubject"]), "achievement": _SMALLEST}
        # the batch writes and measures every document
        verify_open_badge({**document, "credentialSubject": subject}, with_bytes=False)

    def _subject(self, row: Row, position: int) -> JsonObject:
        """Return the AchievementSubject: who, what, and how well."""
        subject: JsonObject = {"id": row.did} if row.did else {}
        subject["type"] = ["AchievementSubject"]
        identifiers = self._identifiers(row, position)
        if identifiers:
            subject["identifier"] = identifiers
        subject["achievement"] = self._achievement(row)
        if row.result:
            subject["result"] = [self._result(row.result)]
        if row.credits is not None:
            subject["creditsEarned"] = row.credits
        if row.narrative:
            subject["narrative"] = row.narrative
        if row.licence_number:
            subject["licenseNumber"] = row.licence_number
        return subject

    def _identifiers(self, row: Row, position: int) -> list[JsonValue]:
        """Return the identities: the name in clear, the others hashed under salts of their own."""
        identifiers: list[JsonValue] = []
        if self.terms.with_names and row.full_name:
            identifiers.append(build_name_identity(row.full_name).to_json())
        if row.email:
            salt = derive_identity_salt(self.seed, position, kind="email")
            identifiers.append(build_email_identity(row.email, salt=salt).to_json())
        if row.learner_id:
            salt = derive_identity_salt(self.seed, position, kind="learner_id")
            identifiers.append(build_learner_identity(row.learner_id, salt=salt).to_json())
        return identifiers

    def _achievement(self, row: Row) -> JsonObject:
        """Return the achievement; a row may state the language in which it was awarded."""
        document = self.terms.achievement.document
        return {**document, "inLanguage": row.language} if row.language else document

    def _result(self, value: str) -> JsonObject:
        """Return a Result, tied to the achievement's result description where there is exactly one."""
        descriptions = self.terms.achievement.document.get("resultDescription")
        result: JsonObject = {"type": ["Result"], "value": value}
        if isinstance(descriptions, list) and len(descriptions) == 1 and isinstance(descriptions[0], dict):
            result["resultDescription"] = descriptions[0]["id"]
        return result

    def _dates(self, row: Row) -> JsonObject:
        """Return award and expiry; an expiry date is the last day, so that the end is its last second."""
        dates: JsonObject = {}
        if row.awarded_on:
            dates["awardedDate"] = f"{row.awarded_on}T00:00:00Z"
        if row.expires_on:
            dates["validUntil"] = format_timestamp(parse_date(row.expires_on) + DAY_SECONDS - 1)
        elif self.terms.achievement.valid_for is not None:
            dates["validUntil"] = format_timestamp(
                self.terms.achievement.valid_for.end_after(self._awarded(row))
            )
        return dates

    def _awarded(self, row: Row) -> int:
        """Return when the award counts from, Unix seconds."""
        if row.awarded_on:
            return parse_date(row.awarded_on)
        return parse_timestamp(self.terms.valid_from) if self.terms.valid_from else self.created


def format_credential_id(public_url: str | None, token: str) -> str:
    """Return a credential's `id`: its page, or a UUID where there is no public address."""
    return f"{public_url}/c/{token}" if public_url else f"urn:uuid:{uuid.UUID(token)}"


def parse_credential_token(text: str) -> str | None:
    """Return the token in a credential's `id`, page address, UUID or the bare token; None for others."""
    last = text.strip().rsplit("/c/", 1)[-1].removeprefix("urn:uuid:").replace("-", "").lower()
    return last if len(last) == 32 and set(last) <= set("0123456789abcdef") else None
