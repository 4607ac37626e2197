"""What geth's pool refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from attestree.adapters.evm.faults.mempool import PooledTransaction, check_pool, parse_transaction
from attestree.adapters.evm.refusals import is_known, read_refusal
from attestree.adapters.evm.rpc import RpcError
from attestree.merkle.keccak import keccak256

HELD = PooledTransaction("0x01", "0xaa", 5, max_fee=1_000, priority_fee=100)


def refuse(wanted: PooledTransaction, *, next_nonce: int = 5) -> str | None:
    return check_pool(wanted, HELD, next_nonce=next_nonce)


@pytest.mark.parametrize(
    ("max_fee", "priority_fee", "taken"),
    [
        (1_100, 110, True),
        (1_099, 110, False),
        (1_100, 109, False),
        (1_001, 101, False),
        (9_999, 100, False),
        (1_000, 999, False),
        (1_125, 113, True),
    ],
)
def test_both_fees_must_rise_by_a_tenth(max_fee: int, priority_fee: int, taken: bool) -> None:
    wanted = replace(HELD, tx_hash="0x02", max_fee=max_fee, priority_fee=priority_fee)
    assert refuse(wanted) == (None if taken else "replacement transaction underpriced")


@given(st.integers(0, 9), st.integers(0, 9))
def test_a_fee_so_small_that_a_tenth_is_nothing_must_rise_all_the_same(fee: int, tip: int) -> None:
    held = replace(HELD, max_fee=fee, priority_fee=tip)
    same = replace(held, tx_hash="0x02")
    assert check_pool(same, held, next_nonce=5) == "replacement transaction underpriced"


def test_the_same_transaction_is_known_and_a_used_nonce_is_too_low() -> None:
    assert refuse(HELD) == "already known"
    assert refuse(replace(HELD, tx_hash="0x02"), next_nonce=6) == "nonce too low: next nonce 6, tx nonce 5"
    assert check_pool(HELD, None, next_nonce=5) is None


def test_our_sender_reads_these_words_as_they_are_meant() -> None:
    def said(message: str | None) -> RpcError:
        return RpcError(host="node", rpc_code=-32000, rpc_message=message or "", revert_bytes=None)

    assert is_known(said(refuse(HELD)))
    other = replace(HELD, tx_hash="0x02")
    assert read_refusal(said(refuse(other))).code == "chain.underpriced"
    assert read_refusal(said(refuse(other, next_nonce=6))).code == "chain.nonce_too_low"


def test_a_signed_transaction_is_read_and_anything_else_is_left_to_the_node() -> None:
    account = Account.from_key(keccak256(b"pool"))
    fields = {"chainId": 31337, "nonce": 7, "to": "0x" + "11" * 20, "value": 0, "gas": 21_000}
    signed = account.sign_transaction({**fields, "type": 2, "maxFeePerGas": 90, "maxPriorityFeePerGas": 9})
    raw = bytes(signed.raw_transaction)
    assert parse_transaction(raw) == PooledTransaction(
        "0x" + bytes(signed.hash).hex(), account.address.lower(), 7, 90, 9
    )
    assert parse_transaction(raw[:-1]) is None
    assert parse_transaction(b"\x02") is None
    assert parse_transaction(b"") is None
    legacy = account.sign_transaction({**fields, "gasPrice": 90})
    assert parse_transaction(bytes(legacy.raw_transaction)) is None
