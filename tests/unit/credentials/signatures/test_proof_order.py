"""Which proofs lie under which."""

from __future__ import annotations

import pytest

from attestree.credentials.proof_set import MAX_PROOFS
from attestree.credentials.signatures.proof_order import cover, find_previous, list_proofs
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import MalformedProofError

FIRST: JsonObject = {"id": "urn:1", "type": "A"}
SECOND: JsonObject = {"id": "urn:2", "type": "B"}
PROOFS = (FIRST, SECOND)


def test_one_proof_or_a_list_of_them_or_none() -> None:
    assert list_proofs({}) == ()
    assert list_proofs({"proof": FIRST}) == (FIRST,)
    assert list_proofs({"proof": [FIRST, SECOND]}) == PROOFS


@pytest.mark.parametrize("proofs", ["urn:1", None, [FIRST, "urn:2"], [FIRST] * (MAX_PROOFS + 1), [[FIRST]]])
def test_what_is_no_proof_set_is_refused(proofs: JsonValue) -> None:
    with pytest.raises(MalformedProofError) as refused:
        list_proofs({"proof": proofs})
    assert refused.value.code == "signature.proofs"


def test_a_proof_of_a_set_lies_on_nothing() -> None:
    assert find_previous(FIRST, PROOFS) == ()
    assert cover({"id": "urn:x", "proof": [FIRST]}, ()) == {"id": "urn:x"}


@pytest.mark.parametrize(
    ("names", "found"),
    [("urn:1", (FIRST,)), (["urn:1"], (FIRST,)), (["urn:2", "urn:1"], (SECOND, FIRST)), ([], ())],
)
def test_a_proof_of_a_chain_lies_on_those_it_names_in_that_order(
    names: JsonValue, found: tuple[JsonObject, ...]
) -> None:
    third: JsonObject = {"id": "urn:3", "previousProof": names}
    assert find_previous(third, (*PROOFS, third)) == found
    covered = cover({"id": "urn:x", "proof": [FIRST, SECOND, third]}, found)
    assert covered == {"id": "urn:x", **({"proof": list(found)} if found else {})}


@pytest.mark.parametrize("names", ["urn:4", "urn:3", 7, None, ["urn:1", "urn:4"], "urn:twice"])
def test_a_proof_that_is_not_there_or_not_the_only_one_or_itself_is_refused(names: JsonValue) -> None:
    third: JsonObject = {"id": "urn:3", "previousProof": names}
    twice: tuple[JsonObject, ...] = ({"id": "urn:twice", "n": 1}, {"id": "urn:twice", "n": 2})
    with pytest.raises(MalformedProofError) as refused:
        find_previous(third, (*PROOFS, *twice, third))
    assert refused.value.code == "signature.previous_proof"
