"""Templates change how long quads take, never the quads."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.signatures.canonize import canonize
from attestree.credentials.signatures.quads_template import MAX_TEMPLATES, QuadsTemplates
from attestree.credentials.strict_json import JsonObject, JsonValue
from tests.unit.credentials.signatures.examples import BADGE, CREDENTIALS, badge


class SlowRoad:
    """Canonizes, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def canonize(self, document: JsonObject) -> bytes:
        self.asked += 1
        return canonize(document)


def noted(note: str, name: str = "Soil") -> JsonObject:
    """A badge with a text inside JSON, which is never one whole term."""
    return badge(name=name, **{"urn:note": {"@type": "@json", "@value": {"note": note}}})


def test_a_document_takes_the_template_of_its_own_constant_texts() -> None:
    road = SlowRoad()
    templates = QuadsTemplates(road.canonize)
    for _ in range(2):
        for note in ("a", "b", "c"):
            assert templates.canonize(noted(note)) == canonize(noted(note))
    asked = road.asked
    for note in ("c", "a", "b"):
        document = noted(note, name=f"Soil {note}")
        assert templates.canonize(document) == canonize(document)
    assert road.asked == asked


def test_nodes_that_look_alike_get_no_template_and_the_same_quads() -> None:
    road = SlowRoad()
    templates = QuadsTemplates(road.canonize)
    evidence: Any = [{"type": ["Evidence"], "name": "Report"}, {"type": ["Evidence"], "name": "Report"}]
    for number in range(4):
        document = badge(evidence=evidence, name=f"Soil {number}")
        assert templates.canonize(document) == canonize(document)
    # each document once, and two tries for each one after the first
    assert road.asked == 4 + 2 * 3


def test_a_shape_in_which_no_mark_can_stand_for_a_text_gets_no_template_and_the_same_quads() -> None:
    road = SlowRoad()
    templates = QuadsTemplates(road.canonize)
    for number in range(4):
        note: JsonObject = {"@value": f"Soil {number}", "@direction": "ltr"}
        document = badge(**{"urn:note": note})
        assert templates.canonize(document) == canonize(document)
    # each document once, and one try that is refused for each one after the first
    assert road.asked == 4 + 3


def test_the_options_of_a_proof_get_a_template_for_each_purpose() -> None:
    road = SlowRoad()
    templates = QuadsTemplates(road.canonize)
    for number in range(8):
        options: JsonObject = {
            "@context": [CREDENTIALS],
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": f"2026-11-22T09:00:0{number}Z",
            "verificationMethod": f"did:key:z6Mk#{number}",
            "proofPurpose": "assertionMethod" if number % 2 else "authentication",
        }
        assert templates.canonize(options) == canonize(options)
    # of each purpose the first one, the second one, and the two tries for it
    assert road.asked == 2 * 4


def test_texts_of_one_property_are_sorted_and_those_that_are_alike_become_one() -> None:
    road = SlowRoad()
    templates = QuadsTemplates(road.canonize)
    noted: list[list[JsonValue]] = [["a", "b"], ["c", "d"], ["f", "e"], ['"', "\\\n\t\r"], ["same", "same"]]
    for notes in noted:
        document = badge(**{"urn:note": notes, "urn:about": {"urn:note": [*notes]}})
        assert templates.canonize(document) == canonize(document)
    # the first two, the two tries, and the one in which texts are alike
    assert road.asked == 2 + 2 + 1


@pytest.mark.parametrize("text", ["a\x07b", "\x7f", "gap-3-gap", "see gap-0-gap"])
def test_a_text_that_no_template_can_hold_is_canonized_by_itself(text: str) -> None:
    road = SlowRoad()
    templates = QuadsTemplates(road.canonize)
    for name in ("Soil", "Water", "Air"):
        templates.canonize(badge(name=name))
    asked = road.asked
    document = badge(name=text)
    assert templates.canonize(document) == canonize(document)
    assert road.asked == asked + 1


def test_what_documents_share_stands_in_each_as_it_is() -> None:
    subject: Any = BADGE["credentialSubject"]
    shared, same = subject["achievement"], dict(subject["achievement"])
    road = SlowRoad()
    templates = QuadsTemplates(road.canonize, shared=[shared])
    for number in range(4):
        document = {**BADGE, "name": f"Soil {number}"}
        assert templates.canonize(document) == canonize(document)
    assert road.asked == 1 + 3
    other = {**BADGE, "credentialSubject": {**subject, "achievement": {**same, "name": "Geology"}}}
    assert templates.canonize(other) == canonize(other)


def test_only_so_many_shapes_are_remembered_and_any_other_is_canonized_by_itself() -> None:
    road = SlowRoad()
    templates = QuadsTemplates(road.canonize)

    def shape(number: int, name: str) -> JsonObject:
        return {"@context": [CREDENTIALS], "id": "urn:x", "name": name, "urn:number": number}

    for number in range(MAX_TEMPLATES):
        templates.canonize(shape(number, "a"))
    for name in ("a", "b", "c", "d"):
        document = shape(MAX_TEMPLATES, name)
        assert templates.canonize(document) == canonize(document)
    assert road.asked == MAX_TEMPLATES + 4
    for name in ("a", "b", "c", "d"):
        document = shape(0, name)
        assert templates.canonize(document) == canonize(document)
    assert road.asked == MAX_TEMPLATES + 4 + 3
