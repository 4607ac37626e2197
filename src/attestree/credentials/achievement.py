"""
What was achieved: an Open Badges Achievement, given as such or in short form.

Decides how the short form becomes Open Badges terms, and only those: a private context could not be
read by any wallet. The elements of Annex I (EU 2022/C 243/02) go where Open Badges has a place:

    title                     name
    description               description
    learning_outcomes         criteria.narrative, section "Learning outcomes"
    assessment                criteria.narrative, section "Assessment"
    supervision               criteria.narrative, section "Supervision and identity check"
    participation             criteria.narrative, section "Participation"
    quality_assurance         criteria.narrative, section "Quality assurance"
    prerequisites             criteria.narrative, section "Prerequisites"
    stackability              criteria.narrative, section "Stackability"
    workload                  criteria.narrative, section "Workload"
    credits                   creditsAvailable, in ECTS, and named in "Workload"
    level_note                criteria.narrative, section "Level"
    level                     alignment to the EQF level, targetType `ext:EQFLevel`
    skills                    alignment each; targetType `ext:ESCOSkill` for ESCO addresses
    type, tags, language      achievementType, tag, inLanguage
    id, criteria_url, image   id, criteria.id, image
    country                   the composer's: issuer.address.addressCountryCode
    valid_for                 the composer's: validUntil

Learner, awarding body, date and grade belong to the credential, not to the achievement.
Source: Open Badges 3.0, Achievement; DESIGN sections 4 and 9.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from attestree.credentials.canonical import canonicalize
from attestree.credentials.open_badge import check_achievement
from attestree.credentials.period import Period, parse_period
from attestree.credentials.short_form import ShortForm, require_form, require_known, require_text
from attestree.credentials.vocabularies import LANGUAGE_CODE, VOCABULARIES
from attestree.errors import AchievementError, MalformedCredentialError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

KEYS: dict[str, str] = {
    "title": "What the credential is called.",
    "description": "What it is about, in a sentence or two.",
    "learning_outcomes": "What the learner can do now; one line each.",
    "assessment": "How it was assessed.",
    "supervision": "Who watched over the assessment, and how identity was checked.",
    "participation": "Form of participation: on site, online, blended.",
    "quality_assurance": "Who assures the quality, and how.",
    "prerequisites": "What was needed to begin.",
    "stackability": "What it counts towards.",
    "workload": "Notional workload in words, beside the credits.",
    "credits": "ECTS credits.",
    "level": "Level of the European Qualifications Framework, 1 to 8.",
    "level_note": "Cycle of the QF-EHEA, another framework, or why there is no level; in words.",
    "skills": "Skills as { name, url, framework, code }; only name and url are needed.",
    "type": "Type of achievement in Open Badges terms; MicroCredential unless said otherwise.",
    "tags": "Words to find it by.",
    "language": "Language it was taught in, such as en or pl.",
    "country": "Two letters of the awarding body's country, such as PL.",
    "id": "Address that names this achievement for ever; made from its content unless given.",
    "criteria_url": "Page with the criteria.",
    "image": "Address of its picture, PNG or SVG.",
    "valid_for": "How long a credential lasts: P2Y, P18M, P90D.",
}
"""Keys of the short form, and what each is for."""

_SECTIONS = {
    "learning_outcomes": "Learning outcomes",
    "workload": "Workload",
    "level_note": "Level",
    "assessment": "Assessment",
    "supervision": "Supervision and identity check",
    "participation": "Participation",
    "quality_assurance": "Quality assurance",
    "prerequisites": "Prerequisites",
    "stackability": "Stackability",
}
PLACEHOLDERS: dict[str, str] = {
    "title": "Name of the course",
    "description": "What it is about, in a sentence or two.",
}
"""What `attestree template achievement` leaves to be filled in, and what is therefore no achievement."""
_SKILL_KEYS = ("name", "url", "framework", "code")
_ESCO = re.compile(r"https?://data\.europa\.eu/esco/skill/.+")
_COUNTRY = re.compile(r"[A-Z]{2}")
_MAX_CREDITS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    """One achievement, ready to stand in credentials."""

    document: JsonObject
    """The Open Badges Achievement."""
    valid_for: Period | None = None
    """How long a credential for it lasts; None = no end."""
    country: str | None = None
    """Country of the awarding body, ISO 3166-1, two letters."""

    @property
    def id(self) -> str:
        """Its address."""
        return str(self.document["id"])

    @property
    def title(self) -> str:
        """Its name."""
        return str(self.document["name"])


def build_achievement(source: Mapping[str, object]) -> Achievement:
    """
    Build an achievement from an Open Badges Achievement or from the short form.

    What has `criteria` is taken for the former; it is checked and kept as it stands.

    Raises:
        AchievementError: `achievement.unknown_key` with the `nearest` key that is known,
            `achievement.missing`, `achievement.placeholder`, `achievement.type`, `achievement.range`,
            `achievement.form`, `achievement.url`, or for an Open Badges Achievement and for text any code of
            `check_open_badge`; with `field`.
    """
    if "criteria" in source:
        return _take_open_badge(source)
    require_known(source, KEYS, "")
    short = ShortForm(source)
    for field, placeholder in PLACEHOLDERS.items():
        if source.get(field) == placeholder:
            raise AchievementError("achievement.placeholder", field=field)
    document = _build_document(short)
    valid_for, country = short.line("valid_for"), short.line("country")
    return Achievement(
        document=document,
        valid_for=_parse_valid_for(valid_for) if valid_for is not None else None,
        country=require_form(country, _COUNTRY, "country"),
    )


def _take_open_badge(source: Mapping[str, object]) -> Achievement:
    """Take an Open Badges Achievement, if it is one to the letter."""
    document: JsonObject = dict(source)  # type: ignore[arg-type]  # judged by the next line
    for finding in check_achievement(document):
        raise AchievementError(finding.code, **{"field": finding.path, "path": finding.path} | finding.values)
    return Achievement(document=document)


def _build_document(short: ShortForm) -> JsonObject:
    """Build the Open Badges Achievement of the short form."""
    ects = short.number("credits", first=0, last=_MAX_CREDITS)
    document: JsonObject = {
        "type": ["Achievement"],
        "achievementType": require_form(short.line("type"), VOCABULARIES["AchievementType"], "type")
        or "MicroCredential",
        "name": short.required("title"),
        "description": short.required("description", prose=True),
        "criteria": _build_criteria(short, ects),
    }
    image = short.address("image")
    optional: JsonObject = {
        "creditsAvailable": ects,
        "inLanguage": require_form(short.line("language"), LANGUAGE_CODE, "language"),
        "tag": [require_text(tag, "tags") for tag in short.items("tags")],
        "alignment": [*_build_level(short), *_build_skills(short)],
        "image": {"id": image, "type": "Image"} if image else None,
    }
    document |= {name: value for name, value in optional.items() if value not in (None, [])}
    return {"id": short.address("id") or _derive_id(document), **document}


def _build_criteria(short: ShortForm, ects: float | None) -> JsonObject:
    """Build the criteria: one Markdown section for each element that is given."""
    texts = {key: short.line(key, prose=True) for key in _SECTIONS if key != "learning_outcomes"}
    outcomes = [require_text(outcome, "learning_outcomes") for outcome in short.items("learning_outcomes")]
    texts["learning_outcomes"] = "\n".join(f"- {outcome}" for outcome in outcomes)
    if ects is not None:
        texts["workload"] = "\n\n".join(filter(None, [f"{ects:g} ECTS credits", texts["workload"]]))
    sections = [f"## {heading}\n\n{texts[key]}" for key, heading in _SECTIONS.items() if texts[key]]
    if not sections:
        raise AchievementError("achievement.missing", field="learning_outcomes")
    criteria: JsonObject = {"narrative": require_text("\n\n".join(sections), "learning_outcomes", prose=True)}
    address = short.address("criteria_url")
    return {"id": address, **criteria} if address else criteria


def _build_level(short: ShortForm) -> list[JsonValue]:
    """Build the alignment to a level of the European Qualifications Framework."""
    level = short.number("level", first=1, last=8)
    if level is None:
        return []
    if not isinstance(level, int):
        raise AchievementError("achievement.type", field="level", expected="number")
    return [
        {
            "type": ["Alignment"],
            "targetName": f"EQF level {level}",
            "targetUrl": f"http://data.europa.eu/snb/eqf/{level}",
            "targetCode": str(level),
            "targetFramework": "European Qualifications Framework",
            "targetType": "ext:EQFLevel",
        }
    ]


def _build_skills(short: ShortForm) -> list[JsonValue]:
    """Build one alignment a skill."""
    return [_build_skill(item, f"skills[{number}]") for number, item in enumerate(short.items("skills"))]


def _build_skill(item: object, field: str) -> JsonObject:
    """Build the alignment of one skill."""
    if not isinstance(item, Mapping):
        raise AchievementError("achievement.type", field=field, expected="table")
    require_known(item, _SKILL_KEYS, field)
    skill = ShortForm(item, f"{field}.")
    name, _ = skill.required("name"), skill.required("url")
    address = skill.address("url") or ""
    is_esco = _ESCO.fullmatch(address) is not None
    alignment: JsonObject = {
        "targetCode": skill.line("code"),
        "targetFramework": skill.line("framework") or ("ESCO" if is_esco else None),
        "targetType": "ext:ESCOSkill" if is_esco else None,
    }
    given = {key: value for key, value in alignment.items() if value is not None}
    return {"type": ["Alignment"], "targetName": name, "targetUrl": address, **given}


def _derive_id(document: JsonObject) -> str:
    """Derive a UUID (version 8) from the canonical bytes, so that the same content has the same id."""
    octets = bytearray(sha256(b"attestree achievement\x00" + canonicalize(document)).digest()[:16])
    octets[6] = octets[6] & 0x0F | 0x80
    octets[8] = octets[8] & 0x3F | 0x80
    digits = octets.hex()
    return "urn:uuid:" + "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _parse_valid_for(text: str) -> Period:
    """Read `valid_for`."""
    try:
        return parse_period(text)
    except MalformedCredentialError:
        raise AchievementError("achievement.form", field="valid_for") from None
