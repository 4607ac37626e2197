"""Calls: every signature is the contract's own, and every call says what was asked."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import decode
from hypothesis import given
from hypothesis import strategies as st

from attestree.merkle.keccak import keccak256
from attestree.registry.artifact import load_artifact
from attestree.registry.calls import (
    SIGNATURES,
    build_accredit,
    build_add_operator,
    build_anchor,
    build_anchor_many,
    build_call,
    build_status,
)
from attestree.registry.facts import Purpose, Reason, Role

ISSUER = b"\1" * 20
ROOT = b"\2" * 32


def type_of(parameter: dict[str, Any]) -> str:
    """Return the canonical type of a parameter of an ABI."""
    if not parameter["type"].startswith("tuple"):
        return str(parameter["type"])
    inner = ",".join(type_of(component) for component in parameter["components"])
    return f"({inner}){parameter['type'].removeprefix('tuple')}"


def compiled_functions() -> dict[str, str]:
    """Return the signature of every function of the contract that writes, by name."""
    functions = [item for item in load_artifact().abi if item["type"] == "function"]
    writes = [item for item in functions if item["stateMutability"] not in ("view", "pure")]
    return {item["name"]: f"{item['name']}({','.join(map(type_of, item['inputs']))})" for item in writes}


def arguments_of(payload: bytes, name: str, types: list[str]) -> tuple[Any, ...]:
    assert payload[:4] == keccak256(SIGNATURES[name].encode())[:4]
    return tuple(decode(types, payload[4:]))


def address(octets: bytes) -> str:
    return "0x" + octets.hex()


@pytest.mark.parametrize("name", SIGNATURES)
def test_every_signature_is_that_of_the_compiled_contract(name: str) -> None:
    assert SIGNATURES[name] == compiled_functions()[name]


@given(sizes=st.lists(st.integers(1, 2**32 - 1), max_size=5))
def test_anchors_together_say_of_each_root_what_a_single_one_says(sizes: list[int]) -> None:
    requests = [(bytes([n]) * 32, size, n % 2, bytes([n + 1]) * 13) for n, size in enumerate(sizes)]
    payload = build_anchor_many(ISSUER, requests)
    types = ["address", "(bytes32,uint32,uint8,uint104)[]"]
    asked = tuple((root, size, kind, int.from_bytes(list_id)) for root, size, kind, list_id in requests)
    assert arguments_of(payload, "anchorMany", types) == (address(ISSUER), asked)


@given(size=st.integers(1, 2**32 - 1), kind=st.integers(0, 255), list_id=st.binary(min_size=13, max_size=13))
def test_an_anchor_says_root_size_kind_and_list(size: int, kind: int, list_id: bytes) -> None:
    payload = build_anchor(ISSUER, root=ROOT, size=size, kind=kind, list_id=list_id)
    types = ["address", "bytes32", "uint32", "uint8", "uint104"]
    assert arguments_of(payload, "anchor", types) == (
        address(ISSUER),
        ROOT,
        size,
        kind,
        int.from_bytes(list_id, "big"),
    )


words = st.dictionaries(st.integers(0, 2**24), st.integers(1, 2**256 - 1), min_size=1, max_size=4)


@given(words=words, reason=st.sampled_from(Reason))
def test_a_revocation_says_its_words_in_order_and_its_reason(words: dict[int, int], reason: Reason) -> None:
    payload = build_status(
        ISSUER, root=ROOT, purpose=Purpose.REVOCATION, sets=True, words=words, reason=reason
    )
    types = ["address", "bytes32", "(uint256,uint256)[]", "uint8"]
    said = arguments_of(payload, "revoke", types)
    assert said == (address(ISSUER), ROOT, tuple(sorted(words.items())), int(reason))


@pytest.mark.parametrize(("sets", "name"), [(True, "suspend"), (False, "reinstate")])
def test_a_suspension_is_set_or_cleared(sets: bool, name: str) -> None:
    payload = build_status(ISSUER, root=ROOT, purpose=Purpose.SUSPENSION, sets=sets, words={3: 5})
    types = ["address", "bytes32", "(uint256,uint256)[]"]
    assert arguments_of(payload, name, types) == (address(ISSUER), ROOT, ((3, 5),))


@pytest.mark.parametrize(("again", "name"), [(False, "accredit"), (True, "reinstateAccreditation")])
def test_an_accreditation_says_whom_until_when_and_under_which_rules(again: bool, name: str) -> None:
    payload = build_accredit(ISSUER, ends=99, did="did:web:x", name="Zoë", framework="rules", again=again)
    types = ["address", "uint40", "string", "string", "string"]
    assert arguments_of(payload, name, types) == (address(ISSUER), 99, "did:web:x", "Zoë", "rules")


def test_an_operator_is_named_with_its_roles() -> None:
    payload = build_add_operator(ISSUER, roles=Role.ANCHOR | Role.STATUS, ends=99)
    types = ["address", "uint8", "uint40"]
    assert arguments_of(payload, "addOperator", types) == (
        address(ISSUER),
        int(Role.ANCHOR | Role.STATUS),
        99,
    )


def test_a_call_without_arguments_is_its_selector() -> None:
    assert build_call("pause") == keccak256(b"pause()")[:4]


def test_a_function_that_the_contract_lacks_is_not_called() -> None:
    with pytest.raises(KeyError):
        build_call("selfDestruct")
