"""
Checks the private files of a batch: every credential is the one that was sealed, wherever it is kept.

Decides that a line is canonical, hashes to its leaf, folds to the root and bears its row's number and token;
that the offsets are those of the lines; that each single file is its line; where the roster key is at hand,
that each row key is its learner's. Source: docs/spec/evm-merkle-jcs-2026.md, DESIGN section 9.
"""

from __future__ import annotations

import csv
import io
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256

from attestree.auditing.description import Description
from attestree.auditing.leaves import read_lines, read_whole
from attestree.credentials.anchor_proof import AnchorHeader
from attestree.credentials.binding import fold_anchor, verify_binding
from attestree.credentials.canonical import canonicalize
from attestree.credentials.proof_set import parse_proof_set
from attestree.credentials.strict_json import JsonObject, JsonValue, parse_json
from attestree.errors import CorruptionError, EvidenceError, InputError
from attestree.ports import Batch, CredentialRow
from attestree.ports.folders import MAX_SINGLE_FILES, SEVERAL_ACHIEVEMENTS, ArchiveFiles
from attestree.text.spreadsheet import undefuse

CREDENTIALS_FILE, OFFSETS_FILE = "credentials.jsonl", "offsets.u64"
"""Credentials by index, and where each begins."""

MAILMERGE_FILE = "mailmerge.csv"
"""One line a learner, by row of the roster."""

MAX_MAILMERGE_BYTES = 2**30
"""Largest `mailmerge.csv` that is read."""

SINGLE_FOLDER = "credentials/"
"""Folder of the single files."""

RowKeyOf = Callable[[Mapping[str, str]], bytes | None]
"""Given a line of `mailmerge.csv` by column, returns its row key; None = the line does not tell."""


def check_private(
    batch: Batch, rows: Sequence[CredentialRow], files: ArchiveFiles, stated: Description
) -> Iterator[CorruptionError]:
    """Yield what is wrong; `files` lie in `private/`. Raises FolderUnavailableError only."""
    offsets, sums = [0], dict[str, bytes]()
    try:
        for index, line in enumerate(read_lines(files, CREDENTIALS_FILE)):
            offsets.append(offsets[-1] + len(line) + 1)
            row = rows[index] if index < len(rows) else None
            if row is None or not _is_sealed(line, batch, row, stated):
                yield CorruptionError("fsck.credential", index=index)
            if row is not None:
                sums[row.token] = sha256(line).digest()
        if len(offsets) - 1 != batch.size:
            yield CorruptionError("fsck.credential_count", found=len(offsets) - 1, size=batch.size)
        yield from _check_offsets(files, offsets)
    except CorruptionError as fault:
        yield fault
    if (batch.size or 0) <= MAX_SINGLE_FILES:
        yield from _check_single_files(files, sums)


def check_row_keys(
    rows: Sequence[CredentialRow], files: ArchiveFiles, row_key_of: RowKeyOf
) -> Iterator[CorruptionError]:
    """Yield a fault for each row whose key is not that of its learner in `mailmerge.csv`."""
    keys = {row.token: row for row in rows}
    try:
        text = read_whole(files, MAILMERGE_FILE, limit=MAX_MAILMERGE_BYTES).decode("utf-8-sig")
        cells = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (CorruptionError, UnicodeDecodeError, csv.Error):
        # The sums have said so
        return
    for line in cells:
        row = keys.pop(str(line.get("credential_id")).replace("-", "")[-32:], None)
        expected = row_key_of({name: undefuse(cell or "") for name, cell in line.items() if name})
        if row is not None and expected is not None and row.row_key != expected:
            yield CorruptionError("fsck.row_key", index=row.index)


def _is_sealed(line: bytes, batch: Batch, row: CredentialRow, stated: Description) -> bool:
    """Say whether a line is the credential of its row."""
    try:
        _verify_sealed(line, batch, row, stated)
    except (EvidenceError, InputError):
        return False
    return True


def _verify_sealed(line: bytes, batch: Batch, row: CredentialRow, stated: Description) -> None:
    """Return if a line is the credential of its row; raises one of our errors otherwise."""
    credential = parse_json(line)
    if not isinstance(credential, dict) or canonicalize(credential) != line:
        raise CorruptionError("fsck.credential", index=row.index)
    (secured,) = parse_proof_set(credential).anchors or (None,)
    if secured is None:
        raise CorruptionError("fsck.credential", index=row.index)
    folded = fold_anchor(credential, secured)
    verify_binding(credential, secured, folded)
    header = AnchorHeader(
        kind=secured.anchor.header.kind,
        chain_id=stated.chain_id,
        registry=stated.registry,
        issuer=batch.issuer,
        size=batch.size or 0,
        list_id=batch.list_id,
    )
    found = (secured.anchor.header, int(header.kind), secured.anchor.index, folded.leaf_hash, folded.root)
    did, name, achievement_id = _claims_of(credential)
    if stated.achievement_id == SEVERAL_ACHIEVEMENTS:
        achievement_id = SEVERAL_ACHIEVEMENTS
    if (*found, _token_of(credential), did, name, achievement_id) != (
        *(header, batch.kind, row.index, row.leaf_hash, batch.root),
        *(row.token, stated.did, stated.issuer_name, stated.achievement_id),
    ):
        raise CorruptionError("fsck.credential", index=row.index)


def _token_of(credential: JsonObject) -> str:
    """Return the token at the end of a credential's id: plain, or as a UUID."""
    return str(credential.get("id")).replace("-", "")[-32:]


def _claims_of(credential: JsonObject) -> tuple[JsonValue, JsonValue, JsonValue]:
    """Return what a credential says of issuer and achievement, as the description repeats it."""
    issuer = credential.get("issuer")
    achievement = _get(credential.get("credentialSubject"), "achievement")
    return _get(issuer, "id"), _get(issuer, "name"), _get(achievement, "id")


def _get(value: JsonValue, name: str) -> JsonValue:
    return value.get(name) if isinstance(value, dict) else None


def _check_offsets(files: ArchiveFiles, offsets: Sequence[int]) -> Iterator[CorruptionError]:
    expected = struct.pack(f"<{len(offsets)}Q", *offsets)
    try:
        found = read_whole(files, OFFSETS_FILE, limit=len(expected))
    except CorruptionError:
        found = b""
    if found != expected:
        yield CorruptionError("fsck.offsets")


def _check_single_files(files: ArchiveFiles, sums: dict[str, bytes]) -> Iterator[CorruptionError]:
    """Yield a fault for each single file that is not its line, and for each credential without one."""
    waiting = dict(sums)
    for path in files.names():
        if not path.startswith(SINGLE_FOLDER):
            continue
        token = path.removesuffix(".json")[-32:]
        expected = waiting.pop(token, None)
        try:
            found = sha256(b"".join(files.read(path))).digest()
        except CorruptionError:
            found = b""
        if found != expected:
            yield CorruptionError("fsck.single_file", token=token)
    for token in waiting:
        yield CorruptionError("fsck.single_file", token=token)
