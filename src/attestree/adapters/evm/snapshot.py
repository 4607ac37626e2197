"""
What a server has read of a registry, kept in a file, so that a restart need not read it again.

Decides what stands in the file and when it may be looked at: the events up to one final block, that block,
the pins, and a SHA-256 over all of it. The events are folded again and held against the contract's heads
like those of any node, so the file is never believed: at worst it is thrown away. Source: DESIGN section 7.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from attestree.adapters.files.atomic import write_whole
from attestree.errors import CorruptionError, FolderUnavailableError
from attestree.registry.facts import BlockRef, ChainIdentity, Log

MAGIC = b"attestree snapshot 1\n"
"""First bytes of a file; another form gets another number."""

DIGEST_BYTES = 32
"""A SHA-256, after the first bytes and over all that follows."""

_NO_HASH = bytes(32)

T = TypeVar("T")


class _Event(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """As much of a log as the fold looks at; all are the registry's own."""

    topics: tuple[bytes, ...]
    payload: bytes
    block_number: int


class _Content(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    chain_id: int
    genesis_hash: bytes
    registry: bytes
    deploy_block: int
    deploy_block_hash: bytes
    code_hash: bytes
    block_number: int
    block_hash: bytes
    block_time: int
    parts: list[bytes]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Events of a registry up to one block."""

    identity: ChainIdentity
    """Of which chain and registry."""
    block: BlockRef
    """The last block that was read."""
    parts: tuple[bytes, ...]
    """The events in chain order, packed by `pack_logs`."""

    def logs(self) -> Iterable[Log]:
        """Yield the events; hash of block and transaction are not kept. Raises `snapshot.damaged`."""
        for part in self.parts:
            for number, event in enumerate(_decode(part, list[_Event])):
                yield Log(
                    address=self.identity.registry,
                    topics=event.topics,
                    payload=event.payload,
                    block_number=event.block_number,
                    block_hash=_NO_HASH,
                    tx_hash=_NO_HASH,
                    log_index=number,
                )


def pack_logs(logs: Sequence[Log]) -> bytes:
    """Return events of one registry in the form in which they are kept."""
    return msgspec.msgpack.encode([_Event(log.topics, log.payload, log.block_number) for log in logs])


def format_snapshot(snapshot: Snapshot) -> bytes:
    """Write a snapshot."""
    pins, block = snapshot.identity, snapshot.block
    content = msgspec.msgpack.encode(
        _Content(
            pins.chain_id,
            pins.genesis_hash,
            pins.registry,
            pins.deploy_block,
            pins.deploy_block_hash,
            pins.code_hash,
            block.number,
            block.hash,
            block.time,
            list(snapshot.parts),
        )
    )
    return MAGIC + hashlib.sha256(content).digest() + content


def parse_snapshot(octets: bytes, *, identity: ChainIdentity) -> Snapshot:
    """
    Read a snapshot of this very chain and registry.

    Raises:
        CorruptionError: `snapshot.damaged`, not one bit may differ; `snapshot.other_registry`.
    """
    start = len(MAGIC) + DIGEST_BYTES
    content = octets[start:]
    if octets[:start] != MAGIC + hashlib.sha256(content).digest():
        raise CorruptionError("snapshot.damaged")
    found = _decode(content, _Content)
    pins = ChainIdentity(
        chain_id=found.chain_id,
        genesis_hash=found.genesis_hash,
        registry=found.registry,
        deploy_block=found.deploy_block,
        deploy_block_hash=found.deploy_block_hash,
        code_hash=found.code_hash,
    )
    if pins != identity:
        raise CorruptionError("snapshot.other_registry")
    block = BlockRef(found.block_number, found.block_hash, found.block_time)
    return Snapshot(pins, block, tuple(found.parts))


class SnapshotFile:
    """Where a snapshot is kept."""

    def __init__(self, path: Path) -> None:
        """Name the file; it need not exist."""
        self._path = path

    def read(self, *, identity: ChainIdentity) -> Snapshot | None:
        """
        Return the snapshot, or None where there is none.

        Raises:
            CorruptionError: `snapshot.damaged`, `snapshot.other_registry`.
            FolderUnavailableError: `snapshot.unreadable`.
        """
        try:
            octets = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise FolderUnavailableError("snapshot.unreadable", file=self._path.name) from exc
        return parse_snapshot(octets, identity=identity)

    def write(self, snapshot: Snapshot) -> None:
        """Keep a snapshot, whole or not at all; raises FolderUnavailableError `folder.write_failed`."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise FolderUnavailableError("folder.write_failed", file=self._path.name) from exc
        write_whole(self._path, format_snapshot(snapshot))


def _decode(octets: bytes, form: type[T]) -> T:
    try:
        return msgspec.msgpack.decode(octets, type=form)
    except msgspec.DecodeError as exc:
        raise CorruptionError("snapshot.damaged") from exc
