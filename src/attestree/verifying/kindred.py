"""
The kin that a verifier remembers: a bounded number of batches and shapes, those asked about last.

Decides which of them a text is tried against, by the first bytes of its anchor proof, which name the batch.
That is a hint only: the mould decides. Holds no answer, only what texts of a batch have in common and what
the registry said last. Source: DESIGN section 7.
"""

from __future__ import annotations

import threading

from attestree.verifying.kin import MAX_OCTETS, Kin
from attestree.verifying.likeness import Candidate

MAX_BATCHES = 128
"""Batches that are remembered; of any other, each credential is judged step by step."""

MAX_SHAPES = 8
"""Shapes of one batch that are remembered: with and without an e-mail, other credits, and the like."""

_START = b'"proofValue":"u'
# 60 bytes of the proof value: of the shortest header, all but the last byte, and nothing behind it
_HINT_BYTES = len(_START) + 80


class Kindred:
    """Remembers kin by batch; safe to use from several threads."""

    def __init__(self) -> None:
        """Begin with none."""
        self._by_batch: dict[bytes, tuple[Kin, ...]] = {}
        self._changing = threading.Lock()

    def recognise(self, octets: bytes, *, only_unsigned: bool = False) -> Candidate | None:
        """Return the candidate that a text is, or None."""
        if len(octets) > MAX_OCTETS:
            return None
        for kin in self._by_batch.get(_hint(octets), ()):
            candidate = None if only_unsigned and kin.is_signed else kin.recognise(octets)
            if candidate is not None:
                return candidate
        return None

    def has_room(self, octets: bytes) -> bool:
        """Say whether another shape of the batch of this text may be remembered."""
        known = self._by_batch.get(_hint(octets), ())
        return len(octets) <= MAX_OCTETS and len(known) < MAX_SHAPES

    def add(self, octets: bytes, kin: Kin) -> None:
        """Remember the kin that was made from this text; the batch that was first remembered makes room."""
        hint = _hint(octets)
        with self._changing:
            self._by_batch[hint] = (*self._by_batch.pop(hint, ()), kin)[:MAX_SHAPES]
            while len(self._by_batch) > MAX_BATCHES:
                del self._by_batch[next(iter(self._by_batch))]


def _hint(octets: bytes) -> bytes:
    start = octets.rfind(_START)
    return octets[start : start + _HINT_BYTES] if start >= 0 else b""
