"""
Status lists of others, at the addresses that credentials name.

Decides what whoever fetches them must promise, not where they lie. Source: DESIGN section 7.
"""

from __future__ import annotations

from typing import Protocol


class HostedLists(Protocol):
    """Fetches lists; may be used from several threads."""

    def fetch_list(self, address: str) -> bytes:
        """
        Return the bytes at an address, from its host or from a cache of a minute; they may be anything.

        Raises:
            UnavailableError: A `download.*` code; it cannot be had now, or may not be asked for.
        """
