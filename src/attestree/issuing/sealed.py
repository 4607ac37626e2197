"""
A sealed batch: a root, and everything that is handed out under it.

Decides what others see of a batch, whether its rows came from a roster or joined one by one. Documents are
asked for one after another; nobody but the tests of small batches holds them all. Source: DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from attestree.credentials.anchor_proof import AnchorHeader
from attestree.issuing.rows import Row
from attestree.issuing.shard import Block
from attestree.issuing.trees import BatchTree


@dataclass(frozen=True, slots=True, repr=False)
class SealedCredential:
    """One credential, ready to be handed out once its batch is final."""

    index: int
    """Leaf index = status number."""
    token: str
    """Last part of its id."""
    row_key: bytes
    """HMAC of the row, 32 bytes."""
    digest: bytes
    """32 bytes."""
    leaf_hash: bytes
    """32 bytes."""
    octets: bytes
    """The credential with its proofs, canonical JSON."""


class Recipient(NamedTuple):
    """Who gets a credential."""

    number: int
    """Leaf index."""
    token: str
    """Last part of its id."""
    row: Row
    """Where it came from."""


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class SealedBatch:
    """A batch whose root is fixed."""

    header: AnchorHeader
    """What all its proofs share."""
    created: int
    """Unix seconds."""
    tree: BatchTree
    """Its tree."""
    blocks: Collection[Block]
    """The credentials with their proofs, by index; a large batch makes them each time they are asked for."""
    tokens: Callable[[], Iterator[str]]
    """Returns the last part of each credential's id, by index."""
    row_key: Callable[[int], bytes]
    """Given an index, returns the row key, 32 bytes."""
    recipients: Callable[[], Iterator[Recipient]]
    """Returns who gets the credentials, in the order of the roster."""

    @property
    def root(self) -> bytes:
        """32 bytes."""
        return self.tree.root

    @property
    def size(self) -> int:
        """Number of credentials."""
        return self.header.size

    @property
    def documents(self) -> Iterator[bytes]:
        """The credentials with their proofs, canonical JSON, by index."""
        return chain.from_iterable(self.blocks)

    @property
    def credentials(self) -> Sequence[SealedCredential]:
        """All credentials at once, by index; for small batches."""
        return [
            SealedCredential(
                index, token, self.row_key(index), self.tree.digest(index), self.tree.leaf_hash(index), octets
            )
            for index, (token, octets) in enumerate(zip(self.tokens(), self.documents, strict=True))
        ]
