"""
What was wanted, and what was measured: the table at the top of RESULTS.md.

Each line takes its figure from the rows of a section, so it says what the section says. Where a figure is
short of what was wanted, the page has the paragraph of that key from `reasons.toml`, written by people; a
paragraph of a figure that is reached stays out of the page.
"""

from __future__ import annotations

import math
import textwrap
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import command, issuing, keccak, restart, service, tree, verifying
from benchmarks.record import Place
from benchmarks.rows import Row, Session, find_largest, ratio, significant

REASONS = Path(__file__).with_name("reasons.toml")
MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Found:
    """A figure."""

    text: str
    """As the table says it."""
    is_reached: bool
    """Whether it is what was wanted."""


Find = Callable[[Sequence[Session]], Found | None]
"""Takes the figure from the runs of a benchmark; None where they do not have it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of the table."""

    key: str
    """Of its paragraph in reasons.toml."""
    work: str
    """What is done."""
    wanted: str
    """What was wanted of it."""
    section: str
    """The benchmark it is taken from."""
    find: Find
    """How."""


def _row(session: Session, size: int, name: str) -> Row | None:
    return next((row for row in session.rows if row.name == name and row.size == size), None)


def _figure(size: int, ours: str, judge: Callable[[Row], tuple[str, bool]]) -> Find:
    def find(sessions: Sequence[Session]) -> Found | None:
        rows = (_row(session, size, ours) for session in sessions)
        row = next((row for row in rows if row is not None), None)
        return None if row is None else Found(*judge(row))

    return find


