"""
Bakes a credential into an SVG, and takes it out again.

    <svg .. xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">
      <openbadges:credential><![CDATA[ {JSON with its proof} ]]></openbadges:credential>
      or <openbadges:credential verify="{compact JWS}"/>

Decides how the picture is changed: text is put in behind the root's start tag and all else stays, octet
for octet. Reading is tolerant of place, strict about number: two carriers, or one that says two things, are
refused. Entities are refused in both directions; a document type without them is passed over when reading,
since old drawing programs write one. XML is read by defusedxml, as a stream that builds no tree.
Source: Open Badges 3.0, section 5.3.2; XML 1.0; DESIGN section 4.
"""

from __future__ import annotations

import re
from typing import Any

from attestree.credentials.images.carrier import (
    NAMESPACE,
    decode_text,
    is_compact_jws,
    require_picture_size,
    require_secured,
    require_text_size,
)
from attestree.credentials.images.svg_reading import Carrier, SvgReading
from attestree.errors import ImageError, MissingExtraError

_ENCODING = re.compile(r"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
_TAG = re.compile(r"<([^\s/>]+)(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>")
_TAG_OCTETS = re.compile(_TAG.pattern.encode())
_DECLARATION = f' xmlns:openbadges="{NAMESPACE}"'
_SPACE = re.compile(r"\s*")
_NOT_XML = re.compile("[\ufffe\uffff]")
_MISCELLANEOUS = (("<?", "?>"), ("<!--", "-->"))


def unbake_svg(octets: bytes) -> str:
    """
    Return the text of the credential in an SVG: JSON or a compact JWS.

    Raises:
        ImageError: `image.too_large`, `image.encoding`, `image.not_xml`, `image.not_svg`,
            `image.doctype`, `image.too_complex`, `image.ambiguous`, `image.open_badges_2`,
            `image.wrong_keyword`, `image.no_credential` or `image.credential_too_large`.
        MissingExtraError: `extra.documents`, without which no XML is read.
    """
    found = _read(_without_plain_doctype(_decode(octets)), guarded=False)
    if not found.carriers:
        raise ImageError(found.name_absence())
    if len(found.carriers) > 1:
        raise ImageError("image.ambiguous", count=len(found.carriers))
    return decode_text(require_text_size(found.carriers[0].text().encode()))


def bake_svg(picture: bytes, credential: str, *, replace: bool = False) -> bytes:
    """
    Return an SVG that carries a credential; what it shows stays the same.

    JSON comes out as it went in, but for line ends, which XML normalises, and U+FFFE and U+FFFF, which
    XML lacks: those are written as JSON escapes.

    Args:
        picture: An SVG in UTF-8 that runs and fetches nothing.
        credential: JSON with an embedded proof, or a compact JWS.
        replace: Whether a credential that is in the picture already is taken out first.

    Raises:
        ImageError: `image.already_baked`, `image.no_proof`, `image.doctype`, `image.script`,
            `image.event_handler`, `image.foreign_content`, `image.external`, or a code of `unbake_svg`
            about the file.
        MalformedJsonError: The credential is not strict JSON.
        MissingExtraError: `extra.documents`.
    """
    credential = require_secured(credential)
    text = _decode(picture)
    found = _read(text, guarded=True)
    places = [*found.carriers, *found.old_carriers]
    if places:
        if not replace:
            raise ImageError("image.already_baked")
        text = _cut(text, places)
    return require_picture_size(_insert(text, credential).encode())


def _decode(octets: bytes) -> str:
    """Return the text of an SVG, which must be UTF-8 and not say otherwise."""
    try:
        text = require_picture_size(octets).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ImageError("image.encoding") from None
    stated = _ENCODING.match(text)
    if stated is not None and stated[1].lower() not in ("utf-8", "us-ascii"):
        raise ImageError("image.encoding")
    return text


def _read(text: str, *, guarded: bool) -> SvgReading:
    """Read the whole picture; `guarded` refuses whatever is active."""
    try:
        from defusedxml import DefusedXmlException
        from defusedxml.ElementTree import ParseError, XMLParser
    except ImportError as error:
        raise MissingExtraError("extra.documents") from error
    reading = SvgReading(guarded=guarded)
    # What feeds a target has no narrower type: the stubs leave out the parser of expat within.
    parser: Any = XMLParser(target=reading, forbid_dtd=True)
    reading.position = lambda: parser.parser.CurrentByteIndex
    parser.parser.CharacterDataHandler = reading.text
    try:
        parser.feed(text)
        parser.close()
    except DefusedXmlException:
        raise ImageError("image.doctype") from None
    except ParseError:
        raise ImageError("image.not_xml") from None
    return reading


def _without_plain_doctype(text: str) -> str:
    """Return the text without a document type that declares nothing and so changes nothing."""
    start = _skip_miscellaneous(text)
    end = text.find(">", start)
    stated = text[start:end]
    if not stated.startswith("<!DOCTYPE") or end < 0 or "[" in stated:
        return text
    return text[:start] + text[end + 1 :]


def _skip_miscellaneous(text: str) -> int:
    """Return where the first markup starts that is neither a comment nor an instruction."""
    start = 0
    while True:
        start = _SPACE.match(text, start).end()  # type: ignore[union-attr]  # no space is a match, too
        found = next(((first, last) for first, last in _MISCELLANEOUS if text.startswith(first, start)), None)
        if found is None:
            return start
        opening, closing = found
        end = text.find(closing, start + len(opening))
        if end < 0:
            return start
        start = end + len(closing)


def _insert(text: str, credential: str) -> str:
    """Put the carrier directly behind the root's start tag."""
    start = _skip_miscellaneous(text)
    tag = _TAG.match(text, start)
    if tag is None:
        raise ImageError("image.not_svg")
    declared = "xmlns:openbadges" in tag[0]
    carrier = _format_carrier(credential, declaration=_DECLARATION if declared else "")
    is_empty = tag[0].endswith("/>")
    opening = tag[0][: -2 if is_empty else -1] + ("" if declared else _DECLARATION) + ">"
    closing = f"</{tag[1]}>" if is_empty else ""
    return text[:start] + opening + carrier + closing + text[tag.end() :]


def _format_carrier(credential: str, *, declaration: str) -> str:
    """Return the element; JSON stands in CDATA, where only its own end needs care."""
    if is_compact_jws(credential):
        return f'<openbadges:credential{declaration} verify="{credential}"/>'
    text = _NOT_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", credential)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("]]>", "]]]]><![CDATA[>")
    return f"<openbadges:credential{declaration}><![CDATA[{text}]]></openbadges:credential>"


def _cut(text: str, carriers: list[Carrier]) -> str:
    """Take carriers out; places count in octets of UTF-8."""
    octets = text.encode()
    for carrier in sorted(carriers, key=lambda one: one.start, reverse=True):
        tag = _TAG_OCTETS.match(octets, carrier.start)
        end = octets.find(b">", carrier.end) + 1 if octets.startswith(b"</", carrier.end) else 0
        octets = octets[: carrier.start] + octets[end or (tag.end() if tag else carrier.start) :]
    return octets.decode()
