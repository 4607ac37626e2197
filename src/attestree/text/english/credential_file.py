"""
What the catalogue says about credential files given to a command: the codes `request.file_*` and alike.

Decides words only. Source: DESIGN section 9.
"""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "request.file_missing": Entry(
        "There is no file {file}.",
        cause="The name is misspelled, or the file lies in another folder.",
        next="Name the file with its folder, or - to read standard input.",
    ),
    "request.file_unreadable": Entry(
        "The file {file} cannot be read.",
        cause="It is a folder, or you have no permission to read it.",
        next="Name a file or a folder that you may read.",
    ),
    "request.no_credentials": Entry(
        "There is no credential to check.",
        cause="The folders hold no files, or the files no lines.",
        next="Name the folder or the file in which the credentials are.",
    ),
    "request.one_form": Entry(
        "Answers are a table or JSON, not both.",
        cause="--csv and --json were given together.",
        next="Leave one of them out.",
    ),
    "request.file_kind": Entry(
        "This is {kind}; only a credential (JSON) or a badge picture (PNG, SVG) can be checked here.",
        cause="Other files show a credential, or carry one inside, but are not read here.",
        next="Ask the holder for the JSON file; it is often offered beside the document.",
    ),
    "request.moment": Entry(
        "The date to judge at cannot be read.",
        cause="It is not written as ISO 8601 asks, or there is no such day.",
        next="Write a day such as 2026-04-01, or a moment such as 2026-04-01T12:00:00Z.",
    ),
}
"""Code to entry."""
