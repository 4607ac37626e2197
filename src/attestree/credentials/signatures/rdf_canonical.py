"""
RDFC-1.0: one text for a set of quads, whatever their blank nodes are called.

Decides the canonical labels, and stops a graph that would cost too much to label: the algorithm tries
every order of blank nodes that look alike, so a few hundred bytes could keep it busy for years. The
work is counted, never timed, so every machine refuses the same graphs. Which quads a document stands
for is decided in `quads`. Source: RDF Dataset Canonicalization 1.0, sections 4 and 7.1
(poison datasets); the names of the steps are those of the specification.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import permutations
from typing import TypeAlias

from attestree.errors import LinkedDataError

Quad: TypeAlias = tuple[str, str, str, str]
"""Subject, predicate, object and graph as N-Quads spells them; graph is "" for the default graph."""

MAX_STEPS = 400_000
"""Steps that labelling may take: 35 to 75 ms, whatever the graph. A step is one node in one order."""

HASH_STEPS = 10
"""Steps that one hash counts for, beside the nodes that go into it."""

MAX_DEPTH = 64
"""Blank nodes in one chain that the algorithm may follow; documents nest less deep."""


def canonize_quads(quads: Iterable[Quad], *, hash_name: str = "sha256") -> bytes:
    """
    Return canonical N-Quads, sorted, as UTF-8.

    Args:
        quads: In any order; doubles count once. Blank nodes begin with `_:`, literals are escaped
            canonically.
        hash_name: `sha256` or `sha384`.

    Raises:
        LinkedDataError: `terms.too_much_work`.
    """
    return _Canonicalizer(set(quads), hash_name).canonize()


class _Issuer:
    """Gives labels `prefix0`, `prefix1`, ... in the order in which they are asked for (section 4.5)."""

    __slots__ = ("issued", "prefix")

    def __init__(self, prefix: str, issued: dict[str, str] | None = None) -> None:
        self.prefix = prefix
        self.issued = {} if issued is None else issued

    def issue(self, identifier: str) -> str:
        """Return the label of a blank node, a new one if it has none."""
        return self.issued.setdefault(identifier, f"{self.prefix}{len(self.issued)}")

    def copy(self) -> _Issuer:
        """Return an issuer that goes on from here by itself."""
        return _Issuer(self.prefix, dict(self.issued))


class _Canonicalizer:
    """State of one run (section 4.3): which quads name which blank node, labels given, work done."""

    def __init__(self, quads: set[Quad], hash_name: str) -> None:
        self.quads = quads
        self.hash_name = hash_name
        self.steps = 0
        self.issuer = _Issuer("_:c14n")
        self.mentions: dict[str, list[Quad]] = {}
        for quad in quads:
            for term in {term for term in quad if term.startswith("_:")}:
                self.mentions.setdefault(term, []).append(quad)
        self.first_hashes = {node: self.hash_first_degree(node) for node in self.mentions}

    def canonize(self) -> bytes:
        """Label every blank node, those that nothing else resembles first (section 4.4)."""
        alike: dict[str, list[str]] = {}
        for node, node_hash in self.first_hashes.items():
            alike.setdefault(node_hash, []).append(node)
        for node_hash in sorted(alike):
            if len(alike[node_hash]) == 1:
                self.issuer.issue(alike[node_hash][0])
        for node_hash in sorted(alike):
            self.label_alike(alike[node_hash])
        labels = self.issuer.issued
        lines = (_format_quad([labels.get(term, term) for term in quad]) for quad in self.quads)
        return "".join(sorted(lines)).encode("utf-8")

    def label_alike(self, nodes: list[str]) -> None:
        """Label nodes of the same first hash in the order of the hashes of what surrounds them."""
        results: list[tuple[str, int, _Issuer]] = []
        for node in nodes:
            if node not in self.issuer.issued:
                temporary = _Issuer("_:b")
                temporary.issue(node)
                node_hash, chosen = self.hash_n_degree(node, temporary, 1)
                results.append((node_hash, len(results), chosen))
        for _node_hash, _turn, chosen in sorted(results, key=lambda result: result[:2]):
            for node in chosen.issued:
                self.issuer.issue(node)

    def hash_first_degree(self, node: str) -> str:
        """Hash the quads that name a node, with `_:a` for it and `_:z` for every other (section 4.6)."""
        lines = [
            _format_quad([_mask(term, node) if term.startswith("_:") else term for term in quad])
            for quad in self.mentions[node]
        ]
        return self.hash("".join(sorted(lines)))

    def hash_related(self, related: str, quad: Quad, issuer: _Issuer, position: str) -> str:
        """Hash how a node stands beside another: position, predicate, label or first hash (section 4.7)."""
        label = self.issuer.issued.get(related) or issuer.issued.get(related) or self.first_hashes[related]
        predicate = "" if position == "g" else quad[1]
        return self.hash(position + predicate + label)

    def hash_n_degree(self, node: str, issuer: _Issuer, depth: int) -> tuple[str, _Issuer]:
        """Hash everything around a node, for the order of neighbours that gives the least (section 4.8)."""
        self.count(HASH_STEPS)
        if depth > MAX_DEPTH:
            raise LinkedDataError("terms.too_much_work", limit=MAX_STEPS)
        neighbours = self.group_neighbours(node, issuer)
        text = ""
        for related_hash in sorted(neighbours):
            path, issuer = self.choose_path(neighbours[related_hash], issuer, depth)
            text += related_hash + path
        return self.hash(text), issuer

    def group_neighbours(self, node: str, issuer: _Issuer) -> dict[str, list[str]]:
        """Return the blank nodes beside a node by the hash of how they stand to it."""
        neighbours: dict[str, list[str]] = {}
        self.count(len(self.mentions[node]))
        for quad in self.mentions[node]:
            for related, position in ((quad[0], "s"), (quad[2], "o"), (quad[3], "g")):
                if related.startswith("_:") and related != node:
                    self.count(HASH_STEPS)
                    key = self.hash_related(related, quad, issuer, position)
                    neighbours.setdefault(key, []).append(related)
        return neighbours

    def choose_path(self, nodes: list[str], issuer: _Issuer, depth: int) -> tuple[str, _Issuer]:
        """Return the least path over all orders of some neighbours, and the labels that it gave."""
        chosen: tuple[str, _Issuer] | None = None
        for order in permutations(nodes):
            self.count(len(order) + len(issuer.issued))
            least = None if chosen is None else chosen[0]
            found = self.follow(order, issuer.copy(), least, depth)
            if found is not None and (least is None or found[0] < least):
                chosen = found
        assert chosen is not None  # noqa: S101 - nothing is greater than None, so the first order is chosen
        return chosen

    def follow(
        self, order: tuple[str, ...], issuer: _Issuer, least: str | None, depth: int
    ) -> tuple[str, _Issuer] | None:
        """Return the path of one order, or None as soon as it is greater than the least so far."""
        path = ""
        unlabelled = []
        for related in order:
            if related in self.issuer.issued:
                path += self.issuer.issued[related]
            else:
                if related not in issuer.issued:
                    unlabelled.append(related)
                path += issuer.issue(related)
            if _is_greater(path, least):
                return None
        for related in unlabelled:
            node_hash, following = self.hash_n_degree(related, issuer, depth + 1)
            path += issuer.issue(related) + f"<{node_hash}>"
            issuer = following
            if _is_greater(path, least):
                return None
        return path, issuer

    def hash(self, text: str) -> str:
        """Return the hash of a text, hex."""
        return hashlib.new(self.hash_name, text.encode("utf-8")).hexdigest()

    def count(self, steps: int) -> None:
        """Count work, and stop at the limit."""
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise LinkedDataError("terms.too_much_work", limit=MAX_STEPS)


def _mask(term: str, node: str) -> str:
    """Return what a blank node is called in the first hash of `node`."""
    return "_:a" if term == node else "_:z"


def _is_greater(path: str, least: str | None) -> bool:
    """Say whether a path, as far as it goes, can no longer become the least."""
    return least is not None and len(path) >= len(least) and path > least


def _format_quad(terms: list[str]) -> str:
    """Return one line of N-Quads."""
    return " ".join(term for term in terms if term) + " .\n"
