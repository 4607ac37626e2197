"""
What status lists of others say of a credential, for those who asked that they be looked up.

Decides when a list may be believed: it is signed by the very issuer of the credential, it is valid now, and
it is the one that the credential names. Whatever else comes, or nothing, is "could not find out" and never a
clear status. Lists of ours are not looked at: the chain is. Source: Bitstring Status List 1.0, section 3.2;
DESIGN section 7.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.credentials.credential import Credential, parse_credential
from attestree.credentials.status import entries_of, parse_list_address
from attestree.credentials.status_entry import ListEntry, parse_list_entry
from attestree.credentials.status_list import StatusList, parse_status_list
from attestree.credentials.strict_json import JsonValue, parse_json
from attestree.errors import AttestreeError, MalformedCredentialError, UnavailableError
from attestree.ports import DidResolver
from attestree.ports.hosted_lists import HostedLists
from attestree.verifying.checks.signature import check_signature
from attestree.verifying.checks.status import ListedStatus
from attestree.verifying.result import Status

LIST_BYTES = 1_048_576
"""Longest list that is read."""

MAX_ENTRIES = 8
"""Most lists that are looked up for one credential."""

QUIET_PURPOSES = frozenset({"refresh", "message"})
"""Purposes whose bits say nothing against a credential."""


@dataclass(frozen=True, slots=True)
class HostedStatus:
    """Looks lists up; one a verifier."""

    lists: HostedLists
    """Fetches them."""
    resolver: DidResolver | None
    """Finds the keys of issuers; None = only `did:key` can be checked."""

    def find(self, credential: Credential, *, now: int) -> tuple[ListedStatus, ...]:
        """Return what each list of others says; nothing is raised whatever they send."""
        foreign = [entry for entry in entries_of(credential.document) if not _is_ours(entry)]
        found = tuple(self._find_one(entry, credential, now) for entry in foreign[:MAX_ENTRIES])
        too_many = (ListedStatus(because="statuslist.too_many"),) if len(foreign) > MAX_ENTRIES else ()
        return found + too_many

    def _find_one(self, value: JsonValue, credential: Credential, now: int) -> ListedStatus:
        """Return what one list says."""
        try:
            entry = parse_list_entry(value)
            found = self._fetch(entry, credential, now)
            if entry.purpose not in found.purposes:
                raise MalformedCredentialError("statuslist.other_purpose")
            status = found.status(entry.index, size=entry.size)
        except AttestreeError as error:
            return ListedStatus(because=error.code)
        if status == 0:
            return ListedStatus()
        if entry.purpose in ("revocation", "suspension"):
            return ListedStatus(
                revoked=entry.purpose == "revocation", suspended=entry.purpose == "suspension"
            )
        if entry.purpose in QUIET_PURPOSES:
            return ListedStatus(message=True)
        return ListedStatus(because="statuslist.unknown_purpose")

    def _fetch(self, entry: ListEntry, credential: Credential, now: int) -> StatusList:
        """Return a list that may be believed."""
        value = parse_json(self.lists.fetch_list(entry.address), limit_bytes=LIST_BYTES)
        found = parse_status_list(value)
        if found.address not in (None, entry.address):
            raise MalformedCredentialError("statuslist.other_address")
        if found.issuer != credential.issuer_id:
            raise MalformedCredentialError("statuslist.other_issuer")
        if not (found.valid_from or 0) <= now < (now + 1 if found.valid_until is None else found.valid_until):
            raise UnavailableError("statuslist.not_current")
        signature = check_signature(parse_credential(value), resolver=self.resolver, now=now)
        # `key` stands there only where a signature by the issuer's own key fits
        if signature.status is Status.FAIL or "key" not in signature.evidence:
            raise UnavailableError("statuslist.unsigned")
        return found


def _is_ours(entry: JsonValue) -> bool:
    address = entry.get("statusListCredential") if isinstance(entry, dict) else None
    return isinstance(address, str) and parse_list_address(address) is not None
