#!/usr/bin/env python3
"""Deploy a registry; the account of a key file pays and becomes its first admin. Prints what to pin."""

from __future__ import annotations

import argparse
from pathlib import Path

from attestree.accrediting.founding import ADMIN_DELAY_SECONDS
from attestree.adapters.evm.bare_chain import fetch_bare_identity
from attestree.adapters.evm.rpc import JsonRpc
from attestree.adapters.keys.deferred import DeferredSigner
from attestree.adapters.sql.store import SqlStore
from attestree.wiring.workers import wire_deployment


def main() -> None:
    """Deploy once: run again after a crash, it goes on where it stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rpc", required=True, help="JSON-RPC address of the chain")
    parser.add_argument("--key", required=True, type=Path, help="key file; password in KEY.password")
    parser.add_argument("--store", default="sqlite:///registry.db", help="where the write is remembered")
    parser.add_argument("--finality", default="finalized", help="finalized, depth:N, instant")
    given = parser.parse_args()

    chain_id = fetch_bare_identity(JsonRpc(given.rpc)).chain_id
    signer = DeferredSigner(given.key, chain_id=chain_id)
    with SqlStore.create(given.store) as store:
        pins = wire_deployment(
            [given.rpc], name="main", finality=given.finality, signer=signer, store=store,
            admin_delay_seconds=ADMIN_DELAY_SECONDS,
        )  # fmt: skip
    print(f"registry 0x{pins.registry.hex()} on chain {pins.chain_id}, block {pins.deploy_block}")
    print(f"genesis  0x{pins.genesis_hash.hex()}\ncode     0x{pins.code_hash.hex()}")


if __name__ == "__main__":
    main()
