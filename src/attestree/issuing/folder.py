"""
The batch folder: which files a sealed batch consists of, and every byte of them.

Decides content only; `adapters.files` writes. Source: DESIGN section 9.

    private/                      for the issuer's eyes, 0700
      credentials.jsonl           one credential a line, canonical JSON, by index
      offsets.u64                 start of each line, then the end of the last: size + 1, little-endian
      credentials/NAME-TOKEN.json one file each, up to 10,000
      mailmerge.csv               one row per learner, in the order of the roster
      record.json                 what only the store knows: the roster's fingerprint, and what is replaced
    public/                       safe to publish; enough to rebuild the tree
      leaves.jsonl                {"digest", "index"} a line, by index
      nodes.bin, positions.u32    the tree, as `merkle.shards` describes it; not for Chainpoint
      batch.json                  what the batch is, SHA-256 of each file but single credentials, and its own
"""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from array import array
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from attestree.credentials.canonical import canonicalize
from attestree.credentials.dates import format_timestamp
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.issuing.credential_id import format_credential_id
from attestree.issuing.sealed import Recipient, SealedBatch
from attestree.issuing.terms import Terms
from attestree.ports import FolderFile
from attestree.ports.folders import BATCH_FORMAT, DESCRIPTION_FILE, MAX_SINGLE_FILES, RECORD_FILE
from attestree.text.spreadsheet import stream_csv

MAILMERGE_COLUMNS = ("row", "name", "email", "learner_id", "ref", "awarded_on", "credential_id", "file")
"""Columns of `mailmerge.csv`."""

CHUNK_BYTES = 1_048_576
"""Bytes of a file that are handed on at once."""

MAX_SLUG_CHARACTERS = 40
"""Longest part of a file name that comes from a learner's name."""


def build_folder(
    batch_id: str, sealed: SealedBatch, terms: Terms, *, record: bytes | None = None
) -> Iterator[FolderFile]:
    """Yield every file of a batch, `public/batch.json` last; `record` is what `format_record` wrote."""
    sums: dict[str, JsonValue] = {}
    for path, chunks in _files(sealed, terms, record):
        yield FolderFile(path, _summed(path, chunks, sums))
    if sealed.size <= MAX_SINGLE_FILES:
        names = {one.number: single_file(one, terms) for one in sealed.recipients()}
        for index, octets in enumerate(sealed.documents):
            yield FolderFile(f"private/{names[index]}", [octets])
    described = describe_batch(batch_id, sealed, terms, sums)
    own_sum = hashlib.sha256(canonicalize(described)).hexdigest()
    yield FolderFile(DESCRIPTION_FILE, [canonicalize({**described, "sum": own_sum}) + b"\n"])


def describe_batch(
    batch_id: str, sealed: SealedBatch, terms: Terms, files: dict[str, JsonValue]
) -> JsonObject:
    """Return the content of `batch.json` but its own sum; `files` is path -> {size, sha256}."""
    header = sealed.header
    return {
        "format": BATCH_FORMAT,
        "batch": batch_id,
        "chainId": header.chain_id,
        "registry": "0x" + header.registry.hex(),
        "issuer": {
            "address": "0x" + header.issuer.hex(),
            "did": terms.profile.did,
            "name": terms.profile.name,
        },
        "achievement": {"id": terms.achievement_id, "name": terms.title},
        "kind": int(header.kind),
        "size": header.size,
        "list": header.list_id.hex(),
        "root": "0x" + sealed.root.hex(),
        "created": format_timestamp(sealed.created),
        "files": files,
    }


def format_record(fingerprint: bytes, *, first_row_key: bytes, replaces: Mapping[int, str]) -> bytes:
    """
    Return the content of `record.json`.

    Args:
        fingerprint: Of roster and terms, 32 bytes.
        first_row_key: Of the credential with index 0, 32 bytes: another roster key shows.
        replaces: Index of a credential -> token of the one whose place it takes.
    """
    members: JsonObject = {
        "fingerprint": fingerprint.hex(),
        "firstRowKey": first_row_key.hex(),
        "replaces": {str(index): token for index, token in sorted(replaces.items())},
    }
    return canonicalize(members) + b"\n"


def single_file(recipient: Recipient, terms: Terms) -> str:
    """Return the name of a credential's own file: a safe form of the learner's name, and its token."""
    name = recipient.row.full_name if terms.with_names else ""
    return f"credentials/{slug(name)}-{recipient.token}.json"


def slug(text: str) -> str:
    """Return letters, digits and hyphens that every file system takes; `credential` where none are left."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text)[:MAX_SLUG_CHARACTERS].strip("-") or "credential"


def _files(sealed: SealedBatch, terms: Terms, record: bytes | None) -> Iterator[tuple[str, Iterable[bytes]]]:
    """Yield the files that `batch.json` lists; each is written before the next is asked for."""
    ends = array("Q", [0])
    yield "private/credentials.jsonl", _lines(sealed, ends)
    yield "private/offsets.u64", _cut(_little_endian(ends))
    yield "private/mailmerge.csv", _mailmerge(sealed, terms)
    if record is not None:
        yield RECORD_FILE, [record]
    yield "public/leaves.jsonl", _leaves(sealed)
    if sealed.tree.nodes:
        yield "public/nodes.bin", _cut(sealed.tree.nodes)
        yield "public/positions.u32", _cut(sealed.tree.positions)


def _summed(path: str, chunks: Iterable[bytes], sums: dict[str, JsonValue]) -> Iterator[bytes]:
    """Pass chunks on, and note size and SHA-256 when they end."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        yield chunk
    sums[path] = {"sha256": digest.hexdigest(), "size": size}


def _lines(sealed: SealedBatch, ends: array[int]) -> Iterator[bytes]:
    """Yield the credentials, one a line, and note where each line ends."""
    for block in sealed.blocks:
        start = ends[-1]
        ends.extend(start + end for end in accumulate(block.line_sizes()))
        yield block.octets


def _little_endian(numbers: array[int]) -> bytes:
    """Return 64-bit numbers as bytes, lowest first."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _leaves(sealed: SealedBatch) -> Iterator[bytes]:
    """Yield the lines of `leaves.jsonl`, in canonical JSON."""
    for index in range(sealed.size):
        yield b'{"digest":"%b","index":%d}\n' % (sealed.tree.digest(index).hex().encode(), index)


def _cut(octets: bytes | memoryview) -> Iterator[bytes]:
    """Yield bytes in pieces."""
    for start in range(0, len(octets), CHUNK_BYTES):
        yield bytes(octets[start : start + CHUNK_BYTES])


def _mailmerge(sealed: SealedBatch, terms: Terms) -> Iterator[bytes]:
    """Yield `mailmerge.csv`, in the order of the roster."""
    single = sealed.size <= MAX_SINGLE_FILES
    rows = (_mailmerge_row(one, terms, single=single) for one in sealed.recipients())
    return stream_csv(MAILMERGE_COLUMNS, rows)


def _mailmerge_row(recipient: Recipient, terms: Terms, *, single: bool) -> tuple[str | int, ...]:
    """Return one row of `mailmerge.csv`; it names the credential's own file where there is one."""
    row = recipient.row
    return (
        *(row.number, row.full_name, row.email, row.learner_id, row.ref, row.awarded_on),
        format_credential_id(terms.public_url, recipient.token),
        single_file(recipient, terms) if single else "",
    )
