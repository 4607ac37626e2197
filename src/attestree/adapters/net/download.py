"""
Fetches one file that a person named on the command line.

Decides that only https is used, that no redirect is followed and that a size is kept. It does not
decide whether the bytes are wanted: the caller compares their SHA-256. Source: DESIGN section 7.
"""

from __future__ import annotations

import requests

from attestree.errors import RequestError, UnavailableError

TIMEOUT_SECONDS = 10
"""Longest wait for a connection, and for each piece."""


def download(url: str, *, limit_bytes: int) -> bytes:
    """
    Return the body of an https address.

    Raises:
        RequestError: `request.https_only` or `request.too_large`.
        UnavailableError: `download.no_answer`, or `download.failed` for any status but 200.
    """
    if not url.startswith("https://"):
        raise RequestError("request.https_only")
    try:
        with requests.get(url, timeout=TIMEOUT_SECONDS, stream=True, allow_redirects=False) as answer:
            if answer.status_code != requests.codes.ok:
                raise UnavailableError("download.failed", status=answer.status_code)
            body = b""
            for piece in answer.iter_content(65_536):
                body += piece
                if len(body) > limit_bytes:
                    raise RequestError("request.too_large", limit=limit_bytes)
            return body
    except requests.RequestException as error:
        raise UnavailableError("download.no_answer") from error
