"""
What a node says about blocks, code and logs, read strictly.

Decides which answers are well formed. Whether they belong to the chain that is meant is decided in `source`.
Source: Ethereum execution API specification; DESIGN section 1.
"""

from __future__ import annotations

from attestree.adapters.evm.hexes import parse_address, parse_bytes, parse_hash, parse_quantity
from attestree.errors import ChainUnavailableError
from attestree.registry.facts import BlockRef, Log


def parse_block(answer: object, *, host: str) -> BlockRef:
    """
    Read a block header.

    Raises:
        ChainUnavailableError: `chain.no_block` where the node has none, `chain.bad_answer`.
    """
    if answer is None:
        raise ChainUnavailableError("chain.no_block", host=host)
    if not isinstance(answer, dict):
        raise ChainUnavailableError("chain.bad_answer", host=host, wanted="a block")
    return BlockRef(
        number=parse_quantity(answer.get("number")),
        hash=parse_hash(answer.get("hash")),
        time=parse_quantity(answer.get("timestamp")),
    )


def parse_code(answer: object, *, host: str) -> bytes:
    """
    Read the code of a contract.

    Raises:
        ChainUnavailableError: `chain.no_code` where there is none, `chain.bad_answer`.
    """
    code = parse_bytes(answer)
    if not code:
        raise ChainUnavailableError("chain.no_code", host=host)
    return code


def parse_log(answer: object, *, host: str) -> Log:
    """
    Read a log.

    Raises:
        ChainUnavailableError: `chain.reorganised` where the node took it back, `chain.bad_answer`.
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("topics"), list):
        raise ChainUnavailableError("chain.bad_answer", host=host, wanted="a log")
    if answer.get("removed", False) is not False:
        raise ChainUnavailableError("chain.reorganised", host=host)
    return Log(
        address=parse_address(answer.get("address")),
        topics=tuple(parse_hash(topic) for topic in answer["topics"]),
        payload=parse_bytes(answer.get("data")),
        block_number=parse_quantity(answer.get("blockNumber")),
        block_hash=parse_hash(answer.get("blockHash")),
        tx_hash=parse_hash(answer.get("transactionHash")),
        log_index=parse_quantity(answer.get("logIndex")),
    )
