"""
The two ways in which a credential comes: as JSON, or inside a signed token around it.

Decides which of them a file is, by its octets alone, and what is inside the token; whether the token's
signature fits is judged elsewhere. No JSON has the form of a token. A token may also stand as an address
in an `EnvelopedVerifiableCredential`. Source: VCDM 2.0, section 4.13; VC-JOSE-COSE 1.0, section 3.1.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attestree.credentials.contexts import CREDENTIALS_V2
from attestree.credentials.signatures.jwt import MEDIA_TYPE, UnverifiedJwt, parse_vc_jwt
from attestree.credentials.strict_json import MAX_BYTES, parse_json
from attestree.credentials.vcdm import ENVELOPED_TYPE, texts_of
from attestree.errors import BindingError, MalformedCredentialError, MalformedJsonError, MalformedProofError

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonValue

_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_ADDRESS = f"data:{MEDIA_TYPE},"


def parse_document(octets: bytes, *, limit_bytes: int = MAX_BYTES) -> JsonValue:
    """
    Return the value of strict JSON, or a compact token as text; `open_envelope` takes either.

    Raises:
        MalformedJsonError: As `parse_json`.
    """
    stripped = octets.strip()
    if not stripped.startswith(b"eyJ") or not _TOKEN.fullmatch(stripped.decode("latin-1")):
        return parse_json(octets, limit_bytes=limit_bytes)
    if len(stripped) > limit_bytes:
        raise MalformedJsonError("json.too_large", limit=limit_bytes, size=len(stripped))
    return stripped.decode("ascii")


def open_envelope(value: JsonValue) -> tuple[JsonValue, UnverifiedJwt | None]:
    """
    Return what is to be judged, and the token that it came in, or None.

    Raises:
        MalformedProofError: `signature.token`, or `signature.claims` where the claims of a token
            contradict the credential in it.
        MalformedCredentialError: `format.context`, an address whose words nothing explains.
        MalformedJsonError: A part of the token is not the strict JSON that is read here.
    """
    token = _find_token(value)
    if token is None:
        return value, None
    try:
        jwt = parse_vc_jwt(token)
    except BindingError as exc:
        raise MalformedProofError(exc.code, **exc.values) from exc
    return jwt.credential, jwt


def _find_token(value: JsonValue) -> str | None:
    """Return the compact token that was given, bare or as an address, or None."""
    if isinstance(value, str):
        return value if _TOKEN.fullmatch(value) else None
    if not isinstance(value, dict) or value.get("type") not in (ENVELOPED_TYPE, [ENVELOPED_TYPE]):
        return None
    if CREDENTIALS_V2 not in texts_of(value.get("@context")):
        raise MalformedCredentialError("format.context", path="@context")
    address = value.get("id")
    return (
        address.removeprefix(_ADDRESS) if isinstance(address, str) and address.startswith(_ADDRESS) else None
    )
