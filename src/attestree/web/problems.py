"""
Errors as RFC 9457 problem details.

Decides the HTTP status of each branch of the error tree, once, and that an answer never repeats what
was sent. A verdict is no error: whatever it says, it is a 200. Source: RFC 9457; DESIGN section 10.
"""

from __future__ import annotations

import orjson
from starlette.responses import Response

from attestree.errors import (
    AttestreeError,
    CorruptionError,
    EvidenceError,
    ImageError,
    InputError,
    MalformedJsonError,
    MissingExtraError,
    RefusedError,
    UnavailableError,
)
from attestree.text.catalogue import explain_error

MEDIA_TYPE = "application/problem+json"
"""Media type of every error."""

PROBLEM_CODE_HEADER = "x-attestree-problem"
"""Carries the code from where an error is answered to where it is counted; it never leaves."""

STATUS_OF_CODE = {
    "json.too_large": 413,
    "image.credential_too_large": 413,
    "request.too_large": 413,
    "request.too_many_lines": 413,
    "request.timeout": 408,
    "request.media_type": 415,
    "request.encoding": 415,
    "request.range": 416,
    "request.not_found": 404,
    "request.method": 405,
    "request.too_many": 429,
    "request.headers": 431,
    "request.internal": 500,
    "apikey.missing": 401,
    "apikey.unknown": 401,
    "apikey.revoked": 401,
    "apikey.scope": 403,
    "apikey.other_issuer": 403,
    "apikey.issuer_gone": 403,
    "apikey.no_signing_key": 503,
    "apikey.body": 400,
    "apikey.idempotency_key": 400,
}
"""Codes whose status differs from that of their branch."""

STATUS_OF_BRANCH: tuple[tuple[type[AttestreeError], int], ...] = (
    (MalformedJsonError, 400),
    (ImageError, 400),
    (InputError, 422),
    (RefusedError, 409),
    (CorruptionError, 503),
    (EvidenceError, 409),
    (UnavailableError, 503),
    (MissingExtraError, 501),
)
"""Branch of the error tree to status; the first that fits counts."""

RETRY_AFTER_SECONDS = 10
"""What a client is told to wait where something could not be found out."""


def status_of(error: AttestreeError) -> int:
    """Return the HTTP status of an error."""
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next((status for branch, status in STATUS_OF_BRANCH if isinstance(error, branch)), 422)


def build_problem(error: AttestreeError) -> dict[str, object]:
    """Return the members of the problem; `detail` is the cause, and `next` what to do."""
    said = explain_error(error)
    return {
        "type": f"urn:attestree:problem:{error.code}",
        "title": said.sentence,
        "status": status_of(error),
        "code": error.code,
        "detail": said.cause,
        "next": said.next,
    }


def problem_headers(error: AttestreeError) -> dict[str, str]:
    """Return the headers that go with an error."""
    headers = {PROBLEM_CODE_HEADER: error.code}
    if status_of(error) == 401:
        headers["www-authenticate"] = "Bearer"
    if status_of(error) in (429, 503):
        wait = error.values.get("retry_after_seconds", RETRY_AFTER_SECONDS)
        headers["retry-after"] = str(wait)
    return headers


def problem_response(error: AttestreeError, **extra: object) -> Response:
    """Return an error as an answer; `extra` are further members."""
    return Response(
        orjson.dumps(build_problem(error) | extra),
        status_code=status_of(error),
        media_type=MEDIA_TYPE,
        headers=problem_headers(error),
    )
