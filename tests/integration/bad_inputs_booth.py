"""A service for bad inputs: real chain, trust file in another case, and a trusted address without code."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attestree.adapters.evm.dev_chain import DevChain
from tests.integration.bad_inputs import Booth
from tests.integration.deployed import deploy_registry
from tests.integration.served import DID, NAME, START_SECONDS, Served, Stand, running


@contextmanager
def open_booth(chain: DevChain, folder: Path) -> Iterator[Booth]:
    """Serve until the block ends."""
    registry, attacker = deploy_registry(chain), deploy_registry(chain)
    stand = Stand(registry, folder)
    attacker.accredit(stand.issuer, did=DID, name=NAME)
    bare = attacker.new_actor("nobody").address
    trust = folder / "trust.toml"
    text = trust.read_text("utf-8")
    block = text[text.index("[[network]]") : text.index("[[accreditor]]")]
    without_code = block.replace(registry.address.hex(), bare.hex())
    shouted = re.sub(r"0x[0-9a-f]{40}", lambda found: "0x" + found[0][2:].upper(), text)
    trust.write_text(shouted + "\n" + without_code, "utf-8")
    with running(stand, "--rpc", chain.url) as served:
        yield Booth(stand, PatientService(served, registry.address), attacker, bare)


class PatientService(Served):
    """Waits for one registry only; the address without code is never ready."""

    def __init__(self, served: Served, address: bytes) -> None:
        super().__init__(served.url, served.client, served.log, served.process)
        self.address = f"0x{address.hex()}"

    def wait_block(self, number: int) -> None:
        give_up = time.monotonic() + START_SECONDS
        while (self._latest() or -1) < number:
            assert time.monotonic() < give_up
            time.sleep(0.05)

    def _latest(self) -> int | None:
        listed = self.client.get("/ready").json().get("registries", [])
        found: list[int | None] = [one["latestBlock"] for one in listed if one["registry"] == self.address]
        return found[0]
