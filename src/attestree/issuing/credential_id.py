"""
The id of a credential: the address of its page, or a UUID.

Decides how a token stands in it, and how it is found again. Source: DESIGN section 4.
"""

from __future__ import annotations

import uuid


def format_credential_id(public_url: str | None, token: str) -> str:
    """Return a credential's `id`: its page, or a UUID where there is no public address."""
    return f"{public_url}/c/{token}" if public_url else f"urn:uuid:{uuid.UUID(token)}"


def parse_credential_token(text: str) -> str | None:
    """Return the token in a credential's `id`, page address, UUID or the bare token; None for others."""
    last = text.strip().rsplit("/c/", 1)[-1].removeprefix("urn:uuid:").replace("-", "").lower()
    return last if len(last) == 32 and set(last) <= set("0123456789abcdef") else None
