"""
Values in the form in which contracts take them.

Decides that the library which encodes them is loaded when the first is written: it takes longer to load than
a credential to verify, and a server that only reads never needs it. Source: Solidity ABI specification.
"""

from __future__ import annotations

from collections.abc import Sequence


def encode_abi(types: Sequence[str], values: Sequence[object]) -> bytes:
    """Return values of these Solidity types as `abi.encode` does; eth_abi's EncodingError if they differ."""
    from eth_abi.abi import encode

    return encode(types, values)
