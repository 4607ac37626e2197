"""A document is canonized whole or refused; PyLD and pyoxigraph give the same bytes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.signatures.canonize import canonize
from attestree.credentials.signatures.context_documents import CONFORMANCE, EXAMPLES_V2, PRODUCTION
from attestree.credentials.signatures.expansion import MAX_COST, OBJECT_COST, TYPE_COST
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import LinkedDataError
from tests.unit.credentials.signatures.examples import (
    BADGE,
    BADGES,
    CREDENTIALS,
    badge,
    list_places,
    normalize_with_pyld,
    read_place,
    with_place,
)

SUBJECT: Any = BADGE["credentialSubject"]
PLACES = list_places(BADGE)


def refusal(document: JsonObject, **options: Any) -> str:
    with pytest.raises(LinkedDataError) as refused:
        canonize(document, **options)
    return refused.value.code


def subject(**members: JsonValue) -> JsonObject:
    return badge(credentialSubject={**SUBJECT, **members})


def test_pyld_and_pyoxigraph_give_the_same_bytes() -> None:
    import pyoxigraph

    expected = normalize_with_pyld(BADGE)
    assert canonize(BADGE) == expected
    quads = pyoxigraph.parse(expected, format=pyoxigraph.RdfFormat.N_QUADS)
    dataset = pyoxigraph.Dataset(quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    lines = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS)
    assert lines is not None
    assert b"".join(sorted(lines.splitlines(keepends=True))) == expected


LITERALS = st.one_of(
    st.text(
        st.characters(
            codec="utf-8", exclude_characters="".join(map(chr, [*range(9), 11, 12, *range(14, 32), 127]))
        ),
        max_size=20,
    ),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15).filter(
        lambda number: not number.is_integer()
    ),
    st.booleans(),
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"type": st.just(["Evidence"])}, optional={"name": LITERALS, "narrative": LITERALS}
        ),
        max_size=4,
    ),
    LITERALS,
)
def test_pyld_gives_the_same_bytes_for_any_values(evidence: list[Any], name: JsonValue) -> None:
    document = badge(name=name)
    document["evidence"] = evidence
    assert canonize(document) == normalize_with_pyld(document)


@given(st.sampled_from([place for place in PLACES if place[-1] != "type" and "type" not in place]), LITERALS)
def test_any_changed_value_changes_the_bytes_or_is_refused(place: tuple[Any, ...], value: JsonValue) -> None:
    before = read_place(BADGE, place)
    if value == before and type(value) is type(before):
        return
    try:
        changed = canonize(with_place(BADGE, place, value))
    except LinkedDataError:
        return
    assert changed != canonize(BADGE)


def test_members_in_another_order_and_blank_nodes_by_other_names_are_the_same_document() -> None:
    turned = dict(reversed(list(BADGE.items())))
    assert canonize(turned) == canonize(BADGE)
    first, second = (badge(evidence=[{"id": name, "type": ["Evidence"]}]) for name in ("_:b1", "_:report"))
    assert canonize(first) == canonize(second)


def test_json_inside_a_document_is_signed_as_json() -> None:
    document = badge(**{"urn:json": {"@type": "@json", "@value": {"b": [1, {"a": 2.5}], "a": "x"}}})
    assert canonize(document) == normalize_with_pyld(document)


def test_a_whole_number_is_the_same_however_it_is_spelled() -> None:
    assert canonize(with_place(BADGE, ("credentialSubject", "creditsEarned"), 3.0)) == canonize(
        with_place(BADGE, ("credentialSubject", "creditsEarned"), 3)
    )


@pytest.mark.parametrize(
    "members",
    [
        {"grade": "A"},
        {"grade": None},
        {"grade": []},
        {"name": None},
        {"@index": "A"},
        {"@grade": "A"},
        {"@reverse": {"evidence": {"id": "urn:x"}}},
        {"@included": [{"id": "urn:x", "name": "A"}]},
        {"_:grade": "A"},
        {"grade": {"@language": "en"}},
        {"name": {"@language": "A"}},
        {"name": {"@value": "A", "@index": "B"}},
        {"name": {"@value": "A", "@language": "en> <urn:x"}},
        {"name": {"@value": "A", "@type": "grade"}},
        {"my grade": "A"},
        {"my:grade of": "A"},
        {"": "A"},
        {"id": "relative"},
        {"id": ""},
        {"id": "//university.example/x"},
        {"id": "undefined://word/x"},
        {"id": "@grade"},
        {"id": "urn:a> <urn:b> <urn:c"},
        {"id": "urn:with space"},
        {"urn:p> <urn:o> .\n<urn:s> <urn:p": "A"},
        {"type": ["AchievementSubject", "Graduate"]},
        {"type": ["AchievementSubject", "@grade"]},
        {"type": ["AchievementSubject", "_:graduate"]},
        {"achievement": {**SUBJECT["achievement"], "image": {"id": "picture.png", "type": "Image"}}},
        {"achievement": {**SUBJECT["achievement"], "grade": "A"}},
    ],
)
def test_whatever_a_signature_would_not_cover_is_refused(members: dict[str, JsonValue]) -> None:
    assert refusal(subject(**members)) == "terms.undefined"


def test_a_refusal_counts_the_places() -> None:
    with pytest.raises(LinkedDataError) as refused:
        canonize(badge(grade="A", mark="B", credentialSubject={**SUBJECT, "id": "relative"}))
    assert refused.value.values == {"count": 3}


def test_pyld_alone_would_have_left_an_undefined_claim_unsigned() -> None:
    assert normalize_with_pyld(subject(grade="A")) == normalize_with_pyld(BADGE)


@pytest.mark.parametrize("name", ["endorsementJwt", "jti"])
def test_terms_that_only_one_version_of_the_badge_context_has_are_undefined(name: str) -> None:
    assert refusal(badge(**{name: "https://university.example/x"})) == "terms.undefined"


@pytest.mark.parametrize(
    "contexts",
    [
        [CREDENTIALS, BADGES, "https://university.example/terms"],
        [CREDENTIALS, BADGES, {"grade": "https://university.example/grade"}],
        [CREDENTIALS, BADGES, {"@vocab": "https://university.example/"}],
        [CREDENTIALS, BADGES, EXAMPLES_V2],
        [CREDENTIALS, None],
        [CREDENTIALS, 7],
        None,
        {"@vocab": "https://university.example/"},
    ],
)
def test_inline_and_unknown_contexts_are_refused_wherever_they_stand(contexts: JsonValue) -> None:
    assert refusal(badge(**{"@context": contexts})) == "terms.unknown_context"
    assert refusal(subject(**{"@context": contexts})) == "terms.unknown_context"


def test_the_examples_context_is_taken_in_conformance_only() -> None:
    document = badge(**{"@context": [CREDENTIALS, BADGES, EXAMPLES_V2], "grade": "A"})
    assert refusal(document, contexts=PRODUCTION) == "terms.unknown_context"
    assert canonize(document, contexts=CONFORMANCE) == normalize_with_pyld(document, (EXAMPLES_V2,))


def test_a_document_may_define_terms_by_itself_in_conformance_only() -> None:
    defined = badge(
        **{"@context": [CREDENTIALS, BADGES, {"grade": "https://example.org/grade"}], "grade": "A"}
    )
    assert refusal(defined, contexts=PRODUCTION) == "terms.unknown_context"
    assert canonize(defined, contexts=CONFORMANCE) == normalize_with_pyld(defined)
    assert refusal({**defined, "mark": "B"}, contexts=CONFORMANCE) == "terms.undefined"


def test_a_document_may_say_that_there_is_no_vocabulary() -> None:
    without = badge(**{"@context": [CREDENTIALS, BADGES, {"@vocab": None}]})
    assert canonize(without, contexts=CONFORMANCE) == canonize(BADGE)
    assert refusal({**without, "mark": "B"}, contexts=CONFORMANCE) == "terms.undefined"


@pytest.mark.parametrize("inner", [{"@vocab": "urn:word:"}, [{}, {"@vocab": "urn:word:"}]])
def test_a_vocabulary_inside_a_definition_gives_words_a_meaning_there(inner: JsonValue) -> None:
    terms: JsonValue = {"grade": {"@id": "https://example.org/grade", "@context": inner}}
    defined = badge(**{"@context": [CREDENTIALS, BADGES, terms], "grade": {"mark": "B"}})
    text = canonize(defined, contexts=CONFORMANCE)
    assert b'<urn:word:mark> "B"' in text
    assert text == normalize_with_pyld(defined)


def test_a_context_that_a_definition_fetches_is_refused() -> None:
    terms: JsonValue = {"grade": {"@id": "urn:grade", "@context": "https://example.org/terms"}}
    document = badge(**{"@context": [CREDENTIALS, BADGES, terms], "grade": {"mark": "B"}})
    assert refusal(document, contexts=CONFORMANCE) == "terms.syntax"


def test_undefined_terms_are_refused_in_conformance_too_where_no_context_is_open() -> None:
    assert refusal(badge(grade="A"), contexts=CONFORMANCE) == "terms.undefined"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"@context": [CREDENTIALS]},
        {"@context": [CREDENTIALS], "id": "urn:x"},
    ],
)
def test_a_document_that_says_nothing_is_refused(document: JsonObject) -> None:
    assert refusal(document) == "terms.undefined"


@pytest.mark.parametrize(
    "members",
    [
        {"@id": "urn:x"},
        {"id": 7},
        {"type": 7},
        {"name": {"@value": {}}},
        {"name": {"@value": "a", "name": "b"}},
    ],
)
def test_what_is_no_linked_data_is_refused(members: dict[str, JsonValue]) -> None:
    assert refusal(badge(**members)) == "terms.syntax"


JSON = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.floats(allow_nan=False, allow_infinity=False, width=16),
        st.text(max_size=5),
        st.sampled_from(["@id", "@type", "@set", "urn:x", "_:b", "Profile", CREDENTIALS]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(
                st.text(max_size=5),
                st.sampled_from(
                    [
                        "@id",
                        "@type",
                        "@value",
                        "@list",
                        "@set",
                        "@language",
                        "@context",
                        "@direction",
                        "id",
                        "type",
                        "name",
                        "issuer",
                        "credentialSubject",
                        "proof",
                    ]
                ),
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["name", "issuer", "credentialSubject", "id", "type", "evidence", "x"]), JSON
    )
)
def test_any_json_is_canonized_or_refused_with_an_error_of_ours(members: dict[str, Any]) -> None:
    try:
        text = canonize(
            {"@context": [CREDENTIALS, BADGES], "id": "urn:x", "type": "VerifiableCredential", **members}
        )
    except LinkedDataError:
        return
    assert text.endswith(b" .\n")


def build_large(count: int) -> JsonObject:
    return badge(evidence=[{"type": "Evidence", "name": f"Page {number}"} for number in range(count)])


def test_a_document_is_refused_by_count_and_a_large_honest_one_is_taken() -> None:
    each = OBJECT_COST + TYPE_COST + 2
    assert canonize(build_large(MAX_COST // each - 20)).count(b"\n") > MAX_COST // each
    assert refusal(build_large(MAX_COST // each + 1)) == "terms.too_much_work"
    assert refusal(badge(evidence=[f"urn:x:{number}" for number in range(MAX_COST)])) == "terms.too_much_work"
    assert refusal(badge(type=["VerifiableCredential"] * MAX_COST)) == "terms.too_much_work"


@pytest.mark.parametrize("size", [8, 10, 30])
def test_a_poison_credential_is_refused(size: int) -> None:
    names = [f"_:n{number}" for number in range(size)]
    nodes: list[JsonValue] = [
        {"id": name, "urn:knows": [{"id": other} for other in names if other != name]} for name in names
    ]
    with pytest.raises(LinkedDataError) as refused:
        canonize(badge(evidence=nodes))
    assert refused.value.code == "terms.too_much_work"


def test_many_threads_at_once_get_the_same_bytes() -> None:
    documents = [badge(name=f"Soil science {number}") for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(canonize, documents))
    assert found == [normalize_with_pyld(document) for document in documents]


def test_an_outcome_is_remembered_as_it_was() -> None:
    for _ in range(2):
        assert refusal(badge(grade="A")) == "terms.undefined"
        assert canonize(BADGE) == normalize_with_pyld(BADGE)
