"""
The shape rules of the W3C data model: which documents are credentials or presentations at all.

Decides every rule of the standard that binds the document itself: contexts and their order, types, ids,
issuer, holder, subjects, dates, names in languages, and the members that must say their type. Whether a
context can be processed and a type leads to an address is found where the document is made canonical
(`signatures.canonize`); digests of related resources are judged in `related_resources`. Nobody is
trusted here. Narrower than the standard in one place: dates end with the year 9999.
Source: VCDM 2.0, sections 4.3 to 4.13, 5.3 to 5.6 and 11.1; VCDM 1.1, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from attestree.credentials.contexts import CREDENTIALS_V1, CREDENTIALS_V2
from attestree.credentials.dates import parse_timestamp
from attestree.credentials.reading import MAX_ADDRESS_CHARACTERS, ROOT
from attestree.errors import MalformedCredentialError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

CREDENTIAL_TYPE = "VerifiableCredential"
"""The type that every credential has."""

PRESENTATION_TYPE = "VerifiablePresentation"
"""The type that every presentation has."""

ENVELOPED_TYPE = "EnvelopedVerifiableCredential"
"""The type of a credential that is carried, in a `data:` address, as a signed text."""

TYPED_MEMBERS = ("credentialStatus", "credentialSchema", "refreshService", "termsOfUse", "evidence", "proof")
"""Members of a credential whose every object says its type."""

DIRECTIONS = ("ltr", "rtl")
"""Base directions of a text."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x20\x7f<>\"{}|\\^`]+")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_LANGUAGE_MEMBERS = {"@value", "@language", "@direction"}


def verify_credential_model(value: JsonValue, *, old_version: bool = False) -> None:
    """
    Require a document that has the shape of a credential.

    Args:
        value: The credential, with its proofs if it has some.
        old_version: Whether a credential of VCDM 1.1 is taken too.

    Raises:
        MalformedCredentialError: A `model.*` code, `format.not_object`, `format.missing`,
            `format.type`, `format.context`, `format.ends_before_start` or a `date.*` code; with `path`.
    """
    document = _require_object(value, ROOT)
    first = _require_base_context(
        document, (CREDENTIALS_V2, CREDENTIALS_V1) if old_version else (CREDENTIALS_V2,)
    )
    _verify_types(document, CREDENTIAL_TYPE)
    _verify_id(document, "id")
    _verify_named(document, "")
    _verify_party(document, "issuer", required=True)
    _verify_subjects(document)
    for name in TYPED_MEMBERS:
        _verify_typed(document, name)
    for path, schema in _objects(document, "credentialSchema"):
        _verify_id(schema, f"{path}.id", required=True)
    _verify_period(document, *(_PERIODS[first]))
    if first == CREDENTIALS_V1 and "issuanceDate" not in document:
        raise MalformedCredentialError("format.missing", path="issuanceDate")


def verify_presentation_model(value: JsonValue) -> None:
    """
    Require a document that has the shape of a presentation; the credentials in it are judged apart.

    Raises:
        MalformedCredentialError: As `verify_credential_model`.
    """
    document = _require_object(value, ROOT)
    _require_base_context(document, (CREDENTIALS_V2, CREDENTIALS_V1))
    _verify_types(document, PRESENTATION_TYPE)
    _verify_id(document, "id")
    _verify_party(document, "holder", required=False)
    for name in ("termsOfUse", "proof"):
        _verify_typed(document, name)
    for path, credential in _objects(document, "verifiableCredential"):
        _require_types(credential, f"{path}.type")


_PERIODS = {
    CREDENTIALS_V2: ("validFrom", "validUntil"),
    CREDENTIALS_V1: ("issuanceDate", "expirationDate"),
}


def is_url(value: JsonValue) -> bool:
    """Say whether a value is an absolute address of any scheme, without spaces."""
    return (
        isinstance(value, str) and len(value) <= MAX_ADDRESS_CHARACTERS and _URL.fullmatch(value) is not None
    )


def texts_of(value: JsonValue) -> tuple[str, ...]:
    """Return one string, or the strings of an array, as a tuple; anything else is left out."""
    items = value if isinstance(value, list) else [value]
    return tuple(item for item in items if isinstance(item, str))


