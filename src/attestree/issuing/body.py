"""
The body of a credential: its canonical bytes, with a gap where its proofs will stand.

Decides where `proof` comes among the members: RFC 8785 sorts them by name. Source: RFC 8785, section 3.2.3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject

PROOF = "proof"
"""The member that is left out."""


class Body(NamedTuple):
    """A document without proofs; canonical JSON."""

    before: bytes
    """From the bracket to the comma before `proof`."""
    after: bytes
    """From the next member to the last bracket."""

    @property
    def octets(self) -> bytes:
        """The document as it is hashed: without `proof`."""
        return self.before + self.after

    def secure(self, *proofs: bytes) -> tuple[bytes, ...]:
        """Return, in parts, the document with these proofs, each canonical JSON, as a set."""
        return self.before, b'"proof":[', b",".join(proofs), b"],", self.after


def build_body(document: JsonObject, write: Callable[[JsonObject], bytes]) -> Body:
    """
    Return the body of a document; `write` writes canonical JSON.

    Some member's name must come before `proof` and some behind it, as in every credential.
    """
    first = {name: value for name, value in document.items() if _sorts(name) < _sorts(PROOF)}
    last = {name: value for name, value in document.items() if _sorts(name) > _sorts(PROOF)}
    if not first or not last:
        raise ValueError("a credential has members on both sides of its proof")
    return Body(write(first)[:-1] + b",", write(last)[1:])


def _sorts(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")
