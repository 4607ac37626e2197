"""
The credential files that somebody names: files, folders, and files of many lines.

Decides which files of a folder count and in which order, where one credential ends and the next begins, and
that nothing longer than a credential may be is kept. What cannot be read is handed out with its reason.
Source: DESIGN section 9; JSON Lines.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from attestree.credentials.images.carrier import MAX_PICTURE_BYTES
from attestree.credentials.strict_json import MAX_BYTES
from attestree.errors import InputError, RequestError

STANDARD_INPUT = "-"
"""File name that stands for standard input."""

_SIGNATURES = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\xff\xd8\xff", "a JPEG image"),
)

LINES_SUFFIXES = (".jsonl", ".ndjson")
"""How the name of a file ends that holds one credential a line."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One credential that somebody wants to be judged."""

    file: str
    """Name of the file, as it was given or found."""
    line: int | None
    """Number of the line, from 1; None where the file holds one credential."""
    octets: bytes | InputError
    """What stands there, cut after the longest credential; or why it cannot be read."""

    @property
    def ref(self) -> str:
        """How reports name it."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


def holds_many(name: str) -> bool:
    """Say whether a name is one of a folder or of a file of lines."""
    return name.endswith(LINES_SUFFIXES) or Path(name).is_dir()


def read_pieces(names: Sequence[str]) -> Iterator[Piece]:
    """
    Yield every credential of files and folders, in the order given.

    The files of a folder, and of those in it, come in the order of their names; what begins with a dot and
    what is no file is left out. Empty lines are left out too, and counted.
    """
    for name in names:
        if Path(name).is_dir():
            for found in _walk(name):
                yield from _read_one(found)
        else:
            yield from _read_one(name)


def _walk(folder: str) -> Iterator[str]:
    """Yield the files of a folder, and of those in it; a folder that cannot be read stands for its files."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(
                (entry.name, entry.is_dir(follow_symlinks=False), entry.is_file()) for entry in entries
            )
    except OSError:
        yield folder
        return
    for name, is_folder, is_file in found:
        path = os.path.join(folder, name)  # noqa: PTH118 - names are handed out as they were found
        if name.startswith("."):
            continue
        if is_folder:
            yield from _walk(path)
        elif is_file:
            yield path


def _read_one(name: str) -> Iterator[Piece]:
    """Yield the one credential of a file, or those of its lines."""
    if not name.endswith(LINES_SUFFIXES):
        try:
            yield Piece(name, None, read_file(name))
        except InputError as error:
            yield Piece(name, None, error)
        return
    number = 0
    try:
        with Path(name).open("rb") as file:
            for number, line in enumerate(_read_lines(file), start=1):
                if line.strip():
                    yield Piece(name, number, line)
    except FileNotFoundError:
        yield Piece(name, None, RequestError("request.file_missing", file=Path(name).name))
    except (OSError, ValueError):
        yield Piece(name, number + 1, RequestError("request.file_unreadable", file=Path(name).name))


def _read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines without their ends; of one too long for a credential only the start is kept."""
    while line := file.readline(MAX_BYTES + 1):
        rest = line
        while len(rest) > MAX_BYTES and not rest.endswith(b"\n"):
            rest = file.readline(MAX_BYTES + 1)
        yield line.rstrip(b"\r\n")


def read_file(name: str) -> bytes:
    """
    Return the bytes of a file or of standard input, not many more than a picture may have.

    Raises:
        RequestError: `request.file_missing`, `request.file_unreadable` or `request.file_kind`.
    """
    try:
        if name == STANDARD_INPUT:
            octets = sys.stdin.buffer.read(MAX_PICTURE_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                octets = file.read(MAX_PICTURE_BYTES + 1)
    except FileNotFoundError as error:
        raise RequestError("request.file_missing", file=Path(name).name) from error
    except (OSError, ValueError) as error:
        raise RequestError("request.file_unreadable", file=Path(name).name) from error
    for signature, kind in _SIGNATURES:
        if octets.startswith(signature):
            raise RequestError("request.file_kind", kind=kind)
    return octets
