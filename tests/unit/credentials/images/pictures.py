"""Small pictures, good and hostile, built octet by octet."""

from __future__ import annotations

import json
import struct
import zlib
from itertools import pairwise
from typing import Any

from tests.unit.credentials.examples import build_badge

CREDENTIAL: dict[str, Any] = {**build_badge(), "proof": [{"type": "DataIntegrityProof"}]}
TEXT = json.dumps(CREDENTIAL, ensure_ascii=False)
JWS = "eyJhbGciOiJFZERTQSJ9.eyJpZCI6InVybjp1dWlkOjEifQ.c2lnbmF0dXJl"
KEYWORD = b"openbadgecredential"
SVG_NS = "http://www.w3.org/2000/svg"
OB_NS = "https://purl.imsglobal.org/ob/v3p0"
SIGNATURE = b"\x89PNG\r\n\x1a\n"

LAUGHS = (
    '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    + "".join(f'<!ENTITY {last} "{f"&{first};" * 8}">' for first, last in pairwise("bcdefghij"))
    + "]>"
)
"""Entities that would unfold to gigabytes."""


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def header(width: int = 2, height: int = 2) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))


PIXELS = chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00\x00\xff\x00" * 2))
END = chunk(b"IEND")


def png(*extra: bytes) -> bytes:
    """Return a picture of four pixels with further chunks in it."""
    return b"".join([SIGNATURE, header(), *extra, PIXELS, END])


def carrier(text: bytes, keyword: bytes = KEYWORD, *, flags: bytes = b"\x00\x00") -> bytes:
    return chunk(b"iTXt", keyword + b"\x00" + flags + b"\x00\x00" + text)


def svg(within: str = '<circle r="4"/>', *, root: str = "", before: str = "") -> bytes:
    return f'{before}<svg xmlns="{SVG_NS}"{root}>{within}</svg>'.encode()


def baked_svg(*texts: str) -> bytes:
    elements = "".join(f"<o:credential><![CDATA[{text}]]></o:credential>" for text in texts)
    return svg(elements, root=f' xmlns:o="{OB_NS}"')
