"""
Complete: what a program asks for becomes the credential that is issued.

Decides which members are the issuer's alone: `id`, `credentialStatus` and `proof` are never taken from a
request, `issuer` is the institution of the key and says of itself what the settings say. What may be issued
is judged by `credentials.open_badge`, as for a roster. Source: W3C VC API 1.0, section 3.2.1; DESIGN 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from attestree.credentials.dates import format_timestamp
from attestree.credentials.open_badge import verify_open_badge
from attestree.credentials.status import status_entries
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import MalformedCredentialError, NotAllowedError
from attestree.issuing.credential_id import format_credential_id
from attestree.issuing.terms import IssuerProfile

OURS: Final = ("id", "credentialStatus", "proof")
"""Members that nobody may ask for."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a credential will stand in its batch, and when it was taken."""

    token: str
    """Last part of its id (32 hex digits)."""
    list_id: bytes
    """The batch's list, 13 bytes."""
    index: int
    """Leaf index = status number."""
    now: int
    """Unix seconds; `validFrom`, unless another is asked for."""


def complete_credential(
    asked: JsonObject, seat: Seat, *, profile: IssuerProfile, public_url: str | None
) -> JsonObject:
    """
    Return the credential without proofs, once it may be issued; members that are null count as absent.

    Raises:
        NotAllowedError: `apikey.other_issuer`.
        MalformedCredentialError: `apikey.not_yours` with the `member`; or a code of `verify_open_badge`.
    """
    given = {name: value for name, value in asked.items() if value is not None}
    for name in OURS:
        if name in given:
            raise MalformedCredentialError("apikey.not_yours", member=name)
    document: JsonObject = {
        **given,
        "id": format_credential_id(public_url, seat.token),
        "issuer": _build_issuer(given.get("issuer"), profile),
        "validFrom": given.get("validFrom", format_timestamp(seat.now)),
    }
    if public_url:
        document["credentialStatus"] = status_entries(public_url, seat.list_id, seat.index)[0]
    verify_open_badge(document)
    return document


def _build_issuer(asked: JsonValue, profile: IssuerProfile) -> JsonObject:
    """Return the issuer with what was said of it beside what the settings say; they must not disagree."""
    ours = profile.to_json()
    if asked is None:
        return ours
    said: JsonObject = asked if isinstance(asked, dict) else {"id": asked}
    if said.get("id") != profile.did:
        raise NotAllowedError("apikey.other_issuer")
    for name, value in said.items():
        if name in ours and ours[name] != value:
            raise MalformedCredentialError("apikey.not_yours", member=f"issuer.{name}")
    return {**said, **ours}
