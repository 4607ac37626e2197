"""
Many questions in one body: lines of NDJSON, or items of a JSON array, cut as the body arrives.

Decides where one ends and the next begins, and nothing about what is inside. Holds what has arrived of one
question at most, and of that no more than a limit: the rest of a longer one is thrown away as it arrives,
and what is left of it is still too long. Arrays have a plain cutter, and a faster one that cuts at the same
places; tests hold the two against each other. Source: NDJSON 1.0; RFC 8259, section 5; DESIGN section 10.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from typing import Protocol

import msgspec

from attestree.errors import RequestError
from attestree.verifying.likeness import Candidate

_BLANK = b" \t\r"
_WHITE = b" \t\r\n"
# a whole text, something of the structure, or the beginning of a text that goes on
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{},]|"', re.DOTALL)
# reads any JSON value to its end, and makes nothing of it
_WHOLE = msgspec.json.Decoder(msgspec.Raw)
# of the item behind a comma, so much is taken for the way in which items begin
_HEAD_BYTES = 12


Recognise = Callable[[bytes], Candidate | None]
"""Says of which kin an item is, if of any; it is one JSON object from its first byte to its last then."""


class Cutter(Protocol):
    """Cuts a body into questions."""

    recognised: dict[int, Candidate]
    """What was recognised on the way, by number; whoever uses one takes it out."""

    def cut(self, octets: bytes, *, last: bool) -> Iterator[tuple[int, bytes]]:
        """
        Yield each question that is whole now, with its number from 1.

        Args:
            octets: What has arrived since.
            last: Whether the body ends here.

        Raises:
            RequestError: `request.shape`, the body is not of that form.
        """


class LineCutter:
    """Cuts at line feeds; blank lines are counted, and left out."""

    def __init__(self, *, limit_bytes: int) -> None:
        """Keep so much of one line at most, and one byte more to show that it is too long."""
        self.recognised: dict[int, Candidate] = {}
        self._limit_bytes = limit_bytes
        self._rest: list[bytes] = []
        self._kept = 0
        self._number = 0

    def cut(self, octets: bytes, *, last: bool) -> Iterator[tuple[int, bytes]]:
        """Yield whole lines, without the white space around them."""
        start = 0
        while True:
            end = octets.find(b"\n", start)
            if end < 0:
                break
            self._number += 1
            line = octets[start:end]
            if self._rest:
                self._keep(line)
                line = self._take()
            start = end + 1
            line = line.strip(_BLANK)
            if line:
                yield self._number, line
        self._keep(octets[start:])
        if last and self._rest:
            self._number += 1
            line = self._take().strip(_BLANK)
            if line:
                yield self._number, line

    def _keep(self, piece: bytes) -> None:
        """Keep a piece of a line, as far as there is room."""
        piece = piece[: max(0, self._limit_bytes + 1 - self._kept)]
        if piece:
            self._rest.append(piece)
            self._kept += len(piece)

    def _take(self) -> bytes:
        line = b"".join(self._rest)
        self._rest.clear()
        self._kept = 0
        return line


class ArrayCutter:
    """Cuts at the commas of the outermost array; what stands between two is judged by whoever reads it."""

    def __init__(self, *, limit_bytes: int) -> None:
        """Keep so much of one item at most, and one byte more to show that it is too long."""
        self.recognised: dict[int, Candidate] = {}
        self._limit_bytes = limit_bytes
        self._rest = b""
        self._seen = 0
        self._head = b""
        self._depth = 0
        self._number = 0
        self._is_closed = False

    def cut(self, octets: bytes, *, last: bool) -> Iterator[tuple[int, bytes]]:
        """Yield whole items, without the white space around them."""
        text = self._rest + octets
        start, position = 0, self._seen
        while True:
            if position == start and self._depth == 1 and not self._head:
                start = position = yield from self._cut_alike(text, start)
                if not last and self._waits_for_more(len(text) - start):
                    break
            token = _TOKEN.search(text, position)
            if token is None:
                break
            if token[0] == b'"':
                position = token.start()
                break
            first, position = text[token.start()], token.end()
            if self._depth == 0:
                self._open(text[start : token.start()], first)
                start = position
            elif self._depth == 1 and first in b",]":
                self._learn(text, start, token.start())
                yield from self._take(text[start : token.start()], is_end=first == 0x5D)
                start = position
            self._depth += (first in b"[{") - (first in b"]}")
        if not last:
            self._keep(text[start:], scanned=position - start)
        elif self._depth or not self._is_closed or text[start:].strip(_WHITE):
            raise RequestError("request.shape")

    def _cut_alike(self, text: bytes, start: int) -> Generator[tuple[int, bytes], None, int]:
        """Yield items whose ends need no tokens, and return where the next one begins."""
        while (end := self._seek(text, start)) > start:
            self._number += 1
            yield self._number, text[start:end].strip(_WHITE)
            start = end + 1
        return start

    def _seek(self, _text: bytes, _start: int) -> int:
        """Return where the item that begins at `start` ends, before its comma; 0 where tokens must tell."""
        return 0

    def _waits_for_more(self, _length: int) -> bool:
        """Say whether so little of an item is not worth looking at before more of it arrives."""
        return False

    def _learn(self, text: bytes, start: int, end: int) -> None:
        """Look at an item that tokens have cut."""

    def _open(self, before: bytes, first: int) -> None:
        """Take the bracket at the start; nothing stands before it, and nothing follows its end."""
        if before.strip(_WHITE) or first != 0x5B or self._is_closed:
            raise RequestError("request.shape")

    def _take(self, item: bytes, *, is_end: bool) -> Iterator[tuple[int, bytes]]:
        """Yield an item that is whole; an empty array has none."""
        item, self._head = (self._head + item).strip(_WHITE), b""
        self._is_closed = is_end
        if item or self._number or not is_end:
            self._number += 1
            yield self._number, item

    def _keep(self, rest: bytes, *, scanned: int) -> None:
        """Keep of an item that goes on its head, up to the limit, and what is not scanned yet."""
        room = max(0, self._limit_bytes + 1 - len(self._head))
        if len(rest) > self._limit_bytes:
            self._head += rest[:scanned][:room]
            rest, scanned = rest[scanned:], 0
        if len(rest) > self._limit_bytes:
            # inside one text that is too long: of it only whether the next character is escaped matters
            room = max(0, self._limit_bytes + 1 - len(self._head))
            self._head += rest[:room]
            escaped = (len(rest) - len(rest.rstrip(b"\\"))) % 2
            rest = b'"\\' if escaped else b'"'
        self._rest, self._seen = rest, scanned


class SeekingCutter(ArrayCutter):
    """
    Cuts where `ArrayCutter` does, sooner where items begin alike and have about one length.

    What looks like the end of an item is one only if the item before it is recognised, or is JSON from its
    first byte to its last: no comma of the outermost array can stand inside one value. All else is left to
    the tokens. No more than about twice the length of the last item is looked at, so that items cost what
    they are long.
    """

    def __init__(self, *, limit_bytes: int, recognise: Recognise = lambda _octets: None) -> None:
        """Begin as `ArrayCutter` does; `recognise` spares reading what it knows."""
        super().__init__(limit_bytes=limit_bytes)
        self._recognise = recognise
        self._between = b""
        self._length = 0

    def _seek(self, text: bytes, start: int) -> int:
        between = self._between
        if not between:
            return 0
        last, seen = start + 2 * self._length + len(between), 0
        # where the last one would end, for most are about as long; then from its beginning
        for first in (start + self._length * 7 // 8, start):
            end = text.find(between, first, last) + 1
            if end and end != seen and self._is_whole(text[start:end]):
                self._length = min(end - start, self._limit_bytes)
                return end
            seen = end
        return 0

    def _is_whole(self, octets: bytes) -> bool:
        """Say whether the next item is JSON from the first byte to the last."""
        candidate = self._recognise(octets)
        if candidate is not None:
            self.recognised[self._number + 1] = candidate
            return True
        try:
            _WHOLE.decode(octets)
        except (ValueError, RecursionError):
            return False
        return True

    def _waits_for_more(self, length: int) -> bool:
        return length < self._length * 7 // 8

    def _learn(self, text: bytes, start: int, end: int) -> None:
        is_object = text[end - 1 : end] == b"}" and text[end : end + 1] == b","
        self._between = text[end - 1 : end + 1 + _HEAD_BYTES] if is_object else b""
        self._length = min(end - start, self._limit_bytes) if is_object else 0
