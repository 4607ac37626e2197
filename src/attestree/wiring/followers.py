"""
What follows the registries of a trust file, for servers and for many credentials at once.

Decides that a registry is followed under the pins of the trust file, and how its snapshot is named.
Source: DESIGN sections 3 and 7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from attestree.adapters.evm.followed_facts import POLL_SECONDS, FollowedFacts
from attestree.adapters.evm.snapshot import SnapshotFile
from attestree.errors import AttestreeError
from attestree.ports import Clock
from attestree.settings import Settings
from attestree.verifying.trust import Trust
from attestree.verifying.verifier import RegistryKey
from attestree.wiring.verifiers import trusted_sources

OnPoll = Callable[[AttestreeError | None], None]
"""Told of each poll: None, or why it failed."""

OnSnapshot = Callable[[AttestreeError], None]
"""Told why a snapshot was thrown away or could not be kept."""


def wire_followers(
    settings: Settings,
    *,
    trust: Trust,
    clock: Clock,
    rpc: Sequence[str] = (),
    poll_seconds: float = POLL_SECONDS,
    on_poll: Callable[[RegistryKey], OnPoll] = lambda _key: lambda _error: None,
    snapshots: Path | None = None,
    on_snapshot: Callable[[RegistryKey], OnSnapshot] = lambda _key: lambda _error: None,
) -> dict[RegistryKey, FollowedFacts]:
    """
    Return a follower for each trusted registry that can be reached; nothing is asked before `start`.

    Args:
        settings: Say which nodes to ask, by registry.
        trust: Whom to believe.
        clock: Wall time.
        rpc: Nodes to ask instead, for every trusted registry.
        poll_seconds: Pause between two polls.
        on_poll: Given a registry, returns what is told of each poll: None, or why it failed.
        snapshots: Folder that keeps what was read from one start to the next; None = nothing is kept.
        on_snapshot: Given a registry, returns what is told why a snapshot was thrown away or not kept.
    """
    return {
        key: FollowedFacts(
            sources,
            clock=clock,
            view_age_limit_seconds=settings.view_age_limit_seconds,
            poll_seconds=poll_seconds,
            on_poll=on_poll(key),
            snapshot=None if snapshots is None else SnapshotFile(snapshots / snapshot_name(key)),
            on_snapshot=on_snapshot(key),
        )
        for key, sources in trusted_sources(trust, settings, rpc=rpc).items()
    }


def snapshot_name(key: RegistryKey) -> str:
    """Return the name of the file that keeps what was read of a registry."""
    chain_id, registry = key
    return f"{chain_id}-{registry.hex()}.snapshot"
