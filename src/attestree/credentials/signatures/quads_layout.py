"""
Quads with gaps: the texts of one document go in, its canonical N-Quads come out.

Decides labels where it can be sure of them: where the quads of each blank node tell it from all others,
labels follow the order of those hashes. Where two look alike it has no answer, and the caller takes the
road that follows them further. Source: RDF Dataset Canonicalization 1.0, sections 4.4.3 (steps 3 to 5)
and 4.6 (Hash First Degree Quads); RDF 1.1 N-Quads.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from operator import eq

MARK = re.compile(r"gap-([0-9]+)-gap")
"""What stands for a text while a layout is made."""

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_LINE = re.compile(r'(\S+) (\S+) (<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"\S*)(?: (\S+))? \.')
_SCHEME = r"(?:[A-Za-z][A-Za-z0-9+.-]*:(?://)?)?"
_GAP = re.compile(rf'(?P<open>["<]){_SCHEME}gap-(?P<slot>[0-9]+)-gap(?P<close>"(?:\^\^|@|$)|>$)')


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A line of which the fields are left open: labels of blank nodes and texts."""

    text: str
    """With `%s` for each field."""
    fields: tuple[int, ...]
    """Which fields, by number."""

    def fill(self, fields: Sequence[str]) -> str:
        """Return the line."""
        return self.text % tuple([fields[number] for number in self.fields])


@dataclass(frozen=True, slots=True)
class _BlankNode:
    """One blank node: its quads as its hash sees them, itself `_:a`, any other `_:z`."""

    patterns: tuple[_Pattern, ...]
    """One a quad."""
    fixed_hash: str
    """Their hash where no text is left open; else empty."""

    def hash(self, fields: Sequence[str]) -> str:
        """Return the hash of its first-degree quads."""
        return self.fixed_hash or _hash_lines(pattern.fill(fields) for pattern in self.patterns)


def find_gaps(quads: str) -> frozenset[int]:
    """Return the places whose mark only ever came out as one whole term of one kind, with nothing added."""
    marked = Counter(MARK.findall(quads))
    gaps = [gap for terms in _parse(quads) for gap in map(_GAP.match, terms) if gap]
    kinds = Counter((gap["slot"], gap["open"]) for gap in gaps)
    return frozenset(
        int(slot) for slot, count in marked.items() if count in (kinds[slot, '"'], kinds[slot, "<"])
    )


class QuadsLayout:
    """The quads of one shape; made from canonical N-Quads in which each gap is a mark."""

    def __init__(self, quads: str) -> None:
        """Find out what changes with the texts, and what does not."""
        lines = _parse(quads)
        labels = sorted({term for terms in lines for term in terms if term.startswith("_:")})
        gaps = [gap for terms in lines for gap in map(_GAP.match, terms) if gap]
        self._slots = tuple(sorted({(int(gap["slot"]), gap["open"] == '"') for gap in gaps}))
        fields = {label: number for number, label in enumerate(labels)}
        fields |= {
            _name_gap(slot, is_literal=kind): len(labels) + at for at, (slot, kind) in enumerate(self._slots)
        }
        self._nodes = tuple(_build_node(label, lines, fields) for label in labels)
        patterns = [_build_pattern(terms, fields) for terms in lines]
        self._fixed = [pattern.fill(()) for pattern in patterns if not pattern.fields]
        self._open = [pattern for pattern in patterns if pattern.fields]

    def fill(self, texts: Sequence[str]) -> bytes | None:
        """Return canonical N-Quads with these texts, by slot; None where two blank nodes look alike."""
        written = [
            texts[slot].translate(_ESCAPES) if escaped else texts[slot] for slot, escaped in self._slots
        ]
        unlabelled = [""] * len(self._nodes) + written
        hashes = [node.hash(unlabelled) for node in self._nodes]
        ranks = {value: rank for rank, value in enumerate(sorted(hashes))}
        if len(ranks) < len(hashes):
            return None
        fields = [f"_:c14n{ranks[value]}" for value in hashes] + written
        lines = self._fixed + [pattern.fill(fields) for pattern in self._open]
        lines.sort()
        # Two gaps may have got the same text; two quads are one then, which the hashes do not know.
        return None if any(map(eq, lines, lines[1:])) else "".join(lines).encode()


def _parse(quads: str) -> list[list[str]]:
    """Return the terms of each line, three or four of them."""
    matches = [_LINE.fullmatch(line) for line in quads.split("\n")[:-1]]
    return [[term for term in match.groups() if term is not None] for match in matches if match]


def _build_pattern(terms: Iterable[str], fields: dict[str, int]) -> _Pattern:
    """Return the pattern of one quad."""
    texts: list[str] = []
    numbers: list[int] = []
    for term in terms:
        text, name = _open_term(term)
        texts.append(text)
        if name:
            numbers.append(fields[name])
    return _Pattern(" ".join([*texts, ".\n"]), tuple(numbers))


def _open_term(term: str) -> tuple[str, str]:
    """Return a term as a pattern, and the name of the field that is left open in it, if any."""
    if term.startswith("_:"):
        # itself and others, as a hash sees them, stay as they are
        return (term, "") if term in ("_:a", "_:z") else ("%s", term)
    gap = _GAP.match(term)
    if gap is None:
        return term.replace("%", "%%"), ""
    is_literal = gap["open"] == '"'
    rest = term[gap.end("slot") + len("-gap") :]
    return f"{gap['open']}%s{rest.replace('%', '%%')}", _name_gap(int(gap["slot"]), is_literal=is_literal)


def _name_gap(slot: int, *, is_literal: bool) -> str:
    """Return the name of the field of a gap."""
    return f"{slot} {is_literal}"


def _build_node(label: str, lines: Iterable[Sequence[str]], fields: dict[str, int]) -> _BlankNode:
    """Return a blank node with its quads."""
    patterns = [
        _build_pattern([_mask(term, label) for term in terms], fields) for terms in lines if label in terms
    ]
    is_fixed = not any(pattern.fields for pattern in patterns)
    return _BlankNode(tuple(patterns), _hash_lines(p.fill(()) for p in patterns) if is_fixed else "")


def _mask(term: str, label: str) -> str:
    """Return a term as the hash of a blank node sees it."""
    if not term.startswith("_:"):
        return term
    return "_:a" if term == label else "_:z"


def _hash_lines(lines: Iterable[str]) -> str:
    """Return the hash of a node's quads; what only looks the same once masked counts each time."""
    return sha256("".join(sorted(lines)).encode()).hexdigest()
