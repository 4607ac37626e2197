"""
Line charts as small SVG files: logarithmic or linear axes, a grid, a name at the end of each line.

Pure: figures in, text out, the same text for the same figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 76, 200, 48, 56
NAME_GAP = 16
"""Least distance of two names, in pixels."""

# Okabe and Ito's colours, which people who see fewer colours can tell apart; ours come first.
COLOURS = ("#0072b2", "#009e73", "#d55e00", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#000000")
ASIDE_COLOUR = "#888888"
STYLE = (
    "text{font-family:system-ui,'Segoe UI','DejaVu Sans',sans-serif;font-size:12px;fill:#333}"
    ".title{font-size:15px;font-weight:600;fill:#111}.grid{stroke:#e4e4e4}.axis{stroke:#888}"
)


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: what is on it, from where to where, and how."""

    label: str
    low: float
    high: float
    is_log: bool
    start: float
    """Pixel of `low`."""
    end: float
    """Pixel of `high`."""

    def place(self, value: float) -> float:
        """Return the pixel of a value."""
        low, high, at = (math.log10(v) if self.is_log else v for v in (self.low, self.high, value))
        return self.start + (self.end - self.start) * (at - low) / (high - low)

    def ticks(self) -> list[float]:
        """Return the values that get a line and a number: powers of ten, or about five round steps."""
        if self.is_log:
            return [10.0**n for n in range(round(math.log10(self.low)), round(math.log10(self.high)) + 1)]
        step = _round_step(self.high - self.low)
        return [self.low + step * n for n in range(int((self.high - self.low) / step + 1e-9) + 1)]


def draw(
    title: str,
    *,
    x: str,
    y: str,
    lines: Mapping[str, Points],
    is_log: bool = True,
    references: Mapping[str, Points] | None = None,
) -> str:
    """Return a chart; lines without a point are left out, references are dashed and have no dots."""
    shown = {name: sorted(points) for name, points in lines.items() if points}
    asides = {name: sorted(points) for name, points in (references or {}).items() if points}
    every = [point for points in [*shown.values(), *asides.values()] for point in points]
    across = _axis(x, [point[0] for point in every], LEFT, WIDTH - RIGHT, is_log=is_log)
    up = _axis(y, [point[1] for point in every], HEIGHT - BOTTOM, TOP, is_log=is_log)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text class="title" x="{LEFT}" y="26">{escape(title)}</text>',
        *_draw_axes(across, up),
        *_draw_lines(shown | asides, set(asides), across, up),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _draw_axes(across: Axis, up: Axis) -> Iterator[str]:
    """Yield grid, numbers and labels."""
    for value in across.ticks():
        at = f"{across.place(value):.1f}"
        yield f'<line class="grid" x1="{at}" x2="{at}" y1="{up.end}" y2="{up.start}"/>'
        yield f'<text x="{at}" y="{up.start + 18}" text-anchor="middle">{format_number(value)}</text>'
    for value in up.ticks():
        at = up.place(value)
        yield f'<line class="grid" x1="{across.start}" x2="{across.end}" y1="{at:.1f}" y2="{at:.1f}"/>'
        yield f'<text x="{across.start - 8}" y="{at + 4:.1f}" text-anchor="end">{format_number(value)}</text>'
    yield f'<path class="axis" fill="none" d="M{across.start} {up.end}V{up.start}H{across.end}"/>'
    middle, height = (across.start + across.end) / 2, (up.start + up.end) / 2
    yield f'<text x="{middle:.0f}" y="{up.start + 40}" text-anchor="middle">{escape(across.label)}</text>'
    turned = f'transform="translate(18 {height:.0f}) rotate(-90)"'
    yield f'<text {turned} text-anchor="middle">{escape(up.label)}</text>'


def _draw_lines(shown: Mapping[str, Points], asides: set[str], across: Axis, up: Axis) -> Iterator[str]:
    """Yield the lines, a dot for each measurement, and the names so that none lies on another."""
    ends = {name: (across.place(points[-1][0]), up.place(points[-1][1])) for name, points in shown.items()}
    heights = _spread({name: end[1] for name, end in ends.items()})
    for number, (name, points) in enumerate(shown.items()):
        is_aside = name in asides
        colour = ASIDE_COLOUR if is_aside else COLOURS[number % len(COLOURS)]
        places = [(across.place(a), up.place(b)) for a, b in points]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        stroke = 'stroke-dasharray="6 4"' if is_aside else 'stroke-width="2"'
        yield f'<polyline fill="none" stroke="{colour}" {stroke} points="{path}"/>'
        if not is_aside:
            yield "".join(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{colour}"/>' for a, b in places)
        end, height = ends[name], heights[name]
        leader = f"M{end[0] + 5:.1f} {end[1]:.1f}L{across.end + 10} {height:.1f}"
        yield f'<path fill="none" stroke="{colour}" stroke-dasharray="2 3" d="{leader}"/>'
        yield f'<text x="{across.end + 14}" y="{height + 4:.1f}" style="fill:{colour}">{escape(name)}</text>'


def _spread(heights: Mapping[str, float]) -> dict[str, float]:
    """Move names apart, keeping their order and staying inside."""
    placed: dict[str, float] = {}
    floor = float(TOP)
    for name in sorted(heights, key=lambda one: heights[one]):
        placed[name] = max(heights[name], floor)
        floor = placed[name] + NAME_GAP
    over = max(floor - NAME_GAP - (HEIGHT - BOTTOM), 0)
    if over:
        ceiling = float(HEIGHT - BOTTOM)
        for name in reversed(placed):
            placed[name] = min(placed[name], ceiling)
            ceiling = placed[name] - NAME_GAP
    return placed


def _axis(label: str, values: Sequence[float], start: float, end: float, *, is_log: bool) -> Axis:
    """Return an axis that holds the values: whole powers of ten, or from 0."""
    if is_log:
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return Axis(label, 10.0**low, 10.0 ** max(high, low + 1), is_log, start, end)
    step = _round_step(max(values))
    return Axis(label, 0, math.ceil(max(values) / step) * step, is_log, start, end)


def _round_step(span: float) -> float:
    """Return 1, 2 or 5 times a power of ten, of which about five make the span."""
    power = 10.0 ** math.floor(math.log10(span / 5))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power * 5.01 >= span)


def format_number(value: float) -> str:
    """Return a short number: 0.01, 10, 1k, 1M."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
