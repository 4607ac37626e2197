"""
One question of the doctor and its answer.

Decides the shape, and that an error is an answer: it never stops the next question. Source: DESIGN section 9.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from attestree.errors import AttestreeError
from attestree.text.catalogue import explain_error


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and its answer."""

    topic: str
    """What was looked at."""
    good: bool
    """Whether it is as it should be."""
    words: str
    """What was found."""
    next: str = ""
    """What to do, where it is not."""


def good(topic: str, words: str, following: str = "") -> Answer:
    """Return an answer of which nothing need be mended; `following` is advice."""
    return Answer(topic, good=True, words=words, next=following)


def bad(topic: str, words: str, following: str) -> Answer:
    """Return an answer of which something must be mended, and how."""
    return Answer(topic, good=False, words=words, next=following)


def failed(topic: str, error: AttestreeError) -> Answer:
    """Return what an error says."""
    said = explain_error(error)
    return Answer(topic, good=False, words=f"{said.sentence} [{error.code}]", next=said.next)


def asked(topic: str, ask: Callable[[], str]) -> Answer:
    """Return what a question is answered with, or what its error says."""
    try:
        return good(topic, ask())
    except AttestreeError as error:
        return failed(topic, error)
