"""
Canonical bytes of many documents that share large parts.

Decides nothing new: the bytes are those of `credentials.canonical`, whose work is not repeated for the
achievement and the issuer that every credential of a batch holds. Source: RFC 8785, section 3.2.3.
"""

from __future__ import annotations

from json.encoder import encode_basestring

from attestree.credentials.canonical import canonicalize
from attestree.credentials.strict_json import JsonValue
from attestree.errors import MalformedJsonError


class CanonicalWriter:
    """Writes canonical JSON, remembering the bytes of values it was told are shared."""

    def __init__(self, *shared: JsonValue) -> None:
        """Write each shared value once; they must not change while the writer lives."""
        # The values are kept, so that no other object can take over their identity.
        self._shared = {id(value): (value, canonicalize(value)) for value in shared}
        self._orders: dict[tuple[str, ...], list[tuple[str, bytes]]] = {}

    def write(self, value: JsonValue) -> bytes:
        """Return `canonicalize(value)`."""
        if isinstance(value, str):
            return _write_text(value)
        known = self._shared.get(id(value))
        if known is not None:
            return known[1]
        if isinstance(value, bool):
            return b"true" if value else b"false"
        if isinstance(value, list):
            return b"[" + b",".join(map(self.write, value)) + b"]"
        if not isinstance(value, dict):
            return canonicalize(value)
        names = tuple(value)
        order = self._orders.get(names)
        if order is None:
            order = self._orders[names] = _order(names)
        return b"{" + b",".join([name + self.write(value[member]) for member, name in order]) + b"}"


def _order(names: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """Return names in their canonical order, each with how it is written, colon included."""
    ordered = sorted(names, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return [(name, canonicalize(name) + b":") for name in ordered]


def _write_text(text: str) -> bytes:
    """Return the canonical spelling of a text: the standard library escapes exactly what RFC 8785 does."""
    try:
        return encode_basestring(text).encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedJsonError("json.bad_unicode") from None
