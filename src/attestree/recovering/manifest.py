"""
The manifest of a backup: every file with its size and SHA-256, and its own sum, written last.

Decides the form only, and that nothing is read which is not canonical or not what was summed: a manifest
in which a bit was turned is no manifest. Source: DESIGN section 9.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from attestree.credentials.canonical import canonicalize
from attestree.credentials.dates import format_timestamp, parse_timestamp
from attestree.credentials.strict_json import JsonObject, JsonValue, parse_json
from attestree.errors import CorruptionError, InputError
from attestree.ports.folders import FileSum

FORMAT = "attestree.backup/1"
"""Value of `format`."""

MAX_BYTES = 268_435_456
"""Largest manifest that is read: about a million files."""

STORES = ("sqlite", "postgresql", "none")
"""What kind of database the backup holds."""

_MEMBERS = frozenset({"format", "created", "version", "store", "withKeys", "files", "sum"})
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds."""

    created: int
    """When the database was copied, Unix seconds."""
    version: str
    """Of the program that made it."""
    store: str
    """One of `STORES`."""
    with_keys: bool
    """Whether signing keys and roster keys are in it."""
    files: Mapping[str, FileSum]
    """By path below the backup's folder, with `/`."""


def format_manifest(manifest: Manifest) -> bytes:
    """Write a manifest: canonical JSON and a line end."""
    files: JsonObject = {
        path: {"size": found.size, "sha256": found.sha256.hex()} for path, found in manifest.files.items()
    }
    members: JsonObject = {
        "format": FORMAT,
        "created": format_timestamp(manifest.created),
        "version": manifest.version,
        "store": manifest.store,
        "withKeys": manifest.with_keys,
        "files": files,
    }
    return canonicalize({**members, "sum": _sum(members)}) + b"\n"


def parse_manifest(octets: bytes) -> Manifest:
    """
    Read a manifest.

    Raises:
        CorruptionError: `backup.manifest`, it is not what a backup holds.
    """
    try:
        value = parse_json(octets, limit_bytes=MAX_BYTES)
        if isinstance(value, dict) and canonicalize(value) + b"\n" == octets:
            return _read(value)
    except (InputError, ValueError) as exc:
        raise CorruptionError("backup.manifest") from exc
    raise CorruptionError("backup.manifest")


def _read(value: JsonObject) -> Manifest:
    files, version, with_keys = value.get("files"), value.get("version"), value.get("withKeys")
    if value.keys() != _MEMBERS or value["format"] != FORMAT or value["store"] not in STORES:
        raise ValueError("members")
    if value["sum"] != _sum(value):
        raise ValueError("sum")
    if not isinstance(files, dict) or not isinstance(version, str) or not isinstance(with_keys, bool):
        raise ValueError("types")  # noqa: TRY004 - like every other fault of form
    return Manifest(
        created=parse_timestamp(str(value["created"])),
        version=version,
        store=str(value["store"]),
        with_keys=with_keys,
        files={_path(path): read_sum(stated) for path, stated in files.items()},
    )


def _sum(members: JsonObject) -> str:
    """Return the SHA-256, hex, of all other members in canonical form."""
    others = {name: value for name, value in members.items() if name != "sum"}
    return sha256(canonicalize(others)).hexdigest()


def _path(path: str) -> str:
    # Nothing outside the backup is ever looked at, whatever a manifest says
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in path or not path.isprintable():
        raise ValueError("path")
    return path


def read_sum(value: JsonValue) -> FileSum:
    """Return what a description says of one file; ValueError where it is out of form."""
    stated = value if isinstance(value, dict) else {}
    size, digest = stated.get("size"), stated.get("sha256")
    if stated.keys() != {"size", "sha256"} or type(size) is not int or size < 0:
        raise ValueError("size")
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise ValueError("sha256")
    return FileSum(size, bytes.fromhex(digest))
