"""
How blocks, transactions, receipts and logs of py-evm are written as JSON-RPC.

Pure. Quantities are hex without leading zeros, byte strings keep their length, and every header field is
written, so that a block's hash can be recomputed from its JSON. Source: the Ethereum execution API
specification.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attestree.adapters.evm.hexes import format_bytes

Json = dict[str, Any]
"""A JSON object on its way out."""


def format_address(value: bytes) -> str | None:
    """Write an address in lower case, as nodes do; the empty one of a contract creation is None."""
    return format_bytes(value) if value else None


def build_block(block: Any, *, whole: bool) -> Json:
    """Describe a py-evm block; `whole` lists transactions in full instead of by hash."""
    header = block.header
    return {
        "number": hex(header.block_number),
        "hash": format_bytes(header.hash),
        "parentHash": format_bytes(header.parent_hash),
        "nonce": format_bytes(header.nonce),
        "sha3Uncles": format_bytes(header.uncles_hash),
        "logsBloom": format_bytes(header.bloom.to_bytes(256, "big")),
        "transactionsRoot": format_bytes(header.transaction_root),
        "stateRoot": format_bytes(header.state_root),
        "receiptsRoot": format_bytes(header.receipt_root),
        "miner": format_address(header.coinbase),
        "difficulty": hex(header.difficulty),
        "totalDifficulty": hex(header.difficulty),
        "mixHash": format_bytes(header.mix_hash),
        "extraData": format_bytes(header.extra_data),
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "baseFeePerGas": hex(header.base_fee_per_gas),
        "withdrawalsRoot": format_bytes(header.withdrawals_root),
        "blobGasUsed": hex(header.blob_gas_used),
        "excessBlobGas": hex(header.excess_blob_gas),
        "parentBeaconBlockRoot": format_bytes(header.parent_beacon_block_root),
        "requestsHash": format_bytes(header.requests_hash),
        "size": hex(0),
        "uncles": [],
        "withdrawals": [],
        "transactions": [
            build_transaction(block, index) if whole else format_bytes(transaction.hash)
            for index, transaction in enumerate(block.transactions)
        ],
    }


def build_transaction(block: Any, index: int) -> Json:
    """Describe the transaction at `index` of a py-evm block."""
    transaction = block.transactions[index]
    kind = transaction_type(transaction)
    # Legacy transactions have a `v`, typed ones a parity; both are written as `v`, as nodes do.
    parity = transaction.v if kind == 0 else transaction.y_parity
    described: Json = {
        **_place(block, transaction, index),
        "hash": format_bytes(transaction.hash),
        "type": hex(kind),
        "nonce": hex(transaction.nonce),
        "from": format_address(transaction.sender),
        "to": format_address(transaction.to),
        "value": hex(transaction.value),
        "gas": hex(transaction.gas),
        "gasPrice": hex(effective_gas_price(block, transaction)),
        "input": format_bytes(transaction.data),
        "v": hex(parity),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
    }
    del described["transactionHash"]
    if kind > 0:
        described |= {
            "yParity": hex(parity),
            "chainId": hex(transaction.chain_id),
            "accessList": [
                {
                    "address": format_address(account),
                    "storageKeys": [format_bytes(key.to_bytes(32, "big")) for key in keys],
                }
                for account, keys in transaction.access_list
            ],
        }
    if kind > 1:
        described |= {
            "maxFeePerGas": hex(transaction.max_fee_per_gas),
            "maxPriorityFeePerGas": hex(transaction.max_priority_fee_per_gas),
        }
    return described


def build_receipt(block: Any, receipts: Any, index: int, *, created: bytes) -> Json:
    """Describe the receipt at `index`; `created` is the address of a new contract, else empty."""
    transaction = block.transactions[index]
    receipt = receipts[index]
    before = receipts[index - 1].gas_used if index else 0
    return {
        **_place(block, transaction, index),
        "type": hex(transaction_type(transaction)),
        "from": format_address(transaction.sender),
        "to": format_address(transaction.to),
        "status": "0x1" if receipt.state_root == b"\x01" else "0x0",
        "gasUsed": hex(receipt.gas_used - before),
        "cumulativeGasUsed": hex(receipt.gas_used),
        "effectiveGasPrice": hex(effective_gas_price(block, transaction)),
        "contractAddress": format_address(created),
        "logsBloom": format_bytes(receipt.bloom.to_bytes(256, "big")),
        "logs": [log for place, log in build_logs(block, receipts) if place == index],
    }


def build_logs(block: Any, receipts: Any) -> Iterator[tuple[int, Json]]:
    """Yield every log of a block in order, each with the index of its transaction."""
    number = 0
    for index, receipt in enumerate(receipts):
        for log in receipt.logs:
            yield (
                index,
                {
                    **_place(block, block.transactions[index], index),
                    "address": format_address(log.address),
                    "topics": [format_bytes(topic.to_bytes(32, "big")) for topic in log.topics],
                    "data": format_bytes(log.data),
                    "logIndex": hex(number),
                    "blockTimestamp": hex(block.header.timestamp),
                    "removed": False,
                },
            )
            number += 1


def transaction_type(transaction: Any) -> int:
    """Return the EIP-2718 type of a py-evm transaction; a legacy one is 0."""
    return int(getattr(transaction, "type_id", None) or 0)


def effective_gas_price(block: Any, transaction: Any) -> int:
    """Return the price in wei that a mined transaction paid for each gas."""
    if transaction_type(transaction) < 2:
        return int(transaction.gas_price)
    tipped = transaction.max_priority_fee_per_gas + block.header.base_fee_per_gas
    return int(min(transaction.max_fee_per_gas, tipped))


def _place(block: Any, transaction: Any, index: int) -> Json:
    """Say where a transaction stands."""
    return {
        "blockHash": format_bytes(block.header.hash),
        "blockNumber": hex(block.header.block_number),
        "transactionHash": format_bytes(transaction.hash),
        "transactionIndex": hex(index),
    }
