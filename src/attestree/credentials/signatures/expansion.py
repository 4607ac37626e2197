"""
Expand a JSON-LD document with the contexts in the package, so that every word becomes an address.

Decides nothing about meaning itself: PyLD does. It decides what PyLD is let near: contexts by
address only, of a known profile, with no member that PyLD would drop in silence, and only so much
work. Terms that no context defines are given an address under `UNDEFINED`, which `quads`
refuses. Source: JSON-LD 1.1 API, section 5.1; VC Data Integrity 1.0, section 4.1 (all terms must be
mapped); DESIGN section 4.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from attestree.credentials.signatures.context_documents import ContextProfile, build_loader
from attestree.errors import LinkedDataError, MissingExtraError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

UNDEFINED = "undefined://word/"
"""What the address of a word begins with that no context defines."""

RELATIVE = "undefined://address/"
"""What a relative address is resolved against: no document has a place of its own."""

ADDRESS = re.compile(r'[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20\x7f<>"{}|^`\\]*')
"""An absolute address that cannot break out of its brackets in N-Quads."""

MAX_COST = 8_000
"""What a document may cost to expand, in values: at most 125 ms, whatever stands in it.

Measured on one busy core of a small server: the dearest documents that were found take 125 ms to expand
and up to 75 ms more to label (`MAX_STEPS`); 144 ms where both limits are all but reached. The largest
sample of 1EdTech (16.6 kB, 356 quads) costs 2,887 and takes 30 ms.
"""

OBJECT_COST = 2
"""Values that one object counts for."""

TYPE_COST = 25
"""Values that one type of an object counts for: it brings words of its own, which PyLD reads anew."""

_KEYWORDS = {"@context", "@id", "@type", "@value", "@language", "@direction", "@list", "@set"}
_TYPE_NAMES = {"type", "@type"}
_NAMES_OF_NAMES = {"id", "@id", *_TYPE_NAMES}
_LIKE_KEYWORD = re.compile(r"@[A-Za-z]+")
_SPARE_READINGS: list[dict[str, Any]] = []
"""Contexts as PyLD has read them, each lent to one call at a time: PyLD's own store is not for threads."""

_SENTINEL: JsonObject = {"@vocab": UNDEFINED}


def expand(document: JsonObject, contexts: ContextProfile) -> list[JsonValue]:
    """
    Return the expanded form of a document.

    Raises:
        LinkedDataError: `terms.unknown_context`, `terms.undefined` for a member that would be dropped,
            `terms.too_much_work`, or `terms.syntax` for what is no JSON-LD.
        MissingExtraError: `extra.signatures`.
    """
    processor, jsonld_error, build_resolver = _load_pyld()
    guard = _Guard(contexts)
    prepared = guard.prepare(document)
    if not guard.is_open:
        prepared = {**prepared, "@context": [*_list(prepared.get("@context", [])), _SENTINEL]}
    loader, reading = build_loader(contexts.open_addresses), _borrow_reading()
    options = {"base": RELATIVE, "documentLoader": loader, "contextResolver": build_resolver(reading, loader)}
    try:
        expanded: list[JsonValue] = processor.expand(prepared, options)
    except (jsonld_error, ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as exc:
        raise LinkedDataError("terms.syntax") from exc
    finally:
        _SPARE_READINGS.append(reading)
    return expanded


class _Guard:
    """Walks the document once, before PyLD sees it."""

    def __init__(self, contexts: ContextProfile) -> None:
        self.contexts = contexts
        self.is_open = False
        self.cost = 0

    def prepare(self, document: JsonObject) -> JsonObject:
        """Return a copy whose whole numbers are integers, as JavaScript has them; refuse the rest."""
        self.count(OBJECT_COST)
        prepared: JsonObject = {}
        for name, value in document.items():
            if name == "@context":
                self.require_contexts(value)
                prepared[name] = value if self.is_open else _without_null_vocabulary(value)
                continue
            _refuse_name(name)
            if name in _TYPE_NAMES:
                self.count(TYPE_COST * len(_list(value)))
            if name in _NAMES_OF_NAMES and not ("@value" in document and value == "@json"):
                _refuse_keyword(value)
            prepared[name] = self.prepare_value(value)
        if "@value" not in document and ("@language" in document or "@direction" in document):
            raise LinkedDataError("terms.undefined", count=1)
        return prepared

    def prepare_value(self, value: JsonValue) -> JsonValue:
        """Prepare one value of any kind; null would vanish, and with it the word before it."""
        if isinstance(value, dict):
            return self.prepare(value)
        self.count()
        if isinstance(value, list):
            return [self.prepare_value(item) for item in value]
        if value is None:
            raise LinkedDataError("terms.undefined", count=1)
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def require_contexts(self, value: JsonValue) -> None:
        """Refuse anything but addresses of the profile and, where it takes them, definitions."""
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and self.contexts.inline:
                self.is_open = self.is_open or _sets_vocabulary(item)
                continue
            if not isinstance(item, str) or item not in self.contexts.addresses:
                raise LinkedDataError("terms.unknown_context")
            self.is_open = self.is_open or item in self.contexts.open_addresses

    def count(self, cost: int = 1) -> None:
        """Count one value, or what costs as much as several, and stop at the limit."""
        self.cost += cost
        if self.cost > MAX_COST:
            raise LinkedDataError("terms.too_much_work", limit=MAX_COST)


def _without_null_vocabulary(contexts: JsonValue) -> JsonValue:
    """Return contexts without `"@vocab": null`, at which PyLD fails where no vocabulary was set before."""
    return [
        {name: value for name, value in item.items() if name != "@vocab" or value is not None}
        if isinstance(item, dict)
        else item
        for item in _list(contexts)
    ]


def _sets_vocabulary(context: JsonValue) -> bool:
    """Say whether definitions, or any inside them, give a meaning to every word."""
    if isinstance(context, list):
        return any(_sets_vocabulary(item) for item in context)
    if not isinstance(context, dict):
        return False
    return isinstance(context.get("@vocab"), str) or any(map(_sets_vocabulary, context.values()))


def _refuse_name(name: str) -> None:
    """Refuse the name of a member that would be dropped: an unknown keyword, or one that makes no address."""
    address = name if ":" in name else UNDEFINED + name
    if name not in _KEYWORDS if name.startswith("@") else not ADDRESS.fullmatch(address):
        raise LinkedDataError("terms.undefined", count=1)


def _refuse_keyword(value: JsonValue) -> None:
    """Refuse an id or a type that looks like a keyword of JSON-LD: it would be dropped."""
    for item in _list(value):
        if isinstance(item, str) and _LIKE_KEYWORD.fullmatch(item):
            raise LinkedDataError("terms.undefined", count=1)


def _list(value: JsonValue) -> list[JsonValue]:
    """Return one value or a list as a list."""
    return value if isinstance(value, list) else [value]


def _borrow_reading() -> dict[str, Any]:
    """Return a store of contexts that nobody else uses now; `append` and `pop` are safe under threads."""
    try:
        return _SPARE_READINGS.pop()
    except IndexError:
        return {}


@cache
def _load_pyld() -> tuple[Any, type[Exception], Any]:
    """Return PyLD's processor, its error, and how a resolver of contexts is made."""
    try:
        from pyld import jsonld
        from pyld.context_resolver import ContextResolver
    except ImportError as exc:
        raise MissingExtraError("extra.signatures") from exc
    return jsonld.JsonLdProcessor(), jsonld.JsonLdError, ContextResolver
