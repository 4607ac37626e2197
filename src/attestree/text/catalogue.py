"""
Look up what a code says: sentence, cause and next step.

Decides how `{name}`, `{name:moment}` and `{name:batch|batches}` are filled and what is said when an
entry or a value is missing: a plain fallback, never an error, since this runs while another error is
being told. The words stand in `english`, one module an area; tests prove that every code has its entry.
Source: DESIGN sections 1.6 and 3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from attestree.errors import AttestreeError
from attestree.text import english
from attestree.text.entry import Entry

DEFAULT_LANGUAGE = "en"
"""BCP 47 tag of the language that every entry exists in."""

MISSING_VALUE = "(not known)"
"""Stands where a sentence names a value that was not given."""

_PACKAGES = {DEFAULT_LANGUAGE: english}
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)(?::(date|moment|[^{}|]+\|[^{}|]+))?\}")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one code says, with its values filled in."""

    code: str
    """The code that was looked up."""

    sentence: str
    """What happened."""

    cause: str
    """Why it usually happens; may be empty."""

    next: str
    """What the reader can do now; may be empty."""


def explain(code: str, values: Mapping[str, object], language: str = DEFAULT_LANGUAGE) -> Explanation:
    """
    Return what `code` says; never raises.

    Args:
        code: `<area>.<reason>`; one that has no entry gets a fallback sentence that names it.
        values: What the placeholders stand for; times are Unix seconds.
        language: BCP 47 tag; a language that has no catalogue is answered in English.
    """
    entry = load_entries(language).get(code)
    if entry is None:
        return Explanation(code, f"Something happened that has no description yet: {code}.", "", "")
    return Explanation(
        code, _fill(entry.sentence, values), _fill(entry.cause, values), _fill(entry.next, values)
    )


def explain_error(error: AttestreeError, language: str = DEFAULT_LANGUAGE) -> Explanation:
    """Return what an error says; never raises."""
    return explain(error.code, error.values, language)


@cache
def load_entries(language: str = DEFAULT_LANGUAGE) -> Mapping[str, Entry]:
    """Return every entry of one language by code; modules are read in the order of their names."""
    entries: dict[str, Entry] = {}
    for module_entries in load_areas(language).values():
        entries.update(module_entries)
    return entries


@cache
def load_areas(language: str = DEFAULT_LANGUAGE) -> Mapping[str, Mapping[str, Entry]]:
    """Return the entries of one language by module; tests see from it that no code stands twice."""
    package = _PACKAGES.get(language, english)
    names = sorted(module.name for module in iter_modules(package.__path__))
    return {name: import_module(f"{package.__name__}.{name}").ENTRIES for name in names}


def _fill(text: str, values: Mapping[str, object]) -> str:
    """Put the values where the text names them."""
    return _PLACEHOLDER.sub(lambda found: _format_value(values.get(found[1]), found[2]), text)


def _format_value(value: object, style: str | None) -> str:
    """Return one value for people: hashes as 0x hex, times in words, counts with their nouns."""
    if style is not None and "|" in style:
        return _format_count(value, *style.split("|"))
    if value is None:
        return MISSING_VALUE
    if style is not None and isinstance(value, int):
        return format_moment(value) if style == "moment" else format_date(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value)


def _format_count(count: object, one: str, many: str) -> str:
    """Return a count with the form of the noun that fits: `1 batch`, `2,000 batches`."""
    figure = f"{count:,}" if isinstance(count, int) else _format_value(count, None)
    return f"{figure} {one if count == 1 else many}"


def format_date(seconds: int) -> str:
    """Return Unix seconds as a day in words, UTC: `14 November 2026`."""
    try:
        day = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return "a day beyond the year 9999"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def format_moment(seconds: int) -> str:
    """Return Unix seconds as a moment in words: `14 November 2026, 09:05 UTC`."""
    clock = seconds % 86_400
    return f"{format_date(seconds)}, {clock // 3600:02}:{clock // 60 % 60:02} UTC"
