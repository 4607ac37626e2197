"""PNG: what goes in comes out, and each way to be hostile has its code."""

from __future__ import annotations

import zlib

import pytest

from attestree.credentials.images import bake_picture, find_credential_text
from attestree.credentials.images.carrier import MAX_PICTURE_BYTES
from attestree.credentials.images.png import MAX_CHUNKS, split_chunks
from attestree.credentials.strict_json import MAX_BYTES
from attestree.errors import ImageError, MalformedJsonError
from tests.unit.credentials.images.pictures import (
    END,
    JWS,
    PIXELS,
    SIGNATURE,
    TEXT,
    carrier,
    chunk,
    header,
    png,
)


def refusal(octets: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        find_credential_text(octets)
    return caught.value.code


@pytest.mark.parametrize("text", [TEXT, JWS])
def test_what_is_baked_comes_out_and_nothing_else_changes(text: str) -> None:
    baked = bake_picture(png(), text)
    assert find_credential_text(baked) == text
    assert [each for each in split_chunks(baked) if each.kind != b"iTXt"] == split_chunks(png())


def test_the_carrier_is_one_uncompressed_text_behind_the_header() -> None:
    kinds = [each.kind for each in split_chunks(bake_picture(png(), TEXT))]
    assert kinds == [b"IHDR", b"iTXt", b"IDAT", b"IEND"]
    found = split_chunks(bake_picture(png(), TEXT))[1]
    assert found.content == b"openbadgecredential" + bytes(5) + TEXT.encode()


def test_the_same_input_bakes_the_same_picture() -> None:
    assert bake_picture(png(), TEXT) == bake_picture(png(), TEXT)


def test_a_carrier_that_others_compressed_or_gave_a_language_is_read() -> None:
    assert find_credential_text(png(carrier(zlib.compress(TEXT.encode()), flags=b"\x01\x00"))) == TEXT
    named = chunk(b"iTXt", b"openbadgecredential\x00\x00\x00en\x00badge\x00" + TEXT.encode())
    assert find_credential_text(png(named)) == TEXT


def test_dimensions_do_not_matter_since_pixels_are_never_decoded() -> None:
    huge = SIGNATURE + header(2**31 - 1, 2**31 - 1) + carrier(TEXT.encode()) + PIXELS + END
    assert find_credential_text(huge) == TEXT


def test_other_texts_are_left_alone() -> None:
    other = chunk(b"tEXt", b"Author\x00nobody")
    baked = bake_picture(png(other), TEXT)
    assert other in baked
    assert refusal(png(other)) == "image.no_credential"


HOSTILE = {
    "two carriers": (png(carrier(b"{}"), carrier(b"[]")), "image.ambiguous"),
    "twice the same": (png(carrier(TEXT.encode()), carrier(TEXT.encode())), "image.ambiguous"),
    "iTXt and tEXt": (png(carrier(b"{}"), chunk(b"tEXt", b"openbadgecredential\x00{}")), "image.ambiguous"),
    "plain text chunk": (png(chunk(b"tEXt", b"openbadgecredential\x00{}")), "image.wrong_chunk"),
    "Open Badges 2": (png(carrier(b"https://x", b"openbadges")), "image.open_badges_2"),
    "another keyword": (png(carrier(b"{}", b"OpenBadgeCredential")), "image.wrong_keyword"),
    "no carrier": (png(), "image.no_credential"),
    "an empty one": (png(carrier(b"")), "image.no_credential"),
    "a blank one": (png(carrier(b" \n ")), "image.no_credential"),
    "a bomb": (png(carrier(zlib.compress(bytes(50_000_000)), flags=b"\x01\x00")), "image.bomb"),
    "no zlib": (png(carrier(b"not zlib", flags=b"\x01\x00")), "image.corrupt"),
    "half of zlib": (png(carrier(zlib.compress(TEXT.encode())[:-9], flags=b"\x01\x00")), "image.corrupt"),
    "more than zlib": (png(carrier(zlib.compress(b"{}") + b"{}", flags=b"\x01\x00")), "image.corrupt"),
    "an unknown flag": (png(carrier(b"{}", flags=b"\x02\x00")), "image.corrupt"),
    "an unknown method": (png(carrier(b"{}", flags=b"\x01\x01")), "image.corrupt"),
    "no fields": (png(chunk(b"iTXt", b"openbadgecredential\x00\x00\x00")), "image.corrupt"),
    "no separator": (png(chunk(b"iTXt", b"openbadgecredential")), "image.corrupt"),
    "not UTF-8": (png(carrier(b'{"a":"\xff"}')), "image.encoding"),
    "a surrogate": (png(carrier(b'"\xed\xa0\x80"')), "image.encoding"),
    "too large a text": (png(carrier(b" " * (MAX_BYTES + 1))), "image.credential_too_large"),
    "cut in a chunk": (png(carrier(TEXT.encode()))[:200], "image.truncated"),
    "cut before the end": (png(carrier(TEXT.encode()))[: -len(END)], "image.truncated"),
    "the signature alone": (SIGNATURE, "image.truncated"),
    "half a signature": (SIGNATURE[:5], "image.corrupt"),
    "wrong line ends": (png().replace(b"\r\n\x1a\n", b"\n\x1a\n", 1), "image.corrupt"),
    "a bad checksum": (png(carrier(b"{}")[:-1] + b"\x00"), "image.checksum"),
    "a chunk behind the end": (png() + carrier(TEXT.encode()), "image.after_end"),
    "a page behind the end": (png(carrier(TEXT.encode())) + b"<html>", "image.after_end"),
    "a length beyond all": (SIGNATURE + header() + b"\xff\xff\xff\xffiTXt", "image.corrupt"),
    "a kind that is none": (png(chunk(b"i\x00Xt")), "image.corrupt"),
    "no header": (SIGNATURE + PIXELS + END, "image.corrupt"),
    "a short header": (SIGNATURE + chunk(b"IHDR", b"1") + END, "image.corrupt"),
    "too many chunks": (png(*[chunk(b"teSt")] * MAX_CHUNKS), "image.too_complex"),
    "too large": (png(chunk(b"teSt", bytes(MAX_PICTURE_BYTES))), "image.too_large"),
    "no picture": (b"{}", "image.unknown_kind"),
    "nothing": (b"", "image.unknown_kind"),
}


@pytest.mark.parametrize(("octets", "code"), HOSTILE.values(), ids=HOSTILE)
def test_each_way_to_be_hostile_has_its_code(octets: bytes, code: str) -> None:
    assert refusal(octets) == code


def test_every_cut_of_a_baked_picture_is_refused() -> None:
    baked = bake_picture(png(), JWS)
    for length in range(4, len(baked)):
        assert refusal(baked[:length]) in {"image.truncated", "image.corrupt"}


def test_every_flipped_bit_of_a_baked_picture_is_refused_or_harmless() -> None:
    baked = bake_picture(png(), JWS)
    for place in range(4, len(baked)):
        changed = bytearray(baked)
        changed[place] ^= 1
        with pytest.raises(ImageError):
            find_credential_text(bytes(changed))


@pytest.mark.parametrize("keyword", [b"openbadgecredential", b"openbadges"])
def test_a_baked_picture_is_baked_again_only_when_asked(keyword: bytes) -> None:
    before = png(carrier(b"https://old", keyword))
    with pytest.raises(ImageError) as caught:
        bake_picture(before, TEXT)
    assert caught.value.code == "image.already_baked"
    assert bake_picture(before, TEXT, replace=True) == bake_picture(png(), TEXT)


def test_two_old_credentials_are_replaced_by_one() -> None:
    baked = bake_picture(png(carrier(b"{}"), carrier(b"[]")), TEXT, replace=True)
    assert find_credential_text(baked) == TEXT


@pytest.mark.parametrize("text", ["{}", '{"proof":[]}', '{"proof":null}', "[1]", '"x"'])
def test_what_has_no_proof_is_not_baked(text: str) -> None:
    with pytest.raises(ImageError) as caught:
        bake_picture(png(), text)
    assert caught.value.code == "image.no_proof"


@pytest.mark.parametrize("text", ["", "a.b", '{"proof":1,"proof":2}', '{"proof":"\\ud800"}', '"\ud800"'])
def test_what_is_no_strict_json_is_not_baked(text: str) -> None:
    with pytest.raises(MalformedJsonError):
        bake_picture(png(), text)


def test_a_credential_too_large_to_be_read_again_is_not_baked() -> None:
    with pytest.raises(ImageError) as caught:
        bake_picture(png(), " " * 10 + "a" * MAX_BYTES + ".b.c")
    assert caught.value.code == "image.credential_too_large"


def test_no_error_repeats_what_was_given() -> None:
    for octets, _ in HOSTILE.values():
        with pytest.raises(ImageError) as caught:
            find_credential_text(octets)
        assert all(isinstance(value, int) for value in caught.value.values.values())
        assert caught.value.__cause__ is None
