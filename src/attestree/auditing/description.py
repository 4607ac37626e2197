"""
Reads `batch.json`: what a batch is said to be, and the SHA-256 of each of its files.

Decides form only: exactly the members that `issuing.folder` writes, in canonical JSON. Everything in it is
a claim until it is compared with leaves, chain or store. Source: DESIGN section 9.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from attestree.credentials.canonical import canonicalize
from attestree.credentials.strict_json import JsonObject, JsonValue, parse_json
from attestree.errors import CorruptionError, MalformedJsonError
from attestree.merkle.kind import MAX_SIZE
from attestree.ports.folders import BATCH_FORMAT, MAX_DESCRIPTION_BYTES, FileSum

_MEMBERS = frozenset(
    {
        *("format", "batch", "chainId", "registry", "issuer", "achievement", "kind", "size", "list", "root"),
        *("created", "files"),
    }
)
_PATH = re.compile(r"(public|private)/[a-z0-9][a-z0-9.]{0,63}")


@dataclass(frozen=True, slots=True)
class Description:
    """What a batch is said to be."""

    batch: str
    """Its name in the issuer's store."""
    chain_id: int
    """EIP-155 chain id."""
    registry: bytes
    """20 bytes."""
    issuer: bytes
    """20 bytes."""
    did: str
    """DID of the issuer."""
    issuer_name: str
    """Name of the issuer."""
    achievement_id: str
    """`id` of the achievement."""
    title: str
    """Name of the achievement."""
    kind: int
    """Tree kind."""
    size: int
    """Number of leaves."""
    list_id: bytes
    """13 bytes."""
    root: bytes
    """32 bytes."""
    created: str
    """Time stamp of the sealing."""
    files: Mapping[str, FileSum]
    """By path in the batch folder."""


def parse_description(octets: bytes) -> Description:
    """
    Read a description.

    Raises:
        CorruptionError: `fsck.description`, it is not what a batch folder holds.
    """
    try:
        value = parse_json(octets, limit_bytes=MAX_DESCRIPTION_BYTES)
        if canonicalize(value) + b"\n" != octets:
            raise CorruptionError("fsck.description")
    except MalformedJsonError as exc:
        raise CorruptionError("fsck.description") from exc
    if not isinstance(value, dict):
        raise CorruptionError("fsck.description")
    # Folders of the first days have no sum of the description itself.
    own_sum = value.pop("sum", None)
    if own_sum is not None and own_sum != sha256(canonicalize(value)).hexdigest():
        raise CorruptionError("fsck.description")
    if value.keys() != _MEMBERS or value["format"] != BATCH_FORMAT:
        raise CorruptionError("fsck.description")
    return _read(value)


def _read(value: JsonObject) -> Description:
    issuer, achievement = value["issuer"], value["achievement"]
    return Description(
        batch=_text(value["batch"]),
        chain_id=_number(value["chainId"], 2**53 - 1),
        registry=_octets(value["registry"], 20),
        issuer=_octets(_member(issuer, "address"), 20),
        did=_text(_member(issuer, "did")),
        issuer_name=_text(_member(issuer, "name")),
        achievement_id=_text(_member(achievement, "id")),
        title=_text(_member(achievement, "name")),
        kind=_number(value["kind"], 1),
        size=_number(value["size"], MAX_SIZE),
        list_id=_octets(value["list"], 13, start=""),
        root=_octets(value["root"], 32),
        created=_text(value["created"]),
        files=_sums(value["files"]),
    )


def _sums(value: JsonValue) -> dict[str, FileSum]:
    if not isinstance(value, dict) or not all(_PATH.fullmatch(path) for path in value):
        raise CorruptionError("fsck.description")
    return {
        path: FileSum(
            _number(_member(stated, "size"), 2**53 - 1), _octets(_member(stated, "sha256"), 32, start="")
        )
        for path, stated in value.items()
    }


def _member(value: JsonValue, name: str) -> JsonValue:
    if not isinstance(value, dict) or name not in value:
        raise CorruptionError("fsck.description")
    return value[name]


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise CorruptionError("fsck.description")
    return value


def _number(value: JsonValue, highest: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= highest:
        raise CorruptionError("fsck.description")
    return value


def _octets(value: JsonValue, size: int, *, start: str = "0x") -> bytes:
    if not isinstance(value, str) or not re.fullmatch(f"{start}[0-9a-f]{{{2 * size}}}", value):
        raise CorruptionError("fsck.description")
    return bytes.fromhex(value.removeprefix(start))
