"""Arrays: the cutter that seeks cuts where the one that reads every token does, whatever the body is."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from attestree.errors import RequestError
from attestree.web.items import ArrayCutter, SeekingCutter

LIMITS = (9, 24, 60, 10_000)

texts = st.text(st.sampled_from('a"\\{}[],:\n é'), max_size=6) | st.sampled_from(['},{"@a":1', '{"@a":"'])
values = st.recursive(
    texts | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
alike = st.builds(
    lambda inner, rest: {"@a": inner, **rest}, values, st.dictionaries(texts, values, max_size=2)
)
items = st.one_of(alike, alike, alike, values).map(json.dumps) | st.sampled_from(
    ['{"@a":1', '"@a":1}', '{"@a":"}', '{"@a":1}]', '[{"@a":1},{"@a":1}', "", '{"@a":nil}', '{"@a":[1,2}}']
)
commas = st.sampled_from([",", ",", ",", ", ", " ,", ",\n", ""])
places = st.lists(st.integers(0, 400), max_size=6)


def cut(cutter: ArrayCutter, pieces: list[bytes]) -> list[Any]:
    """Return the items, and behind them the code of what ended them."""
    found: list[Any] = []
    try:
        for number, piece in enumerate(pieces, 1):
            found.extend(cutter.cut(piece, last=number == len(pieces)))
    except RequestError as error:
        found.append(error.code)
    return found


def recognise(octets: bytes) -> Any:
    """Stand in for the desk: know every other object, by what it is."""
    try:
        is_object = isinstance(json.loads(octets), dict)
    except ValueError:
        return None
    return octets if is_object and octets[:1] == b"{" and sum(octets) % 2 else None


@given(
    st.lists(st.tuples(items, commas), max_size=10),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(list(b'"\\{}[],a\x00\xff'))), max_size=1),
    places,
    st.sampled_from(LIMITS),
)
def test_both_cutters_cut_at_the_same_places(
    parts: list[tuple[str, str]],
    is_whole: bool,
    changes: list[tuple[int, int]],
    where: list[int],
    limit: int,
) -> None:
    body = bytearray("[" + "".join(item + comma for item, comma in parts).removesuffix(",") + "]", "utf-8")
    if not is_whole:
        del body[-1]
    for place, octet in changes:
        body[place % len(body)] = octet
    ends = sorted(place % (len(body) + 1) for place in where)
    pieces = [bytes(body[start:end]) for start, end in zip([0, *ends], [*ends, len(body)], strict=True)]
    expected = cut(ArrayCutter(limit_bytes=limit), pieces)
    assert cut(SeekingCutter(limit_bytes=limit), pieces) == expected
    knowing = SeekingCutter(limit_bytes=limit, recognise=recognise)
    assert cut(knowing, pieces) == expected
    assert all((number, candidate) in expected for number, candidate in knowing.recognised.items())


@given(st.lists(alike, min_size=2, max_size=8), places)
def test_items_that_begin_alike_come_out_as_they_went_in(badges: list[Any], where: list[int]) -> None:
    body = json.dumps(badges, separators=(",", ":")).encode()
    ends = sorted(place % (len(body) + 1) for place in where)
    pieces = [body[start:end] for start, end in zip([0, *ends], [*ends, len(body)], strict=True)]
    cutter = SeekingCutter(limit_bytes=10_000, recognise=recognise)
    found = cut(cutter, pieces)
    assert [json.loads(octets) for _number, octets in found] == badges
    assert cutter.recognised.items() <= dict(found).items()


def test_what_is_recognised_is_kept_by_its_number() -> None:
    badges = [b'{"@context":"x","a":%d}' % number for number in range(100, 200)]
    cutter = SeekingCutter(limit_bytes=10_000, recognise=recognise)
    found = cut(cutter, [b"[" + b",".join(badges) + b"]"])
    # the first and the last are cut by tokens
    known = [(number, octets) for number, octets in found[1:-1] if recognise(octets)]
    assert list(cutter.recognised.items()) == known
    assert len(known) > 40
