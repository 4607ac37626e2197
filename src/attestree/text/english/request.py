"""Sentences for `request.*` and `download.*`: what was asked, and files from the web."""

from __future__ import annotations

from attestree.text.entry import Entry

ENTRIES: dict[str, Entry] = {
    "request.https_only": Entry(
        "Only https addresses are fetched.",
        cause="Over plain http anybody on the way could change the file.",
        next="Use an https address, or download the file yourself and give its path.",
    ),
    "request.too_large": Entry(
        "What was sent is larger than {limit} bytes.",
        cause="A limit keeps the service answering for everybody.",
        next="Send less at once.",
    ),
    "download.failed": Entry(
        "The file could not be fetched (status {status}).",
        cause="The server is away, refuses, or sends elsewhere; status 0 means that nobody answered.",
        next="Try again later, or download the file yourself and give its path.",
    ),
}
"""Code to entry."""
