"""
Text of a credential in paragraphs, headings and lists.

Decides that three signs of Markdown are understood (`#`, `-`, an empty line) because Open Badges writes
criteria in it; everything else is shown as it stands. Nothing becomes HTML here: the page escapes it.
Source: Open Badges 3.0, Criteria; DESIGN section 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from attestree.credentials.strict_json import JsonValue

MAX_BLOCKS = 60
"""Paragraphs, headings and lists that are shown."""

MAX_CHARACTERS = 8_000
"""Characters that are shown."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading or list."""

    kind: str
    """`heading`, `list` or `text`."""
    lines: tuple[str, ...]
    """One line for a heading, one an item for a list."""


def parse_prose(value: JsonValue) -> tuple[Block, ...]:
    """Return the blocks of a text, without control and direction characters; none where it is no text."""
    if not isinstance(value, str):
        return ()
    shown = "".join(
        letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}"
        for letter in value[:MAX_CHARACTERS]
    )
    parts = [part.strip() for part in shown.split("\n\n") if part.strip()]
    return tuple(block for part in parts for block in _blocks(part))[:MAX_BLOCKS]


def _blocks(part: str) -> Iterator[Block]:
    """Yield the heading at the top of a part, and what stands below it."""
    lines = part.split("\n")
    if lines[0].startswith("#"):
        yield Block("heading", (lines.pop(0).lstrip("# "),))
    if lines and all(line.startswith("- ") for line in lines):
        yield Block("list", tuple(line[2:] for line in lines))
    elif lines:
        yield Block("text", tuple(lines))
