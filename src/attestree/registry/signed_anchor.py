"""
An anchor that its issuer signs and anybody may pay for: EIP-712 typed data, its hash, and the call.

Decides what exactly is signed. Who signed it, and whether the contract would take it, is decided elsewhere.
Source: DESIGN section 5; EIP-712; `contracts/RegistryAnchors.sol`, which hashes the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from attestree.merkle.keccak import keccak256
from attestree.registry.abi import encode_abi
from attestree.registry.calls import build_call

DOMAIN_NAME = "Attestree CredentialRegistry"
"""Name in the contract's EIP-712 domain."""

DOMAIN_VERSION = "1"
"""Version in it."""

MAX_DEADLINE_SECONDS = 30 * 86_400
"""How far ahead the contract lets a deadline lie."""

ANY_HEAD = 0
"""Expected head of a request that does not mind what was anchored before it."""

DOMAIN_FIELDS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)
"""Members of the domain, in order."""

ANCHOR_FIELDS = (
    ("issuer", "address"),
    ("root", "bytes32"),
    ("size", "uint32"),
    ("kind", "uint8"),
    ("list", "uint104"),
    ("deadline", "uint40"),
    ("expectedHead", "uint224"),
)
"""Members of what is signed, in order."""


@dataclass(frozen=True, slots=True)
class SignedAnchor:
    """What an issuer signs so that somebody else can have it recorded."""

    chain_id: int
    """EIP-155 chain id."""
    registry: bytes
    """The contract, 20 bytes."""
    issuer: bytes
    """In whose name, 20 bytes."""
    root: bytes
    """32 bytes."""
    size: int
    """Number of leaves."""
    kind: int
    """Tree kind."""
    list_id: bytes
    """Status list, 13 bytes."""
    deadline: int
    """Last second at which it may be recorded, Unix seconds."""
    expected_head: int = ANY_HEAD
    """The issuer's anchor head that must stand before, 224 bits; 0 = any."""


def build_typed(anchor: SignedAnchor) -> dict[str, Any]:
    """Return the typed data as wallets take it (`eth_signTypedData_v4`); large numbers as decimal text."""
    return {
        "types": {
            "EIP712Domain": [{"name": name, "type": kind} for name, kind in DOMAIN_FIELDS],
            "SignedAnchor": [{"name": name, "type": kind} for name, kind in ANCHOR_FIELDS],
        },
        "primaryType": "SignedAnchor",
        "domain": {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": anchor.chain_id,
            "verifyingContract": "0x" + anchor.registry.hex(),
        },
        "message": {
            "issuer": "0x" + anchor.issuer.hex(),
            "root": "0x" + anchor.root.hex(),
            "size": anchor.size,
            "kind": anchor.kind,
            "list": str(int.from_bytes(anchor.list_id)),
            "deadline": anchor.deadline,
            "expectedHead": str(anchor.expected_head),
        },
    }


def hash_anchor(anchor: SignedAnchor) -> bytes:
    """Return the EIP-712 hash that is signed, 32 bytes."""
    domain = keccak256(
        encode_abi(
            ["bytes32", "bytes32", "bytes32", "uint256", "address"],
            [
                _hash_type("EIP712Domain", DOMAIN_FIELDS),
                *(keccak256(DOMAIN_NAME.encode()), keccak256(DOMAIN_VERSION.encode())),
                *(anchor.chain_id, anchor.registry),
            ],
        )
    )
    kinds = ["bytes32", *(kind for _, kind in ANCHOR_FIELDS)]
    body = keccak256(encode_abi(kinds, [_hash_type("SignedAnchor", ANCHOR_FIELDS), *_members(anchor)]))
    return keccak256(b"\x19\x01" + domain + body)


def build_anchor_by_signature(anchor: SignedAnchor, signature: bytes) -> bytes:
    """Return the call by which anybody records what the issuer signed."""
    return build_call("anchorBySig", _members(anchor), signature)


def _members(anchor: SignedAnchor) -> tuple[object, ...]:
    """Return the values of `ANCHOR_FIELDS`."""
    return (
        *(anchor.issuer, anchor.root, anchor.size, anchor.kind, int.from_bytes(anchor.list_id)),
        *(anchor.deadline, anchor.expected_head),
    )


def _hash_type(name: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    """Return the hash of a type of EIP-712."""
    return keccak256(f"{name}({','.join(f'{kind} {member}' for member, kind in fields)})".encode())
