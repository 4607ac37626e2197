"""
What we issue, and what we refuse to issue, beside the official JSON schema of Open Badges 3.0.

JSON Schema 2019-09, the strict one, in which what may be many is an array. 1EdTech's licence lets it be used
and not passed on, so none lies here: `tests/vectors/published.py` fetches it, or `OB_SCHEMA` names a copy,
be it of the other variant, which lets one stand for a list of one; that is read as the strict one here.
"""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft201909Validator

from attestree.credentials.badge_shapes import SHAPES, Shape
from attestree.credentials.open_badge import check_open_badge
from attestree.credentials.vocabularies import LANGUAGE_CODE, VOCABULARIES
from tests.conftest import Figures
from tests.integration.demo_run import play_demo
from tests.integration.judges.material import hostile_badges, sign_all, with_anchor
from tests.vectors.published import BADGE_SCHEMA

PLACE = Path(os.environ.get("OB_SCHEMA", BADGE_SCHEMA))

pytestmark = pytest.mark.skipif(
    not PLACE.exists(), reason="no copy of the schema: tests/vectors/published.py"
)

THEIR_NAMES = {"Status": "CredentialStatus", "Service": "CredentialSchema"}
OPEN = {"endorsement": "a credential of somebody else, with contexts of its own", "geo": "nothing writes it"}
"""Members that we take as any object; what is in them the schema says and we do not."""
LEFT_OUT = {"endorsementJwt"}
"""Of two versions of the context that are about only one has the term: not everybody could verify it."""
BITSTRING = {"statusPurpose", "statusListIndex", "statusListCredential"}
"""Members of a status entry by Bitstring Status List; Open Badges leaves them to each kind of status."""


