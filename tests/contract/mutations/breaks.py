"""
Contracts broken on purpose, each in one place: the control of the contract's tests and invariants.

A row is a file, what stands there, and what is put in its place. Tests that do not notice prove nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["BREAKS", "Break"]


@dataclass(frozen=True, slots=True)
class Break:
    """One fault to build in."""

    what: str
    """The fault in words."""

    file: str
    """Source below `contracts/`."""

    old: str
    """Text that stands there once or more; the first is replaced."""

    new: str
    """Text that takes its place."""


BREAKS: Final[tuple[Break, ...]] = (
    Break(
        what="an anchor overwrites another",
        file="RegistryAnchors.sol",
        old="        if (record != 0) revert AlreadyAnchored(issuer, root, record);\n",
        new="",
    ),
    Break(
        what="a pause lasts a second longer",
        file="RegistryAdministration.sol",
        old="return _now() < _pausedUntil;",
        new="return _now() <= _pausedUntil;",
    ),
    Break(
        what="a pause stops status",
        file="RegistryStatus.sol",
        old="        if (words.length == 0) revert NoWords();",
        new=("        _requireNotPaused();\n        if (words.length == 0) revert NoWords();"),
    ),
    Break(
        what="a withdrawal may prolong",
        file="RegistryAccreditation.sol",
        old="if (until < entry.from || until > latest) revert",
        new="if (until < entry.from) revert",
    ),
    Break(
        what="revoking twice clears the bit",
        file="RegistryStatus.sol",
        old="set ? bits | change.mask",
        new="set ? bits ^ change.mask",
    ),
    Break(
        what="a disavowed operator goes on",
        file="RegistryOperators.sol",
        old="_now() < entry.to && entry.disavowedAt == 0;",
        new="_now() < entry.to;",
    ),
    Break(
        what="an operator sets the whole list",
        file="RegistryStatus.sol",
        old="                if (operator != 0) revert NotIssuer(issuer, msg.sender);\n",
        new="",
    ),
    Break(
        what="any key signs for the issuer",
        file="RegistryAnchors.sol",
        old="&& signer == request.issuer) return true;",
        new="&& signer != address(0)) return true;",
    ),
    Break(
        what="a signature names no chain and no registry",
        file="RegistryAnchors.sol",
        old="_hashTypedDataV4(keccak256(abi.encode(SIGNED_ANCHOR_TYPEHASH, request)))",
        new="keccak256(abi.encode(SIGNED_ANCHOR_TYPEHASH, request))",
    ),
    Break(
        what="the admin accepts without the delay",
        file="RegistryAdministration.sol",
        old=(
            "        if (_now() < _pendingAdminEffective) revert AdminDelayRunning(_pendingAdminEffective);\n"
        ),
        new="",
    ),
    Break(
        what="anchorMany forgets the head",
        file="RegistryAnchors.sol",
        old="        _anchorHeads[issuer] = headAndCount;\n",
        new="",
    ),
    Break(
        what="a deadline ends a second early",
        file="RegistryAnchors.sol",
        old="if (request.deadline < time)",
        new="if (request.deadline <= time)",
    ),
    Break(
        what="a deadline of 30 days and a second",
        file="RegistryAnchors.sol",
        old="if (request.deadline > latest)",
        new="if (request.deadline > latest + 1)",
    ),
    Break(
        what="the expected head is not looked at",
        file="RegistryAnchors.sol",
        old=(
            "        if (request.expectedHead != 0) _requireHead(request.issuer, headAndCount, "
            "request.expectedHead);\n"
        ),
        new="",
    ),
    Break(
        what="the copy of the newest span is not kept",
        file="RegistryAccreditation.sol",
        old=("            holder.spanUntil = until;\n            holder.spanCause = cause;"),
        new="            holder.spanCause = cause;",
    ),
    Break(
        what="the admin reinstates beyond the promise",
        file="RegistryAccreditation.sol",
        old="msg.sender == accreditor ? type(uint40).max : holder.suspendedUntil;",
        new="type(uint40).max;",
    ),
    Break(
        what="an operator is added twice",
        file="RegistryOperators.sol",
        old="        if (entry.number != 0) revert OperatorKnown(msg.sender, operator, entry.number);\n",
        new="",
    ),
    Break(
        what="a disavowal is not counted",
        file="RegistryOperators.sol",
        old="            _issuers[msg.sender].disavowedCount += 1;\n",
        new="",
    ),
    Break(
        what="a cancellation is announced and not folded",
        file="RegistryAnchors.sol",
        old="_logAct(msg.sender, AnchorCancelled.selector, abi.encode(root, _now()));",
        new="emit AnchorCancelled(msg.sender, root, _now());",
    ),
    Break(
        what="the registry takes ether",
        file="CredentialRegistry.sol",
        old="RegistryAdministration(admin_, adminDelay_) {}",
        new=("RegistryAdministration(admin_, adminDelay_) {}\n    receive() external payable {}"),
    ),
    Break(
        what="an index equal to the size is inside",
        file="RegistryVerdicts.sol",
        old="if (index >= record.sizeOf())",
        new="if (index > record.sizeOf())",
    ),
    Break(
        what="a struck-off accreditor still suspends",
        file="RegistryAccreditation.sol",
        old="&& _accreditors[msg.sender];",
        new="&& msg.sender != address(0);",
    ),
    Break(
        what="a suspended issuer is not told",
        file="RegistryVerdicts.sol",
        old="if (holder.spanCause == CAUSE_SUSPENDED) return Reason.ISSUER_SUSPENDED;",
        new="",
    ),
    Break(
        what="a root counts for a leaf",
        file="RegistryVerdicts.sol",
        old="keccak256(bytes.concat(keccak256(abi.encode(digest, index))))",
        new="keccak256(abi.encode(digest, index))",
    ),
)
