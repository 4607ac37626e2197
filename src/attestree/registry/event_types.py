"""
The registry's events as typed values.

Decides names and types only; `events` reads them from logs. Times are Unix seconds of the block,
addresses 20 bytes, hashes and roots 32 bytes. Source: contracts/interfaces/IRegistryEvents.sol.
"""

from __future__ import annotations

from dataclasses import dataclass

from attestree.registry.facts import EndCause, Purpose, Reason, Role
from attestree.registry.records import AnchorRecord


@dataclass(frozen=True, slots=True)
class Anchored:
    """A root was anchored."""

    issuer: bytes
    """In whose name."""
    root: bytes
    """Root of the batch."""
    record: AnchorRecord
    """The word that lies in storage, unpacked."""


@dataclass(frozen=True, slots=True)
class Accredited:
    """An accreditor opened a span."""

    issuer: bytes
    """For whom."""
    span: int
    """Number of the span, from 1."""
    accreditor: bytes
    """By whom."""
    starts: int
    """Inclusive."""
    ends: int
    """Exclusive."""
    time: int
    """When it was written."""
    did: bytes
    """DID of the issuer: UTF-8, unless the accreditor wrote something else."""
    name: bytes
    """Name of the issuer, likewise."""
    framework: bytes
    """Framework of the accreditation, likewise."""


@dataclass(frozen=True, slots=True)
class AccreditationEnded:
    """A span was cut short."""

    issuer: bytes
    """Whose."""
    span: int
    """Number of the span."""
    by: bytes
    """Accreditor or admin."""
    ends: int
    """New end, exclusive; may lie before `time`."""
    cause: EndCause
    """Why."""
    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class OperatorAdded:
    """An issuer gave an address roles."""

    issuer: bytes
    """Whose operator."""
    number: int
    """From 1."""
    operator: bytes
    """Its address."""
    roles: Role
    """What it may do."""
    starts: int
    """Inclusive."""
    ends: int
    """Exclusive."""
    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class OperatorRemoved:
    """An issuer ended an operator's roles."""

    issuer: bytes
    """Whose operator."""
    number: int
    """Which."""
    ends: int
    """Exclusive."""
    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class OperatorDisavowed:
    """An issuer disowned what an operator anchored from some time on."""

    issuer: bytes
    """Whose operator."""
    number: int
    """Which."""
    disavowed_from: int
    """Inclusive; may lie before `time`."""
    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class AnchorConfirmed:
    """An issuer said that an anchor stands."""

    issuer: bytes
    """Whose anchor."""
    root: bytes
    """Which."""
    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class AnchorCancelled:
    """An issuer ruled out that a root is ever anchored."""

    issuer: bytes
    """Whose root."""
    root: bytes
    """Which."""
    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """Status bits of a list were set or cleared."""

    issuer: bytes
    """Whose list."""
    root: bytes
    """The batch that gave the right to."""
    list_id: bytes
    """13 bytes."""
    operator: int
    """0 = the issuer itself."""
    purpose: Purpose
    """Which bitmap."""
    sets: bool
    """True = the bits are set, False = cleared."""
    reason: Reason
    """Of a revocation."""
    time: int
    """When it was written."""
    words: tuple[tuple[int, int], ...]
    """Word number and mask of each."""


@dataclass(frozen=True, slots=True)
class AccreditorAdded:
    """An accreditor was admitted."""

    accreditor: bytes
    """Who."""
    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class AccreditorRemoved:
    """An accreditor was struck off."""

    accreditor: bytes
    """Who."""
    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class AdminProposed:
    """A next admin was proposed."""

    admin: bytes
    """Who."""
    effective: int
    """When the role can be taken at the earliest."""
    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class AdminProposalCancelled:
    """The proposal was taken back."""

    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class AdminChanged:
    """The role of admin moved."""

    previous: bytes
    """Who had it; zero at the deployment."""
    admin: bytes
    """Who has it."""
    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class Paused:
    """Anchoring stopped."""

    until: int
    """When it goes on at the latest."""
    time: int
    """When it was written."""


@dataclass(frozen=True, slots=True)
class Unpaused:
    """Anchoring goes on."""

    time: int
    """When it was written."""


IssuerAct = (
    Accredited
    | AccreditationEnded
    | OperatorAdded
    | OperatorRemoved
    | OperatorDisavowed
    | AnchorConfirmed
    | AnchorCancelled
    | StatusChanged
)
"""What happens to one issuer; folded into its act head."""

RegistryEvent = (
    AccreditorAdded
    | AccreditorRemoved
    | AdminProposed
    | AdminProposalCancelled
    | AdminChanged
    | Paused
    | Unpaused
)
"""What happens to the registry itself; folded into its own head."""

Event = Anchored | IssuerAct | RegistryEvent
"""Everything the registry logs."""
