"""SVG: what goes in comes out, nothing active is handed out, nothing hostile is expanded."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET

import pytest

from attestree.credentials.images import bake_picture, find_credential_text
from attestree.credentials.images.carrier import MAX_PICTURE_BYTES
from attestree.credentials.images.svg import bake_svg
from attestree.credentials.images.svg_reading import MAX_DEPTH, MAX_ELEMENTS
from attestree.credentials.strict_json import MAX_BYTES
from attestree.errors import ImageError, MissingExtraError
from tests.unit.credentials.images.pictures import (
    CREDENTIAL,
    JWS,
    LAUGHS,
    OB_NS,
    SVG_NS,
    TEXT,
    baked_svg,
    svg,
)

PLAIN_DOCTYPE = (
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
)


def refusal(octets: bytes) -> str:
    with pytest.raises(ImageError) as caught:
        find_credential_text(octets)
    return caught.value.code


def refusal_to_bake(octets: bytes, text: str = TEXT) -> str:
    with pytest.raises(ImageError) as caught:
        bake_picture(octets, text)
    return caught.value.code


PICTURES = {
    "plain": svg(),
    "declared": svg(before='<?xml version="1.0" encoding="UTF-8"?>\n<!-- a > b -->\n'),
    "with a mark": b"\xef\xbb\xbf" + svg(),
    "empty": f'<svg xmlns="{SVG_NS}" width="9"/>'.encode(),
    "empty with space": f"<svg xmlns='{SVG_NS}' width='9' />".encode(),
    "a comment that begins like its end": svg(before="<!--><svg> --><!--->-->"),
    "a sign in an attribute": svg(root=' aria-label="a > b"'),
    "in a prefix": f'<s:svg xmlns:s="{SVG_NS}"><s:circle r="2"/></s:svg>'.encode(),
    "without namespace": b"<svg><circle r='1'/></svg>",
    "the prefix is taken": svg(root=' xmlns:openbadges="http://openbadges.org"'),
    "the prefix is there": svg(root=f' xmlns:openbadges="{OB_NS}"'),
    "other people's signs": svg("<title>Zażółć 数据 \U0001f393</title>"),
    "CDATA of its own": svg("<desc><![CDATA[ <b> ]]></desc>"),
}


@pytest.mark.parametrize("text", [TEXT, JWS], ids=["json", "jws"])
@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_what_is_baked_comes_out(picture: bytes, text: str) -> None:
    assert find_credential_text(bake_picture(picture, text)) == text


@pytest.mark.parametrize("text", [TEXT, JWS], ids=["json", "jws"])
@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_the_carrier_comes_first_and_the_drawing_stays(picture: bytes, text: str) -> None:
    before, after = ET.fromstring(picture), ET.fromstring(bake_picture(picture, text))
    assert after[0].tag == f"{{{OB_NS}}}credential"
    after.remove(after[0])
    assert ET.tostring(after) == ET.tostring(before)


def test_the_end_of_cdata_in_a_credential_ends_nothing() -> None:
    text = json.dumps({**CREDENTIAL, "name": "a]]>b]]]>c<script>&amp;]]&gt;"})
    assert find_credential_text(bake_picture(svg(), text)) == text


def test_signs_that_xml_lacks_are_written_as_escapes() -> None:
    text = '{"proof":1,\r\n"name":"\ufffe\uffff"}'
    found = find_credential_text(bake_picture(svg(), text))
    assert found == '{"proof":1,\n"name":"\\ufffe\\uffff"}'
    assert json.loads(found) == json.loads(text)


@pytest.mark.parametrize(
    "old",
    [
        f'<openbadges:credential xmlns:openbadges="{OB_NS}"><![CDATA[old > ]]></openbadges:credential >',
        f'<openbadges:credential xmlns:openbadges="{OB_NS}" verify="a > b"/>',
        f"<x:credential xmlns:x=\"{OB_NS}\" verify='a'></x:credential>",
        '<openbadges:assertion xmlns:openbadges="http://openbadges.org" verify="https://x"/>',
    ],
)
def test_a_baked_picture_is_baked_again_only_when_asked(old: str) -> None:
    before = svg(f"<title>ÄÖ</title>{old}<circle r='3'/>")
    assert refusal_to_bake(before) == "image.already_baked"
    baked = bake_picture(before, TEXT, replace=True)
    assert find_credential_text(baked) == TEXT
    assert baked == bake_picture(svg("<title>ÄÖ</title><circle r='3'/>"), TEXT)


def test_two_old_credentials_are_replaced_by_one() -> None:
    assert find_credential_text(bake_picture(baked_svg("{}", "[]"), TEXT, replace=True)) == TEXT


def test_a_carrier_anywhere_is_read_and_so_is_plain_text() -> None:
    escaped = TEXT.replace("&", "&amp;").replace("<", "&lt;")
    within = f'<g><c:credential xmlns:c="{OB_NS}">\n{escaped}\n</c:credential></g>'
    assert find_credential_text(svg(within)) == TEXT


def test_a_document_type_that_declares_nothing_is_passed_over_when_reading() -> None:
    baked = bake_picture(svg(), TEXT).decode()
    assert find_credential_text(f'<?xml version="1.0"?>\n{PLAIN_DOCTYPE}\n{baked}'.encode()) == TEXT
    assert find_credential_text(f"<!DOCTYPE svg>{baked}".encode()) == TEXT


ACTIVE = "<?xml-stylesheet href='x.xsl'?><script>alert(1)</script><g onload='x()'/><foreignObject/><image href='http://x/y.png'/>"


def test_active_content_is_left_alone_when_reading() -> None:
    within = f'{ACTIVE}<c:credential xmlns:c="{OB_NS}"><![CDATA[{TEXT}]]></c:credential>'
    assert find_credential_text(svg(within)) == TEXT


HOSTILE = {
    "two carriers": (baked_svg("{}", "{}"), "image.ambiguous"),
    "one in the other": (
        svg(f'<c:credential xmlns:c="{OB_NS}">{{}}<c:credential>{{}}</c:credential></c:credential>'),
        "image.ambiguous",
    ),
    "an element in it": (svg(f'<c:credential xmlns:c="{OB_NS}">{{<b/>}}</c:credential>'), "image.ambiguous"),
    "text and attribute": (
        svg(f'<c:credential xmlns:c="{OB_NS}" verify="a.b.c">{{}}</c:credential>'),
        "image.ambiguous",
    ),
    "Open Badges 2": (
        svg('<a:assertion xmlns:a="http://openbadges.org" verify="x"/>'),
        "image.open_badges_2",
    ),
    "another namespace": (svg('<a:credential xmlns:a="urn:other">{}</a:credential>'), "image.wrong_keyword"),
    "no carrier": (svg(), "image.no_credential"),
    "an empty one": (baked_svg(" "), "image.no_credential"),
    "an empty attribute": (svg(f'<c:credential xmlns:c="{OB_NS}" verify=""/>'), "image.no_credential"),
    "too large a text": (baked_svg("x" * (MAX_BYTES + 1)), "image.credential_too_large"),
    "billion laughs": (svg("&j;", before=LAUGHS), "image.doctype"),
    "an entity": (svg(before='<!DOCTYPE svg [<!ENTITY a "b">]>'), "image.doctype"),
    "an external entity": (
        svg("&a;", before='<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
        "image.doctype",
    ),
    "a parameter entity": (
        svg(before='<!DOCTYPE svg [<!ENTITY % a SYSTEM "http://x/y.dtd">%a;]>'),
        "image.doctype",
    ),
    "an entity that nobody declares": (svg("&nbsp;", before=PLAIN_DOCTYPE), "image.not_xml"),
    "two document types": (svg(before=PLAIN_DOCTYPE * 2), "image.doctype"),
    "cut": (baked_svg(TEXT)[:-9], "image.not_xml"),
    "a web page": (b"<!doctype html><html><body>", "image.not_xml"),
    "other XML": (b"<rss/>", "image.not_svg"),
    "the wrong namespace": (b'<svg xmlns="http://www.w3.org/1999/xhtml"/>', "image.not_svg"),
    "not UTF-8": (b"<svg>\xff</svg>", "image.encoding"),
    "says it is not UTF-8": (b"<?xml version='1.0' encoding='iso-8859-1'?><svg/>", "image.encoding"),
    "UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?><svg/>', "image.encoding"),
    "a null": (b"<svg>\x00</svg>", "image.not_xml"),
    "too deep": (svg("<g>" * MAX_DEPTH + "</g>" * MAX_DEPTH), "image.too_complex"),
    "too many": (svg("<g/>" * MAX_ELEMENTS), "image.too_complex"),
    "too large": (svg("x" * MAX_PICTURE_BYTES), "image.too_large"),
    "comments without end": (b"<!--" * 100_000, "image.not_xml"),
    "a thousand comments": (b"<!---->" * 100_000, "image.not_xml"),
}


@pytest.mark.parametrize(("octets", "code"), HOSTILE.values(), ids=HOSTILE)
def test_each_way_to_be_hostile_has_its_code(octets: bytes, code: str) -> None:
    assert refusal(octets) == code


ACTIVE_PICTURES = {
    "a script": ("<script>1</script>", "image.script"),
    "a script of the web": ('<h:script xmlns:h="http://www.w3.org/1999/xhtml"/>', "image.script"),
    "an instruction": ('<?xml-stylesheet href="x.xsl"?>', "image.script"),
    "an address that runs": ('<a href="java&#10;script:x()">x</a>', "image.script"),
    "an animated address": ('<a><set attributeName="href" to="#x"/></a>', "image.script"),
    "an animated old address": ('<animate attributeName="xlink:href" values="#x"/>', "image.script"),
    "a style that runs": ('<g style="width: expression(1)"/>', "image.script"),
    "a handler": ("<g onclick='x()'/>", "image.event_handler"),
    "a handler in capitals": ("<g ONLOAD='x()'/>", "image.event_handler"),
    "a foreign object": ("<foreignObject><b/></foreignObject>", "image.foreign_content"),
    "a frame": ("<iframe/>", "image.foreign_content"),
    "a piece of a page": ('<b xmlns="http://www.w3.org/1999/xhtml"/>', "image.foreign_content"),
    "a picture from elsewhere": ('<image href="https://x/y.png"/>', "image.external"),
    "in the old spelling": (
        '<image xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="//x/y.png"/>',
        "image.external",
    ),
    "a file beside it": ('<use href="other.svg#a"/>', "image.external"),
    "another SVG in it": ('<image href="data:image/svg+xml;base64,AAAA"/>', "image.external"),
    "a base": ('<g xml:base="http://x/"/>', "image.external"),
    "a colour from elsewhere": ('<g fill="url(http://x/y#z)"/>', "image.external"),
    "a style from elsewhere": ("<g style=\"fill: url( '//x/y' )\"/>", "image.external"),
    "a sheet from elsewhere": ("<style>@import 'x.css';</style>", "image.external"),
    "a hidden spelling": (r"<style>g { fill: u\72l(//x) }</style>", "image.external"),
    "a sheet in CDATA": ("<style><![CDATA[g{fill:url(//x)}]]></style>", "image.external"),
}


@pytest.mark.parametrize(("within", "code"), ACTIVE_PICTURES.values(), ids=ACTIVE_PICTURES)
def test_what_is_active_is_not_handed_out(within: str, code: str) -> None:
    assert refusal_to_bake(svg(within)) == code


def test_a_picture_that_does_not_begin_with_its_drawing_is_not_handed_out() -> None:
    # The parser passes over a second byte order mark; a reader of the baked picture need not.
    with pytest.raises(ImageError) as caught:
        bake_svg(b"\xef\xbb\xbf" * 2 + svg(), TEXT)
    assert caught.value.code == "image.not_svg"


@pytest.mark.parametrize("before", [PLAIN_DOCTYPE, LAUGHS, "<!DOCTYPE svg>"])
def test_no_document_type_is_handed_out(before: str) -> None:
    assert refusal_to_bake(svg(before=before)) == "image.doctype"


def test_what_drawings_have_is_no_reason_to_refuse() -> None:
    within = """<defs><linearGradient id="a"/></defs><style>.a{fill:url(#a);opacity:.5}</style>
      <g fill="url(#a)" style="stroke:url('#a')" opacity="1"/><use href="#a"/>
      <image href="data:image/png;base64,iVBORw0KGgo="/><text>on javascript and http://x</text>
      <i:view xmlns:i="http://www.inkscape.org/namespaces/inkscape" i:zoom="2"/><a href="#a"><animate
      attributeName="opacity" values="0;1"/></a>"""
    assert find_credential_text(bake_picture(svg(within), TEXT)) == TEXT


def test_no_error_repeats_what_was_given() -> None:
    for octets, _ in HOSTILE.values():
        with pytest.raises(ImageError) as caught:
            find_credential_text(octets)
        assert all(isinstance(value, int) for value in caught.value.values.values())
        assert caught.value.__cause__ is None


def test_without_the_library_for_xml_the_line_to_type_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "defusedxml", None)
    with pytest.raises(MissingExtraError) as caught:
        find_credential_text(svg())
    assert caught.value.code == "extra.documents"


@pytest.mark.parametrize("octets", [b"", b"GIF89a", b"%PDF-1.7", b"\xef\xbb\xbf" * 2 + svg()])
def test_what_is_neither_png_nor_svg_is_neither_read_nor_baked(octets: bytes) -> None:
    assert refusal(octets) == "image.unknown_kind"
    assert refusal_to_bake(octets) == "image.unknown_kind"
