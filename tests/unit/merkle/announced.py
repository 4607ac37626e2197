"""A sequence that states its length and cannot be read: limits are checked before content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload


class ContentReadError(Exception):
    """The limit let the sequence pass, and its content was asked for."""


class Announced(Sequence[bytes]):
    def __init__(self, length: int) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        raise ContentReadError

    def __iter__(self) -> Iterator[bytes]:
        raise ContentReadError
