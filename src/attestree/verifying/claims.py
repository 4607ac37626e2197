"""
What the credential says, as plain JSON for pages and programs.

Decides which members are shown and under which plain names. Every value is a claim of whoever made the
file: the report says how far it may be shown, and shows none where nothing stands behind it. Members of
an unexpected type are left out, never repaired; only http and https addresses become links.
Source: Open Badges 3.0; DESIGN section 10.
"""

from __future__ import annotations

from attestree.credentials.credential import Credential
from attestree.credentials.identity import NAME_TYPE
from attestree.credentials.reading import is_address
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.verifying.iso import format_time

MAX_LISTED = 64
"""Evidence links, skills and results that are listed each; a credential may hold more."""

LEVEL_FRAMEWORKS = ("eqf", "european qualifications framework", "qualification level", "isced")
"""Words in an alignment's framework that make it a level instead of a skill, in lower case."""


def build_claims(credential: Credential) -> JsonObject:
    """Return the claims of a credential; members without a value are null or empty."""
    subject = _object(credential.document.get("credentialSubject"))
    achievement = _object(subject.get("achievement"))
    criteria = _object(achievement.get("criteria"))
    alignments = _objects(achievement.get("alignment"))
    levels = [alignment for alignment in alignments if _is_level(alignment)]
    return {
        "id": credential.id,
        "holder": find_holder_name(credential),
        "title": credential.subject.achievement_title or credential.title,
        "type": _text(achievement.get("achievementType")),
        "description": _text(achievement.get("description")),
        "criteria": _text(criteria.get("narrative")),
        "criteriaUrl": _link(criteria.get("id")),
        "credits": credential.subject.credits,
        "level": next((_text(level.get("targetName")) for level in levels), None),
        "language": _text(achievement.get("inLanguage")),
        "narrative": _text(subject.get("narrative")),
        "results": _results(subject),
        "awardedDate": format_time(credential.awarded),
        "validFrom": format_time(credential.valid_from),
        "validUntil": format_time(credential.valid_until),
        "evidence": [_evidence(entry) for entry in _objects(credential.document.get("evidence"))],
        "skills": [_skill(alignment) for alignment in alignments if not _is_level(alignment)],
    }


def find_holder_name(credential: Credential) -> str | None:
    """Return the holder's name where the credential says it in clear."""
    for identity in credential.subject.identities:
        if identity.identity_type == NAME_TYPE and not identity.hashed:
            return identity.identity_hash
    return None


def _is_level(alignment: JsonObject) -> bool:
    """Say whether an alignment names a level of a qualifications framework."""
    framework = (_text(alignment.get("targetFramework")) or "").lower()
    return any(words in framework for words in LEVEL_FRAMEWORKS)


def _evidence(entry: JsonObject) -> JsonObject:
    """Return one piece of evidence."""
    return {
        "name": _text(entry.get("name")),
        "description": _text(entry.get("narrative")) or _text(entry.get("description")),
        "url": _link(entry.get("id")),
    }


def _skill(alignment: JsonObject) -> JsonObject:
    """Return one skill."""
    return {
        "name": _text(alignment.get("targetName")),
        "framework": _text(alignment.get("targetFramework")),
        "code": _text(alignment.get("targetCode")),
        "url": _link(alignment.get("targetUrl")),
    }


def _results(subject: JsonObject) -> list[JsonValue]:
    """Return the values of the results, such as grades, in the order of the document."""
    values = (_text(result.get("value")) for result in _objects(subject.get("result")))
    return [value for value in values if value is not None]


def _object(value: JsonValue) -> JsonObject:
    """Return an object, the first of an array of objects, or an empty one."""
    return next(iter(_objects(value)), {})


def _objects(value: JsonValue) -> list[JsonObject]:
    """Return the objects among a value or its items, not more than are listed."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)][:MAX_LISTED]


def _text(value: JsonValue) -> str | None:
    """Return a string, also that of a language value; None for anything else."""
    first = value[0] if isinstance(value, list) and value else value
    text = first.get("@value") if isinstance(first, dict) else first
    return text if isinstance(text, str) else None


def _link(value: JsonValue) -> str | None:
    """Return an address that may become a link, else None."""
    safe = isinstance(value, str) and is_address(value) and value.lower().startswith(("http://", "https://"))
    return str(value) if safe else None
