"""
The real service over a real chain: `attestree serve` as a process, and credentials that it knows.

`Stand` is a registry, an accredited issuer, a trust file and settings in a folder; `running` starts the
program there and stops it again.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

from attestree.credentials.anchor_proof import AnchorHeader
from attestree.credentials.proof_set import SecuredAnchor
from attestree.merkle.keccak import keccak256
from attestree.merkle.kind import TreeKind
from attestree.verifying.trust import format_trust
from tests.integration.deployed import Actor, AnchoredBatch, Deployed
from tests.integration.furnishing import registry_table, trust_in
from tests.unit.verifying.genuine import build_document, seal, with_proofs

DID = "did:web:university.example"
NAME = "University"
ISSUER = {"id": DID, "type": ["Profile"], "name": NAME}
START_SECONDS = 60


@dataclass
class Stand:
    """A registry, an issuer, and a folder with settings and trust file."""

    registry: Deployed
    folder: Path
    rpc: str = ""
    view_age_limit_seconds: int = 600
    issuer: Actor = field(init=False)
    made: int = 0

    def __post_init__(self) -> None:
        self.issuer = self.registry.new_actor("university")
        self.registry.accredit(self.issuer, did=DID, name=NAME)
        self.rpc = self.rpc or self.registry.chain.url
        self.write_settings()

    # credentials

    def header(self, **changes: Any) -> AnchorHeader:
        self.made += 1
        fields: dict[str, Any] = {
            "kind": TreeKind.OPENZEPPELIN,
            "chain_id": self.registry.identity.chain_id,
            "registry": self.registry.address,
            "issuer": self.issuer.address,
            "size": 5,
            "list_id": keccak256(b"list %d" % self.made)[:13],
        }
        return AnchorHeader(**(fields | changes))

    def document(self, **changes: Any) -> dict[str, Any]:
        plain = {"issuer": ISSUER, "validFrom": "2020-01-01T00:00:00Z", "awardedDate": None}
        return build_document(**({"credentialStatus": None} | plain | changes))

    def seal(
        self, header: AnchorHeader | None = None, **changes: Any
    ) -> tuple[dict[str, Any], SecuredAnchor]:
        document = self.document(**changes)
        secured = seal(document, header or self.header())
        return with_proofs(document, secured), secured

    def anchor(self, secured: SecuredAnchor, **how: Any) -> AnchoredBatch:
        header = secured.anchor.header
        return self.registry.anchor(
            how.pop("issuer", self.issuer),
            root=secured.anchor.root,
            size=how.pop("size", header.size),
            list_id=header.list_id,
            kind=int(header.kind),
            **how,
        )

    def issue(self, **changes: Any) -> tuple[dict[str, Any], AnchoredBatch]:
        """Return a credential that is on record, and its batch."""
        credential, secured = self.seal(**changes)
        return credential, self.anchor(secured)

    # files

    def write_settings(self) -> None:
        trust = trust_in(self.registry, agency="Agency QA")
        (self.folder / "trust.toml").write_text(format_trust(trust), "utf-8")
        settings = f"view_age_limit_seconds = {self.view_age_limit_seconds}\n"
        settings += registry_table(self.registry, rpc=self.rpc)
        (self.folder / "attestree.toml").write_text(settings, "utf-8")


@dataclass
class Served:
    """A running service."""

    url: str
    client: httpx.Client
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def verify(self, value: Any, **headers: str) -> httpx.Response:
        octets = value if isinstance(value, bytes) else json.dumps(value).encode()
        named = {"content-type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
        return self.client.post("/v1/verify", content=octets, headers=named)

    def wait_ready(self, status: int = 200) -> httpx.Response:
        """Wait until `/ready` answers with a status."""
        give_up = time.monotonic() + START_SECONDS
        while (answer := self.client.get("/ready")).status_code != status:
            assert time.monotonic() < give_up, answer.text
            time.sleep(0.05)
        return answer

    def wait_block(self, number: int) -> None:
        """Wait until the view has a block."""
        give_up = time.monotonic() + START_SECONDS
        while self.wait_ready().json()["registries"][0]["latestBlock"] < number:
            assert time.monotonic() < give_up
            time.sleep(0.05)

    def talk(self, octets: bytes, *, seconds: float = 30) -> bytes:
        """Send raw bytes and return all that comes until the other side hangs up."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            line.sendall(octets)
            got = b""
            while piece := line.recv(65_536):
                got += piece
            return got

    def memory_kb(self) -> int:
        """Return the resident memory of the process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text("ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])  # type: ignore[index]  # Linux writes it


class Place(Protocol):
    """Where a service runs: a stand, or somebody's office."""

    folder: Path


@contextmanager
def running(stand: Place, *flags: str, name: str = "serve") -> Iterator[Served]:
    """Serve the folder of a stand on a free port; of two at once, each has a name."""
    log = stand.folder / f"{name}.log"
    program = str(Path(sys.executable).with_name("attestree"))
    line = [program, "serve", "--port", "0", "--rate", "off", *flags, "--json"]
    said = stand.folder / f"{name}.out"
    with log.open("wb") as errors, said.open("wb") as output:
        process = subprocess.Popen(line, cwd=stand.folder, stdout=output, stderr=errors)
    try:
        url = _wait_for_url(process, said, log)
        with httpx.Client(base_url=url, timeout=60) as client:
            yield Served(url, client, log, process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_url(process: subprocess.Popen[bytes], said: Path, log: Path) -> str:
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        found = re.search(r'"url": "([^"]+)"', said.read_text("utf-8"))
        if found:
            with socket.create_connection(("127.0.0.1", int(found[1].rsplit(":", 1)[1])), timeout=30):
                return found[1]
        time.sleep(0.02)
    raise AssertionError(log.read_text("utf-8"))
