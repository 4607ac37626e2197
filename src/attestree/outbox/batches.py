"""
Batches and credentials as the store remembers them: nothing personal, nothing secret but the seed.

Decides the shape only. `ports` passes these on to those who use a store. Source: DESIGN sections 6 and 11.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.outbox.states import State


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch as the store has it; nothing personal."""

    id: str
    """Short random name, also the folder's."""
    issuer: bytes
    """20 bytes."""
    registry: str
    """Name of the registry in the settings."""
    state: State
    """OPEN until sealed, then the state of its intent."""
    kind: int
    """Tree kind."""
    list_id: bytes
    """13 bytes, drawn before sealing."""
    seed: bytes | None
    """32 bytes; None once erased."""
    created: int
    """Unix seconds; the `created` of every anchor proof in it."""
    fingerprint: bytes
    """HMAC over rows, achievement and policy, 32 bytes: the same roster finds the same batch."""
    title: str
    """Achievement title, for lists."""
    size: int | None
    """Number of leaves, once sealed."""
    root: bytes | None
    """32 bytes, once sealed."""
    delivered: bool
    """Whether its folder was handed out."""
    release_early: bool
    """Whether files may be handed out before FINAL."""


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """One issued credential as the store has it; nothing personal."""

    token: str
    """Last part of its id (32 hex digits)."""
    row_key: bytes
    """HMAC under the issuer's roster key, 32 bytes."""
    batch_id: str
    """Its batch."""
    index: int
    """Leaf index = status number."""
    leaf_hash: bytes
    """32 bytes."""
    replaces: str | None = None
    """Token of the credential that it supersedes once FINAL."""
    superseded_by: str | None = None
    """Token of the credential that took its place."""
