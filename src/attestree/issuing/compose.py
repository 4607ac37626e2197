"""
Compose: a row, an achievement and an issuer become an Open Badge.

    row, place --state--> claims --build--> document

Decides which claim becomes which term, and nothing else: which column becomes which claim is decided in
`claims`, what may be issued in `credentials.open_badge`; hashes and tree come in `seal`. How the same
document is written faster is decided in `forms`. Source: Open Badges 3.0; DESIGN section 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, cast

from attestree.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES
from attestree.credentials.identity import (
    EMAIL_TYPE,
    LEARNER_ID_TYPE,
    IdentityObject,
    build_name_identity,
)
from attestree.credentials.open_badge import verify_open_badge
from attestree.credentials.status import PURPOSES, build_entry
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.issuing.claims import Claims, Place, Statements
from attestree.issuing.rows import Row
from attestree.issuing.terms import Terms

CONTEXTS: Final[list[JsonValue]] = [CREDENTIALS_V2, OPEN_BADGES]
"""`@context` of every credential; never changed."""

_SMALLEST: Final[JsonObject] = {
    "id": "urn:uuid:00000000-0000-8000-8000-000000000000",
    "type": ["Achievement"],
    "name": "-",
    "description": "-",
    "criteria": {"narrative": "-"},
}


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

    def compose(self, row: Row, place: Place) -> JsonObject:
        """
        Return the credential of one row, without proofs, once it may be issued.

        Raises:
            MalformedCredentialError: A code of `verify_open_badge`, with `path`.
        """
        document = self.build(self.statements.state(row, place), row, place.list_id)
        self._verify(document, row.language)
        return document

    @cached_property
    def statements(self) -> Statements:
        """What the credentials say."""
        return Statements(self.terms, self.seed, self.created)

    def build(self, claims: Claims, row: Row, list_id: bytes) -> JsonObject:
        """Return the document that says the claims; of the row, only language and credits are read."""
        document: JsonObject = {
            "@context": CONTEXTS,
            "id": claims.id,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": self.terms.title,
            "issuer": self._issuer,
            "validFrom": self.statements.valid_from,
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
                **build_entry(self.statements.list_address(list_id), PURPOSES[0], claims.number),
                "id": claims.status,
            }
        return document

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
