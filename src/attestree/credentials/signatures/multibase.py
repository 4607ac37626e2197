"""
Multibase: bytes as text whose first character names the alphabet, `z` base58btc, `u` base64url.

Decides one spelling a byte string: what `parse_` takes is exactly what `format_` writes. The other
alphabets of the registry are refused, as every suite here names one of these two.
Source: W3C Controlled Identifiers 1.0, section 2.4; RFC 4648, section 5.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BinasciiError

from attestree.errors import MalformedProofError

MAX_CHARACTERS = 512
"""Longest text that is read; base58 takes quadratic time, and no key or signature here needs 140."""

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_SQUARE = 58**2
_PAIRS = [first + second for first in _BASE58 for second in _BASE58]
_DIGITS = {character: digit for digit, character in enumerate(_BASE58)}


def parse_multibase(text: str) -> bytes:
    """
    Return the bytes that a text in either alphabet stands for.

    Raises:
        MalformedProofError: `signature.multibase`.
    """
    return parse_base64url(text) if text.startswith("u") else parse_base58btc(text)


def format_base58btc(octets: bytes) -> str:
    """Return bytes as `z` and base58 with Bitcoin's alphabet."""
    number = int.from_bytes(octets, "big")
    pieces: list[str] = []
    while number:
        # ten digits at once: dividing the long number is what costs
        number, rest = divmod(number, 58**10)
        high, low = divmod(rest, 58**6)
        pieces.append(_PAIRS[high // _SQUARE] + _PAIRS[high % _SQUARE] + _write_six(low))
    return "z" + "1" * _count_leading(octets) + "".join(reversed(pieces)).lstrip("1")


def _write_six(number: int) -> str:
    """Return six digits."""
    high, low = divmod(number, _SQUARE)
    return _PAIRS[high // _SQUARE] + _PAIRS[high % _SQUARE] + _PAIRS[low]


def parse_base58btc(text: str) -> bytes:
    """
    Return the bytes of `z` and base58; never an alias, since each leading `1` is one zero byte.

    Raises:
        MalformedProofError: `signature.multibase`.
    """
    _refuse_form(text, "z")
    number = 0
    for character in text[1:]:
        digit = _DIGITS.get(character)
        if digit is None:
            raise MalformedProofError("signature.multibase")
        number = number * 58 + digit
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def format_base64url(octets: bytes) -> str:
    """Return bytes as `u` and base64url without padding."""
    return "u" + urlsafe_b64encode(octets).decode("ascii").rstrip("=")


def parse_base64url(text: str) -> bytes:
    """
    Return the bytes of `u` and base64url without padding; unused bits must be zero.

    Raises:
        MalformedProofError: `signature.multibase`.
    """
    _refuse_form(text, "u")
    try:
        octets = urlsafe_b64decode(text[1:] + "=" * (-(len(text) - 1) % 4))
    except (BinasciiError, ValueError):
        raise MalformedProofError("signature.multibase") from None
    if format_base64url(octets) != text:
        raise MalformedProofError("signature.multibase")
    return octets


def _refuse_form(text: str, prefix: str) -> None:
    """Refuse another alphabet, and a text longer than anything that is used here."""
    if not text.startswith(prefix) or len(text) > MAX_CHARACTERS:
        raise MalformedProofError("signature.multibase")


def _count_leading(octets: bytes) -> int:
    """Count the zero bytes in front."""
    return len(octets) - len(octets.lstrip(b"\0"))
