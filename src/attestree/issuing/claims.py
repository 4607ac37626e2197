"""
Claims: what each credential of a batch says otherwise than the next.

    row, place --state--> claims

Decides which column becomes which claim. E-mail and learner id become salted hashes; names are left out
where the terms say so. Everything is a function of row, terms, seed and time of sealing. Which term of the
standard a claim becomes is decided in `compose`. Many rows at once give what each gives by itself, column by
column. Source: Open Badges 3.0; DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from attestree.credentials.dates import DAY_SECONDS, format_timestamp, parse_date, parse_timestamp
from attestree.credentials.identity import hash_email, hash_identity
from attestree.credentials.status import PURPOSES, format_list_address
from attestree.issuing.credential_id import format_credential_id
from attestree.issuing.derive import (
    derive_identity_salt,
    derive_identity_salts,
    derive_token,
    derive_tokens,
)
from attestree.issuing.rows import Row
from attestree.issuing.terms import Terms

MAX_REMEMBERED = 10_000
"""Pairs of dates whose end is remembered."""

_MIDNIGHT = "T00:00:00Z"


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


Columns = tuple[Sequence[str], ...]
"""The claims of many credentials, by the fields of `Claims`: one text for each credential."""


@dataclass(frozen=True)
class Statements:
    """What the credentials of one batch say."""

    terms: Terms
    """What all share."""
    seed: bytes
    """32 bytes; the batch's."""
    created: int
    """Time of sealing, Unix seconds."""
    _ends: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _addresses: dict[bytes, str] = field(default_factory=dict, repr=False)

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
            f"{self.list_address(place.list_id)}#{index}" if index else "",
            index,
            row.did,
            row.full_name if self.terms.with_names else "",
            hash_email(email, email_salt) if email else "",
            email_salt,
            hash_identity(learner, learner_salt) if learner else "",
            learner_salt,
            row.awarded_on and row.awarded_on + _MIDNIGHT,
            self._until(row.awarded_on, row.expires_on),
            row.result,
            row.narrative,
            row.licence_number,
            row.evidence_url,
        )

    def state_alike(self, rows: Sequence[Row], places: Sequence[Place]) -> Columns:
        """
        Return what `state` returns for each of many rows that fill the same cells, column by column.

        Raises:
            MalformedCredentialError: As `state`.
        """
        positions, public_url = [place.position for place in places], self.terms.public_url
        blank = ("",) * len(rows)
        indexes: Sequence[str] = [str(place.index) for place in places] if public_url else blank
        address = f"{self.list_address(places[0].list_id)}#"
        emails = [row.email for row in rows]
        email_salts = derive_identity_salts(self.seed, positions, kind="email") if emails[0] else blank
        learners = [row.learner_id for row in rows]
        learner_salts = (
            derive_identity_salts(self.seed, positions, kind="learner_id") if learners[0] else blank
        )
        return (
            [format_credential_id(public_url, token) for token in derive_tokens(self.seed, positions)],
            [address + index for index in indexes] if public_url else blank,
            indexes,
            [row.did for row in rows],
            [row.full_name for row in rows] if self.terms.with_names else blank,
            list(map(hash_email, emails, email_salts)) if emails[0] else blank,
            email_salts,
            list(map(hash_identity, learners, learner_salts)) if learners[0] else blank,
            learner_salts,
            [row.awarded_on and row.awarded_on + _MIDNIGHT for row in rows],
            [self._until(row.awarded_on, row.expires_on) for row in rows],
            [row.result for row in rows],
            [row.narrative for row in rows],
            [row.licence_number for row in rows],
            [row.evidence_url for row in rows],
        )

    @cached_property
    def valid_from(self) -> str:
        """Time stamp from which all of them are valid."""
        return self.terms.valid_from or format_timestamp(self.created)

    def list_address(self, list_id: bytes) -> str:
        """Return the address of the hosted list of revocations."""
        known = self._addresses.get(list_id)
        if known is None:
            known = format_list_address(self.terms.public_url or "", list_id, PURPOSES[0])
            self._addresses[list_id] = known
        return known

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
