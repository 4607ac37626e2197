"""Sentences for `program.*`: what can go wrong around any command."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "program.asks_again": Entry("Nothing is lost; it is asked again and again until {until}."),
    "program.file": Entry(
        "The file or folder {file} cannot be used.",
        cause="It is not there, is of another kind, or belongs to somebody else; or the disk is full.",
        next="Check the path and its rights, then run the same command again.",
    ),
    "program.unexpected": Entry(
        "Something went wrong that was not foreseen ({kind}).",
        cause="This is a mistake in Attestree. What was not printed as done was not done.",
        next="Run the same command with --debug, and report what it prints.",
    ),
}
"""Code to entry."""
