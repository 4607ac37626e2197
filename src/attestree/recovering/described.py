"""
What a batch folder says of itself: its description, and the record of what else only the store knew.

Decides how both are read; everything in them is a claim until the whole folder was checked against it, as
`found_batches` does. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from attestree.credentials.dates import parse_timestamp
from attestree.credentials.strict_json import JsonObject, JsonValue, parse_json
from attestree.errors import CorruptionError, InputError
from attestree.merkle.kind import TreeKind
from attestree.ports.folders import DESCRIPTION_FILE, MAX_DESCRIPTION_BYTES, RECORD_FILE, ArchiveFiles

MAX_RECORD_BYTES = 2**30
"""Largest record that is read."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a folder says it is; a claim."""

    id: str
    """The batch's name."""
    chain_id: int
    """EIP-155 chain id."""
    contract: bytes
    """Registry, 20 bytes."""
    issuer: bytes
    """20 bytes."""
    root: bytes
    """32 bytes."""
    list_id: bytes
    """13 bytes."""
    size: int
    """Number of credentials."""
    kind: int
    """Tree kind."""
    created: int
    """When it was sealed, Unix seconds."""
    title: str
    """Name of the achievement."""
    achievement_id: str
    """Id of the achievement."""


@dataclass(frozen=True, slots=True)
class Record:
    """What only the store knew."""

    fingerprint: bytes
    """Of roster and terms, 32 bytes."""
    first_row_key: bytes
    """Of the credential with index 0, 32 bytes."""
    replaces: Mapping[int, str]
    """Index of a credential -> token of the one whose place it takes."""


def read_described(files: ArchiveFiles) -> Described:
    """
    Read what a folder says it is.

    Raises:
        CorruptionError: `fsck.file_missing`, `fsck.description`.
        FolderUnavailableError: `folder.read_failed`.
    """
    octets = read_all(files, DESCRIPTION_FILE)
    try:
        value = parse_json(octets, limit_bytes=MAX_DESCRIPTION_BYTES)
        issuer, achievement = member(value, "issuer"), member(value, "achievement")
        return Described(
            id=str(member(value, "batch")),
            chain_id=int(str(member(value, "chainId"))),
            contract=octets_of(member(value, "registry")),
            issuer=octets_of(member(issuer, "address")),
            root=octets_of(member(value, "root")),
            list_id=octets_of(member(value, "list")),
            size=int(str(member(value, "size"))),
            kind=int(TreeKind(int(str(member(value, "kind"))))),
            created=parse_timestamp(str(member(value, "created"))),
            title=str(member(achievement, "name")),
            achievement_id=str(member(achievement, "id")),
        )
    except (InputError, ValueError, KeyError) as exc:
        raise CorruptionError("fsck.description") from exc


def read_record(files: ArchiveFiles) -> Record | None:
    """Return what only the store knew, where the folder says so; CorruptionError `fsck.file_changed`."""
    if RECORD_FILE not in files.names():
        return None
    try:
        value = parse_json(read_all(files, RECORD_FILE), limit_bytes=MAX_RECORD_BYTES)
        replaces = member(value, "replaces")
        pairs = replaces.items() if isinstance(replaces, dict) else ()
        return Record(
            fingerprint=octets_of(member(value, "fingerprint")),
            first_row_key=octets_of(member(value, "firstRowKey")),
            replaces={int(index): str(token) for index, token in pairs},
        )
    except (InputError, ValueError, KeyError) as exc:
        raise CorruptionError("fsck.file_changed", file=RECORD_FILE) from exc


def read_all(files: ArchiveFiles, path: str) -> bytes:
    """Return a file's content."""
    return b"".join(files.read(path))


def member(value: JsonValue, name: str) -> JsonValue:
    """Return a member of an object; KeyError where there is none."""
    members: JsonObject = value if isinstance(value, dict) else {}
    return members[name]


def octets_of(value: JsonValue) -> bytes:
    """Return the bytes in hex digits, with or without 0x."""
    return bytes.fromhex(str(value).removeprefix("0x"))
