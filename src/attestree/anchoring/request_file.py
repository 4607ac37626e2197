"""
The request file: an anchor that an institution signed, on its way to whoever pays for it.

Decides its form. Everything stands in it twice - as members for people and programs, and as the typed data
that a wallet shows - and both must agree, so that nobody signs or pays for something else than is shown.
Nothing personal is in it. Source: DESIGN section 5; EIP-712.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from attestree.credentials.dates import format_timestamp, parse_timestamp
from attestree.credentials.strict_json import JsonObject, JsonValue, parse_json
from attestree.errors import InputError, RequestError
from attestree.registry.signed_anchor import ANY_HEAD, SignedAnchor, build_typed, hash_anchor
from attestree.text.spelling import format_hex

FORMAT = "attestree.anchor-request/1"
"""Value of `format`."""

MAX_BYTES = 64 * 1024
"""No request file is longer."""

MAX_TITLE = 300
"""Characters of a title."""

_MEMBERS = frozenset(
    {
        *("format", "title", "chainId", "registry", "issuer", "root", "size", "kind", "list", "deadline"),
        *("expectedHead", "typedData", "digest", "signature"),
    }
)


@dataclass(frozen=True, slots=True)
class AnchorRequest:
    """What a request file says."""

    anchor: SignedAnchor
    """What is signed."""
    title: str
    """One line for people, without anything personal."""
    signature: bytes | None = None
    """The issuer's; None where the wallet of a contract account has yet to make it."""

    @property
    def digest(self) -> bytes:
        """What is signed, as a hash of 32 bytes."""
        return hash_anchor(self.anchor)


def format_request(request: AnchorRequest) -> bytes:
    """Return the file of a request."""
    return json.dumps(describe_request(request), indent=2, ensure_ascii=False).encode() + b"\n"


def describe_request(request: AnchorRequest) -> dict[str, Any]:
    """Return the members of a request file."""
    anchor, signature = request.anchor, request.signature
    expected = anchor.expected_head
    return {
        "format": FORMAT,
        "title": request.title,
        "chainId": anchor.chain_id,
        "registry": format_hex(anchor.registry),
        "issuer": format_hex(anchor.issuer),
        "root": format_hex(anchor.root),
        "size": anchor.size,
        "kind": anchor.kind,
        "list": anchor.list_id.hex(),
        "deadline": format_timestamp(anchor.deadline),
        "expectedHead": None if expected == ANY_HEAD else format_hex(expected.to_bytes(28)),
        "typedData": build_typed(anchor),
        "digest": format_hex(request.digest),
        "signature": None if signature is None else format_hex(signature),
    }


def parse_request(octets: bytes) -> AnchorRequest:
    """
    Read a request file.

    Raises:
        RequestError: `request.file_form`, it is none; `request.file_differs`, its members and the typed
            data or digest in it say different things.
    """
    try:
        document = parse_json(octets, limit_bytes=MAX_BYTES)
        found = _read(document)
    except RequestError:
        raise
    except (InputError, ValueError, OverflowError) as exc:
        raise RequestError("request.file_form") from exc
    if describe_request(found) != document:
        raise RequestError("request.file_differs")
    return found


def parse_signature(text: str) -> bytes:
    """Return the bytes of a signature in hex, as many as a wallet likes; RequestError `request.signature`."""
    if not re.fullmatch(r"0x([0-9a-fA-F]{2}){1,8192}", text):
        raise RequestError("request.signature")
    return bytes.fromhex(text[2:])


def _read(document: JsonValue) -> AnchorRequest:
    """Read the members; whether the rest agrees with them is compared afterwards."""
    if not isinstance(document, dict) or document.keys() != _MEMBERS or document["format"] != FORMAT:
        raise RequestError("request.file_form")
    head, signature, title = document["expectedHead"], document["signature"], _text(document, "title")
    if len(title) > MAX_TITLE or not title.isprintable():
        raise RequestError("request.file_form")
    anchor = SignedAnchor(
        chain_id=_number(document, "chainId", most=2**53 - 1),
        registry=_bytes(document["registry"], size=20),
        issuer=_bytes(document["issuer"], size=20),
        root=_bytes(document["root"], size=32),
        size=_number(document, "size", most=2**32 - 1),
        kind=_number(document, "kind", least=0, most=1),
        list_id=_bytes("0x" + _text(document, "list"), size=13),
        deadline=parse_timestamp(_text(document, "deadline")),
        expected_head=ANY_HEAD if head is None else int.from_bytes(_bytes(head, size=28)),
    )
    # The contract takes 40 bits; what is signed must be what it reads.
    if not 0 < anchor.deadline < 2**40:
        raise RequestError("request.file_form")
    return AnchorRequest(anchor, title, None if signature is None else parse_signature(str(signature)))


def _text(document: JsonObject, name: str) -> str:
    value = document[name]
    if not isinstance(value, str):
        raise RequestError("request.file_form")
    return value


def _number(document: Mapping[str, JsonValue], name: str, *, most: int, least: int = 1) -> int:
    value = document[name]
    if type(value) is not int or not least <= value <= most:
        raise RequestError("request.file_form")
    return value


def _bytes(value: JsonValue, *, size: int) -> bytes:
    if not isinstance(value, str) or not re.fullmatch(rf"0x[0-9a-f]{{{2 * size}}}", value):
        raise RequestError("request.file_form")
    return bytes.fromhex(value[2:])
