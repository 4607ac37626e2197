"""
What the catalogue says about files that are no JSON we read: the codes `json.*`.

Decides words only. Source: DESIGN section 2.
"""

from __future__ import annotations

from attestree.text.entry import Entry

_ORIGINAL = "Ask the holder for the original file, as it was downloaded."

ENTRIES: dict[str, Entry] = {
    "json.bad_number": Entry(
        "The file contains a number that computers do not store exactly as it is written.",
        cause="It is not a number (NaN), infinite, or written with more digits than are kept.",
        next=_ORIGINAL,
    ),
    "json.bad_unicode": Entry(
        "The file contains characters that are no text.",
        cause="It was saved in another encoding than UTF-8, or was damaged on its way.",
        next=_ORIGINAL,
    ),
    "json.duplicate_key": Entry(
        "A name appears twice in one object of the file.",
        cause="Two programs could read two different things in such a file, so it is not read at all.",
        next=_ORIGINAL,
    ),
    "json.empty": Entry(
        "The file is empty.",
        cause="It was not saved or not sent whole.",
        next="Ask the holder to send the file again.",
    ),
    "json.int_range": Entry(
        "The file contains a number beyond {limit}.",
        cause="Larger numbers are rounded by many programs, so that two credentials could look the same.",
        next=_ORIGINAL,
    ),
    "json.not_json": Entry(
        "A value cannot be written as JSON.",
        cause="A program passed something that is no text, number, list or object.",
        next="Report this to the maker of the program.",
    ),
    "json.syntax": Entry(
        "The file is not JSON: something is wrong in line {line}, column {column}.",
        cause="It was cut short, edited by hand, or is another kind of file.",
        next="Give the credential file itself; its name usually ends in .json.",
    ),
    "json.too_deep": Entry(
        "The file is nested deeper than {limit} levels.",
        cause="No credential needs that; such files are made to keep programs busy.",
        next=_ORIGINAL,
    ),
    "json.too_large": Entry(
        "The file is longer than {limit:byte|bytes}, the most that is read.",
        cause="It may be a collection of credentials, or carry a large picture.",
        next="Give one credential at a time.",
    ),
}
"""Code to entry."""
