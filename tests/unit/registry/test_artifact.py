"""The packaged artifact: names behind selectors and topics, reverts, comparison with code on chain."""

from __future__ import annotations

import re

import pytest

from attestree.merkle.keccak import keccak256
from attestree.registry.artifact import error_code, load_artifact, parse_revert
from attestree.text.english.contract import ENTRIES

WORD = bytes(31) + b"\x07"
ADDRESS = bytes(12) + bytes(range(1, 21))


def test_types_of_tuples_are_written_out_as_the_selector_needs_them() -> None:
    artifact = load_artifact()
    assert artifact.functions["verify"].text == "verify((address,bytes32,uint256,bytes32[]))"
    assert artifact.functions["confirm"].selector == keccak256(b"confirm(bytes32)")[:4]
    assert artifact.functions["adminDelay"].outputs[0].type == "uint40"


def test_acts_have_exactly_one_topic_and_registry_events_none() -> None:
    own = {
        "AccreditorAdded",
        "AccreditorRemoved",
        "AdminProposed",
        "AdminProposalCancelled",
        "AdminChanged",
        "Paused",
        "Unpaused",
    }
    for name, event in load_artifact().events.items():
        indexed = [p.name for p in event.inputs if p.indexed]
        if name in own:
            assert indexed == [], name
        elif name not in {"Anchored", "EIP712DomainChanged"}:
            assert indexed == ["issuer"], name


def test_selectors_and_topics_are_all_different() -> None:
    artifact = load_artifact()
    for signatures in (artifact.functions, artifact.errors):
        assert len({s.selector for s in signatures.values()}) == len(signatures)


def test_a_revert_is_read_into_name_code_and_values() -> None:
    selector = keccak256(b"RootCancelled(address,bytes32)")[:4]
    revert = parse_revert(selector + ADDRESS + WORD)
    assert revert is not None
    assert (revert.name, revert.code) == ("RootCancelled", "contract.root_cancelled")
    assert dict(revert.values) == {"issuer": "0x" + ADDRESS[12:].hex(), "root": "0x" + WORD.hex()}


@pytest.mark.parametrize("cut", [0, 3, 4, 35, 67, 69])
def test_bytes_that_are_no_whole_custom_error_are_not_guessed_at(cut: int) -> None:
    selector = keccak256(b"RootCancelled(address,bytes32)")[:4]
    assert parse_revert((selector + ADDRESS + WORD + WORD)[:cut]) is None


def test_a_panic_is_none_of_the_registrys_errors() -> None:
    assert parse_revert(keccak256(b"Panic(uint256)")[:4] + WORD) is None


def test_every_custom_error_has_words_that_use_only_its_values() -> None:
    for name, error in load_artifact().errors.items():
        entry = ENTRIES[error_code(name)]
        used = set(re.findall(r"{(\w+)}", entry.sentence + entry.cause + entry.next))
        assert used <= {p.name for p in error.inputs}, name


def test_deployed_code_is_recognised_whatever_the_constructor_filled_in() -> None:
    artifact = load_artifact()
    code = bytearray(artifact.deployed_bytecode)
    start, length = artifact.immutable_ranges[0]
    code[start : start + length] = b"\xff" * length
    assert artifact.has_code(bytes(code))


def test_one_other_byte_of_code_is_another_contract() -> None:
    artifact = load_artifact()
    code = bytearray(artifact.deployed_bytecode)
    code[0] ^= 1
    assert not artifact.has_code(bytes(code))
    assert not artifact.has_code(artifact.deployed_bytecode + b"\0")
    assert not artifact.has_code(b"")
