"""
A batch put together again from its folder alone: the row of the store, and a row for each credential.

Decides how each column is found: token and holder's DID in the credential, e-mail, learner id and reference
in the mail-merge table, leaf hash from the published digest. What it reads is a claim until the whole folder
was checked against it (`check`, which is `auditing.at_rest.check_folder`): every line then folds to the root.

What a folder cannot tell: the seed, which is erased when files are handed out; signed transactions; and, in
folders without `private/record.json`, the fingerprint of the roster and what was replaced.
Source: DESIGN section 9.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from attestree.credentials.strict_json import parse_json
from attestree.errors import CorruptionError, InputError, NotAllowedError
from attestree.merkle.chainpoint import chainpoint_leaf_hash
from attestree.merkle.kind import TreeKind
from attestree.merkle.standard import leaf_hash
from attestree.outbox.states import State
from attestree.ports import Batch, CredentialRow
from attestree.ports.folders import ArchiveFiles
from attestree.recovering.described import Described, Record, member, octets_of, read_all, read_record
from attestree.text.spreadsheet import undefuse

RowKeyOf = Callable[[Mapping[str, str]], bytes | None]
"""Given `ref`, `learner_id`, `email` and `did` of a learner, returns the row key; None = they do not tell."""

Check = Callable[[Batch, Sequence[CredentialRow], ArchiveFiles], Iterator[CorruptionError]]
"""Yields what is wrong with a folder, given what the store would say of it."""


@dataclass(frozen=True, slots=True)
class FoundBatch:
    """A batch as the store would have it."""

    batch: Batch
    """With root and size; without a seed."""
    rows: tuple[CredentialRow, ...]
    """By index."""
    has_record: bool
    """Whether the roster's fingerprint was found; else a stand-in, which no roster has."""


def read_batch(
    files: ArchiveFiles,
    described: Described,
    *,
    registry: str,
    row_keys: Callable[[str], RowKeyOf],
    check: Check,
) -> FoundBatch:
    """
    Put a batch together.

    Args:
        files: Its folder.
        described: What `read_described` read there.
        registry: Name of its registry in the settings.
        row_keys: Given an achievement's id, tells row keys.
        check: Yields what is wrong.

    Raises:
        CorruptionError: The first thing that is wrong; `recover.row_unknown` where a learner cannot be
            told from the files.
        NotAllowedError: `recover.other_roster_key`.
        FolderUnavailableError: `folder.read_failed`.
    """
    record = read_record(files)
    batch = _build_batch(described, registry, record)
    rows = tuple(_read_rows(files, described, row_keys(described.achievement_id)))
    if record is not None:
        if rows and rows[0].row_key != record.first_row_key:
            # Else its learners would not be known again, and everybody would be issued twice
            raise NotAllowedError("recover.other_roster_key", batch=described.id)
        rows = tuple(replace(row, replaces=record.replaces.get(row.index)) for row in rows)
    for fault in check(batch, rows, files):
        raise fault
    return FoundBatch(batch, rows, record is not None)


def _build_batch(described: Described, registry: str, record: Record | None) -> Batch:
    """Return the row of a batch; without a record of its roster, with a fingerprint that no roster has."""
    stand_in = sha256(b"attestree/1 no roster\x00" + described.root).digest()
    return Batch(
        id=described.id,
        issuer=described.issuer,
        registry=registry,
        state=State.OPEN,
        kind=described.kind,
        list_id=described.list_id,
        seed=None,
        created=described.created,
        fingerprint=(record.fingerprint if record is not None else None) or stand_in,
        title=described.title,
        size=described.size,
        root=described.root,
        delivered=False,
        release_early=False,
    )


def _read_rows(files: ArchiveFiles, described: Described, row_key_of: RowKeyOf) -> Iterator[CredentialRow]:
    """Yield a row for each credential, by index."""
    build = chainpoint_leaf_hash if described.kind == TreeKind.CHAINPOINT else leaf_hash
    learners = _read_learners(files)
    leaves = _lines(files, "public/leaves.jsonl")
    for index, (line, leaf) in enumerate(
        zip(_lines(files, "private/credentials.jsonl"), leaves, strict=False)
    ):
        try:
            credential, digest = parse_json(line), octets_of(member(parse_json(leaf), "digest"))
            token = str(member(credential, "id")).replace("-", "")[-32:]
            subject = member(credential, "credentialSubject")
        except (InputError, ValueError, KeyError) as exc:
            raise CorruptionError("fsck.credential", index=index) from exc
        did = subject.get("id") if isinstance(subject, dict) else None
        row_key = row_key_of({**learners.get(token, {}), "did": did if isinstance(did, str) else ""})
        if row_key is None:
            raise CorruptionError("recover.row_unknown", index=index)
        yield CredentialRow(token, row_key, described.id, index, build(digest, index))


def _read_learners(files: ArchiveFiles) -> dict[str, dict[str, str]]:
    """Return what the mail-merge table says of each learner, by token."""
    text = read_all(files, "private/mailmerge.csv").decode("utf-8-sig", "replace")
    found = {}
    for line in csv.DictReader(io.StringIO(text, newline="")):
        cells = {name: undefuse(cell or "") for name, cell in line.items() if isinstance(name, str)}
        found[cells.get("credential_id", "").replace("-", "")[-32:]] = cells
    return found


def _lines(files: ArchiveFiles, path: str) -> Iterator[bytes]:
    """Yield lines without their end."""
    rest = b""
    for chunk in files.read(path):
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
