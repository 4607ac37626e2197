"""
What is written, whatever the locale and whoever reads.

Decides that names are printed as they are, and that a reader who has seen enough is no error.
Source: DESIGN section 9.
"""

from __future__ import annotations

import codecs
import sys


def show_anyway(error: UnicodeError) -> tuple[bytes, int]:
    """Return what is printed for signs that UTF-8 lacks: the bytes of a file's name, else a question mark."""
    assert isinstance(error, UnicodeEncodeError)  # noqa: S101 - we print, we do not read
    signs = [ord(sign) for sign in error.object[error.start : error.end]]
    # Bytes that the locale could not read, in the way in which Python keeps them.
    return bytes(sign - 0xDC00 if 0xDC80 <= sign <= 0xDCFF else ord("?") for sign in signs), error.end


def use_utf8() -> None:
    """Print names as they are, whatever the locale says; no sign of them ends a command."""
    codecs.register_error("attestree", show_anyway)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="attestree")
