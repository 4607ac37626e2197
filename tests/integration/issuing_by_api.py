"""An institution whose programs issue: an office with a signing key, and what its programs ask for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from attestree.adapters.keys.ed25519 import create_signing_key
from attestree.adapters.sql.store import SqlStore
from attestree.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES
from tests.integration.deployed import Deployed
from tests.integration.furnishing import DID, TITLE
from tests.integration.offices import Office

PUBLIC_URL = "https://credentials.example"


def asked(**changes: Any) -> dict[str, Any]:
    """Return a credential as a program asks for it."""
    credential = {
        "@context": [CREDENTIALS_V2, OPEN_BADGES],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Basic welding",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityHash": "Zofia Kowalska",
                    "identityType": "name",
                }
            ],
            "achievement": {
                "id": "https://university.example/achievements/welding",
                "type": ["Achievement"],
                "name": "Basic welding",
                "description": "A course of five days.",
                "criteria": {"narrative": "Weld three seams."},
            },
        },
    }
    return {**credential, **changes}


@dataclass
class Booth:
    """One office whose programs issue."""

    office: Office
    url: str
    key: str = ""

    def store(self) -> SqlStore:
        return SqlStore.create(self.url)

    def ask(
        self, client: httpx.Client, body: Any = None, *, key: str | None = None, repeat: str | None = None
    ) -> httpx.Response:
        """Ask for a credential; `repeat` is the Idempotency-Key."""
        headers = {"authorization": f"Bearer {self.key if key is None else key}"}
        if repeat is not None:
            headers["idempotency-key"] = repeat
        sent = {"credential": asked()} if body is None else body
        return client.post("/credentials/issue", json=sent, headers=headers)

    def fetch(self, client: httpx.Client, place: str) -> httpx.Response:
        return client.get(place, headers={"authorization": f"Bearer {self.key}"})


def open_booth(
    folder: Path,
    registry: Deployed,
    capsys: pytest.CaptureFixture[str],
    patch: pytest.MonkeyPatch,
    *,
    url: str,
    extra: str = "",
) -> Booth:
    """Make an institution with keys, one of them for programs."""
    issuer = registry.new_actor("university")
    office = Office.open(
        folder / "office", registry, capsys, patch, issuer=issuer.address, keys={"operator_key": issuer}
    )
    did = create_signing_key(office.folder / "keys" / "signing.pem", password="secret")
    patch.setenv("ATTESTREE_KEY_PASSWORD", "secret")
    (office.folder / "keys" / "operator_key.json.password").write_bytes(b"pw")
    registry.accredit(issuer, did=did, name=TITLE)
    path = office.folder / "attestree.toml"
    lines = f'public_url = "{PUBLIC_URL}"\n[store]\nurl = "{url}"\n'
    issuer_lines = f'\nsigning_key = "keys/signing.pem"\n{extra}\n'
    path.write_text(lines + path.read_text().replace(DID, did) + issuer_lines, "utf-8")
    booth = Booth(office, url)
    booth.key = office.type("apikey", "new", "--label", "a program")["key"]
    return booth
