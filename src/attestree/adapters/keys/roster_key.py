"""
Reads an issuer's roster key: 32 bytes in hex, for its owner alone.

Decides the form of the file only; what the key is for is told in `issuing.row_key`.
Source: DESIGN section 6.
"""

from __future__ import annotations

from pathlib import Path

from attestree.adapters.keys.private_file import read_private
from attestree.errors import KeyFileError


def read_roster_key(path: Path) -> bytes:
    """
    Return an issuer's roster key, 32 bytes.

    Raises:
        KeyFileError: `key.not_a_key`, or a code of `read_private`.
    """
    try:
        key = bytes.fromhex(read_private(path).decode("ascii").strip())
    except ValueError as exc:
        raise KeyFileError("key.not_a_key", file=path.name) from exc
    if len(key) != 32:
        raise KeyFileError("key.not_a_key", file=path.name)
    return key
