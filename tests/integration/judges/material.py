"""
Badges to be judged: every shape of the examples, under hostile text, signed with our fast signer.

Their dates leave room, for some judges read the clock; their status list is signed by the same key.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

from attestree.credentials.proof_set import format_secured_anchor
from attestree.credentials.signatures.data_integrity import build_proof
from attestree.credentials.signatures.multikey import KeyKind
from attestree.credentials.signatures.suites import EDDSA_RDFC_2022
from attestree.credentials.status import parse_list_address
from attestree.credentials.status_list import ListTerms, build_status_list
from attestree.credentials.strict_json import JsonObject
from attestree.issuing.signing import TemplateSigner, build_options
from tests.unit.credentials.signatures.keys import make_pair
from tests.unit.issuing.shapes import HOSTILE, SHAPES, with_prose
from tests.unit.verifying.genuine import seal

CREATED = "2026-11-22T09:00:01Z"
PAIR, OTHER = make_pair(KeyKind.ED25519, 1), make_pair(KeyKind.ED25519, 2)
SEED = (1).to_bytes(32, "big")
"""Private key of `PAIR`."""

TEXTS = (
    'She said "yes"\\\\ & <b>no</b>',
    "first line\nsecond\r\nthird\tindented \\n",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u200fabc\u202e",
    "\U0001f33e\U0001f469\u200d\U0001f52c emoji \U0001f1f5\U0001f1f1",
    "\u6f22\u5b57 \u304b\u306a \ud55c\uae00",
    "Zo\u00eb and Zoe\u0308, \u00c5 and A\u030a",
    "\u2028\u2029\u0085\u00ad\ufeff",
    "".join(HOSTILE),
    *(text for text in HOSTILE if text.strip()),
)
"""Quotes, line ends, both directions, emoji, CJK, both normal forms, and whatever else looks like syntax."""


def ready(shape: JsonObject) -> JsonObject:
    """Return a badge of the holder of `PAIR` that is valid now, and for long."""
    issuer: Any = shape["issuer"]
    badge: JsonObject = {
        **shape,
        "issuer": {**issuer, "id": PAIR.did},
        "validFrom": "2020-01-01T00:00:00Z",
    }
    return badge | ({"validUntil": "9999-12-31T23:59:59Z"} if "validUntil" in shape else {})


def hostile_badges() -> list[JsonObject]:
    """Return each shape, once as it is and then under all the texts, turned by one place each time."""
    turned = [list(islice(cycle(TEXTS), turn, turn + 12)) for turn in range(0, len(TEXTS), 4)]
    return [ready(with_prose(shape, texts)) for shape in SHAPES for texts in ([], *turned)]


def sign_all(badges: list[JsonObject]) -> list[JsonObject]:
    """Sign badges with the fast signer, as issuing does."""
    proofs = TemplateSigner(PAIR.method, PAIR.sign).sign_batch(badges, created=CREATED)
    return [{**badge, "proof": [proof]} for badge, proof in zip(badges, proofs, strict=True)]


def with_anchor(badge: JsonObject) -> JsonObject:
    """Append an anchor proof of ours to the proofs of a badge."""
    proofs = badge["proof"] if isinstance(badge["proof"], list) else [badge["proof"]]
    return {**badge, "proof": [*proofs, format_secured_anchor(seal(badge))]}


def status_documents(badges: list[JsonObject]) -> dict[str, JsonObject]:
    """Return the signed lists that badges point to; nothing is revoked."""
    entries: list[Any] = [badge["credentialStatus"] for badge in badges if "credentialStatus" in badge]
    return {address: _build_list(address) for address in {entry["statusListCredential"] for entry in entries}}


def _build_list(address: str) -> JsonObject:
    place = parse_list_address(address)
    assert place is not None
    terms = ListTerms(
        public_url=address.partition("/status/")[0],
        list_id=place.list_id,
        purpose=place.purpose,
        issuer=PAIR.did,
        valid_from=1_577_836_800,
        valid_until=250_000_000_000,
        ttl_seconds=900,
    )
    document = build_status_list(terms, bytes(16))
    return {
        **document,
        "proof": build_proof(
            document, build_options(PAIR.method, created=CREATED), PAIR.sign, EDDSA_RDFC_2022
        ),
    }
