"""
From an expanded JSON-LD document to its quads, refusing whatever quads cannot say.

Decides that a document is signed whole or not at all: a relative id or type, a word without a
meaning, an address that could break out of its line, a member that RDF has no place for - each is
refused, where the standard would drop it in silence and leave it unsigned. One thing is known to stay
unsigned: `@direction`, which says how a text is drawn, and which RDF 1.1 cannot say.
Source: JSON-LD 1.1 API, section 8; RDF 1.1 N-Quads; RDFC-1.0, section 5 (canonical N-Quads).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attestree.credentials.canonical import canonicalize
from attestree.credentials.signatures.expansion import ADDRESS
from attestree.credentials.signatures.rdf_canonical import Quad
from attestree.errors import LinkedDataError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_BLANK = re.compile(r"_:[A-Za-z0-9]+")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')
_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def build_quads(expanded: list[JsonValue]) -> set[Quad]:
    """
    Return the quads of an expanded document, blank nodes numbered as they come.

    Raises:
        LinkedDataError: `terms.undefined` with `count`, the number of places that have no meaning.
    """
    builder = _Builder()
    for node in expanded:
        builder.add_object(node, "")
    if builder.undefined or not builder.quads:
        raise LinkedDataError("terms.undefined", count=max(1, builder.undefined))
    return builder.quads


class _Builder:
    """Collects quads and counts what has no place among them."""

    def __init__(self) -> None:
        self.quads: set[Quad] = set()
        self.undefined = 0
        self.blanks = 0

    def add_object(self, value: JsonValue, graph: str) -> str:
        """Add a value object, a list or a node, and return the term that stands for it."""
        if not isinstance(value, dict):
            return self.refuse()
        if "@value" in value:
            return self.format_literal(value)
        if "@list" in value:
            return self.add_list(value, graph)
        return self.add_node(value, graph)

    def add_node(self, node: JsonObject, graph: str) -> str:
        """Add everything that is said of a node, and return its term."""
        subject = self.format_name(node["@id"]) if "@id" in node else self.make_blank()
        for name, values in node.items():
            if name == "@id":
                continue
            if name == "@type":
                for kind in _list(values):
                    self.quads.add((subject, f"<{_RDF}type>", self.format_address(kind), graph))
            elif name == "@graph":
                for inner in _list(values):
                    self.add_object(inner, subject)
            else:
                predicate = self.format_address(name)
                for value in _list(values):
                    self.quads.add((subject, predicate, self.add_object(value, graph), graph))
        return subject

    def add_list(self, value: JsonObject, graph: str) -> str:
        """Add an ordered list as cells, and return its first cell."""
        if value.keys() != {"@list"}:
            return self.refuse()
        rest = f"<{_RDF}nil>"
        for item in reversed(_list(value["@list"])):
            cell = self.make_blank()
            self.quads.add((cell, f"<{_RDF}first>", self.add_object(item, graph), graph))
            self.quads.add((cell, f"<{_RDF}rest>", rest, graph))
            rest = cell
        return rest

    def format_literal(self, literal: JsonObject) -> str:
        """Return a literal as canonical N-Quads spell it."""
        if not literal.keys() <= {"@value", "@type", "@language", "@direction"}:
            return self.refuse()
        kind = literal.get("@type")
        if kind == "@json":
            text, datatype = canonicalize(literal["@value"]).decode("utf-8"), f"<{_RDF}JSON>"
        else:
            text, default = _format_scalar(literal["@value"], kind)
            datatype = f"<{_XSD}{default}>" if kind is None else self.format_address(kind)
        quoted = f'"{_ESCAPED.sub(_escape, text)}"'
        if "@language" in literal:
            language = literal["@language"]
            if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
                return self.refuse()
            return f"{quoted}@{language}"
        return quoted if datatype == f"<{_XSD}string>" else f"{quoted}^^{datatype}"

    def format_name(self, value: JsonValue) -> str:
        """Return an address, or a blank node whose name stands in the document."""
        if isinstance(value, str) and _BLANK.fullmatch(value):
            return f"_:named{value[2:]}"
        return self.format_address(value)

    def format_address(self, value: JsonValue) -> str:
        """Return an absolute address in its brackets."""
        if not isinstance(value, str) or value.startswith("undefined:") or not ADDRESS.fullmatch(value):
            return self.refuse()
        return f"<{value}>"

    def make_blank(self) -> str:
        """Return a blank node that no other place has."""
        self.blanks += 1
        return f"_:b{self.blanks}"

    def refuse(self) -> str:
        """Count a place that has no meaning; the term returned is never used."""
        self.undefined += 1
        return "<>"


def _list(value: JsonValue) -> list[JsonValue]:
    """Return the values of a member; expansion makes arrays of nearly all."""
    return value if isinstance(value, list) else [value]


def _format_scalar(value: JsonValue, kind: JsonValue) -> tuple[str, str]:
    """Return the text of a scalar and the XSD type that it has unless another is named."""
    if isinstance(value, bool):
        return ("true" if value else "false"), "boolean"
    if isinstance(value, float) or (kind == f"{_XSD}double" and isinstance(value, int)):
        return _format_double(float(value)), "double"
    if isinstance(value, int):
        return str(value), "integer"
    if isinstance(value, str):
        return value, "string"
    raise LinkedDataError("terms.undefined", count=1)


def _format_double(value: float) -> str:
    """Return a double as JSON-LD prints it: at most 16 digits, `1.5E0`."""
    mantissa, exponent = f"{value:.15E}".split("E")
    digits = mantissa.rstrip("0")
    return f"{digits}{'0' if digits.endswith('.') else ''}E{int(exponent)}"


def _escape(found: re.Match[str]) -> str:
    """Return a character as canonical N-Quads escape it."""
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"
