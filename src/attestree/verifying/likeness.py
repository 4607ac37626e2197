"""
Likeness: whether a text is that of a credential that was judged, but for what is each learner's own.

Decides that from the text alone: it fits the mould, its own proof is of the very batch, root and tree, its
status entry and its addresses are as every credential needs them. It is hashed on the way. Nothing is folded
and nobody is asked here; see `kin`. None is returned for every other text, and says nothing about it.
Source: DESIGN section 7.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from attestree.credentials.anchor_proof import ProofTail, encode_start, parse_tail
from attestree.credentials.canonical import canonicalize
from attestree.credentials.credential import Credential
from attestree.credentials.dates import parse_timestamp
from attestree.credentials.digest import digest_of_hashes, header_hash
from attestree.credentials.mould import Mould
from attestree.credentials.proof_set import SecuredAnchor
from attestree.credentials.reading import is_address
from attestree.errors import InputError
from attestree.merkle.kind import HASH_SIZE, SHARD_SIZE
from attestree.merkle.path import path_length_bounds
from attestree.verifying.gaps import ADDRESSES, AWARDED, ID, STATUS_INDEX, find_name

if TYPE_CHECKING:
    from attestree.verifying.kin import Kin


class Candidate(NamedTuple):
    """A text of a mould, hashed; it counts if its path leads from its leaf hash to the root of its kin."""

    kin: Kin
    """Whose mould it is."""
    texts: list[str]
    """What is its own, by the places of the mould; see `Likeness.id_of` and `Likeness.name_of`."""
    tail: ProofTail
    """Its own part of the anchor proof."""
    digest: bytes
    """32 bytes, computed."""
    awarded: int | None
    """Unix seconds."""


class Likeness:
    """What texts of one batch and shape have in common; safe to use from several threads."""

    def __init__(self, first: Credential, secured: SecuredAnchor, mould: Mould) -> None:
        """
        Take the text that was judged.

        Args:
            first: What was made of it.
            secured: Its one anchor proof.
            mould: Leaves the value of that proof unread.
        """
        self.header = header = secured.anchor.header
        """Of the batch."""
        self.root = secured.anchor.root
        """The root that was judged, 32 bytes."""
        self._mould = mould
        self._start = encode_start(header)
        # of a batch of one tree, every path has one of two lengths
        one_tree = header.size <= SHARD_SIZE
        self._lengths = path_length_bounds(header.size, index=0) if one_tree else None
        self._header_hash = header_hash(header)
        self._options_hash = sha256(canonicalize(secured.options.to_json())).digest()
        at = {place: number for number, place in enumerate(mould.places)}
        self.id_at = at.get(ID)
        """Which of the texts is the credential's address; None where it has none."""
        self.name_at = at.get(find_name(first))
        """Which of the texts is the holder's name; None where it has none."""
        self._awarded = first.awarded
        self._awarded_at, self._index_at = at.get(AWARDED), at.get(STATUS_INDEX)
        self._addresses_at = [at[place] for place in ADDRESSES if place in at]

    def recognise(self, octets: bytes, kin: Kin) -> Candidate | None:
        """Return the text of another one, hashed, for its kin; None where it is none, or cannot be told."""
        filling = self._mould.read(octets)
        tail = None if filling is None else parse_tail(filling.unread, self._start)
        if filling is None or tail is None or not self._fits(tail, filling.texts):
            return None
        awarded = self._awarded
        if self._awarded_at is not None:
            awarded = _parse_awarded(filling.texts[self._awarded_at])
            if awarded is None:
                return None
        digest = digest_of_hashes(
            salt=tail.salt,
            header_hash=self._header_hash,
            options_hash=self._options_hash,
            document_hash=sha256(filling.document).digest(),
        )
        return Candidate(kin, filling.texts, tail, digest, awarded)

    def _fits(self, tail: ProofTail, texts: list[str]) -> bool:
        """Say whether root, index, path length, status entry and addresses are as they must be."""
        index, size = tail.leaf_index, self.header.size
        if tail.root != self.root or index >= size:
            return False
        if self._index_at is not None and texts[self._index_at] != str(index):
            return False
        least, greatest = self._lengths or path_length_bounds(size, index=index)
        if not least <= len(tail.path) // HASH_SIZE <= greatest:
            return False
        return all(map(is_address, [texts[at] for at in self._addresses_at]))


@lru_cache(maxsize=1024)
def _parse_awarded(text: str) -> int | None:
    """Return the Unix seconds of a time stamp, None for what is none; a batch has few of them."""
    try:
        return parse_timestamp(text)
    except InputError:
        return None
