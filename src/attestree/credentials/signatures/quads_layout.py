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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from operator import eq

MARK = re.compile(r"gap-([0-9]+)-gap")
"""What stands for a text while a layout is made."""

# the backslash first: the others bring one of their own
_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
_LINE = re.compile(r'(\S+) (\S+) (<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"\S*)(?: (\S+))? \.')
# Stands for a field; no canonical quad holds it.
_FIELD = "\x00"
_SCHEME = r"(?:[A-Za-z][A-Za-z0-9+.-]*:(?://)?)?"
_GAP = re.compile(rf'(?P<open>["<]){_SCHEME}gap-(?P<slot>[0-9]+)-gap(?P<close>"(?:\^\^|@|$)|>$)')


class _Pattern:
    """Text of which the fields are left open: labels of blank nodes and texts."""

    __slots__ = ("_parts", "_whole", "fields", "text")

    def __init__(self, text: str, fields: tuple[int, ...]) -> None:
        """Take text with `_FIELD` for each field, and the fields by number."""
        self.text, self.fields = text, fields
        # the constants, with room for a field between each and the next
        self._parts = [part for constant in text.split(_FIELD) for part in (constant, "")][:-1]
        self._whole = None if fields else text

    def fill(self, fields: Sequence[str]) -> str:
        """Return the text."""
        if self._whole is not None:
            return self._whole
        parts = self._parts.copy()
        parts[1::2] = [fields[number] for number in self.fields]
        return "".join(parts)


class _Lines:
    """Lines that stand together, sorted; only those are sorted anew whose order may change with the texts."""

    def __init__(self, patterns: Iterable[_Pattern], *, shared: str = "") -> None:
        """Take lines, all of which begin with what becomes of `shared`."""
        self._runs: list[_Pattern | list[_Pattern]] = []
        for cluster in _cluster(patterns, skip=len(shared)):
            if len(cluster) > 1:
                self._runs.append(cluster)
            elif self._runs and isinstance(self._runs[-1], _Pattern):
                self._runs[-1] = _join([self._runs[-1], *cluster])
            else:
                self._runs += cluster

        self._only = self._runs[0] if len(self._runs) == 1 and isinstance(self._runs[0], _Pattern) else None

    def fill(self, fields: Sequence[str]) -> str | None:
        """Return the lines; None where two have become one."""
        if self._only is not None:
            return self._only.fill(fields)
        runs = [_fill(run, fields) for run in self._runs]
        if any(any(map(eq, lines, lines[1:])) for lines in runs if len(lines) > 1):
            return None
        return "".join(chain.from_iterable(runs))

    def hash(self, fields: Sequence[str]) -> str:
        """Return the SHA-256 of the lines in hex; what only looks the same once masked counts each time."""
        if self._only is not None:
            return sha256(self._only.fill(fields).encode()).hexdigest()
        lines = chain.from_iterable(_fill(run, fields) for run in self._runs)
        return sha256("".join(lines).encode()).hexdigest()


def _cluster(patterns: Iterable[_Pattern], *, skip: int) -> Iterator[list[_Pattern]]:
    """Yield lines in their order, those together whose order is not settled before their first fields."""

    def start(pattern: _Pattern) -> str:
        return pattern.text[skip:].partition(_FIELD)[0]

    cluster: list[_Pattern] = []
    for pattern in sorted(patterns, key=start):
        if cluster and not (cluster[0].fields and start(pattern).startswith(start(cluster[0]))):
            yield cluster
            cluster = []
        cluster.append(pattern)
    yield cluster


def _join(patterns: Sequence[_Pattern]) -> _Pattern:
    """Return lines as one pattern."""
    fields = tuple(number for pattern in patterns for number in pattern.fields)
    return _Pattern("".join(pattern.text for pattern in patterns), fields)


def _fill(run: _Pattern | list[_Pattern], fields: Sequence[str]) -> list[str]:
    """Return lines that need no sorting as one, others one by one, sorted; two may be alike."""
    if isinstance(run, _Pattern):
        return [run.fill(fields)]
    return sorted([pattern.fill(fields) for pattern in run])


