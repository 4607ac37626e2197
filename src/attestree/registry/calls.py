"""
Calls of the registry contract, as bytes.

Decides the call data of each write, one function a contract function, typed. It does not decide who
may call, nor send anything. Signatures are compared with the compiled contract by a test.
Source: `contracts/interfaces/ICredentialRegistry.sol`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attestree.merkle.keccak import keccak256
from attestree.registry.abi import encode_abi
from attestree.registry.facts import Purpose, Reason, Role

SIGNATURES = {
    "anchor": "anchor(address,bytes32,uint32,uint8,uint104)",
    "anchorMany": "anchorMany(address,(bytes32,uint32,uint8,uint104)[])",
    "anchorBySig": "anchorBySig((address,bytes32,uint32,uint8,uint104,uint40,uint224),bytes)",
    "confirm": "confirm(bytes32)",
    "cancel": "cancel(bytes32)",
    "revoke": "revoke(address,bytes32,(uint256,uint256)[],uint8)",
    "suspend": "suspend(address,bytes32,(uint256,uint256)[])",
    "reinstate": "reinstate(address,bytes32,(uint256,uint256)[])",
    "addOperator": "addOperator(address,uint8,uint40)",
    "removeOperator": "removeOperator(address)",
    "disavow": "disavow(address,uint40)",
    "accredit": "accredit(address,uint40,string,string,string)",
    "suspendAccreditation": "suspendAccreditation(address)",
    "withdrawAccreditation": "withdrawAccreditation(address,uint16,uint40)",
    "reinstateAccreditation": "reinstateAccreditation(address,uint40,string,string,string)",
    "addAccreditor": "addAccreditor(address)",
    "removeAccreditor": "removeAccreditor(address)",
    "proposeAdmin": "proposeAdmin(address)",
    "acceptAdmin": "acceptAdmin()",
    "cancelAdminProposal": "cancelAdminProposal()",
    "pause": "pause()",
    "unpause": "unpause()",
}
"""Every write that is sent or priced from here, by its Solidity signature."""


def build_call(name: str, *arguments: object) -> bytes:
    """Return selector and arguments of a function in `SIGNATURES`, ABI-encoded."""
    signature = SIGNATURES[name]
    types = _split_types(signature[len(name) + 1 : -1])
    return keccak256(signature.encode())[:4] + encode_abi(types, arguments)


def _split_types(listed: str) -> list[str]:
    """Return the argument types of a signature; commas inside a tuple do not part them."""
    types, depth, start = [], 0, 0
    for position, sign in enumerate(listed):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            types.append(listed[start:position])
            start = position + 1
    return [*types, listed[start:]] if listed else []


def build_anchor(issuer: bytes, *, root: bytes, size: int, kind: int, list_id: bytes) -> bytes:
    """Return the call that anchors a root for an issuer."""
    return build_call("anchor", issuer, root, size, kind, int.from_bytes(list_id))


def build_anchor_many(issuer: bytes, requests: Sequence[tuple[bytes, int, int, bytes]]) -> bytes:
    """Return the call that anchors several roots for an issuer: root, size, kind and list of each."""
    asked = [(root, size, kind, int.from_bytes(list_id)) for root, size, kind, list_id in requests]
    return build_call("anchorMany", issuer, asked)


def build_status(
    issuer: bytes,
    *,
    root: bytes,
    purpose: Purpose,
    sets: bool,
    words: Mapping[int, int],
    reason: Reason = Reason.UNSPECIFIED,
) -> bytes:
    """
    Return the call that sets or clears status bits of one batch.

    Args:
        issuer: Address, 20 bytes.
        root: The anchored root, 32 bytes.
        purpose: Which bitmap.
        sets: False clears; only a suspension can be cleared.
        words: Word number to mask, neither empty.
        reason: Of a revocation.
    """
    pairs = sorted(words.items())
    if purpose is Purpose.REVOCATION:
        return build_call("revoke", issuer, root, pairs, int(reason))
    return build_call("suspend" if sets else "reinstate", issuer, root, pairs)


def build_add_operator(operator: bytes, *, roles: Role, ends: int) -> bytes:
    """Return the call by which an issuer names an operator until `ends`, Unix seconds."""
    return build_call("addOperator", operator, int(roles), ends)


def build_accredit(
    issuer: bytes, *, ends: int, did: str, name: str, framework: str, again: bool = False
) -> bytes:
    """Return the call that opens a span until `ends`; `again` lifts a suspension instead."""
    function = "reinstateAccreditation" if again else "accredit"
    return build_call(function, issuer, ends, did, name, framework)
