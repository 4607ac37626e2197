"""Other people's software takes out what we bake, we take out what it bakes, and the pixels stay."""

from __future__ import annotations

import io
from types import ModuleType

import pytest
from PIL import Image

from attestree.credentials.images import bake_picture, find_credential_text
from tests.unit.credentials.images.pictures import CREDENTIAL, JWS, TEXT, png, svg


@pytest.fixture(scope="module")
def baker() -> ModuleType:
    return pytest.importorskip("openbadgeslib.baking", reason="openbadgeslib is not installed")


def picture(mode: str, kind: str = "PNG") -> bytes:
    """Return a picture that Pillow made, with noise in it."""
    image = Image.frombytes("RGBA", (17, 9), bytes(range(256)) * 2 + bytes(100)).convert(mode)
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "P", "1"])
def test_pillow_opens_what_we_bake_and_sees_the_same_pixels(mode: str) -> None:
    before = picture(mode)
    with Image.open(io.BytesIO(before)) as bare, Image.open(io.BytesIO(bake_picture(before, TEXT))) as baked:
        assert (baked.mode, baked.size, baked.tobytes()) == (bare.mode, bare.size, bare.tobytes())
        assert baked.text["openbadgecredential"] == TEXT  # type: ignore[attr-defined]  # a PNG has one


def test_we_take_out_what_pillow_puts_in() -> None:
    from PIL.PngImagePlugin import PngInfo

    for compressed in (False, True):
        texts = PngInfo()
        texts.add_itxt("openbadgecredential", TEXT, zip=compressed)
        stream = io.BytesIO()
        Image.new("RGB", (3, 3)).save(stream, "PNG", pnginfo=texts)
        assert find_credential_text(stream.getvalue()) == TEXT


@pytest.mark.parametrize("text", [TEXT, JWS], ids=["json", "jws"])
def test_openbadgeslib_takes_out_what_we_bake(baker: ModuleType, text: str) -> None:
    from_png = baker.extract_png(bake_picture(png(), text), keyword=baker.ITXT_KEYWORD_OB3)
    from_svg = baker.extract_svg(bake_picture(svg(), text), element=baker.SVG_ELEMENT_OB3, text_fallback=True)
    assert (from_png, from_svg) == (text, text)


def test_openbadgeslib_reads_the_end_of_cdata_as_we_meant_it(baker: ModuleType) -> None:
    text = TEXT.replace("Data Literacy", "]]>&amp;<b>")
    assert "]]>" in text
    baked = bake_picture(svg(), text)
    assert baker.extract_svg(baked, element=baker.SVG_ELEMENT_OB3, text_fallback=True) == text


@pytest.mark.parametrize("text", [TEXT, JWS], ids=["json", "jws"])
def test_we_take_out_what_openbadgeslib_bakes(baker: ModuleType, text: str) -> None:
    names = {"element": baker.SVG_ELEMENT_OB3, "namespace": baker.SVG_NS_OB3, "as_text": text is TEXT}
    assert find_credential_text(baker.bake_png(png(), text, keyword=baker.ITXT_KEYWORD_OB3)) == text
    assert find_credential_text(baker.bake_svg(svg(), text, comment=" made ", **names)) == text


def test_both_say_that_a_picture_is_baked(baker: ModuleType) -> None:
    assert baker.has_png(bake_picture(png(), TEXT), keyword=baker.ITXT_KEYWORD_OB3)
    assert baker.has_svg(bake_picture(svg(), TEXT), element=baker.SVG_ELEMENT_OB3)
    assert CREDENTIAL["proof"]
