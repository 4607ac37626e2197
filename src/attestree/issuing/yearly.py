"""
Yearly: what recording a year's credentials would use, at several rhythms and prices.

Decides how many batches a rhythm makes, how much gas they and the revocations use, and what that costs at
prices the user gives. No price is known here: without one there is only gas. Asks the chain for the gas of
its own records where there is one. Source: DESIGN section 9; figures of `registry.gas`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from attestree.issuing.plan import quote_call
from attestree.ports import TransactionSender
from attestree.registry import gas
from attestree.registry.calls import build_anchor, build_anchor_many

RHYTHMS = {"hour": 8_760, "day": 365, "week": 52, "month": 12, "year": 1}
"""Batches a year, where there are credentials enough for each."""

GWEI = Decimal(10) ** -9
"""One gwei in coins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What is wanted in a year."""

    credentials: int
    """Number of credentials."""
    revoked_share: float = 0.0
    """Share of them that is revoked, 0 to 1."""
    roots: int = 1
    """Batches that are recorded at each time, such as one for each course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordGas:
    """Gas of records, by the chain's estimate or as recorded."""

    anchor: int = gas.ANCHOR
    """One root in a transaction of its own."""
    together: int
    """All roots of one time in one transaction."""
    by_chain: bool = False
    """Whether the chain estimated both."""


@dataclass(frozen=True, slots=True)
class Price:
    """A price point that the user gives."""

    gwei: Decimal
    """Gas price."""
    coin: Decimal | None = None
    """What one coin of the chain costs."""
    currency: str = ""
    """In which money."""

    def coins(self, gas_used: float) -> Decimal:
        """Return what gas costs, in coins of the chain."""
        return Decimal(gas_used) * self.gwei * GWEI

    def money(self, gas_used: float) -> Decimal | None:
        """Return what gas costs in `currency`; None where nobody said what a coin costs."""
        return None if self.coin is None else self.coins(gas_used) * self.coin


@dataclass(frozen=True, slots=True, kw_only=True)
class YearGas:
    """What one rhythm uses in a year."""

    rhythm: str
    """As the user named it."""
    times: int
    """How often something is recorded."""
    batches: int
    """Batches in all."""
    batch_size: int
    """Credentials of a batch, rounded up."""
    together: bool
    """Whether the batches of one time go into one transaction."""
    recording: float
    """Gas of the records."""
    revoking: float
    """Gas of the revocations, those of a batch gathered in one transaction."""
    revoking_singly: float
    """Gas of the revocations, each in a transaction of its own."""

    @property
    def total(self) -> float:
        """Gas of records and of gathered revocations."""
        return self.recording + self.revoking


def recorded_gas(roots: int) -> RecordGas:
    """Return the figures of this package, for where no chain can be asked."""
    return RecordGas(together=gas.anchor_many_gas(roots))


def fetch_record_gas(
    sender: TransactionSender, *, issuer: bytes, operator: bytes, contract: bytes, size: int, roots: int
) -> RecordGas:
    """
    Ask the chain what its records would use.

    Raises:
        ChainUnavailableError: No answer.
        RevertedError: The contract would refuse, such as a key that may not record for the issuer.
    """
    hashes = [sha256(b"attestree/1 quote %d" % number + issuer).digest() for number in range(roots)]
    one = build_anchor(issuer, root=hashes[0], size=size, kind=0, list_id=hashes[0][:13])
    many = build_anchor_many(issuer, [(root, size, 0, root[:13]) for root in hashes])
    anchor, together = (
        quote_call(sender, sender=operator, to=contract, payload=payload).gas for payload in (one, many)
    )
    return RecordGas(anchor=anchor, together=together, by_chain=True)


def count_times(rhythm: str, year: Year) -> int:
    """
    Return how often a rhythm records; never more often than there are credentials for.

    Raises:
        ValueError: It is neither named nor a number of times.
    """
    asked = RHYTHMS.get(rhythm) or int(rhythm)
    if asked < 1:
        raise ValueError(rhythm)
    return max(min(asked, year.credentials // year.roots), 1)


def compare_rhythms(year: Year, rhythms: Sequence[str], figures: RecordGas) -> list[YearGas]:
    """Return what each rhythm uses; twice where several batches could go into one transaction."""
    ways = (False, True) if year.roots > 1 else (False,)
    return [_use(year, rhythm, figures, together=together) for rhythm in rhythms for together in ways]


def _use(year: Year, rhythm: str, figures: RecordGas, *, together: bool) -> YearGas:
    """Return what one rhythm uses."""
    times = count_times(rhythm, year)
    batches = times * year.roots
    size = -(-year.credentials // batches)
    revoked = year.credentials * year.revoked_share
    return YearGas(
        rhythm=rhythm,
        times=times,
        batches=batches,
        batch_size=size,
        together=together,
        recording=times * (figures.together if together else figures.anchor * year.roots),
        revoking=_gather(revoked, batches=batches, size=size),
        revoking_singly=_apart(revoked, batches=batches, size=size),
    )


def _gather(revoked: float, *, batches: int, size: int) -> float:
    """Return the gas of one transaction for each batch in which somebody is revoked."""
    touched = min(float(batches), revoked)
    if not touched:
        return 0.0
    return touched * gas.revoke_gas(new_words=gas.expected_words(size=size, revoked=revoked / touched))


def _apart(revoked: float, *, batches: int, size: int) -> float:
    """Return the gas of one transaction for each revocation: the first in a word costs more."""
    touched = min(float(batches), revoked)
    if not touched:
        return 0.0
    new = touched * gas.expected_words(size=size, revoked=revoked / touched)
    return new * gas.revoke_gas(new_words=1) + (revoked - new) * gas.revoke_gas(new_words=0, old_words=1)
