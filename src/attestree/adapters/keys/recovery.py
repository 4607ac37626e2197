"""
Whose signature this is: the address behind 65 bytes, read as contracts read it.

Decides that only the canonical form counts - r and s in range, s in the lower half, v 27 or 28 - because
OpenZeppelin's ECDSA takes no other and a second form would be a second signature. Source: EIP-2; DESIGN 5.
"""

from __future__ import annotations

from attestree.adapters.keys.signer import GROUP_ORDER

SIGNATURE_BYTES = 65
"""r, s and v."""


def recover_signer(digest: bytes, signature: bytes, *, low_s: bool = True) -> bytes | None:
    """
    Return the address whose key signed a digest, 20 bytes; None where the signature is not of that form.

    Args:
        digest: 32 bytes.
        signature: r, s and v, 65 bytes.
        low_s: Whether the upper half of s is refused, as it must be wherever the signature counts.
    """
    if len(signature) != SIGNATURE_BYTES:
        return None
    r, s, v = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64]
    highest = GROUP_ORDER // 2 if low_s else GROUP_ORDER - 1
    if v not in (27, 28) or not 0 < r < GROUP_ORDER or not 0 < s <= highest:
        return None
    # Loaded here because it is slow to load, and most commands recover nothing.
    from eth_keys.datatypes import Signature
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError

    try:
        key = Signature(vrs=(v - 27, r, s)).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError):
        return None
    return bytes(key.to_canonical_address())