def read_strictly(schema: Any) -> Any:
    """Return a schema in which one no longer stands for a list of one, nor texts by language for a text."""
    if isinstance(schema, list):
        return [read_strictly(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    read = {name: read_strictly(value) for name, value in schema.items()}
    match schema.get("oneOf"), read.get("oneOf"):
        case [_, {"type": "array"} | {"allOf": [{"type": "array"}, *_]}], [_, strict]:
            pass
        case [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}], [
            strict,
            _,
        ]:
            pass
        case _:
            return read
    return {name: value for name, value in read.items() if name != "oneOf"} | strict


@cache
def read_schema() -> dict[str, Any]:
    schema: dict[str, Any] = read_strictly(json.loads(PLACE.read_text("utf-8")))
    # The strict variant asks for the id of a status, too.
    status = schema["$defs"]["CredentialStatus"]
    status["required"] = sorted({*status["required"], "id"})
    Draft201909Validator.check_schema(schema)
    return schema


@cache
def validator() -> Draft201909Validator:
    """Return what judges by the schema, dates and times included."""
    checker = copy.copy(Draft201909Validator.FORMAT_CHECKER)
    checker.checkers = {**checker.checkers, "date-time": (is_time_stamp, ())}
    return Draft201909Validator(read_schema(), format_checker=checker)


def is_time_stamp(value: object) -> bool:
    """Say whether a text has the form of RFC 3339, which jsonschema does not check by itself."""
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
    return not isinstance(value, str) or re.fullmatch(form, value) is not None


def why_not(badge: Any) -> list[str]:
    """Return what the schema says against a badge."""
    return [f"{error.json_path}: {error.message[:80]}" for error in validator().iter_errors(badge)]


# --------------------------------------------------------------------------------------------- what is issued


def test_every_badge_of_the_demo_is_valid_before_and_after_it_is_anchored(figures: Figures) -> None:
    folder, _ = play_demo()
    lots = [path.read_text("utf-8").splitlines() for path in sorted(folder.rglob("credentials.jsonl"))]
    badges = [json.loads(line) for lot in lots for line in lot]
    assert len(badges) > 500
    for badge in badges:
        assert len(badge["proof"]) == 2
        assert why_not(badge) == []
        assert why_not({**badge, "proof": badge["proof"][:1]}) == []
    figures.note(f"{len(badges)} badges")


def test_every_shape_of_the_examples_is_valid_under_hostile_text() -> None:
    for badge in sign_all(hostile_badges()):
        assert why_not(badge) == why_not(with_anchor(badge)) == []


# ----------------------------------------------------------------------------------- the tables, side by side


def definition(name: str) -> dict[str, Any]:
    """Return what the schema says of a shape of ours."""
    found: dict[str, Any] = read_schema()
    if name != "OpenBadgeCredential":
        found = found["$defs"][THEIR_NAMES.get(name, name)]
    return found


def is_array(member: dict[str, Any]) -> bool:
    parts = member.get("allOf", [member])
    return all(part.get("type") == "array" for part in parts)


@pytest.mark.parametrize(("name", "shape"), SHAPES.items(), ids=list(SHAPES))
def test_our_tables_say_what_the_schema_says(name: str, shape: Shape) -> None:
    theirs = definition(name)
    members = {key: member for key, member in theirs["properties"].items() if key not in {"type", "@context"}}
    # What a service is called beside its id is the one `type` that is a member of ours.
    ours = {key: member for key, member in shape.members.items() if key != "type"}
    assert set(members) - set(ours) <= LEFT_OUT
    assert set(ours) - set(members) == (BITSTRING if name == "Status" else set())
    required = {key for key, member in ours.items() if member.required}
    assert (
        required == set(theirs["required"]) - {"type", "@context"} if "required" in theirs else not required
    )
    for key in set(ours) & set(members):
        assert ours[key].many is is_array(members[key]), key
        assert (ours[key].kind == "object") is (key in {*OPEN, "proof"}), key
    assert shape.closed is (theirs["additionalProperties"] is False)
    if shape.types:
        assert shape.one_type is not is_array(theirs["properties"]["type"])


def vocabulary_members() -> Iterator[tuple[str, str, str]]:
    for name, shape in SHAPES.items():
        for key, member in shape.members.items():
            if member.kind in VOCABULARIES:
                yield name, key, member.kind


def test_our_vocabularies_have_the_words_of_the_schema() -> None:
    found = list(vocabulary_members())
    assert {kind for *_, kind in found} == set(VOCABULARIES)
    for name, key, kind in found:
        member = definition(name)["properties"][key]
        parts = member.get("oneOf", [member])
        if kind == "LanguageCode":
            assert member["pattern"] == f"^{LANGUAGE_CODE.pattern}$"
            continue
        [words] = [part["enum"] for part in parts if "enum" in part]
        assert all(VOCABULARIES[kind].fullmatch(word) for word in words)
        pattern = VOCABULARIES[kind].pattern
        assert len(words) == pattern.count("|") + 1 - pattern.count("|ext:")
        assert bool(VOCABULARIES[kind].fullmatch("ext:Own")) is any("pattern" in part for part in parts)
    listed = {
        (name, key)
        for name in SHAPES
        for key, member in definition(name)["properties"].items()
        if key not in {"type", "@context"} and ('"enum"' in json.dumps(member) or "pattern" in member)
    }
    assert listed == {(name, key) for name, key, _ in found}


# ---------------------------------------------------------------------------------------------- broken badges


def whole_badge() -> dict[str, Any]:
    """Return a badge with nearly every member that there is, valid to both."""
    fullest = max(hostile_badges(), key=lambda badge: len(json.dumps(badge)))
    badge: Any = copy.deepcopy(sign_all([fullest])[0])
    profile = {
        "id": "https://x.example/p",
        "type": ["Profile"],
        "name": "P",
        "dateOfBirth": "2000-02-29",
        "address": {"type": ["Address"], "addressCountryCode": "PL"},
        "otherIdentifier": [
            {"type": "IdentifierEntry", "identifier": "1", "identifierType": "systemId"},
        ],
        "image": {"id": "https://x.example/i.png", "type": "Image", "caption": "C"},
    }
    alignment = {
        "type": ["Alignment"],
        "targetName": "N",
        "targetUrl": "https://x.example/t",
        "targetType": "CTDL",
    }
    level = {"id": "urn:x:level", "type": ["RubricCriterionLevel"], "name": "L", "alignment": [alignment]}
    results = {
        "id": "urn:x:rd",
        "type": ["ResultDescription"],
        "name": "R",
        "resultType": "Status",
        "allowedValue": ["a"],
        "rubricCriterionLevel": [level],
    }
    badge |= {
        "description": "D",
        "validUntil": "2999-01-01T00:00:00+02:00",
        "awardedDate": "2026-01-01T00:00:00Z",
        "image": profile["image"],
        "evidence": [{"type": ["Evidence"], "id": "https://x.example/e", "name": "E"}],
        "credentialSchema": [{"id": "https://x.example/s", "type": "1EdTechJsonSchemaValidator2019"}],
        "refreshService": {"id": "https://x.example/r", "type": "1EdTechCredentialRefresh"},
        "termsOfUse": [{"type": "Terms"}],
    }
    badge["issuer"] |= {"parentOrg": profile, "image": profile["image"]}
    badge["credentialSubject"] |= {
        "id": "did:example:holder",
        "source": profile,
        "creditsEarned": 1.5,
        "result": [{"type": ["Result"], "status": "Completed", "value": "1", "alignment": [alignment]}],
    }
    badge["credentialSubject"]["achievement"] |= {
        "creator": profile,
        "achievementType": "ext:Own",
        "otherIdentifier": profile["otherIdentifier"],
        "related": [{"id": "urn:x:rel", "type": ["Related"]}],
        "resultDescription": [results],
        "image": profile["image"],
    }
    return dict(badge)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value below a badge's top."""
    inner: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for name, member in inner:
        yield (*path, name)
        yield from places(member, (*path, name))


Change = Callable[[dict[str, Any]], object]

STRICTER: dict[str, tuple[str, Change]] = {
    "format.unknown_member": (
        "the schema lets any member stand beside its own; wallets drop what no context defines",
        lambda badge: badge.update(gradeAverage="1.0"),
    ),
    "format.url": (
        "the schema takes any text for an address; JSON-LD leaves a relative one unsigned",
        lambda badge: badge.update(id="somewhere"),
    ),
    "format.no_holder": (
        "the schema leaves to its prose that the subject has an id or an identifier",
        lambda badge: (badge["credentialSubject"].pop("id"), badge["credentialSubject"].pop("identifier")),
    ),
    "format.ends_before_start": (
        "a schema compares no dates",
        lambda badge: badge.update(validUntil="1999-01-01T00:00:00Z"),
    ),
    "format.not_object": (
        "the schema takes an issuer by address alone, and objects with nothing in them; people read names",
        lambda badge: badge.update(issuer=badge["issuer"]["id"]),
    ),
    "format.not_array": (
        "the schema takes an empty list, which the standard's prose forbids",
        lambda badge: badge.update(evidence=[]),
    ),
    "format.not_number": (
        "the schema takes fewer credits than none",
        lambda badge: badge["credentialSubject"].update(creditsEarned=-1),
    ),
    "format.not_text": (
        "the schema knows no members of Bitstring Status List",
        lambda badge: badge["credentialStatus"].update(statusListIndex=7),
    ),
    "format.type": (
        "the schema names no kinds of status; we write two",
        lambda badge: badge["credentialStatus"].update(type="OwnStatus"),
    ),
    "format.unknown_word": (
        "the schema looks for ext: anywhere in a word",
        lambda badge: badge["credentialSubject"]["achievement"].update(achievementType="next:Own"),
    ),
    "issue.empty_text": (
        "the schema takes a name without a letter",
        lambda badge: badge.update(name=" "),
    ),
    "issue.bad_text": (
        "a schema sees no text that turns round what follows it",
        lambda badge: badge.update(name="a\u202eb"),
    ),
}
"""Codes of ours for what the schema takes: why, and one badge of the kind."""


@pytest.mark.parametrize("code", STRICTER)
def test_a_badge_that_only_we_refuse_is_refused_for_a_reason(code: str) -> None:
    badge = copy.deepcopy(whole_badge())
    STRICTER[code][1](badge)
    assert why_not(badge) == []
    assert {finding.code for finding in check_open_badge(badge)} == {code}


GONE = object()
BREAKS: dict[str, Callable[[Any], Any]] = {
    "gone": lambda _: GONE,
    "null": lambda _: None,
    "true": lambda _: True,
    "a number": lambda _: 7,
    "less than nothing": lambda _: -1,
    "a word": lambda _: "word",
    "an empty text": lambda _: "",
    "an address": lambda _: "https://x.example/a",
    "an empty list": lambda _: [],
    "an empty object": lambda _: {},
    "in a list": lambda value: [value],
    "out of its list": lambda value: value[0] if isinstance(value, list) and value else GONE,
    "twice": lambda value: [*value, *value] if isinstance(value, list) else [value, value],
    "with a member more": lambda value: {**value, "more": "x"} if isinstance(value, dict) else GONE,
    "a letter more": lambda value: f"{value}x" if isinstance(value, str) else GONE,
    "a day without time": lambda _: "2026-11-22",
    "a time without zone": lambda _: "2026-11-22T00:00:00",
}


def broken(badge: dict[str, Any], path: tuple[Any, ...], change: Callable[[Any], Any]) -> dict[str, Any]:
    found: Any = copy.deepcopy(badge)
    inner = found
    for name in path[:-1]:
        inner = inner[name]
    value = change(inner[path[-1]])
    if value is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return dict(found)


def test_a_whole_badge_is_valid_to_both() -> None:
    badge = whole_badge()
    assert why_not(badge) == []
    assert check_open_badge(badge) == ()


@pytest.mark.parametrize("break_", BREAKS)
def test_what_the_schema_refuses_we_refuse_and_what_we_refuse_beyond_it_has_a_reason(
    break_: str, figures: Figures
) -> None:
    badge = whole_badge()
    both = ours_alone = 0
    for path in places(badge):
        if path[0] in {"@context", "proof"}:
            continue
        changed = broken(badge, path, BREAKS[break_])
        theirs, ours = why_not(changed), {finding.code for finding in check_open_badge(changed)}
        assert ours or not theirs, (path, theirs)
        assert theirs or ours <= set(STRICTER), (path, ours)
        both += bool(theirs)
        ours_alone += bool(ours) and not theirs
    figures.note(f"{break_}: {both} refused by both, {ours_alone} by us alone")
