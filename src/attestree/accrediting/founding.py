"""
Founding a registry: deploying the contract and learning where it stands.

Decides the constructor's arguments and what is pinned afterwards. Deployment goes through the outbox
like every write. Source: DESIGN sections 5 and 6.
"""

from __future__ import annotations

import rlp

from attestree.errors import ChainUnavailableError
from attestree.merkle.keccak import keccak256
from attestree.ports import Clock, Entropy, NewIntent, Receipt, Store, TransactionSender
from attestree.registry.abi import encode_abi
from attestree.registry.artifact import load_artifact
from attestree.registry.facts import ChainIdentity

ADMIN_DELAY_SECONDS = 2 * 86_400
"""Between the proposal of a new admin and its acceptance, unless asked otherwise."""


def build_deployment(
    *, name: str, admin: bytes, admin_delay_seconds: int, clock: Clock, entropy: Entropy
) -> NewIntent:
    """Return the write that deploys a registry called `name`, signed and first administered by `admin`."""
    constructor = encode_abi(["address", "uint40"], [admin, admin_delay_seconds])
    return NewIntent(
        id=f"deploy:{entropy.draw(8).hex()}",
        kind="deploy",
        registry=name,
        issuer=admin,
        sender=admin,
        to=b"",
        payload=load_artifact().bytecode + constructor,
        probes=(),
        title=f"Deploy the registry {name}",
        created=clock.now(),
    )


def fetch_deployment(intent_id: str, *, store: Store, sender: TransactionSender) -> Receipt:
    """
    Return the receipt of a deployment that is FINAL.

    Raises:
        ChainUnavailableError: `chain.no_receipt`.
    """
    hashes = [attempt.tx_hash for attempt in store.fetch_attempts(intent_id)]
    for receipt in sender.fetch_receipts(hashes).values():
        if receipt is not None and receipt.succeeded and receipt.contract:
            return receipt
    raise ChainUnavailableError("chain.no_receipt")


def build_identity(bare: ChainIdentity, receipt: Receipt, *, code_hash: bytes = b"") -> ChainIdentity:
    """Return the pins of the registry that a receipt created, on the chain of `bare`."""
    return ChainIdentity(
        chain_id=bare.chain_id,
        genesis_hash=bare.genesis_hash,
        registry=receipt.contract,
        deploy_block=receipt.block_number,
        deploy_block_hash=receipt.block_hash,
        code_hash=code_hash,
    )


def predict_address(deployer: bytes, *, nonce: int) -> bytes:
    """Return where a deployment by `deployer` with this nonce puts its contract, 20 bytes."""
    octets: bytes = rlp.encode([deployer, nonce])
    return keccak256(octets)[12:]