def _power(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Return the power of N that lies closest to the values, by least squares of logarithms."""
    across, up = [math.log(size) for size in sizes], [math.log(value) for value in values]
    middle, height = sum(across) / len(across), sum(up) / len(up)
    above = sum((a - middle) * (b - height) for a, b in zip(across, up, strict=True))
    return above / sum((a - middle) ** 2 for a in across)


def _seconds(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1e3:.0f} ms"
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:,.0f} s"


def ratio_at(size: int, peer: str, ours: str, least: float) -> Find:
    """Return what finds the ratio to a peer, by its rate at its largest size where it did not go so far."""

    def find(sessions: Sequence[Session]) -> Found | None:
        for session in sessions:
            base = _row(session, size, ours)
            row = _row(session, size, peer)
            beyond = find_largest([one for one in session.rows if one.size < size], peer)
            if base is not None and (row or beyond) is not None:
                used = row or beyond
                assert used is not None
                value = ratio(used, base)
                told = "" if row else f", by its rate at its largest, {used.size:,}"
                return Found(f"{significant(value)} x{told}", value >= least)
        return None

    return find


def rate_at(size: int, ours: str, least: float) -> Find:
    """Return what finds how many a CPU second."""
    return _figure(size, ours, lambda row: (f"{row.rate:,.0f}", row.rate >= least))


def cost_at(size: int, ours: str, most: float, *, scale: float, unit: str) -> Find:
    """Return what finds the CPU of one, in the unit of which a second has `scale`."""

    def judge(row: Row) -> tuple[str, bool]:
        value = scale / row.rate
        return f"{significant(value)} {unit}", value <= most

    return _figure(size, ours, judge)


def time_at(size: int, ours: str, most: float, *, wall: bool = False) -> Find:
    """Return what finds seconds of CPU, or of wall time, of a whole run."""

    def judge(row: Row) -> tuple[str, bool]:
        took = sorted(row.wall)[len(row.wall) // 2]
        told = f"{_seconds(took)} ({_seconds(row.median)} CPU)" if wall else f"{_seconds(row.median)} CPU"
        return told, (took if wall else row.median) <= most

    return _figure(size, ours, judge)


def memory_at(size: int, ours: str, most: float) -> Find:
    """Return what finds the most memory of all processes together."""

    def judge(row: Row) -> tuple[str, bool]:
        held = row.peak_bytes or 0
        return f"{held / MEGABYTE:,.0f} MB", 0 < held <= most * MEGABYTE

    return _figure(size, ours, judge)


def added_at(size: int, ours: str, most: float) -> Find:
    """Return what finds the memory that the work added to interpreter, libraries and input."""

    def judge(row: Row) -> tuple[str, bool]:
        held, before = row.peak_bytes or 0, row.before_bytes or 0
        added = (held - before) / MEGABYTE
        told = f"{added:,.0f} MB added; {held / MEGABYTE:,.0f} MB with Python, numpy, numba and the digests"
        return told, held > 0 and added <= most

    return _figure(size, ours, judge)


def hash_time(sessions: Sequence[Session]) -> Found | None:
    """Return the nanoseconds of a hash, judged by how wide this processor's vectors are."""
    for session in sessions:
        row = _row(session, 1_000_000, keccak.BULK)
        if row is not None:
            cost, is_wide = 1e9 / row.rate, "AVX-512" in session.machine
            vectors = "AVX-512" if is_wide else "AVX2"
            return Found(f"{significant(cost)} ns ({vectors})", cost <= (60 if is_wide else 150))
    return None


def growth(ours: str, *, least: int) -> Find:
    """Return what finds the power of N with which CPU grows from a size on, beside that of N log N there."""

    def find(sessions: Sequence[Session]) -> Found | None:
        rows = [row for session in sessions for row in session.rows if row.name == ours]
        rows = [row for row in rows if row.size >= least]
        if len(rows) < 2:
            return None
        rows = sorted(rows, key=lambda row: row.size)
        sizes = [row.size for row in rows]
        power = _power(sizes, [row.median for row in rows])
        limit = _power(sizes, [size * math.log2(size) for size in sizes])
        told = f"N^{power:.2f} from {sizes[0]:,} to {sizes[-1]:,}; N log N is N^{limit:.2f} there"
        return Found(told, power <= limit)

    return find


BEYOND = 100_000
MILLION = 1_000_000
WANTED = (
    Wanted(
        "tree-openzeppelin",
        "Tree and all proofs, expanded, 100,000 leaves",
        "200 x OpenZeppelin JS",
        "tree",
        ratio_at(BEYOND, "OpenZeppelin JS", tree.EXPANDED, 200),
    ),
    Wanted(
        "tree-merkletreejs",
        "the same",
        "10 x merkletreejs",
        "tree",
        ratio_at(BEYOND, "merkletreejs", tree.EXPANDED, 10),
    ),
    Wanted(
        "tree-merkletools",
        "the same",
        "6 x merkletools",
        "tree",
        ratio_at(BEYOND, "merkletools", tree.EXPANDED, 6),
    ),
    Wanted(
        "files-openzeppelin",
        "the same with the node file that keeps all proofs",
        "1,000 x OpenZeppelin JS",
        "tree",
        ratio_at(BEYOND, "OpenZeppelin JS", tree.FILES, 1_000),
    ),
    Wanted(
        "files-time",
        "1,000,000 leaves into a node file",
        "under 1 s CPU",
        "tree",
        time_at(MILLION, tree.FILES, 1),
    ),
    Wanted("files-memory", "the same", "150 MB", "tree", added_at(MILLION, tree.FILES, 150)),
    Wanted("keccak", "Keccak of 64 bytes, in bulk", "60 ns (AVX-512), 150 ns (AVX2)", "keccak", hash_time),
    Wanted(
        "issuing-unsigned",
        "100,000 badges issued, anchored, unsigned",
        "30,000 a CPU second",
        "issuing",
        rate_at(BEYOND, issuing.UNSIGNED, 30_000),
    ),
    Wanted(
        "issuing-cert-issuer",
        "the same",
        "100 x cert-issuer",
        "issuing",
        ratio_at(BEYOND, "cert-issuer", issuing.UNSIGNED, 100),
    ),
    Wanted(
        "issuing-openattestation",
        "the same",
        "30 x OpenAttestation",
        "issuing",
        ratio_at(BEYOND, "OpenAttestation", issuing.UNSIGNED, 30),
    ),
    Wanted(
        "issuing-signed",
        "100,000 badges issued with `eddsa-rdfc-2022`",
        "6,000 a CPU second",
        "issuing",
        rate_at(BEYOND, issuing.SIGNED, 6_000),
    ),
    Wanted(
        "issuing-small",
        "1,000 badges with `eddsa-rdfc-2022`, a process of its own",
        "20 x cert-issuer",
        "issuing",
        ratio_at(1_000, "cert-issuer", issuing.SIGNED, 20),
    ),
    Wanted(
        "million-time",
        "1,000,000 badges, unsigned, `attestree issue` whole, with its store",
        "under 60 s",
        "command",
        time_at(MILLION, command.UNSIGNED, 60, wall=True),
    ),
    Wanted(
        "million-memory",
        "the same, all its processes together",
        "under 400 MB",
        "command",
        memory_at(MILLION, command.UNSIGNED, 400),
    ),
    Wanted(
        "verify-anchor",
        "One badge verified, offline, batch seen before, anchor only",
        "60 us CPU",
        "verifying",
        cost_at(1_024, verifying.WARM, 60, scale=1e6, unit="us"),
    ),
    Wanted(
        "verify-signed",
        "the same with a signature of a shape seen before",
        "400 us CPU",
        "verifying",
        cost_at(1_024, verifying.SIGNED, 400, scale=1e6, unit="us"),
    ),
    Wanted(
        "verify-new-shape",
        "the same with a shape not seen before",
        "10 ms CPU",
        "verifying",
        cost_at(1_024, verifying.NEW_SHAPE, 10, scale=1e3, unit="ms"),
    ),
    Wanted(
        "service",
        "`POST /v1/verify`, anchor only",
        "7,000 a CPU second of the server",
        "service",
        rate_at(service.SIZE, service.OURS, 7_000),
    ),
    Wanted(
        "batch-lines",
        "`POST /v1/verify/batch`, lines, anchor only",
        "35,000 a CPU second",
        "service",
        rate_at(service.SIZE, service.LINES, 35_000),
    ),
    Wanted(
        "batch-array",
        "the same as one array",
        "35,000 a CPU second",
        "service",
        rate_at(service.SIZE, service.ARRAY, 35_000),
    ),
    Wanted(
        "growth-tree",
        "CPU of trees against N",
        "N log N or better",
        "tree",
        growth(tree.EXPANDED, least=1_000),
    ),
    Wanted(
        "growth-issuing",
        "CPU of issuing against N",
        "N log N or better",
        "issuing",
        # Below, starting costs more than badges, and single files are written besides.
        growth(issuing.UNSIGNED, least=30_000),
    ),
    Wanted("help", "`attestree --help`", "under 150 ms", "restart", time_at(MILLION, restart.HELP, 0.15)),
    Wanted(
        "verify-file",
        "`attestree verify` of one signed file, chain read",
        "under 600 ms",
        "restart",
        time_at(MILLION, restart.VERIFY_SIGNED, 0.6),
    ),
    Wanted(
        "ready",
        "Service ready, 1,000 batches and 1,000,000 credentials in the store",
        "2 s",
        "restart",
        time_at(MILLION, restart.SERVE, 2, wall=True),
    ),
)


def build_section(place: Place) -> str:
    """Return the table, and beneath it why figures are short that are."""
    return "\n".join(_lines(place)).rstrip()


def _lines(place: Place) -> Iterator[str]:
    yield "## Wanted and reached\n"
    yield "| work | wanted | measured | reached |"
    yield "|---|---:|---:|---|"
    short = []
    for wanted in WANTED:
        sessions = [one for deep in (False, True) if (one := place.read(wanted.section, deep=deep))]
        found = wanted.find(sessions)
        if found is None:
            yield f"| {wanted.work} | {wanted.wanted} | | not measured yet |"
            continue
        if not found.is_reached:
            short.append((wanted, found))
        judged = "yes" if found.is_reached else "**no**"
        yield f"| {wanted.work} | {wanted.wanted} | {found.text} | {judged} |"
    yield ""
    if short:
        yield from _reasons(short)


def _reasons(short: Sequence[tuple[Wanted, Found]]) -> Iterator[str]:
    """Yield a paragraph for each figure that is short; several may share one."""
    yield "### What is short, and why\n"
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    told: dict[str, list[str]] = {}
    for wanted, found in short:
        why = " ".join(str(reasons.get(wanted.key, "Nobody has said why yet.")).split())
        why = " ".join(str(reasons[why[1:]]).split()) if why.startswith("=") else why
        told.setdefault(why, []).append(f"{_name(wanted)}: wanted {wanted.wanted}, measured {found.text}.")
    for why, figures in told.items():
        paragraph = f"- {' '.join(figures)} {why}"
        yield textwrap.fill(
            paragraph, 130, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
        )
    yield ""


def _name(wanted: Wanted) -> str:
    """Return what the line is about, where its words begin with "the same"."""
    named = wanted.work
    if named.startswith("the same"):
        before = WANTED[: [one.key for one in WANTED].index(wanted.key)]
        first = next(one.work for one in reversed(before) if not one.work.startswith("the same"))
        named = first + named.removeprefix("the same")
    return f"**{named}**"
