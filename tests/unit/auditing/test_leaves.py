"""Public files of a batch: they fit, or the fault is named; nothing outside their folder is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.files.archive import ArchiveFolder, find_archives
from attestree.auditing.description import parse_description
from attestree.auditing.leaves import MAX_LINE_BYTES, check_public, read_lines, read_whole, rebuild_tree
from attestree.credentials.canonical import canonicalize
from attestree.credentials.strict_json import parse_json
from attestree.errors import CorruptionError, FolderUnavailableError, RequestError
from attestree.merkle.chainpoint import build_chainpoint_tree
from attestree.merkle.kind import TreeKind
from tests.unit.auditing.archive import make_archive


def faults(folder: Path) -> set[str]:
    return {fault.code for fault in check_public(ArchiveFolder(folder)).faults}


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 100])
@pytest.mark.parametrize("kind", TreeKind)
def test_what_was_written_is_recomputed(tmp_path: Path, size: int, kind: TreeKind) -> None:
    archive = make_archive(tmp_path, size=size, kind=kind)
    public = check_public(ArchiveFolder(tmp_path))
    assert (public.root, public.faults, len(public.leaf_hashes)) == (archive.root, (), size)


@pytest.mark.parametrize("size", [1, 2, 5, 6, 7, 33])
def test_the_ordered_root_is_that_of_merkletools(size: int, tmp_path: Path) -> None:
    pytest.importorskip("merkletools")
    digests = [bytes([number]) * 32 for number in range(size)]
    tree = build_chainpoint_tree(digests)
    from attestree.merkle.chainpoint import chainpoint_leaf_hash

    leaves = [chainpoint_leaf_hash(digest, index) for index, digest in enumerate(digests)]
    assert rebuild_tree(leaves, TreeKind.CHAINPOINT).root == tree.root


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.pop("root"), "fsck.description"),
        (lambda d: d.update(extra=1), "fsck.description"),
        (lambda d: d.update(format="attestree.batch/2"), "fsck.description"),
        (lambda d: d.update(size=-1), "fsck.description"),
        (lambda d: d.update(size=2**32), "fsck.description"),
        (lambda d: d.update(size=True), "fsck.description"),
        (lambda d: d.update(kind=2), "fsck.description"),
        (lambda d: d.update(root="0xAB"), "fsck.description"),
        (lambda d: d.update(batch=7), "fsck.description"),
        (lambda d: d.update(issuer=[]), "fsck.description"),
        (lambda d: d.update(files=[]), "fsck.description"),
        (lambda d: d["files"].update({"public/../../etc/passwd": {}}), "fsck.description"),
        (lambda d: d.update(size=4), "fsck.leaf_count"),
        (lambda d: d.update(root="0x" + "00" * 32), "fsck.root"),
    ],
)
def test_a_description_that_does_not_fit_is_named(
    tmp_path: Path, change: Callable[[Any], object], code: str
) -> None:
    make_archive(tmp_path)
    path = tmp_path / "batch.json"
    value: Any = parse_json(path.read_bytes())
    change(value)
    path.write_bytes(canonicalize(value) + b"\n")
    assert code in faults(tmp_path)


@pytest.mark.parametrize("octets", [b"", b"[]\n", b"{}", b"nothing", b" {}\n", b"\xff"])
def test_what_is_no_description_is_refused(octets: bytes) -> None:
    with pytest.raises(CorruptionError, match=r"fsck\.description"):
        parse_description(octets)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([], "fsck.no_tree"),
        ([b"{}"], "fsck.line"),
        ([b'{"digest":"' + b"0" * 64 + b'","index":00}'], "fsck.line"),
        ([b'{"digest":"' + b"0" * 64 + b'","index":1}'], "fsck.index_missing"),
        ([b'{"digest":"' + b"0" * 64 + b'","index":0}'] * 2, "fsck.index_twice"),
    ],
)
def test_leaves_out_of_form_are_named(tmp_path: Path, lines: list[bytes], code: str) -> None:
    make_archive(tmp_path).write_leaves(lines)
    assert code in faults(tmp_path)


def test_equal_leaf_hashes_make_no_tree() -> None:
    with pytest.raises(CorruptionError, match=r"fsck\.no_tree"):
        rebuild_tree([bytes(32)] * 2, TreeKind.OPENZEPPELIN)


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(b"x" * (3 * MAX_LINE_BYTES))
    with pytest.raises(CorruptionError, match=r"fsck\.line"):
        list(read_lines(ArchiveFolder(tmp_path), "long"))
    with pytest.raises(CorruptionError, match=r"fsck\.file_too_large"):
        read_whole(ArchiveFolder(tmp_path), "long", limit=10)


@pytest.mark.parametrize("path", ["../secret", "/etc/hostname", "a/../../secret", "missing", "folder"])
def test_nothing_outside_the_folder_is_read(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "in" / "folder").mkdir(parents=True)
    with pytest.raises(CorruptionError, match=r"fsck\.file_missing"):
        list(ArchiveFolder(tmp_path / "in").read(path))


def test_a_disk_that_fails_is_no_corruption(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(FolderUnavailableError, match=r"folder\.read_failed"):
        list(ArchiveFolder(tmp_path).read("loop"))


def test_archives_are_found_below_a_folder_in_one_order(tmp_path: Path) -> None:
    for name in ("b", "a"):
        make_archive(tmp_path / "all" / name / "public")
    assert [archive.name for archive in find_archives(tmp_path / "all")] == ["all/a/public", "all/b/public"]
    (tmp_path / "none").mkdir()
    with pytest.raises(RequestError, match=r"audit\.no_archive"):
        find_archives(tmp_path / "none")
