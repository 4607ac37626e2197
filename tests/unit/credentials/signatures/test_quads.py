"""An expanded document has the quads that PyLD gives, or is refused where PyLD drops something."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.signatures.quads import build_quads
from attestree.credentials.signatures.rdf_canonical import canonize_quads
from attestree.errors import LinkedDataError
from tests.unit.credentials.signatures.examples import normalize_with_pyld

XSD = "http://www.w3.org/2001/XMLSchema#"

VALUES = {
    "an empty list": [{"@list": []}],
    "a list": [{"@list": [{"@value": "a"}, {"@id": "urn:o"}, {"@value": "a"}]}],
    "a list of nodes without names": [{"@list": [{"urn:q": [{"@value": 1}]}, {"urn:q": [{"@value": 2}]}]}],
    "a list in a list": [{"@list": [{"@list": [{"@value": "a"}]}, {"@list": []}]}],
    "a graph": [{"@id": "urn:g", "@graph": [{"@id": "urn:o", "urn:q": [{"@value": "a"}]}]}],
    "a graph without a name": [{"@graph": [{"urn:q": [{"@list": [{"@value": "a"}]}]}]}],
    "a type": [{"@type": ["urn:t", "urn:u"]}],
    "a text in a language": [{"@value": "a", "@language": "pl-pl"}],
    "a text of a type": [{"@value": "a", "@type": "urn:t"}],
    "truth": [{"@value": True}, {"@value": False}],
    "numbers": [{"@value": 7}, {"@value": 2.5}, {"@value": 7, "@type": f"{XSD}double"}],
}


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_pyld_gives_the_same_quads(values: Any) -> None:
    document = {"@id": "urn:s", "urn:p": values}
    assert canonize_quads(build_quads([document])) == normalize_with_pyld(document)


def test_a_list_in_another_order_is_another_list() -> None:
    items: list[Any] = [{"@value": "a"}, {"@value": "b"}]
    forward, backward = (
        canonize_quads(build_quads([{"@id": "urn:s", "urn:p": [{"@list": order}]}]))
        for order in (items, items[::-1])
    )
    assert forward != backward


def test_what_is_said_in_a_graph_is_not_said_outside_it() -> None:
    inner = {"@id": "urn:o", "urn:q": [{"@list": [{"@id": "urn:x"}]}]}
    quads = build_quads([{"@id": "urn:g", "@graph": [inner]}])
    assert {quad[3] for quad in quads} == {"<urn:g>"}


@pytest.mark.parametrize(
    "value",
    [
        "a text on its own",
        None,
        {"@list": [], "@index": "a"},
        {"@list": [{"@value": "a"}], "urn:q": []},
        {"@list": ["a"]},
        {"@value": "a", "@index": "b"},
        {"@value": "a", "@language": 7},
        {"@value": "a", "@language": "not a language"},
        {"@value": None},
        {"@value": {"a": 1}},
        {"@value": ["a"]},
        {"@id": "relative"},
        {"@id": "urn:o", "@type": ["relative"]},
        {"@id": "urn:o", "relative": [{"@value": "a"}]},
    ],
)
def test_what_has_no_place_among_quads_is_refused_and_counted(value: Any) -> None:
    with pytest.raises(LinkedDataError) as refused:
        build_quads([{"@id": "urn:s", "urn:p": [{"@value": "a"}, value]}])
    assert (refused.value.code, refused.value.values) == ("terms.undefined", {"count": 1})
