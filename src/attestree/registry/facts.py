"""
What the registry contract says, as plain facts.

Decides the shape of each fact. It does not decide how facts are packed in storage words (`records`), what
one means for a credential (`verifying`), nor how it is fetched (`adapters.evm`). Source: DESIGN section 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

WHOLE_LIST_WORD = 2**256 - 1
"""Number of the status word that stands for every credential of a list."""


class EndCause(IntEnum):
    """Why a span of accreditation ends when it does."""

    RUNS = 0
    """Nothing ended it early; it ends at the time it was given."""
    SUSPENDED = 1
    """The accreditor suspended the issuer; it may be reinstated."""
    WITHDRAWN = 2
    """The accreditor withdrew it, perhaps back-dated."""
    REPLACED = 3
    """Its own accreditor opened a newer span."""


class Role(IntFlag):
    """What an operator may do for an issuer."""

    ANCHOR = 1
    """Write anchors."""
    STATUS = 2
    """Revoke, suspend and reinstate credentials."""


class Purpose(IntEnum):
    """Which status bitmap."""

    REVOCATION = 0
    """Only ever set."""
    SUSPENSION = 1
    """Set and cleared."""


class Reason(IntEnum):
    """Neutral reasons for a revocation, as they stand on chain."""

    UNSPECIFIED = 0
    """No reason was given."""
    ISSUED_IN_ERROR = 1
    """It should not have been issued."""
    SUPERSEDED = 2
    """A newer credential takes its place."""
    KEY_COMPROMISE = 3
    """The key that issued it was not in the issuer's hands."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """One write-once record: an issuer put a root on chain."""

    root: bytes
    """32 bytes."""
    time: int
    """Block time, Unix seconds."""
    size: int
    """Number of leaves, as the issuer claims it."""
    sequence: int
    """Position among the issuer's anchors, from 1."""
    operator: int
    """Number of the operator that wrote it; 0 = the issuer itself."""
    span: int
    """Number of the span in force at that moment; 0 = none."""
    kind: int
    """Tree kind: 0 OpenZeppelin, 1 Chainpoint."""
    confirmed: bool
    """Whether the issuer itself has said that this anchor stands."""
    list_id: bytes
    """13 bytes; names the status bitmap."""


@dataclass(frozen=True, slots=True)
class Span:
    """One period of accreditation of one issuer."""

    number: int
    """From 1, never reused."""
    accreditor: bytes
    """Address, 20 bytes."""
    starts: int
    """Unix seconds, inclusive."""
    ends: int
    """Unix seconds, exclusive; only ever moves earlier."""
    cause: EndCause
    """Why it ends then."""
    did_hash: bytes
    """keccak256 of the issuer's DID, 32 bytes."""
    name_hash: bytes
    """keccak256 of the issuer's registered name, 32 bytes."""
    framework_hash: bytes
    """keccak256 of the accreditation framework, 32 bytes."""
    did: str | None = None
    """The DID itself, where the event was read."""
    name: str | None = None
    """The registered name itself, where the event was read."""
    framework: str | None = None
    """The framework itself, where the event was read."""

    def covers(self, time: int) -> bool:
        """Say whether the span is in force at `time`, Unix seconds."""
        return self.starts <= time < self.ends

    def vouches_for(self, anchored: int) -> bool:
        """
        Say whether an anchor that names this span, written at `anchored`, Unix seconds, stands within it.

        A span is replaced at the time of a block, so an anchor of that second that names it came first: its
        last second counts. Any other end may have been chosen, and from then on nothing counts. Nor does
        anything in a span that began and was replaced in one second: nobody could withdraw it.
        """
        replaced = self.cause is EndCause.REPLACED and self.starts < self.ends
        return self.covers(anchored) or (replaced and anchored == self.ends)


@dataclass(frozen=True, slots=True)
class Operator:
    """A key that acts for an issuer."""

    number: int
    """From 1, never reused."""
    address: bytes
    """20 bytes."""
    roles: Role
    """What it may do while in force."""
    starts: int
    """Unix seconds, inclusive."""
    ends: int
    """Unix seconds, exclusive."""
    disavowed_from: int | None
    """Anchors at or after this time do not count; None = never disavowed."""
    disavowed_at: int | None
    """When the disavowal was written; None = never disavowed."""


