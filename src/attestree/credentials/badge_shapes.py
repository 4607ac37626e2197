"""
The shapes of Open Badges 3.0, as tables: which members an object has, which of them it must have.

Decides what `open_badge` checks; holds no logic. A member ends in nothing (one value) or in `MANY` (an
array, never empty). A shape named as the kind of a member is checked in turn; the words of vocabularies
stand in `vocabularies`.
Source: Open Badges 3.0, section 6 and appendix B; VCDM 2.0; Data Integrity 1.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scalar = Literal["line", "prose", "address", "link", "moment", "day", "number", "boolean", "object"]
"""Kinds of plain values: one line of text, prose in Markdown, addresses (`link` may also be a data: URI)."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a shape."""

    kind: str
    """A `Scalar`, or the name of a shape or a vocabulary."""
    required: bool = False
    """Whether the object must have it."""
    many: bool = False
    """Whether it is an array."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One class of object."""

    types: tuple[str, ...]
    """What `type` must hold; one of them suffices. Empty where the class has no type of its own."""
    members: dict[str, Member]
    """All members but `type` and `@context`."""
    one_type: bool = False
    """Whether `type` is a string instead of an array."""
    closed: bool = False
    """Whether no other member may ever stand in it."""


def _one(kind: str) -> Member:
    return Member(kind)


def _must(kind: str) -> Member:
    return Member(kind, required=True)


def _many(kind: str) -> Member:
    return Member(kind, many=True)


SHAPES: dict[str, Shape] = {
    "OpenBadgeCredential": Shape(
        ("OpenBadgeCredential", "AchievementCredential"),
        {
            "id": _must("address"),
            "name": _one("line"),
            "description": _one("prose"),
            "image": _one("Image"),
            "issuer": _must("Profile"),
            "validFrom": _must("moment"),
            "validUntil": _one("moment"),
            "awardedDate": _one("moment"),
            "credentialSubject": _must("AchievementSubject"),
            "evidence": _many("Evidence"),
            "endorsement": _many("object"),
            "credentialSchema": _many("Service"),
            "credentialStatus": _one("Status"),
            "refreshService": _one("Service"),
            "termsOfUse": _many("TermsOfUse"),
            "proof": _many("object"),
        },
    ),
    "AchievementSubject": Shape(
        ("AchievementSubject",),
        {
            "id": _one("address"),
            "identifier": _many("IdentityObject"),
            "achievement": _must("Achievement"),
            "activityStartDate": _one("moment"),
            "activityEndDate": _one("moment"),
            "creditsEarned": _one("number"),
            "image": _one("Image"),
            "licenseNumber": _one("line"),
            "narrative": _one("prose"),
            "result": _many("Result"),
            "role": _one("line"),
            "source": _one("Profile"),
            "term": _one("line"),
        },
    ),
    "Achievement": Shape(
        ("Achievement",),
        {
            "id": _must("address"),
            "name": _must("line"),
            "description": _must("prose"),
            "criteria": _must("Criteria"),
            "achievementType": _one("AchievementType"),
            "alignment": _many("Alignment"),
            "creator": _one("Profile"),
            "creditsAvailable": _one("number"),
            "endorsement": _many("object"),
            "fieldOfStudy": _one("line"),
            "humanCode": _one("line"),
            "image": _one("Image"),
            "inLanguage": _one("LanguageCode"),
            "otherIdentifier": _many("IdentifierEntry"),
            "related": _many("Related"),
            "resultDescription": _many("ResultDescription"),
            "specialization": _one("line"),
            "tag": _many("line"),
            "version": _one("line"),
        },
    ),
    "Criteria": Shape((), {"id": _one("address"), "narrative": _one("prose")}),
    "Profile": Shape(
        ("Profile",),
        {
            "id": _must("address"),
            "name": _one("line"),
            "url": _one("address"),
            "phone": _one("line"),
            "description": _one("prose"),
            "endorsement": _many("object"),
            "image": _one("Image"),
            "email": _one("line"),
            "address": _one("Address"),
            "otherIdentifier": _many("IdentifierEntry"),
            "official": _one("line"),
            "parentOrg": _one("Profile"),
            "familyName": _one("line"),
            "givenName": _one("line"),
            "additionalName": _one("line"),
            "patronymicName": _one("line"),
            "honorificPrefix": _one("line"),
            "honorificSuffix": _one("line"),
            "familyNamePrefix": _one("line"),
            "dateOfBirth": _one("day"),
        },
    ),
    "Address": Shape(
        ("Address",),
        {
            "addressCountry": _one("line"),
            "addressCountryCode": _one("line"),
            "addressRegion": _one("line"),
            "addressLocality": _one("line"),
            "streetAddress": _one("line"),
            "postOfficeBoxNumber": _one("line"),
            "postalCode": _one("line"),
            "geo": _one("object"),
        },
    ),
    "Alignment": Shape(
        ("Alignment",),
        {
            "targetName": _must("line"),
            "targetUrl": _must("address"),
            "targetCode": _one("line"),
            "targetDescription": _one("prose"),
            "targetFramework": _one("line"),
            "targetType": _one("AlignmentTargetType"),
        },
    ),
    "Evidence": Shape(
        ("Evidence",),
        {
            "id": _one("address"),
            "narrative": _one("prose"),
            "name": _one("line"),
            "description": _one("prose"),
            "genre": _one("line"),
            "audience": _one("line"),
        },
    ),
    "Result": Shape(
        ("Result",),
        {
            "achievedLevel": _one("address"),
            "alignment": _many("Alignment"),
            "resultDescription": _one("address"),
            "status": _one("ResultStatus"),
            "value": _one("line"),
        },
    ),
    "ResultDescription": Shape(
        ("ResultDescription",),
        {
            "id": _must("address"),
            "name": _must("line"),
            "resultType": _must("ResultType"),
            "alignment": _many("Alignment"),
            "allowedValue": _many("line"),
            "requiredLevel": _one("address"),
            "requiredValue": _one("line"),
            "rubricCriterionLevel": _many("RubricCriterionLevel"),
            "valueMax": _one("line"),
            "valueMin": _one("line"),
        },
    ),
    "RubricCriterionLevel": Shape(
        ("RubricCriterionLevel",),
        {
            "id": _must("address"),
            "name": _must("line"),
            "alignment": _many("Alignment"),
            "description": _one("prose"),
            "level": _one("line"),
            "points": _one("line"),
        },
    ),
    "Related": Shape(
        ("Related",), {"id": _must("address"), "inLanguage": _one("LanguageCode"), "version": _one("line")}
    ),
    "IdentifierEntry": Shape(
        ("IdentifierEntry",),
        {"identifier": _must("line"), "identifierType": _must("IdentifierType")},
        one_type=True,
        closed=True,
    ),
    "IdentityObject": Shape(
        ("IdentityObject",),
        {
            "hashed": _must("boolean"),
            "identityHash": _must("line"),
            "identityType": _must("IdentifierType"),
            "salt": _one("line"),
        },
        one_type=True,
        closed=True,
    ),
    "Image": Shape(("Image",), {"id": _must("link"), "caption": _one("line")}, one_type=True, closed=True),
    "Status": Shape(
        ("BitstringStatusListEntry", "1EdTechRevocationList"),
        {
            "id": _must("address"),
            "statusPurpose": _one("line"),
            "statusListIndex": _one("line"),
            "statusListCredential": _one("address"),
        },
        one_type=True,
    ),
    "Service": Shape((), {"id": _must("address"), "type": _must("line")}),
    "TermsOfUse": Shape((), {"id": _one("address"), "type": _must("line")}),
}
"""Name of a class of Open Badges to its shape."""
