"""
The JSON-LD contexts that are known here, by the SHA-256 of their bytes.

Decides which contexts a document may name without a warning. JCS binds text, not meaning: where a
context is not known, the anchor still covers every byte, but what the terms mean is not established.
Nothing is ever fetched. Several exist in more than one version of bytes; all that are known are
pinned. Most differ in spacing only; Open Badges 3.0.3 differs in two terms (`endorsementJwt`, `jti`),
which are best not issued. What a signature may rest on lies in `signatures/contexts`.
Source: VCDM 2.0, section 5.3 and appendix B; DESIGN section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attestree.credentials.strict_json import JsonObject, JsonValue

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
"""Base context of VCDM 2.0; first in every credential of that version."""

CREDENTIALS_V1 = "https://www.w3.org/2018/credentials/v1"
"""Base context of VCDM 1.1."""

OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
"""The Open Badges context that is issued with; second in every badge."""

KNOWN_CONTEXTS: dict[str, tuple[str, ...]] = {
    CREDENTIALS_V1: (
        "00d7dd6d3ad8b920e3e550dd3a3d9090bffcac84cdbf943da6924b3e0a5c8bb8",
        "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc",
    ),
    CREDENTIALS_V2: ("59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734",),
    "https://purl.imsglobal.org/spec/ob/v3p0/context.json": (
        "9f1c8f9f361ba2994b9b50701f41149919542c50c7b7455b2846d87959295d72",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": (
        "5f3d9dd6288ef437ff8286cf95ffbff609c748a66f24a1e9450c45ca64be1571",
        "af095468326d3449160509b26ca71576e6321d13c85b0369cfe3b654c9a48fba",
        "d582f3564282fb3b709136d28412e78e70b678b4dbc2f0221f67d84932748355",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": (
        "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53",
    ),
    OPEN_BADGES: (
        "3d34f4d4ef1bce691106e63798beb5e7b862ba841423f5ee1e53ab7ddf3bca84",
        "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761",
    ),
    "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": (
        "2d013f981d1f4516081a6a04e55468ba2b071d4153b794f19a79715c45a89a5e",
        "87c06c81bc2317663bf288d740d94fddd2818c4342b186270ff6371dfaa63f93",
    ),
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json": (
        "880f1902d4158f2f33ce06af41b90719977cd1ea337a9de2e41edb3ff5e543d6",
    ),
    "https://w3id.org/security/data-integrity/v1": (
        "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554",
    ),
    "https://w3id.org/security/data-integrity/v2": (
        "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4",
    ),
    "https://w3id.org/security/multikey/v1": (
        "ba2c182de2d92f7e47184bcca8fcf0beaee6d3986c527bf664c195bbc7c58597",
    ),
    "https://w3id.org/security/suites/ed25519-2020/v1": (
        "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588",
    ),
}
"""Address of a context to the SHA-256, hex, of every version of its bytes that is taken for it."""


class ContextForm(Enum):
    """What stands where a known context should stand."""

    ADDRESS = "address"
    """An https address that is not known here."""
    INLINE = "inline"
    """Definitions written into the document itself."""
    OTHER = "other"
    """Anything else, such as another scheme, a number or null."""


@dataclass(frozen=True, slots=True)
class UnknownContext:
    """One context that is not known; its text is not repeated, since it is somebody's input."""

    path: str
    """Where it stands, such as `@context[2]`; `*.@context[0]` for one inside another member."""
    form: ContextForm
    """What it is."""


def unknown_contexts(document: JsonObject) -> tuple[UnknownContext, ...]:
    """Return every context, at any depth, whose terms are not known here."""
    found: list[tuple[str, JsonValue]] = []
    _find_contexts(document, "", found)
    return tuple(unknown for prefix, contexts in found for unknown in _judge(prefix, contexts))


def _find_contexts(value: JsonObject, prefix: str, found: list[tuple[str, JsonValue]]) -> None:
    """Find every `@context` member, the outermost first."""
    if "@context" in value:
        found.append((prefix, value["@context"]))
    for name, member in value.items():
        # most members are texts, and this walks through all of a document
        if type(member) is dict:
            if name != "@context":
                _find_contexts(member, "*.", found)
        elif type(member) is list and name != "@context":
            _find_in_list(member, found)


def _find_in_list(items: list[JsonValue], found: list[tuple[str, JsonValue]]) -> None:
    """Find the contexts of the objects of an array."""
    for item in items:
        if type(item) is dict:
            _find_contexts(item, "*.", found)
        elif type(item) is list:
            _find_in_list(item, found)


def _judge(prefix: str, contexts: JsonValue) -> Iterator[UnknownContext]:
    """Yield those of one `@context` that are not known."""
    for number, item in enumerate(contexts if isinstance(contexts, list) else [contexts]):
        form = _form_of(item)
        if form is not None:
            yield UnknownContext(f"{prefix}@context[{number}]", form)


def _form_of(item: JsonValue) -> ContextForm | None:
    """Return what a context is, or None if it is known."""
    if isinstance(item, dict):
        return ContextForm.INLINE
    if not isinstance(item, str):
        return ContextForm.OTHER
    if item in KNOWN_CONTEXTS:
        return None
    return ContextForm.ADDRESS if item.startswith("https://") else ContextForm.OTHER
