"""
How bytes and texts are spelt in files that people may open: 0x hex, and strings of TOML.

Decides spelling only; what is read back is read by whoever owns the file. Source: DESIGN section 10;
TOML 1.0.
"""

from __future__ import annotations

import json


def format_hex(octets: bytes) -> str:
    """Return bytes as 0x hex, lower case."""
    return "0x" + octets.hex()


def quote_toml(text: str) -> str:
    """Return a TOML basic string: for printable text the escapes of JSON are those of TOML."""
    return json.dumps(text, ensure_ascii=False)
