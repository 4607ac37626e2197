"""
Media types of the bodies that are taken.

Decides names only; what is read from which is decided by the routes. Source: DESIGN section 10;
RFC 8259; VCDM 2.0, appendix C.
"""

from __future__ import annotations

from attestree.credentials.signatures.jwt import MEDIA_TYPE

JSON_TYPES = frozenset(
    {"application/json", "application/ld+json", "application/vc", "application/vc+ld+json"}
)
"""One question."""

TOKEN_TYPES = frozenset({MEDIA_TYPE, "application/jwt"})
"""A credential inside a signed token."""

PICTURE_TYPES = frozenset({"image/png", "image/svg+xml"})
"""A picture that carries a credential; nothing can be asked beside it."""

LINES_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
"""Many questions, one a line."""

ARRAY_TYPES = frozenset({"application/json"})
"""Many questions in one array."""
