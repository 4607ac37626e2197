"""
Status entries: where a wallet that knows nothing of the registry can look up revocation.

Decides the address of a hosted list, `{public_url}/status/{list}/{purpose}`, and the entry that points
into it, and reads such addresses back. The status itself is read from the chain by list and index.
Source: Bitstring Status List 1.0, section 2.1; Open Badges 3.0, CredentialStatus; DESIGN section 4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from attestree.credentials.anchor_proof import LIST_ID_SIZE

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

STATUS_TYPE = "BitstringStatusListEntry"
"""`type` of a status entry."""

PURPOSES = ("revocation", "suspension")
"""The status purposes that a list has a bitmap for."""

_LIST_ADDRESS = re.compile(rf".*/status/([0-9a-f]{{{2 * LIST_ID_SIZE}}})/([a-z]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ListAddress:
    """What the address of one of our hosted lists says."""

    list_id: bytes
    """13 bytes."""
    purpose: str
    """Last part of the address, such as `revocation`."""


def format_list_address(public_url: str, list_id: bytes, purpose: str) -> str:
    """Write the address of a hosted list; `public_url` has no slash at its end."""
    return f"{public_url}/status/{list_id.hex()}/{purpose}"


def parse_list_address(address: str) -> ListAddress | None:
    """Read the address of a hosted list; None, if it is somebody else's."""
    match = _LIST_ADDRESS.fullmatch(address)
    return ListAddress(bytes.fromhex(match[1]), match[2]) if match else None


def status_entries(
    public_url: str, list_id: bytes, index: int, *, purposes: tuple[str, ...] = PURPOSES[:1]
) -> list[JsonObject]:
    """
    Return one status entry a purpose.

    Open Badges 3.0 allows a single `credentialStatus`, an object; therefore only revocation unless
    asked otherwise. Each entry has an `id`, as Open Badges demands, and it is not the list's address,
    as Bitstring Status List demands.
    """
    return [
        build_entry(format_list_address(public_url, list_id, purpose), purpose, str(index))
        for purpose in purposes
    ]


def entries_of(credential: JsonObject) -> tuple[JsonValue, ...]:
    """Return the status entries of a credential, one or many, as they stand."""
    member = credential.get("credentialStatus", [])
    return tuple(member) if isinstance(member, list) else (member,)


def build_entry(address: str, purpose: str, index: str) -> JsonObject:
    """Build one entry that points at bit `index`, in digits, of the list at `address`."""
    return {
        "id": f"{address}#{index}",
        "type": STATUS_TYPE,
        "statusPurpose": purpose,
        "statusListIndex": index,
        "statusListCredential": address,
    }
