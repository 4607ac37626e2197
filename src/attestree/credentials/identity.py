"""
Who holds a credential: identity objects, in clear or as salted hashes, and what a verifier expects.

Decides how identities are written and compared. A name stands in clear; e-mail and learner id only as
`sha256$` of identifier and salt, so they can be confirmed but not read. Bytes that are anchored are
never normalised; *comparing* a typed name is lenient about case, spaces and Unicode composition.
Source: Open Badges 3.0, IdentityObject and IdentityHash; DESIGN sections 4 and 7.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject

NAME_TYPE = "name"
"""identityType of a person's name, issued in clear."""

EMAIL_TYPE = "emailAddress"
"""identityType of an e-mail address, issued hashed and in lower case."""

LEARNER_ID_TYPE = "sourcedId"
"""identityType of a learner id, issued hashed."""

_HASH_PREFIX = "sha256$"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityObject:
    """One identity of a holder."""

    identity_type: str
    """What the identity is, a term of Open Badges such as `emailAddress`."""
    identity_hash: str
    """`sha256$` and 64 hex digits, or the identity itself where `hashed` is false."""
    hashed: bool
    """Whether `identity_hash` is a hash."""
    salt: str = ""
    """Joined behind the identifier before hashing; empty = not salted."""

    def to_json(self) -> JsonObject:
        """Return the Open Badges IdentityObject."""
        members: JsonObject = {
            "type": "IdentityObject",
            "hashed": self.hashed,
            "identityHash": self.identity_hash,
            "identityType": self.identity_type,
        }
        return {**members, "salt": self.salt} if self.salt else members

    def matches(self, identifier: str) -> bool:
        """Say whether this identity is `identifier`, letter for letter."""
        if self.hashed:
            return self.identity_hash.lower() == hash_identity(identifier, self.salt)
        return self.identity_hash == identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedHolder:
    """Whom a verifier has before them; only what is not None is compared."""

    name: str | None = None
    """As typed."""
    email: str | None = None
    """As typed."""
    learner_id: str | None = None
    """As typed; compared with every identity that is neither name nor e-mail."""


@dataclass(frozen=True, slots=True)
class HolderMatch:
    """How the expected holder compares, by the names of `ExpectedHolder`'s fields."""

    matching: tuple[str, ...]
    """Named by the credential, and the same."""
    differing: tuple[str, ...]
    """Named by the credential, and not the same."""
    absent: tuple[str, ...]
    """Not named by the credential: nothing to compare with."""


def hash_identity(identifier: str, salt: str) -> str:
    """Return `sha256$` and the hex SHA-256 of identifier and salt, UTF-8."""
    return _HASH_PREFIX + sha256((identifier + salt).encode("utf-8", "surrogatepass")).hexdigest()


def hash_email(email: str, salt: str) -> str:
    """Return `hash_identity` of an e-mail address, trimmed and in lower case."""
    return hash_identity(email.strip().lower(), salt)


def build_name_identity(name: str) -> IdentityObject:
    """Build the identity that says the holder's name in clear."""
    return IdentityObject(identity_type=NAME_TYPE, identity_hash=name, hashed=False)


def match_holder(identities: Sequence[IdentityObject], expected: ExpectedHolder) -> HolderMatch:
    """Compare the identities of a credential with the holder a verifier expects."""
    matching: list[str] = []
    differing: list[str] = []
    absent: list[str] = []
    for field, wanted in (
        ("name", expected.name),
        ("email", expected.email),
        ("learner_id", expected.learner_id),
    ):
        if wanted is None:
            continue
        candidates = [identity for identity in identities if _field_of(identity) == field]
        if not candidates:
            absent.append(field)
        elif any(_is_same(identity, wanted) for identity in candidates):
            matching.append(field)
        else:
            differing.append(field)
    return HolderMatch(tuple(matching), tuple(differing), tuple(absent))


def _field_of(identity: IdentityObject) -> str:
    """Return the field of `ExpectedHolder` that an identity is compared with."""
    return {NAME_TYPE: "name", EMAIL_TYPE: "email"}.get(identity.identity_type, "learner_id")


def _is_same(identity: IdentityObject, wanted: str) -> bool:
    """Compare one identity with what was typed, as typed and in the spellings a person may mean."""
    spellings = [wanted, wanted.strip()]
    if _field_of(identity) == "email":
        spellings.append(wanted.strip().lower())
    if not identity.hashed and _field_of(identity) != "learner_id":
        return _fold_text(identity.identity_hash) == _fold_text(wanted)
    return any(identity.matches(spelling) for spelling in spellings)


def _fold_text(text: str) -> str:
    """Return text without differences of case, spacing and composition."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