@dataclass(frozen=True, slots=True)
class _Subject:
    """All lines about one subject; they follow each other."""

    term: _Pattern
    """The subject, and a blank: subjects sort as their lines do."""
    lines: _Lines
    """What is said of it, subject included."""


@dataclass(frozen=True, slots=True)
class _BlankNode:
    """One blank node: its quads as its hash sees them, itself `_:a`, any other `_:z`."""

    lines: _Lines
    """Its quads."""
    fixed_hash: str
    """Their hash where no text is left open; else empty."""

    def hash(self, fields: Sequence[str]) -> str:
        """Return the hash of its first-degree quads."""
        return self.fixed_hash or self.lines.hash(fields)


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
        by_subject: dict[str, list[list[str]]] = {}
        for terms in lines:
            by_subject.setdefault(terms[0], []).append(terms)
        self._subjects = tuple(_build_subject(some, fields) for some in by_subject.values())

    def fill(self, texts: Sequence[str]) -> bytes | None:
        """Return canonical N-Quads with these texts, by slot; None where two nodes or quads look alike."""
        written = self._write(texts)
        unlabelled = [""] * len(self._nodes) + written
        hashes = [node.hash(unlabelled) for node in self._nodes]
        ranks = {value: rank for rank, value in enumerate(sorted(hashes))}
        if len(ranks) < len(hashes):
            return None
        fields = [f"_:c14n{ranks[value]}" for value in hashes] + written
        parts = {subject.term.fill(fields): subject.lines.fill(fields) for subject in self._subjects}
        ordered = [parts[term] for term in sorted(parts)]
        # Two gaps may have got the same text; two quads are one then, which the hashes do not know.
        if len(parts) < len(self._subjects) or None in ordered:
            return None
        return "".join(filter(None, ordered)).encode()

    def _write(self, texts: Sequence[str]) -> list[str]:
        """Return the texts as they stand in quads: literals with escapes."""
        written = [texts[slot] for slot, _is_literal in self._slots]
        joined = "".join(written)
        for plain, escape in _ESCAPES:
            if plain in joined:
                written = [
                    text.replace(plain, escape) if is_literal else text
                    for text, (_slot, is_literal) in zip(written, self._slots, strict=True)
                ]
        return written


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
        return (term, "") if term in ("_:a", "_:z") else (_FIELD, term)
    gap = _GAP.match(term)
    if gap is None:
        return term, ""
    is_literal = gap["open"] == '"'
    rest = term[gap.end("slot") + len("-gap") :]
    return f"{gap['open']}{_FIELD}{rest}", _name_gap(int(gap["slot"]), is_literal=is_literal)


def _name_gap(slot: int, *, is_literal: bool) -> str:
    """Return the name of the field of a gap."""
    return f"{slot} {is_literal}"


def _build_subject(lines: Sequence[Sequence[str]], fields: dict[str, int]) -> _Subject:
    """Return a subject with all lines about it."""
    text, name = _open_term(lines[0][0])
    term = _Pattern(text + " ", (fields[name],) if name else ())
    # Lines of one subject sort by what comes behind it, whatever it is called.
    return _Subject(term, _Lines((_build_pattern(terms, fields) for terms in lines), shared=term.text))


def _build_node(label: str, lines: Iterable[Sequence[str]], fields: dict[str, int]) -> _BlankNode:
    """Return a blank node with its quads."""
    patterns = [
        _build_pattern([_mask(term, label) for term in terms], fields) for terms in lines if label in terms
    ]
    seen = _Lines(patterns)
    is_fixed = not any(pattern.fields for pattern in patterns)
    return _BlankNode(seen, seen.hash(()) if is_fixed else "")


def _mask(term: str, label: str) -> str:
    """Return a term as the hash of a blank node sees it."""
    if not term.startswith("_:"):
        return term
    return "_:a" if term == label else "_:z"
