"""
The status lists of one run: an index for each credential that asks for one, and one bitmap a purpose.

Decides indexes and bits, in memory only. Lists are built as production builds them, from
`credentials.status_list`. Source: Bitstring Status List 1.0; DESIGN section 4.
"""

from __future__ import annotations

import secrets
from threading import Lock

from attestree.credentials.anchor_proof import LIST_ID_SIZE
from attestree.credentials.status import PURPOSES, status_entries
from attestree.credentials.status_list import MIN_BITS, ListTerms, build_status_list
from attestree.credentials.strict_json import JsonObject
from attestree.errors import RequestError

DAY_SECONDS = 86_400
"""How long a list says that it counts."""

TTL_SECONDS = 60
"""How long a list says that it may be kept."""


class RunLists:
    """One list id, one bitmap a purpose; safe to use from several threads."""

    def __init__(self, public_url: str) -> None:
        self.list_id = secrets.token_bytes(LIST_ID_SIZE)
        """Names the lists of this run."""
        self._public_url = public_url
        self._indexes: dict[str, int] = {}
        self._bits = {purpose: bytearray(MIN_BITS // 8) for purpose in PURPOSES}
        self._free = set(range(MIN_BITS))
        self._lock = Lock()

    def add(self, credential_id: str, purpose: str) -> JsonObject:
        """Return a new status entry for a credential, at an index drawn by chance."""
        self._require_purpose(purpose)
        with self._lock:
            if not self._free:
                raise RequestError("request.too_many")
            index = secrets.randbelow(MIN_BITS)
            while index not in self._free:
                index = (index + 1) % MIN_BITS
            self._free.remove(index)
            self._indexes[credential_id] = index
        return status_entries(self._public_url, self.list_id, index, purposes=(purpose,))[0]

    def put(self, credential_id: str, purpose: str, *, status: bool) -> None:
        """Set or clear the bit of a credential; RequestError `request.not_found`."""
        self._require_purpose(purpose)
        with self._lock:
            index = self._indexes.get(credential_id)
            if index is None:
                raise RequestError("request.not_found")
            mask = 0x80 >> (index & 7)
            octets = self._bits[purpose]
            octets[index >> 3] = octets[index >> 3] | mask if status else octets[index >> 3] & ~mask

    def bit(self, purpose: str, index: int) -> bool:
        """Return one bit; RequestError `request.not_found` for an index that no list has."""
        self._require_purpose(purpose)
        if not 0 <= index < MIN_BITS:
            raise RequestError("request.not_found")
        return bool(self._bits[purpose][index >> 3] & 0x80 >> (index & 7))

    def build(self, list_id: str, purpose: str, *, issuer: str, now: int) -> JsonObject:
        """Return the credential of a list as of now, without proof; RequestError `request.not_found`."""
        self._require_purpose(purpose)
        if list_id != self.list_id.hex():
            raise RequestError("request.not_found")
        terms = ListTerms(
            public_url=self._public_url,
            list_id=self.list_id,
            purpose=purpose,
            issuer=issuer,
            valid_from=now,
            valid_until=now + DAY_SECONDS,
            ttl_seconds=TTL_SECONDS,
        )
        return build_status_list(terms, bytes(self._bits[purpose]))

    def _require_purpose(self, purpose: str) -> None:
        if purpose not in self._bits:
            raise RequestError("request.not_found")
