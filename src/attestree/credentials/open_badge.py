"""
Which documents may be issued as Open Badges 3.0.

Decides strictly, where verifying is tolerant: what leaves here is read by wallets that never heard of
us, and stands for ever. Arrays where the standard has arrays, nothing empty, nothing null, the two
contexts in their order, no member that no context defines, no text that could deceive. Signatures and
anchor come later; how a document is composed is not decided here.
Source: Open Badges 3.0; VCDM 2.0; DESIGN section 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from attestree.credentials.badge_shapes import SHAPES, Member, Shape
from attestree.credentials.canonical import canonicalize
from attestree.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES
from attestree.credentials.dates import parse_date, parse_timestamp
from attestree.credentials.issue_text import MAX_NARRATIVE_CHARACTERS, MAX_TITLE_CHARACTERS, check_text
from attestree.credentials.reading import ROOT, is_address
from attestree.credentials.strict_json import MAX_BYTES, parse_json
from attestree.credentials.vocabularies import VOCABULARIES
from attestree.errors import MalformedCredentialError, MalformedJsonError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

MAX_IMAGE_CHARACTERS = 100_000
"""Longest image address; images may be data: URIs."""

# Letters that no check has anything against, however they stand together.
_PLAIN_LETTERS = re.compile(r"[ -~À-ÖØ-öø-ſ]*")
_IMAGE_PREFIXES = ("data:image/png;base64,", "data:image/svg+xml;base64,")


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why a document may not be issued."""

    code: str
    """A code of the catalogue."""
    path: str
    """Where, in names of the standard and positions; `ROOT` for the document itself."""
    values: dict[str, object] = field(default_factory=dict)
    """What the catalogue's sentence names beside the path."""


def check_open_badge(document: JsonObject, *, with_bytes: bool = True) -> tuple[Finding, ...]:
    """
    Return every reason why a document may not be issued as an Open Badge; none if it may.

    Codes: `format.*`, `date.*`, `issue.*`, and `json.*` where the document has no canonical form or is
    too large to be verified later.

    Args:
        document: A credential without proofs.
        with_bytes: Whether to look at its canonical bytes too; who writes and measures them need not.
    """
    extended = isinstance(document.get("@context"), list) and len(document["@context"]) > 2  # type: ignore[arg-type]  # a list
    findings = [
        *_check_contexts(document),
        *_check_shape(document, SHAPES["OpenBadgeCredential"], "", extended=extended),
        *_check_base_type(document),
        *_check_holder(document),
        *_check_period(document),
        *(_check_bytes(document) if with_bytes else ()),
    ]
    return tuple(findings)


def check_achievement(document: JsonObject) -> tuple[Finding, ...]:
    """Return every reason why an object may not stand in a badge as its Achievement; codes as above."""
    return (*_check_shape(document, SHAPES["Achievement"], "", extended=False), *_check_bytes(document))


def verify_open_badge(document: JsonObject, *, with_bytes: bool = True) -> None:
    """
    Verify that a document may be issued as an Open Badge; arguments as of `check_open_badge`.

    Raises:
        MalformedCredentialError: The first finding of `check_open_badge`, with `path` and `findings`,
            the number of all of them.
    """
    findings = check_open_badge(document, with_bytes=with_bytes)
    if findings:
        first = findings[0]
        raise MalformedCredentialError(
            first.code, **{"path": first.path, "findings": len(findings)} | first.values
        )


def is_fit(text: str, kind: str) -> bool:
    """Say whether a text may stand where the standard wants a `line`, `prose` or an `address`."""
    if kind == "line" and text.isascii() and text.isalnum() and len(text) <= MAX_TITLE_CHARACTERS:
        return True
    return next(_check_value(text, kind, "", extended=False), None) is None


def are_fit(texts: Sequence[str], kind: str) -> bool:
    """Say whether `is_fit` is true of each of many texts; sooner where all are of plain letters."""
    if kind == "line" and all(map(str.strip, texts)) and _PLAIN_LETTERS.fullmatch("".join(texts)):
        return max(map(len, texts), default=0) <= MAX_TITLE_CHARACTERS
    return all(is_fit(text, kind) for text in texts)


def _check_contexts(document: JsonObject) -> Iterator[Finding]:
    """Check that the two contexts stand first, in their order."""
    contexts = document.get("@context")
    if not isinstance(contexts, list) or contexts[:2] != [CREDENTIALS_V2, OPEN_BADGES]:
        yield Finding("format.context_order", "@context")


def _check_base_type(document: JsonObject) -> Iterator[Finding]:
    """Check that the credential says it is one."""
    types = document.get("type")
    if isinstance(types, list) and "VerifiableCredential" not in types:
        yield Finding("format.type", "type")


def _check_holder(document: JsonObject) -> Iterator[Finding]:
    """Check that the credential names its holder by address or identity."""
    subject = document.get("credentialSubject")
    if isinstance(subject, dict) and not {"id", "identifier"} & set(subject):
        yield Finding("format.no_holder", "credentialSubject")