def _require_base_context(document: JsonObject, bases: tuple[str, ...]) -> str:
    """Return the base context, which is the first of an array; every other is an address or an object."""
    contexts = document.get("@context")
    if not isinstance(contexts, list) or not contexts:
        raise MalformedCredentialError("format.context", path="@context")
    first = contexts[0]
    if not isinstance(first, str) or first not in bases:
        raise MalformedCredentialError("model.context_first", path="@context[0]")
    for number, item in enumerate(contexts[1:], 1):
        if not (isinstance(item, dict) or is_url(item)):
            raise MalformedCredentialError("model.context_item", path=f"@context[{number}]")
    return first


def _verify_types(document: JsonObject, wanted: str) -> None:
    """Require `type`, with the one that is wanted among its values."""
    if wanted not in _require_types(document, "type"):
        raise MalformedCredentialError("format.type", path="type")


def _require_types(members: JsonObject, path: str) -> tuple[str, ...]:
    """Return `type`: one string or an array of them, without blanks, without null."""
    value = members.get("type")
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str) and item and not re.search(r"\s", item) for item in items):
        raise MalformedCredentialError("model.no_type", path=path)
    return texts_of(value)


def _verify_id(members: JsonObject, path: str, *, required: bool = False) -> None:
    """Require `id`, where it stands or must stand, to be one address."""
    if "id" not in members:
        if required:
            raise MalformedCredentialError("format.missing", path=path)
        return
    if not is_url(members["id"]):
        raise MalformedCredentialError("model.url", path=path)


def _verify_party(document: JsonObject, name: str, *, required: bool) -> None:
    """Require issuer or holder to be an address or an object whose `id` is one."""
    if name not in document:
        if required:
            raise MalformedCredentialError("format.missing", path=name)
        return
    party = document[name]
    if isinstance(party, dict):
        _verify_id(party, f"{name}.id", required=True)
        _verify_named(party, f"{name}.")
    elif not is_url(party):
        raise MalformedCredentialError("model.url", path=name)


def _verify_subjects(document: JsonObject) -> None:
    """Require at least one subject, each with a claim."""
    if "credentialSubject" not in document:
        raise MalformedCredentialError("format.missing", path="credentialSubject")
    for path, subject in _objects(document, "credentialSubject"):
        if not subject:
            raise MalformedCredentialError("model.empty", path=path)
        _verify_id(subject, f"{path}.id")


def _verify_typed(document: JsonObject, name: str) -> None:
    """Require every object under a name to say its type; its `id` is one address."""
    for path, member in _objects(document, name):
        _require_types(member, f"{path}.type")
        _verify_id(member, f"{path}.id")


def _verify_named(members: JsonObject, prefix: str) -> None:
    """Require name and description to be text, or texts in stated languages."""
    for name in ("name", "description"):
        if name in members:
            value = members[name]
            items = value if isinstance(value, list) and value else [value]
            if not all(isinstance(item, str) or _is_language_value(item) for item in items):
                raise MalformedCredentialError("model.language_value", path=f"{prefix}{name}")


def _is_language_value(value: JsonValue) -> bool:
    """Say whether a value is `@value` with language or direction, and nothing else."""
    if not isinstance(value, dict) or not value.keys() <= _LANGUAGE_MEMBERS:
        return False
    language = value.get("@language", "en")
    return (
        isinstance(value.get("@value"), str)
        and isinstance(language, str)
        and _LANGUAGE.fullmatch(language) is not None
        and value.get("@direction", DIRECTIONS[0]) in DIRECTIONS
    )


def _verify_period(document: JsonObject, start: str, end: str) -> None:
    """Require dates with a zone, and an end that does not lie before the start."""
    moments: list[int] = []
    for name in (start, end):
        if name in document:
            text = document[name]
            if not isinstance(text, str):
                raise MalformedCredentialError("date.syntax", path=name)
            moments.append(parse_timestamp(text, path=name))
    if len(moments) == 2 and moments[1] < moments[0]:
        raise MalformedCredentialError("format.ends_before_start", path=end)


def _objects(document: JsonObject, name: str) -> Iterator[tuple[str, JsonObject]]:
    """Yield one object, or each of a filled array, with its path; none where the member is absent."""
    if name not in document:
        return
    value = document[name]
    if not isinstance(value, list):
        yield name, _require_object(value, name)
        return
    if not value:
        raise MalformedCredentialError("model.empty", path=name)
    for number, item in enumerate(value):
        path = f"{name}[{number}]"
        yield path, _require_object(item, path)


def _require_object(value: JsonValue, path: str) -> JsonObject:
    """Return a value that must be an object."""
    if not isinstance(value, dict):
        raise MalformedCredentialError("format.not_object", path=path)
    return value
