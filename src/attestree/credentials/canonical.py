"""
The canonical bytes of a JSON value: RFC 8785, the JSON Canonicalization Scheme.

Decides one spelling for each value: members sorted by UTF-16 code units, shortest numbers, no white
space. Text is taken as it stands, never normalised. What may be read at all is decided in
`strict_json`. Source: RFC 8785; DESIGN section 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import rfc8785

from attestree.errors import MalformedJsonError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonValue


def canonicalize(value: JsonValue) -> bytes:
    """
    Return the canonical UTF-8 bytes of `value`.

    Raises:
        MalformedJsonError: `json.int_range`, `json.bad_number` (NaN, infinities), `json.bad_unicode`
            (lone surrogate), `json.too_deep` or `json.not_json` (a Python type JSON does not have).
    """
    try:
        return rfc8785.dumps(value)
    except rfc8785.IntegerDomainError:
        raise MalformedJsonError("json.int_range", limit=2**53 - 1) from None
    except rfc8785.FloatDomainError:
        raise MalformedJsonError("json.bad_number") from None
    except UnicodeEncodeError:
        raise MalformedJsonError("json.bad_unicode") from None
    except RecursionError:
        raise MalformedJsonError("json.too_deep", limit=32) from None
    except rfc8785.CanonicalizationError as error:
        lone_surrogate = isinstance(error.__cause__, UnicodeEncodeError)
        raise MalformedJsonError("json.bad_unicode" if lone_surrogate else "json.not_json") from None
