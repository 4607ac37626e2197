"""
What the store remembers of issuing by API: keys of programs, open batches and their members, answers.

Decides the shape only: nothing personal, no key and nothing from which one could be had. `ports` passes these
on to those who use a store. Source: DESIGN sections 6, 10 and 11; docs/adr/0008.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


@dataclass(frozen=True, slots=True, repr=False)
class ApiKey:
    """One key with which a program may issue for one institution; the key itself is nowhere."""

    id: str
    """Public part of the key, 16 hex digits."""
    issuer: bytes
    """For whom, 20 bytes."""
    key_hash: bytes
    """32 bytes; `issuing.api_key` says of what."""
    scopes: tuple[str, ...]
    """What it may be used for."""
    label: str
    """What a person called it."""
    created: int
    """Unix seconds."""
    revoked: int | None = None
    """Unix seconds; None = it counts."""
    last_used: int | None = None
    """Unix seconds, to the minute or so; None = never."""


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch that credentials join one by one; beside the row that every batch has."""

    batch_id: str
    """Its batch."""
    issuer: bytes
    """20 bytes."""
    capacity: int
    """It closes by itself with the credential that makes it so large."""
    closed: int | None
    """Unix seconds; None = credentials may still join."""
    size: int
    """Number of credentials that joined."""
    first_joined: int | None
    """When the first did, Unix seconds."""
    last_joined: int | None
    """When the last did, Unix seconds."""


@dataclass(frozen=True, slots=True)
class JoinedCredential:
    """One credential of an open batch, as the store has it."""

    token: str
    """Last part of its id (32 hex digits)."""
    batch_id: str
    """Its batch."""
    index: int
    """Leaf index = status number = how many joined before it."""
    checksum: bytes
    """HMAC of its file under the batch's seed, 32 bytes."""
    created: int
    """When it joined, Unix seconds."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered under one `Idempotency-Key`; both hashes are HMACs under the API key's secret."""

    api_key_id: str
    """Whose."""
    key_hash: bytes
    """Of the `Idempotency-Key`, 32 bytes."""
    body_hash: bytes
    """Of what was asked, 32 bytes."""
    answer_hash: bytes
    """Of the credential that was answered, 32 bytes."""
    token: str
    """Of that credential."""
    created: int
    """Unix seconds."""


class Joining(Enum):
    """What became of a credential that wanted to join."""

    DONE = auto()
    """It is a member, for good."""
    LOOK_AGAIN = auto()
    """Another took its number, or the batch closed meanwhile; nothing was changed."""
    ANSWERED = auto()
    """Its `Idempotency-Key` has an answer already; nothing was changed."""
