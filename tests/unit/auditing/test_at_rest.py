"""A batch at rest: whatever bit of it is flipped, it is found."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from attestree.adapters.files.archive import FolderArchives
from attestree.auditing.consistency import Consistency
from attestree.outbox.states import State
from attestree.ports import Batch
from attestree.wiring.audits import row_keys_of
from tests.unit.issuing import samples
from tests.unit.issuing.desk import Desk, open_desk

FLIPS = 200

COLUMNS = ("token", "batch_id", "leaf_index", "leaf_hash", "row_key")
"""Columns of a row whose every bit is held by something else."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        opened.issue_final()
        yield opened


def check(desk: Desk) -> set[str]:
    folders = {samples.profile().address: FolderArchives(desk.folder.base)}
    row_keys = {samples.profile().address: row_keys_of(samples.profile().address, samples.ROSTER_KEY)}
    report = Consistency(store=desk.store, folders=folders, registries={}, row_keys=row_keys).run()
    assert report.silent == []
    assert report.clean is (not report.faults)
    return {fault.code for fault in report.faults}


def the_batch(desk: Desk) -> Batch:
    (batch,) = desk.store.fetch_batches()
    return batch


def files_of(desk: Desk) -> list[Path]:
    return sorted(path for path in desk.folder.base.rglob("*") if path.is_file())


def test_what_was_written_fits(desk: Desk) -> None:
    assert check(desk) == set()


def test_random_bits_flipped_in_any_file_are_found(desk: Desk) -> None:
    chance = random.Random(1)
    files = files_of(desk)
    for number in range(FLIPS):
        path = files[number % len(files)]
        octets = path.read_bytes()
        flipped = bytearray(octets)
        flipped[chance.randrange(len(octets))] ^= 1 << chance.randrange(8)
        path.write_bytes(flipped)
        assert check(desk), path.name
        path.write_bytes(octets)
    assert check(desk) == set()


def test_random_bits_flipped_in_rows_are_found(desk: Desk, tmp_path: Path) -> None:
    chance = random.Random(2)
    with closing(sqlite3.connect(tmp_path / "store.db")) as database:
        rows = database.execute(f"SELECT rowid, {', '.join(COLUMNS)} FROM credentials").fetchall()
        for _ in range(FLIPS):
            rowid, *values = chance.choice(rows)
            at = chance.randrange(len(COLUMNS))
            database.execute(
                f"UPDATE credentials SET {COLUMNS[at]} = ? WHERE rowid = ?", (flip(values[at], chance), rowid)
            )
            database.commit()
            assert check(desk), COLUMNS[at]
            database.execute(f"UPDATE credentials SET {COLUMNS[at]} = ? WHERE rowid = ?", (values[at], rowid))
            database.commit()
    assert check(desk) == set()


def flip(value: object, chance: random.Random) -> object:
    if isinstance(value, int):
        return value ^ 1 << (chance.randrange(20) + 5)
    octets = bytearray(value.encode() if isinstance(value, str) else value)  # type: ignore[arg-type]
    octets[chance.randrange(len(octets))] ^= 1 << chance.randrange(3 if isinstance(value, str) else 8)
    return octets.decode() if isinstance(value, str) else bytes(octets)


@pytest.mark.parametrize("place", range(13))
def test_a_file_that_is_gone_is_found(desk: Desk, place: int) -> None:
    files = files_of(desk)
    if place < len(files):
        files[place].unlink()
        assert check(desk)


def test_a_file_that_is_longer_or_shorter_is_found(desk: Desk) -> None:
    for path in files_of(desk):
        octets = path.read_bytes()
        for changed in (octets + b"\n", octets[:-1], b""):
            path.write_bytes(changed)
            assert check(desk), path.name
        path.write_bytes(octets)


def test_single_files_that_changed_places_are_found(desk: Desk) -> None:
    first, second, *_ = sorted(desk.folder.base.rglob("private/credentials/*.json"))
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    assert check(desk) == {"fsck.single_file"}


def test_a_folder_of_another_batch_is_found(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with open_desk(tmp_path / "other") as other:
        other.clock.seconds += 60
        other.issuing.entropy.draw(1)
        other.issue_final()
        place = desk.folder.base / the_batch(desk).id
        shutil.rmtree(place)
        shutil.copytree(other.folder.base / the_batch(other).id, place)
    found = check(desk)
    assert {"fsck.description_field", "fsck.row_leaf", "fsck.credential"} <= found


def test_a_batch_that_was_final_and_is_in_doubt_was_handed_out_rightly(desk: Desk) -> None:
    (intent,) = desk.store.fetch_intents()
    desk.store.move_intent(
        intent.wanted.id,
        before=State.FINAL,
        after=State.HALTED,
        fence=intent.fence,
        note="outbox.reorganised",
    )
    assert check(desk) == set()