def _check_period(document: JsonObject) -> Iterator[Finding]:
    """Check that the credential does not end before it begins."""
    first, last = document.get("validFrom"), document.get("validUntil")
    if isinstance(first, str) and isinstance(last, str):
        try:
            ends_first = parse_timestamp(last) < parse_timestamp(first)
        except MalformedCredentialError:
            return
        if ends_first:
            yield Finding("format.ends_before_start", "validUntil")


def _check_bytes(document: JsonObject) -> Iterator[Finding]:
    """Check that a verifier's strict reader will take the canonical bytes, with room for proofs."""
    try:
        parse_json(canonicalize(document), limit_bytes=MAX_BYTES // 2)
    except MalformedJsonError as error:
        yield Finding(error.code, ROOT, error.values)


def _check_shape(value: JsonValue, shape: Shape, path: str, *, extended: bool) -> Iterator[Finding]:
    """Check one object against the shape of its class."""
    if not isinstance(value, dict):
        yield Finding("format.not_object", path)
        return
    yield from _check_type(value, shape, path)
    for name, member in shape.members.items():
        if name in value:
            yield from _check_member(value[name], member, _join(path, name), extended=extended)
        elif member.required:
            yield Finding("format.missing", _join(path, name))
    unknown = set(value) - set(shape.members) - {"type", "@context"}
    if unknown and (shape.closed or not extended):
        yield Finding("format.unknown_member", path or ROOT, {"count": len(unknown)})


def _check_type(value: JsonObject, shape: Shape, path: str) -> Iterator[Finding]:
    """Check that `type` is there in the right form and says what the object is."""
    if not shape.types:
        return
    types = value.get("type")
    if shape.one_type:
        named = isinstance(types, str) and types in shape.types
    else:
        named = isinstance(types, list) and any(name in types for name in shape.types)
        named = named and all(isinstance(name, str) for name in types or ())  # type: ignore[union-attr]  # a list
    if not named:
        yield Finding("format.type", _join(path, "type"))


def _check_member(value: JsonValue, member: Member, path: str, *, extended: bool) -> Iterator[Finding]:
    """Check one member, or every item of it."""
    if not member.many:
        yield from _check_value(value, member.kind, path, extended=extended)
    elif not isinstance(value, list) or not value:
        yield Finding("format.not_array", path)
    else:
        for number, item in enumerate(value):
            yield from _check_value(item, member.kind, f"{path}[{number}]", extended=extended)


def _check_value(value: JsonValue, kind: str, path: str, *, extended: bool) -> Iterator[Finding]:
    """Check one value against a shape, a vocabulary or a plain kind."""
    if kind in SHAPES:
        yield from _check_shape(value, SHAPES[kind], path, extended=extended)
    elif kind in ("number", "boolean", "object"):
        yield from _check_plain(value, kind, path)
    elif not isinstance(value, str):
        yield Finding("format.not_text", path)
    elif kind in VOCABULARIES:
        if not VOCABULARIES[kind].fullmatch(value):
            yield Finding("format.language" if kind == "LanguageCode" else "format.unknown_word", path)
    elif kind in ("moment", "day"):
        yield from _check_date(value, kind, path)
    elif kind in ("address", "link"):
        if not (is_address(value) or (kind == "link" and _is_image(value))):
            yield Finding("format.url", path)
    else:
        yield from _check_text(value, path, prose=kind == "prose")


def _check_plain(value: JsonValue, kind: str, path: str) -> Iterator[Finding]:
    """Check a number, a boolean or an object of another's shape."""
    is_boolean = isinstance(value, bool)
    if kind == "boolean" and not is_boolean:
        yield Finding("format.not_boolean", path)
    elif kind == "number" and (is_boolean or not isinstance(value, int | float) or value < 0):
        yield Finding("format.not_number", path)
    elif kind == "object" and not (isinstance(value, dict) and value):
        yield Finding("format.not_object", path)


def _check_date(value: str, kind: str, path: str) -> Iterator[Finding]:
    """Check a time stamp or a date."""
    try:
        parse_date(value) if kind == "day" else parse_timestamp(value)
    except MalformedCredentialError as error:
        yield Finding(error.code, path)


def _check_text(value: str, path: str, *, prose: bool) -> Iterator[Finding]:
    """Check a line or prose; neither may be empty."""
    limit = MAX_NARRATIVE_CHARACTERS if prose else MAX_TITLE_CHARACTERS
    code = check_text(value, limit=limit, multiline=prose) if value.strip() else "issue.empty_text"
    if code is not None:
        yield Finding(code, path, {"limit": limit})


def _is_image(value: str) -> bool:
    """Say whether an address is a data: URI of an image that badges may have."""
    return value.startswith(_IMAGE_PREFIXES) and len(value) <= MAX_IMAGE_CHARACTERS


def _join(path: str, name: str) -> str:
    """Join a path and a name of the standard."""
    return f"{path}.{name}" if path else name
