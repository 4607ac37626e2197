"""
The page's form: a few named fields, one of them perhaps a file.

Decides the little of multipart/form-data that browsers send; anything else is refused. The body is in
memory and bounded before this reads it, and every part is cut out once, so nothing here can be made slow.
Source: RFC 7578.
"""

from __future__ import annotations

import re

from attestree.errors import RequestError

MAX_PARTS = 16
"""Fields of one form; the page has fewer."""

MAX_PART_HEADER_BYTES = 2048
"""Headers of one field."""

MEDIA_TYPE = "multipart/form-data"
"""Media type of the form."""

_BOUNDARY = re.compile(r"""boundary=(?:"([^"\r\n]{1,70})"|([^\s";,]{1,70}))""", re.IGNORECASE)
_NAME = re.compile(rb"""form-data;(?:[^"]|"[^"]*")*?[\s;]name="([a-z_]{1,32})\"""", re.IGNORECASE)


def parse_form(octets: bytes, content_type: str) -> dict[str, bytes]:
    """
    Return the fields of a form by name; the last of several with one name counts.

    Raises:
        RequestError: `request.media_type` or `request.form`.
    """
    if content_type.partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise RequestError("request.media_type")
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise RequestError("request.form")
    boundary = (found[1] or found[2]).encode("utf-8", "replace")
    parts = (b"\r\n" + octets).split(b"\r\n--" + boundary, MAX_PARTS + 2)
    if not 2 <= len(parts) <= MAX_PARTS + 2 or parts[-1][:2] != b"--":
        raise RequestError("request.form")
    return dict(_parse_part(part) for part in parts[1:-1])


def _parse_part(part: bytes) -> tuple[str, bytes]:
    """Return name and content of one field."""
    head, separator, content = part.partition(b"\r\n\r\n")
    if not separator or len(head) > MAX_PART_HEADER_BYTES or not head.startswith(b"\r\n"):
        raise RequestError("request.form")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        found = _NAME.match(value.strip()) if name.strip().lower() == b"content-disposition" else None
        if found is not None:
            return found[1].decode("ascii").lower(), content
    raise RequestError("request.form")
