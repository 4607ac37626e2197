"""Files, folders and files of lines: every credential once, in order, and nothing held that is too long."""

from __future__ import annotations

import os
from pathlib import Path

from attestree.cli.credential_files import Piece, holds_many, read_pieces
from attestree.credentials.strict_json import MAX_BYTES


def told(piece: Piece) -> tuple[str, int | None, bytes | str]:
    octets = piece.octets
    return Path(piece.file).name, piece.line, octets if isinstance(octets, bytes) else octets.code


def write(path: Path, octets: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    return str(path)


def test_the_files_of_a_folder_and_of_those_in_it_come_by_name(
    tmp_path: Path,
) -> None:
    for name in ("b.json", "a/2.json", "a/1.json", "c.png", ".hidden", ".git/x.json"):
        write(tmp_path / name, name.encode())
    (tmp_path / "empty").mkdir()
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = [piece.octets for piece in read_pieces([str(tmp_path)])]
    assert found == [b"a/1.json", b"a/2.json", b"b.json", b"c.png"]


def test_lines_are_counted_and_empty_ones_are_left_out(tmp_path: Path) -> None:
    name = write(tmp_path / "many.jsonl", b'{"a":1}\n\n  \r\n{"b":2}\r\n{"c":3}')
    assert [told(piece) for piece in read_pieces([name])] == [
        ("many.jsonl", 1, b'{"a":1}'),
        ("many.jsonl", 4, b'{"b":2}'),
        ("many.jsonl", 5, b'{"c":3}'),
    ]


def test_a_line_that_is_too_long_is_cut_and_the_next_one_is_whole(tmp_path: Path) -> None:
    lines = [b"x" * (3 * MAX_BYTES), b"short", b"y" * MAX_BYTES, b"end"]
    name = write(tmp_path / "many.ndjson", b"\n".join(lines))
    pieces = [piece.octets for piece in read_pieces([name])]
    assert pieces == [b"x" * (MAX_BYTES + 1), *lines[1:]]


def test_what_cannot_be_read_has_its_reason_and_stops_nothing(tmp_path: Path) -> None:
    good = write(tmp_path / "good.json", b"{}")
    pdf = write(tmp_path / "a.pdf", b"%PDF-1.7")
    names = [str(tmp_path / "none.json"), str(tmp_path / "none.jsonl"), pdf, good]
    assert [told(piece)[2] for piece in read_pieces(names)] == [
        "request.file_missing",
        "request.file_missing",
        "request.file_kind",
        b"{}",
    ]


def test_a_folder_that_cannot_be_read_stands_for_its_files(tmp_path: Path) -> None:
    # Its name is longer than any system call takes; also for root, whom no permission stops.
    opened = [os.open(tmp_path, os.O_RDONLY)]
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=opened[-1])
        opened.append(os.open("d" * 250, os.O_RDONLY, dir_fd=opened[-1]))
    for descriptor in opened:
        os.close(descriptor)
    write(tmp_path / "good.json", b"{}")
    assert [told(piece)[2] for piece in read_pieces([str(tmp_path)])] == ["request.file_unreadable", b"{}"]


def test_a_file_of_lines_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    name = "a\0b.jsonl"
    assert [told(piece)[2] for piece in read_pieces([name])] == ["request.file_unreadable"]


def test_a_piece_is_named_by_file_and_line() -> None:
    assert Piece("a.json", None, b"").ref == "a.json"
    assert Piece("a.jsonl", 7, b"").ref == "a.jsonl:7"


def test_folders_and_files_of_lines_hold_many(tmp_path: Path) -> None:
    assert holds_many(str(tmp_path))
    assert holds_many("x.jsonl")
    assert holds_many("x.ndjson")
    assert not holds_many("x.json")
    assert not holds_many("-")
