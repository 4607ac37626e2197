"""
What a body asks: a credential or VC-JWT as it is, or one wrapped in `{ref, credential, expect, at}`.

Decides how the two are told apart: a wrapper has `credential` and no `@context`, a credential the other
way round. Strict: a member that is not known may have been meant to matter. Source: DESIGN section 10.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from attestree.credentials.canonical_reader import is_canonical
from attestree.credentials.dates import parse_date, parse_timestamp
from attestree.credentials.enveloping import parse_document
from attestree.credentials.identity import ExpectedHolder
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import RequestError
from attestree.web.schemas import MAX_REF_CHARACTERS, Wrapping


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one credential."""

    credential: JsonValue
    """As it was sent."""
    expect: ExpectedHolder | None = None
    """Whom the asker has before them."""
    at: int | None = None
    """Moment at which dates are judged, Unix seconds."""
    ref: str | None = None
    """The asker's own mark."""
    octets: bytes | None = None
    """What `credential` was read from, if that is its canonical form."""


def parse_question(octets: bytes, *, limit_bytes: int) -> Question:
    """
    Parse a body or a line of a batch.

    Raises:
        MalformedJsonError: `json.*`.
        MalformedCredentialError: `date.*` where `at` is no moment.
        RequestError: `request.shape`.
    """
    return build_question(parse_document(octets, limit_bytes=limit_bytes), octets=octets)


def build_question(value: JsonValue, *, octets: bytes | None = None) -> Question:
    """Return the question in a body that was parsed, perhaps from `octets`; raises as `parse_question`."""
    if not _is_wrapper(value):
        return Question(value, octets=octets if octets and is_canonical(octets, value) else None)
    assert isinstance(value, dict)  # noqa: S101 - told to the type checker
    rest = {name: member for name, member in value.items() if name != "credential"}
    try:
        wrapping = Wrapping.model_validate(rest)
    except ValidationError:
        # pydantic's error quotes the input; ours does not
        raise RequestError("request.shape") from None
    expect = wrapping.expect
    return Question(
        credential=value["credential"],
        expect=None if expect is None else ExpectedHolder(**expect.model_dump()),
        at=None if wrapping.at is None else parse_at(wrapping.at),
        ref=wrapping.ref,
    )


def parse_at(text: str) -> int:
    """Return the Unix seconds of a day, which begins in UTC, or of a time stamp with its zone."""
    return parse_timestamp(text, path="at") if "T" in text else parse_date(text, path="at")


def find_ref(value: JsonValue) -> str | None:
    """Return the mark of a line whose question cannot be used, so that its answer can be told apart."""
    ref = value.get("ref") if isinstance(value, dict) and _is_wrapper(value) else None
    return ref if isinstance(ref, str) and len(ref) <= MAX_REF_CHARACTERS else None


def _is_wrapper(value: JsonValue) -> bool:
    members: JsonObject = value if isinstance(value, dict) else {}
    return "credential" in members and "@context" not in members
