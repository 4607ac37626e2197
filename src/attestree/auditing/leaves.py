"""
Reads a batch's public files and rebuilds its tree: what the leaves say, not what the files claim.

    batch.json       what the batch is said to be, and SHA-256 of each file
    leaves.jsonl     {"digest":"..","index":n} a line, by index
    nodes.bin, positions.u32    the tree; not for Chainpoint

Decides whether the files agree with one another; every disagreement is a `CorruptionError` that is
returned, not raised. Whether the root counts is decided by who has the chain. Source: DESIGN sections 4, 9.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from attestree.auditing.description import Description, parse_description
from attestree.errors import CorruptionError, MalformedTreeError
from attestree.merkle.chainpoint import chainpoint_leaf_hash
from attestree.merkle.kind import MAX_SIZE, SHARD_SIZE, TreeKind
from attestree.merkle.shards import join_shards
from attestree.merkle.standard import build_tree, leaf_hash
from attestree.ports.folders import MAX_DESCRIPTION_BYTES, ArchiveFiles

DESCRIPTION_FILE = "batch.json"
"""Says what the batch is; below `public/`."""

LEAVES_FILE = "leaves.jsonl"
"""Digests by index."""

NODES_FILE, POSITIONS_FILE = "nodes.bin", "positions.u32"
"""The tree as `merkle.shards` lays it out."""

MAX_LINE_BYTES = 1_048_576
"""Longest line of any file that is read."""

_LEAF = re.compile(rb'\{"digest":"([0-9a-f]{64})","index":(0|[1-9][0-9]{0,9})\}')


@dataclass(frozen=True, slots=True)
class RebuiltTree:
    """A tree that was computed from leaf hashes."""

    root: bytes
    """32 bytes."""
    nodes: bytes = b""
    """What `nodes.bin` must hold; empty for Chainpoint."""
    positions: bytes = b""
    """What `positions.u32` must hold; empty for Chainpoint."""


@dataclass(frozen=True, slots=True)
class PublicFiles:
    """What the public files of one batch say when they are recomputed."""

    description: Description | None
    """What the batch is said to be; None = cannot be read."""
    leaf_hashes: tuple[bytes, ...]
    """By index, 32 bytes each; empty where a leaf is missing or stands twice."""
    root: bytes | None
    """Computed from the leaves, 32 bytes; None where they make no tree."""
    faults: tuple[CorruptionError, ...]
    """Every disagreement."""


def check_public(files: ArchiveFiles) -> PublicFiles:
    """Recompute a batch from its public files; raises FolderUnavailableError only."""
    try:
        description = parse_description(read_whole(files, DESCRIPTION_FILE, limit=MAX_DESCRIPTION_BYTES))
        kind = TreeKind(description.kind)
    except CorruptionError as fault:
        return PublicFiles(None, (), None, (fault,))
    faults = list(check_sums(files, description, prefix="public/"))
    try:
        leaves = _read_leaves(files, kind)
        tree = rebuild_tree(leaves, kind)
    except CorruptionError as fault:
        return PublicFiles(description, (), None, (*faults, fault))
    if len(leaves) != description.size:
        faults.append(CorruptionError("fsck.leaf_count", found=len(leaves), stated=description.size))
    if tree.root != description.root:
        faults.append(CorruptionError("fsck.root", found=tree.root, stated=description.root))
    faults += _check_tree_files(files, tree)
    return PublicFiles(description, tuple(leaves), tree.root, tuple(faults))


def check_sums(files: ArchiveFiles, description: Description, *, prefix: str) -> Iterator[CorruptionError]:
    """Yield a fault for each file below `prefix` whose size or SHA-256 is not as described."""
    for path, stated in sorted(description.files.items()):
        if not path.startswith(prefix):
            continue
        digest, size = sha256(), 0
        try:
            for chunk in files.read(path.removeprefix(prefix)):
                digest.update(chunk)
                size += len(chunk)
        except CorruptionError as fault:
            yield fault
            continue
        if (digest.digest(), size) != (stated.sha256, stated.size):
            yield CorruptionError("fsck.file_changed", file=path)


def rebuild_tree(leaf_hashes: Sequence[bytes], kind: TreeKind) -> RebuiltTree:
    """
    Build the tree over leaf hashes by index.

    Raises:
        CorruptionError: `fsck.no_tree`, no leaves, too many, or two that are equal.
    """
    if not 1 <= len(leaf_hashes) <= (SHARD_SIZE if kind is TreeKind.CHAINPOINT else MAX_SIZE):
        raise CorruptionError("fsck.no_tree", size=len(leaf_hashes))
    if kind is TreeKind.CHAINPOINT:
        return RebuiltTree(fold_ordered(leaf_hashes))
    starts = range(0, len(leaf_hashes), SHARD_SIZE)
    try:
        forest = join_shards([build_tree(leaf_hashes[start : start + SHARD_SIZE]) for start in starts])
    except MalformedTreeError as exc:
        raise CorruptionError("fsck.no_tree", size=len(leaf_hashes)) from exc
    return RebuiltTree(forest.root, bytes(forest.nodes), bytes(forest.positions))


def fold_ordered(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the root of a Chainpoint tree: SHA-256 of pairs in order, an odd last node moves up as it is."""
    level = list(leaf_hashes)
    while len(level) > 1:
        odd = [level[-1]] if len(level) % 2 else []
        level = [sha256(level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)] + odd
    return level[0]


def read_whole(files: ArchiveFiles, path: str, *, limit: int) -> bytes:
    """Return a file's content; CorruptionError `fsck.file_missing` or `fsck.file_too_large`."""
    octets = bytearray()
    for chunk in files.read(path):
        octets += chunk
        if len(octets) > limit:
            raise CorruptionError("fsck.file_too_large", file=path, limit=limit)
    return bytes(octets)


def read_lines(files: ArchiveFiles, path: str) -> Iterator[bytes]:
    """Yield lines without their end; CorruptionError `fsck.line`: too long, or the last is open."""
    rest, number = b"", 0
    for chunk in files.read(path):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
            number += 1
        if len(rest) > MAX_LINE_BYTES:
            raise CorruptionError("fsck.line", file=path, line=number + 1)
    if rest:
        raise CorruptionError("fsck.line", file=path, line=number + 1)


def _read_leaves(files: ArchiveFiles, kind: TreeKind) -> list[bytes]:
    """Return leaf hashes by index; each index must stand once, in order."""
    build = chainpoint_leaf_hash if kind is TreeKind.CHAINPOINT else leaf_hash
    hashes: list[bytes] = []
    for expected, line in enumerate(read_lines(files, LEAVES_FILE)):
        found = _LEAF.fullmatch(line)
        if found is None or expected >= MAX_SIZE:
            raise CorruptionError("fsck.line", file=LEAVES_FILE, line=expected + 1)
        index = int(found[2])
        if index != expected:
            code = "fsck.index_twice" if index < expected else "fsck.index_missing"
            raise CorruptionError(code, index=min(index, expected), line=expected + 1)
        hashes.append(build(bytes.fromhex(found[1].decode()), index))
    return hashes


def _check_tree_files(files: ArchiveFiles, tree: RebuiltTree) -> Iterable[CorruptionError]:
    """Yield a fault for each file of the tree that is not what the leaves make."""
    for name, expected in ((NODES_FILE, tree.nodes), (POSITIONS_FILE, tree.positions)):
        if not expected:
            continue
        try:
            found = read_whole(files, name, limit=len(expected))
        except CorruptionError:
            # Missing or longer: the sums have said so, or the description does not know the file
            found = b""
        if found != expected:
            yield CorruptionError("fsck.tree_file", file=name)
