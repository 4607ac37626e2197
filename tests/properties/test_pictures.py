"""Pictures: what goes in comes out, whatever it holds, and no octets end in an error of others."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestree.credentials.images import bake_picture, find_credential_text, unwrap_picture
from attestree.credentials.strict_json import parse_json
from attestree.errors import AttestreeError, ImageError
from tests.unit.credentials.images.pictures import OB_NS, baked_svg, carrier, chunk, png, svg

HOSTILE = ["]]>", "]]", "<![CDATA[", "-->", "&amp;", "&#0;", "\r\n", "\r", "\ufffe", "\uffff", '"', "\\"]
texts = st.text(st.characters(exclude_categories=["Cs"]))
words = st.lists(st.sampled_from(HOSTILE) | texts).map("".join)
words = words.filter(lambda text: "\x00" not in text)
credentials: st.SearchStrategy[dict[str, Any]] = st.dictionaries(words, words, max_size=4).map(
    lambda members: {**members, "proof": [{"type": "x"}]}
)
spellings = st.builds(json.dumps, credentials, ensure_ascii=st.booleans(), indent=st.sampled_from([None, 2]))
segments = st.text("ABCabc019-_", min_size=1)
tokens = st.builds(lambda *parts: ".".join(parts), segments, segments, segments)
pictures = st.sampled_from([png(), svg(), svg("<title>Ä</title>"), b'<svg width="1"/>'])


@given(pictures, spellings)
def test_a_credential_means_the_same_when_it_comes_out(picture: bytes, text: str) -> None:
    found = find_credential_text(bake_picture(picture, text))
    assert parse_json(found.encode()) == parse_json(text.encode())


@given(spellings)
def test_a_png_gives_back_the_very_text(text: str) -> None:
    assert find_credential_text(bake_picture(png(), text)) == text


@given(pictures, tokens)
def test_a_token_comes_out_as_it_went_in(picture: bytes, token: str) -> None:
    assert find_credential_text(bake_picture(picture, token)) == token


@given(pictures, spellings, spellings)
def test_replacing_leaves_nothing_of_the_old_one(picture: bytes, old: str, new: str) -> None:
    again = bake_picture(bake_picture(picture, old), new, replace=True)
    assert find_credential_text(again) == find_credential_text(bake_picture(picture, new))
    with pytest.raises(ImageError):
        bake_picture(again, old)


STARTS = ["", "<svg>", "<?xml version='1.0'?><svg>", "<!DOCTYPE svg [", "\ufeff<"]
MARKUP = ["<", ">", "/>", "<svg>", "</svg>", "<!--", "-->", "<?x", "?>", "<![CDATA[", "]]>", "&a;", "'", '"']
MARKUP += [f'<c:credential xmlns:c="{OB_NS}">', "</c:credential>", "<!ENTITY a 'b'>", " encoding='x'"]
KINDS = [b"IHDR", b"iTXt", b"tEXt", b"IEND"]
starts = st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\x89PNG", *[text.encode() for text in STARTS]])
parts = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(MARKUP).map(str.encode),
    st.builds(chunk, st.sampled_from(KINDS), st.binary(max_size=30)),
    st.builds(carrier, st.binary(max_size=30), flags=st.binary(max_size=2)),
)


def refusal(act: Callable[[], object]) -> AttestreeError | None:
    """Return the error of ours with which something ends, or None; any other error goes on."""
    try:
        act()
    except AttestreeError as error:
        return error
    return None


@given(starts, st.lists(parts, max_size=8))
def test_no_octets_end_in_an_error_that_is_not_ours(start: bytes, rest: list[bytes]) -> None:
    octets = b"".join([start, *rest])
    for act in (lambda: unwrap_picture(octets), lambda: bake_picture(octets, "a.b.c", replace=True)):
        error = refusal(act)
        assert error is None or all(isinstance(value, int) for value in error.values.values())


@given(st.binary(max_size=200), st.booleans())
def test_a_carrier_is_read_whether_or_not_it_is_compressed(text: bytes, packed: bool) -> None:
    flags, carried = (b"\x01\x00", zlib.compress(text)) if packed else (b"\x00\x00", text)
    picture = png(carrier(carried, flags=flags))
    error = refusal(lambda: find_credential_text(picture))
    if error is None:
        assert find_credential_text(picture).encode() == text.strip(b" \t\r\n")
    else:
        assert error.code in {"image.encoding", "image.no_credential"}


@given(st.lists(st.sampled_from(["{}", "[]", "a.b.c"]), min_size=2, max_size=5))
def test_no_second_carrier_is_ever_passed_over(texts: list[str]) -> None:
    for picture in (baked_svg(*texts), png(*[carrier(text.encode()) for text in texts])):
        with pytest.raises(ImageError) as caught:
            find_credential_text(picture)
        assert caught.value.code == "image.ambiguous"
