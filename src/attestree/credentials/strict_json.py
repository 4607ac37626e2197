"""
Reads JSON that can mean one thing only.

Decides which bytes are read at all: two readers that accept the same bytes must see the same value,
and that value must have one canonical form. It does not know what a credential is, and it never
normalises text. Bytes that are canonical already are read by `canonical_reader`, which is faster and
gives the same. Source: RFC 8259, RFC 7493 (I-JSON), RFC 8785; DESIGN section 4.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeAlias

from attestree.credentials.canonical_reader import read_canonical
from attestree.errors import MalformedJsonError

JsonValue: TypeAlias = "None | bool | int | float | str | list[JsonValue] | dict[str, JsonValue]"
"""A parsed JSON value; whole numbers within ±(2^53 - 1) are `int` unless spelled with a point or exponent."""

JsonObject: TypeAlias = dict[str, JsonValue]
"""A parsed JSON object, in the order of the bytes."""

MAX_BYTES = 262_144
"""Bytes of one JSON text unless the caller sets another limit."""

MAX_DEPTH = 32
"""Objects and arrays that may lie inside one another; the outermost counts as 1."""

MAX_INTEGER = 2**53 - 1
"""Largest magnitude of any number, whichever way it is spelled; beyond it doubles skip integers."""

MAX_NUMBER_CHARACTERS = 64
"""Longest spelling of a number with a point or an exponent; a printed double needs 25."""

_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', re.DOTALL)
_FORBIDDEN_CHARACTER = re.compile("[\x00\ud800-\udfff]")


def parse_json(octets: bytes, *, limit_bytes: int = MAX_BYTES) -> JsonValue:
    """
    Parse one JSON text, strictly.

    A number is taken if the decimal value of its spelling equals that of the shortest decimal which
    denotes the nearest double: `2.50` and `25e-1` are 2.5; `0.10000000000000000000001` is nothing.
    Any white space of RFC 8259 is fine; neither key order nor spelling of escapes carries meaning.

    Raises:
        MalformedJsonError: `json.too_large`, `json.bad_unicode` (not UTF-8, byte order mark, lone
            surrogate, U+0000), `json.too_deep`, `json.empty`, `json.syntax`, `json.duplicate_key`,
            `json.bad_number` or `json.int_range`.
    """
    if len(octets) > limit_bytes:
        raise MalformedJsonError("json.too_large", limit=limit_bytes, size=len(octets))
    known = read_canonical(octets)
    return parse_slowly(octets) if known is None else known


def parse_slowly(octets: bytes) -> JsonValue:
    """Parse bytes of any spelling; `parse_json` gives the same, sooner where they are canonical."""
    text = _decode(octets)
    if not text.strip():
        raise MalformedJsonError("json.empty")
    _refuse_depth(text)
    try:
        value: JsonValue = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJsonError("json.syntax", line=error.lineno, column=error.colno) from None
    if "\\u" in text:
        _refuse_forbidden_characters(value)
    return value


def _decode(octets: bytes) -> str:
    """Decode UTF-8 without byte order mark and without a raw U+0000."""
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedJsonError("json.bad_unicode", offset=error.start) from None
    if text.startswith("\ufeff") or "\x00" in text:
        raise MalformedJsonError("json.bad_unicode", offset=max(text.find("\x00"), 0))
    return text


def _refuse_depth(text: str) -> None:
    """Refuse deep nesting before any recursive reader sees it, in one pass that cannot backtrack."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(text):
        bracket = text[token.start()]
        if bracket in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise MalformedJsonError("json.too_deep", limit=MAX_DEPTH)
        elif bracket in "]}":
            depth -= 1


def _refuse_forbidden_characters(value: JsonValue) -> None:
    """Refuse U+0000 and lone surrogates that escapes brought into a key or a string."""
    if isinstance(value, str):
        if _FORBIDDEN_CHARACTER.search(value):
            raise MalformedJsonError("json.bad_unicode")
    elif isinstance(value, list):
        for item in value:
            _refuse_forbidden_characters(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_forbidden_characters(key)
            _refuse_forbidden_characters(item)


def _build_object(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    """Build an object from members whose names, after unescaping, are all different."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedJsonError("json.duplicate_key")
    return members


def _parse_integer(spelling: str) -> int:
    """Parse an integer; its length is judged first, since thousands of digits take quadratic time."""
    if len(spelling) > len(str(-MAX_INTEGER)) or abs(int(spelling)) > MAX_INTEGER:
        raise MalformedJsonError("json.int_range", limit=MAX_INTEGER)
    return int(spelling)


def _parse_fraction(spelling: str) -> float:
    """Parse a number with a point or an exponent, if a double can say exactly that."""
    if len(spelling) > MAX_NUMBER_CHARACTERS:
        raise MalformedJsonError("json.bad_number")
    value = float(spelling)
    try:
        exact = Decimal(spelling) == Decimal(repr(value))
    except InvalidOperation:
        exact = False
    if not exact:
        raise MalformedJsonError("json.bad_number")
    if abs(value) > MAX_INTEGER:
        raise MalformedJsonError("json.int_range", limit=MAX_INTEGER)
    return value


def _refuse_constant(_spelling: str) -> NoReturn:
    """Refuse NaN and the infinities, which are no JSON."""
    raise MalformedJsonError("json.bad_number")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_build_object,
    parse_int=_parse_integer,
    parse_float=_parse_fraction,
    parse_constant=_refuse_constant,
)
