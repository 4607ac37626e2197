"""
Which faults there are, and which question meets one.

Decides purely: the same plan, method and number give the same fault again. What a fault does to an answer
stands in `proxy`, `lies` and `stale`. Source: DESIGN sections 6, 7 and 11; what nodes were seen to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What goes wrong with one question, or with the request that carries it."""

    BEFORE = "before"
    """The connection ends and nothing was done."""
    AFTER = "after"
    """It was done; then the connection ends without an answer."""
    HANG = "hang"
    """It was done; the answer comes after `hang_seconds`."""
    LATE = "late"
    """Nothing happens for `hang_seconds`; then it is done and answered, whoever may have given up."""
    RATE_LIMITED = "rate_limited"
    """HTTP 429 and nothing was done."""
    GARBAGE = "garbage"
    """It was done; the answer is a page of HTML."""
    TRUNCATED = "truncated"
    """It was done; the answer ends in the middle."""
    WRONG_ID = "wrong_id"
    """It was done; the answer names another question."""
    SWALLOWED = "swallowed"
    """A transaction is said to have been taken, and is not passed on."""
    STALE = "stale"
    """State, blocks, logs and receipts are those of some blocks ago."""
    FORGED_NONCE = "forged_nonce"
    """A transaction count is one too high."""
    FORGED_RECEIPT = "forged_receipt"
    """A receipt says the contrary, and is there where there is none."""
    FORGED_CALL = "forged_call"
    """Words of storage, of a call or of a storage proof are other ones."""
    HIDDEN_LOGS = "hidden_logs"
    """Logs are left out."""
    INVENTED_LOGS = "invented_logs"
    """Logs are there that no contract wrote."""


CRASH_SAFE = (
    Fault.BEFORE,
    Fault.AFTER,
    Fault.HANG,
    Fault.LATE,
    Fault.RATE_LIMITED,
    Fault.GARBAGE,
    Fault.TRUNCATED,
    Fault.WRONG_ID,
)
"""Faults that do not lie: nothing recorded through them is wrong, only late."""

OF_A_REQUEST = frozenset(CRASH_SAFE) - {Fault.WRONG_ID}
"""Faults that meet all questions of one request at once."""

_METHODS: dict[Fault, frozenset[str]] = {
    Fault.SWALLOWED: frozenset({"eth_sendRawTransaction"}),
    Fault.FORGED_NONCE: frozenset({"eth_getTransactionCount"}),
    Fault.FORGED_RECEIPT: frozenset({"eth_getTransactionReceipt"}),
    Fault.FORGED_CALL: frozenset({"eth_call", "eth_getStorageAt", "eth_getProof"}),
    Fault.HIDDEN_LOGS: frozenset({"eth_getLogs"}),
    Fault.INVENTED_LOGS: frozenset({"eth_getLogs"}),
}
"""Where a lie fits; all others fit every method."""

_COMMON_PREFIX = "eth_"


@dataclass(frozen=True, slots=True)
class Lies:
    """What a lying node says; addresses, slots and topics as JSON-RPC writes them, in small letters."""

    words: Mapping[str, str] = field(default_factory=dict)
    """Storage words by slot. Empty = every word is turned: zero into one, anything else into zero."""
    calls: Mapping[str, str] = field(default_factory=dict)
    """Answers of `eth_call` by the beginning of what is called. Empty = every word is turned."""
    hidden: frozenset[str] = frozenset()
    """Topics and transaction hashes: a log that bears one is left out. Empty = all are."""
    invented_logs: tuple[Mapping[str, object], ...] = ()
    """Logs that are added where their block is in the range. Empty = the last log is told twice."""
    receipt_status: str = "0x1"
    """Status of a receipt that is there where there is none."""
    receipt_block: str = "latest"
    """Block in which it lies, as `eth_getBlockByNumber` takes it."""
    stale_blocks: int = 100
    """How far a stale node lags."""
    stuck_at: int | None = None
    """Newest block of a node that stands still; it lags by `stale_blocks` where this is None."""


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """How often what goes wrong; a plan is replaced, never changed."""

    rate: float = 0.0
    """Share of questions that meet a fault, 0 to 1; a request with several questions fails whole as often."""
    kinds: tuple[Fault, ...] = CRASH_SAFE
    """Faults to choose from, each as likely as any other that fits the method."""
    methods: frozenset[str] = frozenset()
    """Methods that are aimed at. Empty = all of `eth_`: what drives a test chain is left alone."""
    seed: int = 0
    """Makes the choice another one."""
    hang_seconds: float = 0.2
    """How long `HANG` and `LATE` wait."""
    skip: int = 0
    """So many of the questions aimed at are answered honestly first."""
    limit: int | None = None
    """After so many faults all is well."""
    lies: Lies = Lies()
    """What is said by the faults that lie."""

    def __post_init__(self) -> None:
        """Refuse a rate that is no share; raises ValueError."""
        if not 0 <= self.rate <= 1:
            raise ValueError("a rate between 0 and 1")

    def fitting(self, method: str) -> tuple[Fault, ...]:
        """Return the faults that a question may meet."""
        aimed = method in self.methods if self.methods else method.startswith(_COMMON_PREFIX)
        if not aimed or not self.rate:
            return ()
        return tuple(kind for kind in self.kinds if method in _METHODS.get(kind, (method,)))

    def decide(self, method: str, number: int, *, given: int = 0) -> Fault | None:
        """
        Return what a question meets, or None.

        Args:
            method: What is asked.
            number: How many questions aimed at came before it under this plan.
            given: How many faults were given under this plan.
        """
        kinds = self.fitting(method)
        if not kinds or number < self.skip or (self.limit is not None and given >= self.limit):
            return None
        drawn = hashlib.blake2b(f"{self.seed} {number} {method}".encode(), digest_size=16).digest()
        if int.from_bytes(drawn[:8], "big") >= self.rate * 2**64:
            return None
        return kinds[int.from_bytes(drawn[8:], "big") % len(kinds)]


NO_FAULTS = FaultPlan()
"""All is well."""
