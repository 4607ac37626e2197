"""
Gas that writes of the registry use, as measured on a local chain with the compiled contract of this package.

Decides the figures that a quote rests on where no chain can be asked, and how they grow: with the number of
roots of one call, with the number of status words it touches. Gas is a count, the same on every EVM chain
with these rules; what a unit costs is not decided here, and neither is what a rollup asks for its data.
A test compares every figure with the contract. Source: DESIGN section 5; EIP-2929, EIP-7623, EIP-7825.
"""

from __future__ import annotations

ANCHOR = 61_113
"""One root by an operator, where the issuer has recorded before; zero bytes in it save a few units."""

FIRST_ANCHOR = 17_439
"""What an issuer's very first record takes besides: its head is written for the first time."""

ANCHOR_MANY = 35_100
"""`anchorMany` without its roots."""

ANCHOR_MANY_ROOT = 26_430
"""Each root of it."""

REVOKE = 37_750
"""`revoke` without its words."""

REVOKE_WORD = 23_750
"""Each status word that nobody was revoked in before; with a single bit in it 380 less."""

REVOKE_WORD_AGAIN = 6_650
"""Each status word that somebody was revoked in before."""

WORD_BITS = 256
"""Credentials of one status word."""

TRANSACTION_LIMIT = 2**24
"""Most gas of one transaction (EIP-7825)."""


def anchor_many_gas(roots: int) -> int:
    """Return the gas of recording so many roots in one transaction."""
    return ANCHOR_MANY + ANCHOR_MANY_ROOT * roots


MAX_ROOTS = (TRANSACTION_LIMIT - ANCHOR_MANY) // ANCHOR_MANY_ROOT
"""Most roots of one transaction."""


def revoke_gas(*, new_words: float, old_words: float = 0) -> float:
    """Return the gas of one `revoke` that touches so many words for the first time, and others again."""
    return REVOKE + REVOKE_WORD * new_words + REVOKE_WORD_AGAIN * old_words


def expected_words(*, size: int, revoked: float) -> float:
    """
    Return how many status words are touched on average when so many of a batch are revoked.

    Status numbers are a random permutation, so those revoked lie anywhere; a word holds `WORD_BITS` of them.
    """
    full, rest = divmod(size, WORD_BITS)
    words = full * _touched(min(WORD_BITS / size, 1.0), revoked)
    return words + _touched(rest / size, revoked)


def _touched(share: float, revoked: float) -> float:
    """Return how likely a word that holds this share of a batch is touched."""
    missed: float = (1 - share) ** revoked
    return 1 - missed
