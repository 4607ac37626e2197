"""
Finding out which keys a stranger's identifier has.

Decides what a resolver must promise, not where it looks. Source: DESIGN section 7.
"""

from __future__ import annotations

from typing import Protocol

from attestree.credentials.did import DidDocument


class DidResolver(Protocol):
    """Finds the documents of DIDs; may be used from several threads."""

    def fetch_document(self, did: str) -> DidDocument:
        """
        Return the document of a DID, from its own source or from a cache of minutes.

        Raises:
            DidUnavailableError: A `did.*` code; there is none to be had now, or none may be asked for.
            MalformedProofError: `did.malformed`, or `did.bad_document`, its host serves
                something else.
        """
