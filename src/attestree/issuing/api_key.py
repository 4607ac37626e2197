"""
The keys of programs that issue: how they look, what is kept of them, whether one may be used.

Decides that only a hash is kept, that two are compared in constant time, and that a key which does not exist
and one whose secret is wrong read the same. Source: RFC 6750; DESIGN sections 10 and 11.

    key        ak_ || id (16 hex digits) || secret (64 hex digits, 256 random bits)
    key hash   SHA-256("attestree/1 api key" || 0x00 || id || secret); nobody can guess a secret
    hash of x  HMAC-SHA256(secret, label || 0x00 || x), so that the store tells nobody what was asked
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from attestree.errors import NotAllowedError, RequestError
from attestree.outbox.by_api import ApiKey
from attestree.ports import Entropy
from attestree.ports.by_api import ApiKeyStore

SCOPE_ISSUE: Final = "issue"
"""Scope of a key that may issue, and fetch what was issued."""

SCOPES: Final = (SCOPE_ISSUE,)
"""Scopes that there are."""

ID_BYTES, SECRET_BYTES = 8, 32
"""Random bytes in the two parts of a key."""

USED_SECONDS = 60
"""How far apart two notes of a key's use are at least."""

_KEY = re.compile(r"ak_([0-9a-f]{16})([0-9a-f]{64})")
_NO_HASH = bytes(32)


@dataclass(frozen=True, slots=True, repr=False)
class PresentedKey:
    """A key as somebody showed it; secret."""

    id: str
    """Its public part."""
    secret: bytes
    """32 bytes."""

    def hash(self, label: bytes, octets: bytes) -> bytes:
        """Return the hash, 32 bytes, by which something is known again to whoever has the key."""
        return hmac.digest(self.secret, b"attestree/1 " + label + b"\x00" + octets, "sha256")


@dataclass(frozen=True, slots=True, repr=False)
class Caller:
    """Who asks, once that is certain."""

    key: ApiKey
    """As the store has it."""
    presented: PresentedKey
    """As it was shown."""


def draw_api_key(entropy: Entropy) -> PresentedKey:
    """Return a new key."""
    return PresentedKey(entropy.draw(ID_BYTES).hex(), entropy.draw(SECRET_BYTES))


def format_api_key(key: PresentedKey) -> str:
    """Return what a person gives to a program."""
    return f"ak_{key.id}{key.secret.hex()}"


def parse_api_key(text: str) -> PresentedKey:
    """Return a key in parts; RequestError `apikey.unknown` for what is none."""
    found = _KEY.fullmatch(text)
    if found is None:
        raise RequestError("apikey.unknown")
    return PresentedKey(found[1], bytes.fromhex(found[2]))


def hash_api_key(key: PresentedKey) -> bytes:
    """Return what is kept of a key, 32 bytes."""
    return sha256(b"attestree/1 api key\x00" + key.id.encode() + key.secret).digest()


def authenticate(text: str, *, store: ApiKeyStore, scope: str, now: int) -> Caller:
    """
    Return who shows a key, and remember that it was used.

    Args:
        text: What was shown.
        store: Knows the keys.
        scope: What is wanted.
        now: Unix seconds.

    Raises:
        RequestError: `apikey.unknown`, `apikey.revoked`.
        NotAllowedError: `apikey.scope`.
        StoreUnavailableError: The database did not answer.
    """
    presented = parse_api_key(text)
    known = store.fetch_api_key(presented.id)
    fits = hmac.compare_digest(known.key_hash if known else _NO_HASH, hash_api_key(presented))
    if known is None or not fits:
        raise RequestError("apikey.unknown")
    if known.revoked is not None:
        raise RequestError("apikey.revoked")
    if scope not in known.scopes:
        raise NotAllowedError("apikey.scope", scope=scope)
    if known.last_used is None or known.last_used + USED_SECONDS <= now:
        store.mark_api_key_used(known.id, now=now)
    return Caller(known, presented)
