"""
A write on its way to the chain: what is wanted, what was signed for it, what became of it.

Decides the shape of these records only; `ports` passes them on, so that adapters and use cases
find them there. Which step a write takes next is decided in `decide`. Source: DESIGN section 6.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.outbox.states import State

GIVEN_UP = frozenset({"outbox.root_taken", "outbox.ruled_out", "outbox.deadline_over"})
"""Notes of a HALTED write that can never succeed: nobody takes it up again, and nothing waits for it."""


@dataclass(frozen=True, slots=True)
class Fees:
    """EIP-1559 fees of one transaction, in wei per gas."""

    max_fee: int
    """Ceiling per gas."""
    priority_fee: int
    """Tip per gas."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction."""

    tx_hash: bytes
    """32 bytes."""
    block_number: int
    """Height."""
    block_hash: bytes
    """32 bytes."""
    succeeded: bool
    """Status 1."""
    gas_used: int
    """Gas."""
    gas_price: int
    """Wei per gas actually paid."""
    contract: bytes
    """Address of the created contract, 20 bytes; empty for a call."""


@dataclass(frozen=True, slots=True)
class Nonces:
    """A key's transaction counts."""

    mined: int
    """Transactions in blocks up to latest = the next nonce to use if nothing waits."""
    pending: int
    """The same including the node's pool; a hint only."""
    final: int = 0
    """Transactions in blocks up to the final one: a nonce below it is spent for ever."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What is remembered of one key on one chain; it moves when a nonce is signed, and never by itself."""

    first: int
    """The key's transactions before the first that was signed here; their nonces are not ours."""
    next: int
    """The one nonce that may be signed next."""


@dataclass(frozen=True, slots=True)
class Probe:
    """How to see in storage that a write took effect: word & mask == value."""

    slot: bytes
    """Storage slot of the registry, 32 bytes."""
    mask: int
    """Bits to look at."""
    value: int
    """What they must be."""


@dataclass(frozen=True, slots=True)
class NewIntent:
    """A write that is wanted, before anything was signed."""

    id: str
    """Unique; chosen by the caller, so that asking twice is asking once."""
    kind: str
    """`anchor`, `status`, `accreditation`, `operator`, `registry`, `deploy` or `fill`."""
    registry: str
    """Name of the registry in the settings."""
    issuer: bytes
    """Issuer it is for, 20 bytes; the admin or accreditor for registry acts."""
    sender: bytes
    """Key that must sign it, 20 bytes."""
    to: bytes
    """Contract, 20 bytes; empty = deployment."""
    payload: bytes
    """Call data."""
    probes: tuple[Probe, ...]
    """How to see that it took effect; empty = the receipt alone says so."""
    title: str
    """One line for people, without anything personal."""
    created: int
    """Unix seconds."""
    batch_id: str | None = None
    """The batch it anchors, where it anchors one."""
    nonce: int | None = None
    """The very nonce that it is to spend, where it fills a gap in a lane; else the lane gives one."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A write as the store has it."""

    wanted: NewIntent
    """What was asked."""
    state: State
    """Where it stands."""
    fence: int
    """Grows with each transition; a writer with an older number loses."""
    block_number: int | None
    """Block of the receipt that counts, once MINED."""
    block_hash: bytes | None
    """Its hash, 32 bytes."""
    note: str
    """Code of why it is HALTED or REVERTED; else empty."""

    @property
    def is_given_up(self) -> bool:
        """Whether it stopped for good, with nothing of it left that could still be mined."""
        return self.state is State.HALTED and self.note in GIVEN_UP

    @property
    def facts(self) -> dict[str, str]:
        """What sentences about it name: title, the key's address, the registry."""
        address = f"0x{self.wanted.sender.hex()}"
        return {"title": self.wanted.title, "address": address, "registry": self.wanted.registry}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed transaction for an intent; never deleted."""

    intent_id: str
    """Whose."""
    number: int
    """From 1."""
    nonce: int
    """Same for all attempts that could still be mined together."""
    raw: bytes
    """Signed bytes, stored before any of them leaves."""
    tx_hash: bytes
    """32 bytes."""
    gas: int
    """Gas limit."""
    fees: Fees
    """What it may cost."""
    created: int
    """Unix seconds."""
    sent_at: int | None
    """When it was last handed to a node; None = never."""
