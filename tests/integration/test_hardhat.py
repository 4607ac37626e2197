"""The shipped Hardhat configuration compiles and runs a node, with nothing fetched."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from attestree.adapters.evm.dev_accounts import ANVIL_CHAIN_ID, DEV_ACCOUNTS
from attestree.adapters.evm.dev_rpc import ask

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.chain
def test_hardhat_builds_the_contracts_offline(hardhat_folder: Path, hardhat_command: list[str]) -> None:
    if not list((hardhat_folder / "contracts").glob("*.sol")):
        pytest.skip("no contract yet")

    # A proxy that nobody serves: a download would fail instead of passing unseen.
    built = subprocess.run(
        [*hardhat_command, "build"],
        cwd=hardhat_folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(hardhat_folder), "HTTPS_PROXY": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert built.returncode == 0, built.stdout + built.stderr
    names = {path.stem for path in (ROOT / "contracts").glob("*.sol")}
    artifacts = hardhat_folder / "build" / "hardhat" / "artifacts" / "contracts"
    assert names <= {path.stem for path in artifacts.rglob("*.json")}


def test_hardhat_serves_a_node_with_the_well_known_accounts(hardhat_node: str) -> None:
    assert int(ask(hardhat_node, "eth_chainId"), 16) == ANVIL_CHAIN_ID
    accounts = [account.lower() for account in ask(hardhat_node, "eth_accounts")]
    assert accounts[:10] == [account.address.lower() for account in DEV_ACCOUNTS]
