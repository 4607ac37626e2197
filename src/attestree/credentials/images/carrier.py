"""
What PNG and SVG have in common: the words of the carrier, its limits, and what may be put into it.

Decides that what is baked is a credential secured by a proof of its own (JSON), or a compact JWS; whether
it is genuine is not decided here. Pixels are never decoded. Source: Open Badges 3.0, section 5.3; DESIGN
section 4.
"""

from __future__ import annotations

import re

from attestree.credentials.strict_json import MAX_BYTES, parse_json
from attestree.errors import ImageError

KEYWORD = "openbadgecredential"
"""Keyword of the PNG chunk that carries a credential of Open Badges 3.0."""

OLD_KEYWORD = "openbadges"
"""Keyword of an assertion of Open Badges 1 and 2."""

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
"""Namespace of the SVG element that carries a credential of Open Badges 3.0."""

OLD_NAMESPACE = "http://openbadges.org"
"""Namespace of an assertion of Open Badges 1 and 2."""

MAX_PICTURE_BYTES = 8 * 1024 * 1024
"""Largest picture that is read or made."""

WHITE_SPACE = " \t\r\n"
"""White space of JSON and XML, which may stand around what is carried."""

_COMPACT_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


def is_compact_jws(text: str) -> bool:
    """Say whether text has the form of a compact JWS: three parts of base64url."""
    return _COMPACT_JWS.fullmatch(text) is not None


def require_picture_size(octets: bytes) -> bytes:
    """Return the octets of a picture that is not too large; ImageError `image.too_large`."""
    if len(octets) > MAX_PICTURE_BYTES:
        raise ImageError("image.too_large", limit=MAX_PICTURE_BYTES)
    return octets


def require_text_size(octets: bytes) -> bytes:
    """Return the octets of a carried text that is not too large; ImageError `image.credential_too_large`."""
    if len(octets) > MAX_BYTES:
        raise ImageError("image.credential_too_large", limit=MAX_BYTES)
    return octets


def decode_text(octets: bytes) -> str:
    """Return UTF-8 text without white space around it; `image.encoding` or `image.no_credential`."""
    try:
        text = octets.decode("utf-8").strip(WHITE_SPACE)
    except UnicodeDecodeError:
        raise ImageError("image.encoding") from None
    if not text:
        raise ImageError("image.no_credential")
    return text


def require_secured(text: str) -> str:
    """
    Return the text of a credential that may be baked, without white space around it.

    Raises:
        ImageError: `image.credential_too_large`, `image.no_proof`.
        MalformedJsonError: It is neither strict JSON nor a compact JWS.
    """
    text = text.strip(WHITE_SPACE)
    octets = require_text_size(text.encode("utf-8", "surrogatepass"))
    if is_compact_jws(text):
        return text
    value = parse_json(octets)
    if not isinstance(value, dict) or not value.get("proof"):
        raise ImageError("image.no_proof")
    return text
