"""
The shapes of signed documents that a verifier remembers, so that the next of a shape takes little time.

Decides when all are forgotten: after so many documents that took the long road, since anybody may send
documents of ever new shapes. What a shape is, and which documents a template serves, is decided in
`credentials.signatures.quads_template`, which gives what `canonize` gives or asks it.
Source: DESIGN section 4.
"""

from __future__ import annotations

from attestree.credentials.signatures.canonize import canonize
from attestree.credentials.signatures.quads_template import QuadsTemplates
from attestree.credentials.strict_json import JsonObject

MAX_SLOW = 2_048
"""Documents that take the long road before all shapes are forgotten: several times as many as are kept."""


class RememberedShapes:
    """Canonizes documents; safe to use from several threads, and holds no document."""

    def __init__(self) -> None:
        """Begin with no shape."""
        self._slow = 0
        self._templates = QuadsTemplates(self._canonize)

    def canonize(self, document: JsonObject) -> bytes:
        """Return what `canonize` returns, sooner where the shape is known; raises as it does."""
        if self._slow >= MAX_SLOW:
            self._slow = 0
            self._templates = QuadsTemplates(self._canonize)
        return self._templates.canonize(document)

    def _canonize(self, document: JsonObject) -> bytes:
        self._slow += 1
        return canonize(document)
