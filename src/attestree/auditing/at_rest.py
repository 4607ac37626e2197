"""
Checks one batch at rest: its rows in the store, its public files and its private ones, against each other.

Decides which facts must agree and names each that does not; every fault is returned, none raised. The chain
is compared in `recorded`. Source: DESIGN sections 6, 9 and 11.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from attestree.auditing.description import Description
from attestree.auditing.leaves import check_public, check_sums, read_whole, rebuild_tree
from attestree.auditing.private import RowKeyOf, check_private, check_row_keys
from attestree.credentials.canonical import canonicalize
from attestree.credentials.dates import format_timestamp
from attestree.credentials.strict_json import JsonObject
from attestree.errors import CorruptionError
from attestree.merkle.kind import TreeKind
from attestree.ports import Batch, CredentialRow
from attestree.ports.folders import RECORD_FILE, ArchiveFiles

PRIVATE_FILES = ("private/credentials.jsonl", "private/mailmerge.csv", "private/offsets.u64")
"""Private files that a description lists."""

PUBLIC_FILES = {
    TreeKind.OPENZEPPELIN: ("public/leaves.jsonl", "public/nodes.bin", "public/positions.u32"),
    TreeKind.CHAINPOINT: ("public/leaves.jsonl",),
}
"""Public files that a description lists, by kind of tree."""


@dataclass(frozen=True, slots=True)
class Below:
    """The files below one folder of an archive; an `ArchiveFiles` itself."""

    files: ArchiveFiles
    """Where they lie."""
    prefix: str
    """Ends with `/`."""

    @property
    def name(self) -> str:
        """How people find it."""
        return f"{self.files.name}/{self.prefix}"

    def names(self) -> Sequence[str]:
        """Return the paths of all files below it."""
        paths = (path for path in self.files.names() if path.startswith(self.prefix))
        return [path.removeprefix(self.prefix) for path in paths]

    def read(self, path: str) -> Iterator[bytes]:
        """Yield the content of a file in pieces; raises as `ArchiveFiles` does."""
        return self.files.read(self.prefix + path)


def check_rows(batch: Batch, rows: Sequence[CredentialRow]) -> Iterator[CorruptionError]:
    """Yield what is wrong with the rows of a sealed batch; they must make its root."""
    # The length first: a damaged size may be beyond all memory.
    if len(rows) != batch.size or any(row.index != at for at, row in enumerate(rows)):
        yield CorruptionError("fsck.rows_count", batch=batch.id, found=len(rows), size=batch.size)
        return
    try:
        root = rebuild_tree([row.leaf_hash for row in rows], TreeKind(batch.kind)).root
    except CorruptionError:
        root = b""
    if root != batch.root:
        yield CorruptionError("fsck.rows_root", batch=batch.id)


def check_folder(
    batch: Batch,
    rows: Sequence[CredentialRow],
    files: ArchiveFiles,
    *,
    row_keys: Callable[[str], RowKeyOf] | None = None,
) -> Iterator[CorruptionError]:
    """
    Yield what is wrong with a batch's folder; raises FolderUnavailableError only.

    Args:
        batch: As the store has it.
        rows: By index.
        files: The folder.
        row_keys: Given an achievement's id, tells row keys; None where the roster key is not at hand.
    """
    public = check_public(Below(files, "public/"))
    for fault in public.faults:
        yield add_batch(fault, batch)
    if public.description is None:
        return
    for fault in check_sums(Below(files, "private/"), public.description, prefix="private/"):
        yield add_batch(fault, batch)
    for field in differing_fields(batch, public.description):
        yield CorruptionError("fsck.description_field", batch=batch.id, field=field)
    for row, leaf in zip(rows, public.leaf_hashes, strict=False):
        if row.leaf_hash != leaf:
            yield CorruptionError("fsck.row_leaf", batch=batch.id, index=row.index)
    private = Below(files, "private/")
    for fault in check_private(batch, rows, private, public.description):
        yield add_batch(fault, batch)
    if row_keys is not None:
        for fault in check_row_keys(rows, private, row_keys(public.description.achievement_id)):
            yield add_batch(fault, batch)
    yield from _check_record(batch, rows, files, public.description)


def differing_fields(batch: Batch, stated: Description) -> Iterator[str]:
    """Yield the members of `batch.json` that differ from the store."""
    expected = {*PRIVATE_FILES, *PUBLIC_FILES[TreeKind(batch.kind)]}
    pairs = {
        "batch": (stated.batch, batch.id),
        "issuer": (stated.issuer, batch.issuer),
        "kind": (stated.kind, batch.kind),
        "size": (stated.size, batch.size),
        "list": (stated.list_id, batch.list_id),
        "root": (stated.root, batch.root),
        "created": (stated.created, format_timestamp(batch.created)),
        "achievement": (stated.title, batch.title),
        "files": (set(stated.files) - {RECORD_FILE}, expected),
    }
    yield from (name for name, (found, wanted) in pairs.items() if found != wanted)


def _check_record(
    batch: Batch, rows: Sequence[CredentialRow], files: ArchiveFiles, stated: Description
) -> Iterator[CorruptionError]:
    """Yield whether the folder names another roster, or other replacements, than the store."""
    if RECORD_FILE not in stated.files or not rows:
        return
    record: JsonObject = {
        "fingerprint": batch.fingerprint.hex(),
        "firstRowKey": rows[0].row_key.hex(),
        "replaces": {str(row.index): row.replaces for row in rows if row.replaces is not None},
    }
    expected = canonicalize(record) + b"\n"
    try:
        found = read_whole(files, RECORD_FILE, limit=len(expected))
    except CorruptionError:
        # The sums have said that it is missing; what is longer differs
        found = b""
    if found != expected:
        yield CorruptionError("fsck.record", batch=batch.id)


def add_batch(fault: CorruptionError, batch: Batch) -> CorruptionError:
    """Return a fault that also names its batch."""
    return CorruptionError(fault.code, **{"batch": batch.id, **fault.values})
