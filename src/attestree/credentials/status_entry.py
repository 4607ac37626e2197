"""
Entries that point into a status list somewhere, read by the letter of the standard.

Decides what an entry must say before its list is worth fetching. Entries of ours are written in `status`;
what a status means is decided in `verifying`. Source: Bitstring Status List 1.0, section 2.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attestree.credentials.status import PURPOSES, STATUS_TYPE
from attestree.credentials.status_list import texts_of
from attestree.errors import MalformedCredentialError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonValue

MAX_STATUS_SIZE = 8
"""Most bits of one status that are read; 2^8 messages are more than any list in use has."""

_INDEX = re.compile(r"0|[1-9][0-9]{0,11}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """One `BitstringStatusListEntry` of a credential, as the standard has it."""

    address: str
    """Where the list lies."""
    purpose: str
    """Which meaning of the bit is asked for."""
    index: int
    """Position in the list."""
    size: int
    """Bits of one status; more than 1 only with messages."""


def parse_list_entry(value: JsonValue) -> ListEntry:
    """
    Read an entry that points to a list.

    Raises:
        MalformedCredentialError: `statuslist.entry` with `path` (MALFORMED_VALUE_ERROR); also for a
            `statusSize` without the 2^size messages that the standard asks for.
    """
    entry = value if isinstance(value, dict) else {}
    if STATUS_TYPE not in texts_of(entry.get("type")):
        raise MalformedCredentialError("statuslist.entry", path="type")
    address, purpose = entry.get("statusListCredential"), entry.get("statusPurpose")
    index, size = entry.get("statusListIndex"), entry.get("statusSize", 1)
    if not isinstance(address, str) or not address or address == entry.get("id"):
        raise MalformedCredentialError("statuslist.entry", path="statusListCredential")
    if not isinstance(purpose, str) or not purpose:
        raise MalformedCredentialError("statuslist.entry", path="statusPurpose")
    if not isinstance(index, str) or not _INDEX.fullmatch(index):
        raise MalformedCredentialError("statuslist.entry", path="statusListIndex")
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_STATUS_SIZE:
        raise MalformedCredentialError("statuslist.entry", path="statusSize")
    messages = entry.get("statusMessage")
    counts = isinstance(messages, list) and len(messages) == 2**size
    if (size > 1 or "statusMessage" in entry) and not counts:
        raise MalformedCredentialError("statuslist.entry", path="statusMessage")
    if size > 1 and purpose in PURPOSES:
        # More than yes or no, for a question that has no third answer
        raise MalformedCredentialError("statuslist.entry", path="statusSize")
    return ListEntry(address=address, purpose=purpose, index=int(index), size=size)
