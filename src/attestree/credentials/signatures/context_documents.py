"""
The JSON-LD contexts that lie in the package, and the only loader that a document is read with.

Decides which contexts a signature may rest on. A context that is not here is refused, never fetched:
whoever could change a context could change what is signed. Bytes are compared with the pins of
`credentials.contexts` before they are used. `contexts/README.md` says where each file comes from.
Source: VCDM 2.0, appendix B.1; VC Data Integrity 1.0, section 2.4.1; DESIGN section 4.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, TypeAlias

from attestree.credentials.contexts import CREDENTIALS_V1, CREDENTIALS_V2, KNOWN_CONTEXTS, OPEN_BADGES
from attestree.errors import CorruptionError, LinkedDataError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject

RemoteDocument: TypeAlias = "dict[str, object]"
"""What a loader of PyLD answers: `document`, `documentUrl`, `contextUrl`, `contentType`."""

EXAMPLES_V2 = "https://www.w3.org/ns/credentials/examples/v2"
"""Context of the examples of W3C: it gives any word a meaning, so it is no good outside tests."""

_OPEN_BADGES_FOLDER = "https://purl.imsglobal.org/spec/ob/v3p0/"
_FILES = {
    CREDENTIALS_V1: "credentials-v1",
    CREDENTIALS_V2: "credentials-v2",
    _OPEN_BADGES_FOLDER + "context.json": "open-badges-3.0.0",
    _OPEN_BADGES_FOLDER + "context-3.0.1.json": "open-badges-3.0.1",
    _OPEN_BADGES_FOLDER + "context-3.0.2.json": "open-badges-3.0.2",
    OPEN_BADGES: "open-badges-3.0.3",
    _OPEN_BADGES_FOLDER + "extensions.json": "open-badges-extensions",
    "https://w3id.org/security/data-integrity/v1": "data-integrity-v1",
    "https://w3id.org/security/data-integrity/v2": "data-integrity-v2",
    "https://w3id.org/security/multikey/v1": "multikey-v1",
    "https://w3id.org/security/suites/ed25519-2020/v1": "ed25519-2020-v1",
}
_EXAMPLES: JsonObject = {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}}


@dataclass(frozen=True, slots=True)
class ContextProfile:
    """Which contexts a document may name."""

    addresses: frozenset[str]
    """Every address that is taken."""
    open_addresses: frozenset[str] = frozenset()
    """Those of them that give any word a meaning; under them no term is ever undefined."""
    inline: bool = False
    """Whether a document may also define terms by itself."""


PRODUCTION = ContextProfile(frozenset(_FILES))
"""Every context in the package: each defines its terms one by one."""

CONFORMANCE = ContextProfile(
    PRODUCTION.addresses | {EXAMPLES_V2}, open_addresses=frozenset({EXAMPLES_V2}), inline=True
)
"""As production, with the context of W3C's examples and terms that documents define: its suites need both."""


def read_context(address: str) -> bytes:
    """
    Return the bytes of a context in the package.

    Raises:
        LinkedDataError: `terms.unknown_context`.
        CorruptionError: `terms.changed_context` if they do not have a pinned SHA-256.
    """
    name = _FILES.get(address)
    if name is None:
        raise LinkedDataError("terms.unknown_context")
    octets = files(__package__).joinpath("contexts", f"{name}.json").read_bytes()
    if hashlib.sha256(octets).hexdigest() not in KNOWN_CONTEXTS[address]:
        raise CorruptionError("terms.changed_context", file=f"{name}.json")
    return octets


@cache
def load_context(address: str) -> JsonObject:
    """
    Return a context by its address, parsed once; not to be changed.

    Raises:
        LinkedDataError: `terms.unknown_context`.
        CorruptionError: `terms.changed_context`.
    """
    if address == EXAMPLES_V2:
        return _EXAMPLES
    document: JsonObject = json.loads(read_context(address))
    return document


def build_loader(extra: Iterable[str] = ()) -> Callable[[str, object], RemoteDocument]:
    """
    Return a document loader for PyLD that knows the production contexts and `extra`, nothing else.

    Raises:
        LinkedDataError: `terms.unknown_context`, when the loader is asked for another address.
    """
    addresses = PRODUCTION.addresses | set(extra)

    def load(address: str, _options: object) -> RemoteDocument:
        if address not in addresses:
            raise LinkedDataError("terms.unknown_context")
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": address,
            "document": load_context(address),
        }

    return load
