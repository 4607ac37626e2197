"""
The hexadecimal of JSON-RPC: quantities and byte strings, read strictly.

Decides what counts as a well-formed value in an answer of a node. An empty or short answer is never
padded into a value: it ends in `chain.bad_answer`. Source: Ethereum JSON-RPC specification, "Hex value
encoding"; DESIGN section 1.
"""

from __future__ import annotations

import re

from attestree.errors import ChainUnavailableError

_QUANTITY = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]{0,63})", re.ASCII)
_BYTES = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)


def parse_quantity(value: object) -> int:
    """
    Read a quantity of at most 256 bits, without leading zeros.

    Raises:
        ChainUnavailableError: `chain.bad_answer`.
    """
    if not isinstance(value, str) or _QUANTITY.fullmatch(value) is None:
        raise ChainUnavailableError("chain.bad_answer", wanted="a quantity")
    return int(value, 16)


def format_quantity(value: int) -> str:
    """Write a quantity; `value` is not negative."""
    return hex(value)


def parse_bytes(value: object, *, size: int | None = None) -> bytes:
    """
    Read a byte string, of exactly `size` bytes where that is given.

    Raises:
        ChainUnavailableError: `chain.bad_answer`, also for an empty answer where bytes are wanted.
    """
    if not isinstance(value, str) or _BYTES.fullmatch(value) is None:
        raise ChainUnavailableError("chain.bad_answer", wanted="bytes")
    raw = bytes.fromhex(value[2:])
    if size is not None and len(raw) != size:
        raise ChainUnavailableError("chain.bad_answer", wanted=f"{size} bytes")
    return raw


def parse_hash(value: object) -> bytes:
    """Read 32 bytes; raises as `parse_bytes` does."""
    return parse_bytes(value, size=32)


def parse_address(value: object) -> bytes:
    """Read 20 bytes; the case of the digits carries no meaning; raises as `parse_bytes` does."""
    return parse_bytes(value, size=20)


def format_bytes(value: bytes) -> str:
    """Write a byte string in small letters."""
    return "0x" + value.hex()
