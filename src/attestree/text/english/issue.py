"""
What the catalogue says about text that may not be issued: the codes `issue.*`.

Decides words only. Source: DESIGN section 2.
"""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "issue.bad_text": Entry(
        "The text in {path} contains a character that cannot be seen or that turns the reading direction.",
        cause="Copied from a web page or a PDF; such characters can make a text look like another.",
        next="Delete the text and type it anew, or paste it without formatting.",
    ),
    "issue.empty_text": Entry(
        "The text in {path} is empty.", next="Write something, or leave it out altogether."
    ),
    "issue.not_nfc": Entry(
        "The text in {path} spells an accented letter in two parts.",
        cause="It looks the same as the usual spelling and is not; some systems export it so.",
        next="Type the text anew, or have it saved in the Unicode form NFC.",
    ),
    "issue.too_long": Entry("The text in {path} is longer than {limit} characters.", next="Shorten it."),
}
"""Code to entry."""
