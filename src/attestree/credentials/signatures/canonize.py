"""
The canonical N-Quads of a JSON-LD document: the bytes that the `rdfc` suites hash.

Decides nothing by itself; it names the three steps and their guards in one place:

    expansion       contexts by address only, no member that would vanish, so much work at most
    quads           every word, id and type has a meaning, or the document is refused
    rdf_canonical   labels for blank nodes, so many steps at most

Both limits count work, not time: the same documents are refused everywhere. The standard has neither
guard, nor has PyLD; without them a claim could be added after signing, and a kilobyte could stop a
server. Source: RDFC-1.0; VC Data Integrity 1.0, sections 4.1 and 5; DESIGN section 4.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

from attestree.credentials.canonical import canonicalize
from attestree.credentials.signatures.context_documents import PRODUCTION, ContextProfile
from attestree.credentials.signatures.expansion import expand
from attestree.credentials.signatures.quads import build_quads
from attestree.credentials.signatures.rdf_canonical import canonize_quads
from attestree.errors import LinkedDataError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject


def canonize(
    document: JsonObject, *, contexts: ContextProfile = PRODUCTION, hash_name: str = "sha256"
) -> bytes:
    """
    Return the canonical N-Quads of a document, UTF-8.

    Args:
        document: As parsed; not changed.
        contexts: Which contexts it may name.
        hash_name: `sha256` or `sha384`; decides the labels of blank nodes.

    Raises:
        LinkedDataError: `terms.undefined` with `count`, `terms.unknown_context`, `terms.syntax` or
            `terms.too_much_work` with `limit`.
        MalformedJsonError: as `canonicalize`, for what is no JSON.
        MissingExtraError: `extra.signatures`.
    """
    outcome = _canonize(canonicalize(document), contexts, hash_name)
    if isinstance(outcome, LinkedDataError):
        raise LinkedDataError(outcome.code, **outcome.values)
    return outcome


@lru_cache(maxsize=16)
def _canonize(text: bytes, contexts: ContextProfile, hash_name: str) -> bytes | LinkedDataError:
    """Return the outcome for a document given as JCS; remembered, since each of its proofs asks again."""
    try:
        expanded = expand(json.loads(text), contexts)
        return canonize_quads(build_quads(expanded), hash_name=hash_name)
    except LinkedDataError as error:
        return error.with_traceback(None)
