"""Keys of storage, as Solidity computes them."""

from __future__ import annotations

from attestree.merkle.keccak import keccak256
from attestree.registry.slots import (
    ACCREDITORS,
    slot_of_accreditor,
    slot_of_operator,
    slot_of_status,
    slot_of_status_word,
)
from tests.unit.registry.contract_logs import ACCREDITOR, ISSUER, LIST, OTHER


def status(index: int, purpose: int = 0) -> bytes:
    return slot_of_status(issuer=ISSUER, list_id=LIST, purpose=purpose, index=index)


def test_256_leaves_share_a_word_and_the_next_leaf_begins_another() -> None:
    words = [slot_of_status_word(issuer=ISSUER, list_id=LIST, purpose=0, word=number) for number in range(3)]
    assert [words.index(status(index)) for index in (0, 255, 256, 511, 512, 767)] == [0, 0, 1, 1, 2, 2]
    assert status(0, purpose=1) not in words


def test_the_mark_of_an_accreditor_lies_where_solidity_puts_a_mapping_by_address() -> None:
    padded = bytes(12) + ACCREDITOR + ACCREDITORS.to_bytes(32, "big")
    assert slot_of_accreditor(ACCREDITOR) == keccak256(padded)


def test_no_two_addresses_share_a_mark() -> None:
    assert len({slot_of_accreditor(address) for address in (ACCREDITOR, ISSUER, OTHER)}) == 3
    assert slot_of_accreditor(ISSUER) != slot_of_operator(issuer=ISSUER, operator=ISSUER)
