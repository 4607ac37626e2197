"""
Credentials in pictures: which kind a file is, and the way in and out of it.

Decides by the first octets, never by a name or a media type: no JSON begins as a picture does. What is
inside is judged by others. Source: Open Badges 3.0, section 5.3; DESIGN section 4.
"""

from __future__ import annotations

from enum import StrEnum

from attestree.credentials.images.png import SIGNATURE, bake_png, unbake_png
from attestree.credentials.images.svg import bake_svg, unbake_svg
from attestree.errors import ImageError

__all__ = ["PictureKind", "bake_picture", "find_credential_text", "find_kind", "unwrap_picture"]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class PictureKind(StrEnum):
    """Kinds of picture that carry credentials."""

    PNG = "png"
    SVG = "svg"


def find_kind(octets: bytes) -> PictureKind | None:
    """Return the kind of picture that a file begins as, or None; whatever begins as XML counts as SVG."""
    # The first of the eight octets is in no text, so that a damaged PNG is still called one.
    if octets.startswith(SIGNATURE[:4]):
        return PictureKind.PNG
    if octets[:64].removeprefix(_BYTE_ORDER_MARK).lstrip().startswith(b"<"):
        return PictureKind.SVG
    return None


def find_credential_text(octets: bytes) -> str:
    """
    Return the text of the credential in a picture: JSON or a compact JWS.

    Raises:
        ImageError: `image.unknown_kind`, or a code of `unbake_png` or `unbake_svg`.
        MissingExtraError: `extra.documents`, without which no SVG is read.
    """
    kind = find_kind(octets)
    if kind is None:
        raise ImageError("image.unknown_kind")
    return unbake_png(octets) if kind is PictureKind.PNG else unbake_svg(octets)


def unwrap_picture(octets: bytes) -> bytes:
    """Return the octets of the credential in a picture; of anything else, the octets themselves."""
    return octets if find_kind(octets) is None else find_credential_text(octets).encode()


def bake_picture(picture: bytes, credential: str, *, replace: bool = False) -> bytes:
    """
    Return a picture that carries a credential.

    Raises:
        ImageError: `image.unknown_kind`, or a code of `bake_png` or `bake_svg`.
        MalformedJsonError: The credential is neither strict JSON nor a compact JWS.
        MissingExtraError: `extra.documents`, without which no SVG is read.
    """
    kind = find_kind(picture)
    if kind is None:
        raise ImageError("image.unknown_kind")
    bake = bake_png if kind is PictureKind.PNG else bake_svg
    return bake(picture, credential, replace=replace)