@dataclass(frozen=True, slots=True)
class StatusBits:
    """Status of one leaf index in one list."""

    revoked: bool
    """The index, or the whole list, is revoked."""
    suspended: bool
    """The index, or the whole list, is suspended."""
    whole_list: bool
    """The answer comes from the word for the whole list."""
    reason: Reason | None = None
    """Reason of the revocation, only where the act head proves the event that gave it."""


@dataclass(frozen=True, slots=True)
class Head:
    """A running hash over events, as the contract stores it."""

    value: int
    """224 bits; head 0 when nothing happened yet."""
    count: int
    """Number of folds."""


@dataclass(frozen=True, slots=True)
class BlockRef:
    """One block."""

    number: int
    """Height."""
    hash: bytes
    """32 bytes."""
    time: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class View:
    """As of when the facts speak."""

    chain_id: int
    """EIP-155 chain id."""
    registry: bytes
    """Address of the contract, 20 bytes."""
    latest: BlockRef
    """Newest block read."""
    final: BlockRef
    """Newest block that counts as final under the registry's finality rule."""
    polled_at: int
    """Wall clock of the last good poll, Unix seconds."""
    sources: int
    """How many independent RPC URLs agreed on the final block."""


@dataclass(frozen=True, slots=True)
class StateAt:
    """All that the contract says about one credential, at one block."""

    anchor: Anchor | None
    """None = the slot is empty (or cancelled) at this block; a fact, not ignorance."""
    span: Span | None
    """The span that the anchor names; None where there is no anchor or its span is 0."""
    current_span: Span | None
    """The issuer's newest span; None where it never had one."""
    operator: Operator | None
    """The operator that the anchor names; None where there is no anchor or the issuer wrote it."""
    status: StatusBits
    """Status of the asked index in the asked list."""
    spans_between: tuple[Span, ...] = ()
    """Spans after the anchor's and before the newest, by number: one of them may end in a suspension."""


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """One answer to one question, at two blocks."""

    view: View
    """As of when."""
    final: StateAt
    """At the final block: what helps a credential counts from here."""
    latest: StateAt
    """At the latest block: what harms a credential counts from here."""


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """One answer to the same question about several credentials of one batch."""

    facts: CredentialFacts
    """The very answer about each credential that is named here."""
    indexes: frozenset[int]
    """Leaf indexes that it is about; of others that were asked about, ask one by one."""

    @property
    def view(self) -> View:
        """As of when."""
        return self.facts.view


@dataclass(frozen=True, slots=True)
class FactsQuery:
    """One question about one credential in one registry."""

    issuer: bytes
    """Address, 20 bytes."""
    root: bytes
    """The root that was *computed*, 32 bytes."""
    list_id: bytes
    """13 bytes."""
    index: int
    """Leaf index = status number."""


@dataclass(frozen=True, slots=True)
class ChainIdentity:
    """What makes a chain and a registry the ones we mean."""

    chain_id: int
    """EIP-155 chain id."""
    genesis_hash: bytes
    """Hash of block 0, 32 bytes."""
    registry: bytes
    """Address of the contract, 20 bytes."""
    deploy_block: int
    """Number of the block that deployed it."""
    deploy_block_hash: bytes
    """Hash of that block, 32 bytes; empty where it was not pinned."""
    code_hash: bytes
    """keccak256 of the deployed code, 32 bytes."""


@dataclass(frozen=True, slots=True)
class Log:
    """One event of the contract, undecoded."""

    address: bytes
    """Emitting contract, 20 bytes."""
    topics: tuple[bytes, ...]
    """32 bytes each; the first names the event."""
    payload: bytes
    """ABI-encoded non-indexed fields."""
    block_number: int
    """Height of its block."""
    block_hash: bytes
    """Hash of its block, 32 bytes."""
    tx_hash: bytes
    """Hash of its transaction, 32 bytes."""
    log_index: int
    """Position in the block (Ethereum's logIndex)."""
