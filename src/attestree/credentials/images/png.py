"""
Bakes a credential into a PNG, and takes it out again.

    signature (8) | IHDR | iTXt  keyword 00 compressed 00 00 language 00 translated 00 text | .. | IEND

Decides which files are read: chunk by chunk, each within the file and with its checksum, IEND last and
nothing behind it, and one carrier only, since viewers differ in which of two they take. A carrier that
other software compressed is read up to the limit of a credential. Pixels are never decoded, so that the
dimensions do not matter. Source: PNG (third edition), section 5 and 11.3; Open Badges 3.0, section 5.3.1.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from attestree.credentials.images.carrier import (
    KEYWORD,
    OLD_KEYWORD,
    decode_text,
    require_picture_size,
    require_secured,
    require_text_size,
)
from attestree.credentials.strict_json import MAX_BYTES
from attestree.errors import ImageError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
"""First octets of every PNG."""

MAX_CHUNKS = 20_000
"""Most chunks of a picture; a large one cut into pieces of 8 KB has a thousand."""

_FRAME_BYTES = 12
_HEADER_BYTES = 13
_LONGEST_CHUNK = 2**31 - 1
_TEXT_KINDS = (b"iTXt", b"tEXt", b"zTXt")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk."""

    kind: bytes
    """Four ASCII letters."""
    content: bytes
    """What it holds, without length and checksum."""

    @property
    def keyword(self) -> bytes | None:
        """The keyword of a text chunk; None for others."""
        return self.content.partition(b"\x00")[0] if self.kind in _TEXT_KINDS else None

    def to_octets(self) -> bytes:
        """Return the chunk as it stands in a file."""
        body = self.kind + self.content
        return len(self.content).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)


def unbake_png(octets: bytes) -> str:
    """
    Return the text of the credential in a PNG: JSON or a compact JWS.

    Raises:
        ImageError: `image.too_large`, `image.corrupt`, `image.truncated`, `image.checksum`,
            `image.after_end`, `image.too_complex`, `image.ambiguous`, `image.wrong_chunk`,
            `image.open_badges_2`, `image.wrong_keyword`, `image.no_credential`, `image.bomb`,
            `image.credential_too_large` or `image.encoding`.
    """
    chunks = split_chunks(octets)
    found = [chunk for chunk in chunks if chunk.keyword == KEYWORD.encode()]
    if not found:
        raise ImageError(_name_absence(chunks))
    if len(found) > 1:
        raise ImageError("image.ambiguous", count=len(found))
    return decode_text(require_text_size(_read_carrier(found[0])))


def bake_png(picture: bytes, credential: str, *, replace: bool = False) -> bytes:
    """
    Return a PNG that carries a credential; what it shows stays the same, octet for octet.

    Args:
        picture: A PNG.
        credential: JSON with an embedded proof, or a compact JWS.
        replace: Whether a credential that is in the picture already is taken out first.

    Raises:
        ImageError: `image.already_baked`, `image.no_proof`, or a code of `unbake_png` about the file.
        MalformedJsonError: The credential is not strict JSON.
    """
    text = require_secured(credential)
    chunks = split_chunks(picture)
    kept = [chunk for chunk in chunks if chunk.keyword not in (KEYWORD.encode(), OLD_KEYWORD.encode())]
    if len(kept) < len(chunks) and not replace:
        raise ImageError("image.already_baked")
    carrier = Chunk(b"iTXt", KEYWORD.encode() + bytes(5) + text.encode())
    parts = [kept[0], carrier, *kept[1:]]
    return require_picture_size(SIGNATURE + b"".join(chunk.to_octets() for chunk in parts))


def split_chunks(octets: bytes) -> list[Chunk]:
    """Return every chunk of a PNG, IHDR first and IEND last; raises as `unbake_png`."""
    require_picture_size(octets)
    if not octets.startswith(SIGNATURE):
        raise ImageError("image.corrupt")
    chunks: list[Chunk] = []
    for chunk in _read_chunks(octets):
        if not chunks and (chunk.kind != b"IHDR" or len(chunk.content) != _HEADER_BYTES):
            raise ImageError("image.corrupt")
        if len(chunks) == MAX_CHUNKS:
            raise ImageError("image.too_complex", limit=MAX_CHUNKS)
        chunks.append(chunk)
    return chunks


def _read_chunks(octets: bytes) -> Iterator[Chunk]:
    """Yield the chunks up to IEND, with which the file must end."""
    start, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        length = int.from_bytes(octets[start : start + 4])
        if length > _LONGEST_CHUNK:
            raise ImageError("image.corrupt")
        end = start + _FRAME_BYTES + length
        if end > len(octets):
            raise ImageError("image.truncated")
        kind = octets[start + 4 : start + 8]
        if not kind.isalpha():
            raise ImageError("image.corrupt")
        if zlib.crc32(octets[start + 4 : end - 4]) != int.from_bytes(octets[end - 4 : end]):
            raise ImageError("image.checksum")
        yield Chunk(kind, octets[start + 8 : end - 4])
        start = end
    if start != len(octets):
        raise ImageError("image.after_end")


def _name_absence(chunks: list[Chunk]) -> str:
    """Return the code that says why there is no credential."""
    keywords = [chunk.keyword for chunk in chunks if chunk.keyword is not None]
    if OLD_KEYWORD.encode() in keywords:
        return "image.open_badges_2"
    if any(b"badge" in keyword.lower() for keyword in keywords):
        return "image.wrong_keyword"
    return "image.no_credential"


def _read_carrier(chunk: Chunk) -> bytes:
    """Return the octets of the text of an iTXt chunk, inflated where they are compressed."""
    if chunk.kind != b"iTXt":
        raise ImageError("image.wrong_chunk")
    _, _, rest = chunk.content.partition(b"\x00")
    flags, fields = rest[:2], rest[2:].split(b"\x00", 2)
    if flags not in (b"\x00\x00", b"\x01\x00") or len(fields) != 3:
        raise ImageError("image.corrupt")
    return _inflate(fields[2]) if flags[0] else fields[2]


def _inflate(octets: bytes) -> bytes:
    """Inflate up to the limit of a credential, and no further."""
    inflator = zlib.decompressobj()
    try:
        text = inflator.decompress(octets, MAX_BYTES + 1)
    except zlib.error:
        raise ImageError("image.corrupt") from None
    if len(text) > MAX_BYTES:
        raise ImageError("image.bomb", limit=MAX_BYTES)
    if not inflator.eof or inflator.unused_data:
        raise ImageError("image.corrupt")
    return text
