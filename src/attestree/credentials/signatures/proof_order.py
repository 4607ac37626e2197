"""
Sets and chains: which proofs of a document lie under which other proof.

Decides what else than the document a proof covers. Proofs of a set know nothing of each other: each
covers the document without any proof, so one may be added later, as an anchor is. A proof that names
others in `previousProof` covers those as well, value and all. Whether they fit is judged one by one.
Source: VC Data Integrity 1.0, sections 2.1.1, 2.1.2, 4.3 and 4.5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attestree.credentials.proof_set import MAX_PROOFS
from attestree.errors import MalformedProofError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue


def list_proofs(document: JsonObject) -> tuple[JsonObject, ...]:
    """
    Return the proofs of a document, one or a list, in their order; none if it has none.

    Raises:
        MalformedProofError: `signature.proofs` if a proof is no object, or there are more than `MAX_PROOFS`.
    """
    if "proof" not in document:
        return ()
    proofs = _list(document["proof"])
    objects = tuple(proof for proof in proofs if isinstance(proof, dict))
    if len(objects) != len(proofs) or len(proofs) > MAX_PROOFS:
        raise MalformedProofError("signature.proofs", limit=MAX_PROOFS)
    return objects


def find_previous(proof: JsonObject, proofs: tuple[JsonObject, ...]) -> tuple[JsonObject, ...]:
    """
    Return the proofs that lie under `proof`, in the order in which it names them.

    Raises:
        MalformedProofError: `signature.previous_proof` if it names one that is not there, is there
            twice, or is itself.
    """
    if "previousProof" not in proof:
        return ()
    return tuple(_find(name, proof, proofs) for name in _list(proof["previousProof"]))


def cover(document: JsonObject, previous: tuple[JsonObject, ...]) -> JsonObject:
    """Return what a proof covers: the document without its proofs, and with those that lie under it."""
    covered = {name: value for name, value in document.items() if name != "proof"}
    return {**covered, "proof": list(previous)} if previous else covered


def _find(name: JsonValue, proof: JsonObject, proofs: tuple[JsonObject, ...]) -> JsonObject:
    """Return the one proof of that name."""
    found = [other for other in proofs if isinstance(name, str) and other.get("id") == name]
    if len(found) != 1 or found[0] == proof:
        raise MalformedProofError("signature.previous_proof")
    return found[0]


def _list(value: JsonValue) -> list[JsonValue]:
    """Return one value or a list as a list."""
    return value if isinstance(value, list) else [value]
