"""
Which text may be issued.

Decides what an issuer's text must not contain, because it would stand there for ever: characters that
cannot be seen or that turn the reading direction, spellings that look the same as another (not NFC),
and excess. Text is refused, never mended: what is anchored is what the issuer wrote. Verifying has no
such rules. Source: Unicode UAX 15, UTS 39; DESIGN section 4.
"""

from __future__ import annotations

import unicodedata

MAX_TITLE_CHARACTERS = 1_000
"""Longest name, title or other single line."""

MAX_NARRATIVE_CHARACTERS = 20_000
"""Longest description or narrative."""

# Signs that Unicode counts as format characters although they are drawn.
_DRAWN_FORMAT_CHARACTERS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
_JOINERS = frozenset("\u200c\u200d")
_REFUSED_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def check_text(text: str, *, limit: int = MAX_TITLE_CHARACTERS, multiline: bool = False) -> str | None:
    """
    Return the code of the first fault, or None.

    Args:
        text: What the issuer wrote.
        limit: Characters it may have.
        multiline: Whether line breaks and tabs may stand in it.

    Returns:
        `issue.too_long`, `issue.bad_text` (control, direction, zero-width, private or non-characters),
        `issue.not_nfc`, or None.
    """
    if len(text) > limit:
        return "issue.too_long"
    if text.isascii() and text.isprintable():
        return None
    if any(_is_refused(text, place, multiline=multiline) for place in range(len(text))):
        return "issue.bad_text"
    return None if unicodedata.is_normalized("NFC", text) else "issue.not_nfc"


def _is_refused(text: str, place: int, *, multiline: bool) -> bool:
    """Say whether the character at `place` may not stand there."""
    character = text[place]
    if character.isascii():
        return not character.isprintable() and not (multiline and character in "\n\t")
    if character in _JOINERS:
        return not _joins(text, place)
    if _is_noncharacter(character):
        return True
    return (
        unicodedata.category(character) in _REFUSED_CATEGORIES and character not in _DRAWN_FORMAT_CHARACTERS
    )


def _joins(text: str, place: int) -> bool:
    """Say whether a joiner stands between two characters beyond ASCII, as scripts and emoji need it."""
    beside = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
    return len(beside) == 2 and not any(neighbour.isascii() or neighbour in _JOINERS for neighbour in beside)


def _is_noncharacter(character: str) -> bool:
    """Say whether Unicode has set the code point aside for ever."""
    number = ord(character)
    return number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
