"""A kept view is whole and of this registry, or it is not used."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.adapters.evm.snapshot import (
    MAGIC,
    Snapshot,
    SnapshotFile,
    format_snapshot,
    pack_logs,
    parse_snapshot,
)
from attestree.errors import AttestreeError, CorruptionError, FolderUnavailableError
from attestree.registry.facts import BlockRef, ChainIdentity, Log

IDENTITY = ChainIdentity(31337, b"\1" * 32, b"\2" * 20, 7, b"\3" * 32, b"\4" * 32)
BLOCK = BlockRef(99, b"\5" * 32, 1_800_000_000)

words = st.binary(min_size=32, max_size=32)
logs = st.builds(
    Log,
    address=st.just(IDENTITY.registry),
    topics=st.lists(words, min_size=1, max_size=4).map(tuple),
    payload=st.binary(max_size=100),
    block_number=st.integers(0, 2**40),
    block_hash=words,
    tx_hash=words,
    log_index=st.integers(0, 99),
)


def build(parts: list[list[Log]]) -> Snapshot:
    return Snapshot(IDENTITY, BLOCK, tuple(pack_logs(part) for part in parts))


def code_of(octets: bytes, identity: ChainIdentity = IDENTITY) -> str:
    with pytest.raises(CorruptionError) as refused:
        list(parse_snapshot(octets, identity=identity).logs())
    return refused.value.code


WHOLE = format_snapshot(build([[Log(IDENTITY.registry, (b"\6" * 32,), b"payload", 8, b"", b"", 0)]]))


@given(st.lists(st.lists(logs, max_size=4), max_size=4))
def test_what_was_kept_comes_back_as_far_as_the_fold_looks_at_it(parts: list[list[Log]]) -> None:
    found = parse_snapshot(format_snapshot(build(parts)), identity=IDENTITY)
    kept = [(log.address, log.topics, log.payload, log.block_number) for part in parts for log in part]
    assert [(log.address, log.topics, log.payload, log.block_number) for log in found.logs()] == kept
    assert (found.identity, found.block) == (IDENTITY, BLOCK)


@given(st.integers(0, len(WHOLE) * 8 - 1))
def test_a_file_in_which_one_bit_is_turned_is_refused(bit: int) -> None:
    flipped = bytearray(WHOLE)
    flipped[bit >> 3] ^= 1 << (bit & 7)
    assert code_of(bytes(flipped)) == "snapshot.damaged"


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_file_that_was_cut_short_is_refused(length: int) -> None:
    assert code_of(WHOLE[:length]) == "snapshot.damaged"


def test_a_file_with_something_behind_it_is_refused() -> None:
    assert code_of(WHOLE + b"\0") == "snapshot.damaged"


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": 1},
        {"genesis_hash": bytes(32)},
        {"registry": bytes(20)},
        {"deploy_block": 8},
        {"deploy_block_hash": b""},
        {"code_hash": bytes(32)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_file_of_another_chain_or_registry_is_refused(change: dict[str, object]) -> None:
    other = replace(IDENTITY, **change)  # type: ignore[arg-type]
    assert code_of(WHOLE, identity=other) == "snapshot.other_registry"


@pytest.mark.parametrize(
    "content", [b"", b"\xc1", msgspec.msgpack.encode([1, 2]), msgspec.msgpack.encode({"chain_id": 1})]
)
def test_a_digest_over_something_else_makes_no_snapshot(content: bytes) -> None:
    assert code_of(MAGIC + hashlib.sha256(content).digest() + content) == "snapshot.damaged"


@pytest.mark.parametrize("part", [b"", b"\xc1", msgspec.msgpack.encode([["topic", b"", 1]])])
def test_events_of_another_form_are_refused_when_they_are_read(part: bytes) -> None:
    assert code_of(format_snapshot(Snapshot(IDENTITY, BLOCK, (part,)))) == "snapshot.damaged"


def test_a_file_is_written_whole_and_read_again(tmp_path: Path) -> None:
    file = SnapshotFile(tmp_path / "new" / "kept.snapshot")
    assert file.read(identity=IDENTITY) is None
    for parts in ([], [[]]):
        file.write(build(parts))
        assert file.read(identity=IDENTITY) == build(parts)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["kept.snapshot"]


def test_a_file_that_cannot_be_read_or_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "plain").write_bytes(b"")
    for path, ask in (
        (tmp_path / "folder", lambda file: file.read(identity=IDENTITY)),
        (tmp_path / "folder", lambda file: file.write(build([]))),
        (tmp_path / "plain" / "below", lambda file: file.write(build([]))),
    ):
        with pytest.raises(FolderUnavailableError) as failed:
            ask(SnapshotFile(path))
        assert isinstance(failed.value, AttestreeError)
