"""
The quality profile: the 11 mandatory elements of a micro-credential, found in Open Badges terms.

Decides where each element of Annex I may stand, and whether it does. Only terms that any wallet can read
count. What Open Badges has no term for is prose under a heading of its own in `criteria.narrative`; a
heading with nothing but punctuation below it is missing. Whether what is said is true or enough is not
decided here. The level is mandatory "if applicable": whoever has none says so under the heading Level.
Source: EU Council Recommendation 2022/C 243/02, Annex I; Open Badges 3.0, section 5; DESIGN section 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from attestree.credentials.strict_json import JsonObject, JsonValue

Place = Literal["achievement", "roster", "settings"]
"""Which of an issuer's files the mending line belongs into."""

_ACHIEVEMENT = "credentialSubject.achievement"
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t:#]*")
_EQF = re.compile(r"https?://data\.europa\.eu/(?:snb|esco)/(?:model/)?eqf[/#]", re.IGNORECASE)
_COMPETENCIES = ("ceasn:Competency", "CFItem", "CTDL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One mandatory element."""

    code: str
    """Code of what is said where it is missing."""
    title: str
    """As the Recommendation calls it, shortened."""
    term: str
    """The Open Badges term that carries it, as a path from the credential."""
    line: str
    """What to write to have it."""
    place: Place
    """Where to write it."""
    is_present: Callable[[JsonObject], bool]
    """Says whether a credential has it."""


def find_missing(credential: JsonObject) -> tuple[Element, ...]:
    """Return the elements that a credential lacks, in the order of Annex I; whatever its shape."""
    return tuple(element for element in ELEMENTS if not element.is_present(credential))


def find_sections(narrative: str) -> dict[str, str]:
    """Return the text under each Markdown heading, by its title in lower case; subheadings belong to it."""
    sections: dict[str, str] = {}
    within: list[tuple[int, str]] = []
    for line in narrative.splitlines():
        heading = _HEADING.fullmatch(line.strip())
        if heading is None:
            for _, title in within:
                sections[title] += line + "\n"
            continue
        depth = len(heading[1])
        within = [(level, title) for level, title in within if level < depth]
        within.append((depth, heading[2].casefold()))
        sections.setdefault(heading[2].casefold(), "")
    return sections


def _is_said(value: JsonValue) -> bool:
    """Say whether a value is text with a letter or a digit in it, in a language or without."""
    texts = [value, *_items(value)]
    texts += [text["@value"] for text in texts if isinstance(text, dict) and "@value" in text]
    return any(isinstance(text, str) and any(sign.isalnum() for sign in text) for text in texts)


def _items(value: JsonValue) -> list[JsonValue]:
    """Return the items of an array; of nothing, none; of anything else, itself."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _objects(credential: JsonObject, path: str) -> Iterator[JsonObject]:
    """Yield the objects at a path, through arrays."""
    found: list[JsonValue] = [credential]
    for name in path.split("."):
        found = [item for one in found if isinstance(one, dict) for item in _items(one.get(name))]
    yield from (one for one in found if isinstance(one, dict))


def _says(path: str, *names: str) -> Callable[[JsonObject], bool]:
    """Return what looks for text under one of several names of the objects at a path."""
    return lambda credential: any(
        _is_said(one.get(name)) for one in _objects(credential, path) for name in names
    )


def _has_section(*titles: str) -> Callable[[JsonObject], bool]:
    """Return what looks for prose under one of several headings of the criteria."""

    def is_present(credential: JsonObject) -> bool:
        narratives = [one.get("narrative") for one in _objects(credential, f"{_ACHIEVEMENT}.criteria")]
        sections = [find_sections(text) for text in narratives if isinstance(text, str)]
        return any(_is_said(found.get(title)) for found in sections for title in titles)

    return is_present


def _has_number(path: str, name: str) -> Callable[[JsonObject], bool]:
    """Return what looks for a number above zero."""

    def is_present(credential: JsonObject) -> bool:
        numbers = [one.get(name) for one in _objects(credential, path)]
        return any(
            isinstance(number, int | float) and not isinstance(number, bool) and number > 0
            for number in numbers
        )

    return is_present


def _any(*looks: Callable[[JsonObject], bool]) -> Callable[[JsonObject], bool]:
    """Return what is content with any of several places."""
    return lambda credential: any(look(credential) for look in looks)


def _has_level(credential: JsonObject) -> bool:
    """Say whether an alignment names a level of the European Qualifications Framework."""
    for one in _objects(credential, f"{_ACHIEVEMENT}.alignment"):
        address = one.get("targetUrl")
        if one.get("targetType") == "ext:EQFLevel" or (isinstance(address, str) and _EQF.match(address)):
            return True
    return False


def _has_competency(credential: JsonObject) -> bool:
    """Say whether an alignment names what was learned, as frameworks of competencies do."""
    alignments = _objects(credential, f"{_ACHIEVEMENT}.alignment")
    return any(
        one.get("targetType") in _COMPETENCIES and _is_said(one.get("targetName")) for one in alignments
    )


ELEMENTS: tuple[Element, ...] = (
    Element(
        code="quality.learner",
        title="identification of the learner",
        term="credentialSubject.identifier",
        line="name,email",
        place="roster",
        is_present=_any(
            _says("credentialSubject", "id"), _says("credentialSubject.identifier", "identityHash")
        ),
    ),
    Element(
        code="quality.title",
        title="title of the micro-credential",
        term=f"{_ACHIEVEMENT}.name",
        line='title = "Data Literacy"',
        place="achievement",
        is_present=_says(_ACHIEVEMENT, "name"),
    ),
    Element(
        code="quality.country",
        title="country or region of the issuer",
        term="issuer.address.addressCountryCode",
        line='country = "PL"',
        place="achievement",
        is_present=_any(
            _says("issuer.address", "addressCountryCode", "addressCountry", "addressRegion"),
            _says(f"{_ACHIEVEMENT}.creator.address", "addressCountryCode", "addressCountry", "addressRegion"),
        ),
    ),
    Element(
        code="quality.awarding_body",
        title="awarding body",
        term="issuer.name",
        line='title = "Name of the institution"',
        place="settings",
        is_present=_says("issuer", "name"),
    ),
    Element(
        code="quality.date",
        title="date of issuing",
        term="validFrom",
        line="awarded_on",
        place="roster",
        is_present=lambda credential: any(
            _is_said(credential.get(name)) for name in ("validFrom", "awardedDate", "issuanceDate")
        ),
    ),
    Element(
        code="quality.learning_outcomes",
        title="learning outcomes",
        term=f'{_ACHIEVEMENT}.criteria.narrative, "Learning outcomes"',
        line='learning_outcomes = ["Does this.", "Explains that."]',
        place="achievement",
        is_present=_any(_has_section("learning outcomes", "learning outcome"), _has_competency),
    ),
    Element(
        code="quality.workload",
        title="notional workload, in ECTS credits where possible",
        term=f"{_ACHIEVEMENT}.creditsAvailable",
        line='credits = 2.5   or   workload = "About 65 hours."',
        place="achievement",
        is_present=_any(
            _has_number(_ACHIEVEMENT, "creditsAvailable"),
            _has_number("credentialSubject", "creditsEarned"),
            _has_section("workload", "notional workload"),
        ),
    ),
    Element(
        code="quality.level",
        title="level, and cycle, if applicable",
        term=f"{_ACHIEVEMENT}.alignment, targetType ext:EQFLevel",
        line='level = 6   or   level_note = "Not referenced to the EQF."',
        place="achievement",
        is_present=_any(_has_level, _has_section("level", "level and cycle", "cycle")),
    ),
    Element(
        code="quality.assessment",
        title="type of assessment",
        term=f'{_ACHIEVEMENT}.criteria.narrative, "Assessment"',
        line='assessment = "Project with a written report."',
        place="achievement",
        is_present=_has_section("assessment", "type of assessment"),
    ),
    Element(
        code="quality.participation",
        title="form of participation",
        term=f'{_ACHIEVEMENT}.criteria.narrative, "Participation"',
        line='participation = "Online."',
        place="achievement",
        is_present=_has_section("participation", "form of participation"),
    ),
    Element(
        code="quality.quality_assurance",
        title="type of quality assurance",
        term=f'{_ACHIEVEMENT}.criteria.narrative, "Quality assurance"',
        line='quality_assurance = "Internal, reviewed every five years."',
        place="achievement",
        is_present=_has_section("quality assurance", "type of quality assurance"),
    ),
)
"""The mandatory elements, in the order of Annex I."""
