"""
A program that asks for credentials by API, and the sealing after it; the process may be killed anywhere.

What was answered is written down, one line each, before the next is asked for: that is what may not be lost.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from attestree.adapters.files.folders import BatchFolders
from attestree.adapters.files.open_folders import OpenFolders
from attestree.adapters.sql import SqlStore
from attestree.credentials.canonical import canonicalize
from attestree.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES
from attestree.credentials.strict_json import JsonObject
from attestree.issuing.api_key import Caller, PresentedKey, hash_api_key
from attestree.issuing.by_api import ANSWER_SECONDS, ApiIssuing
from attestree.issuing.seal_joined import build_open_terms
from attestree.issuing.sealing import Sealing
from attestree.issuing.terms import IssuerProfile, Terms
from attestree.outbox.by_api import ApiKey
from attestree.wiring.system import SystemClock, SystemEntropy
from lab.plan import Plan
from lab.points import Points

ISSUER = b"\x11" * 20
CREDENTIALS, CAPACITY = 5, 3
"""How many are asked for, and how many a batch takes."""
PRESENTED = PresentedKey("ab" * 8, b"\x07" * 32)
CALLER = Caller(ApiKey(PRESENTED.id, ISSUER, hash_api_key(PRESENTED), ("issue",), "", 0), PRESENTED)


class MadeUpSigner:
    """Signs nothing, the same way each time: what is tested is what becomes of the bytes."""

    def sign_batch(self, documents: Iterable[JsonObject], *, created: str) -> Iterator[JsonObject]:
        for document in documents:
            digest = sha256(canonicalize(document)).hexdigest()
            yield {"type": "DataIntegrityProof", "created": created, "proofValue": f"z{digest}"}


class LaterClock:
    """A day and more after everything, for what is tidied up then."""

    def now(self) -> int:
        return SystemClock().now() + 2 * ANSWER_SECONDS


def terms() -> Terms:
    profile = IssuerProfile(name="University", did="did:web:university.example", address=ISSUER)
    return build_open_terms(
        profile,
        chain_id=31337,
        registry=b"\x22" * 20,
        registry_name="local",
        public_url="https://university.example",
    )


def asked(number: int) -> JsonObject:
    return {
        "@context": [CREDENTIALS_V2, OPEN_BADGES],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"Course {number}",
        "credentialSubject": {
            "id": f"did:example:{number}",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": f"urn:uuid:00000000-0000-8000-8000-{number:012}",
                "type": ["Achievement"],
                "name": f"Course {number}",
                "description": "A course.",
                "criteria": {"narrative": "Come."},
            },
        },
    }


def build_issuing(store: SqlStore, folder: Path) -> ApiIssuing:
    return ApiIssuing(
        store=store,
        documents=OpenFolders(folder),
        clock=SystemClock(),
        entropy=SystemEntropy(),
        terms=terms(),
        capacity=CAPACITY,
        open_signer=MadeUpSigner,
    )


def build_sealing(store: SqlStore, folder: Path, *, later: bool = False) -> Sealing:
    return Sealing(
        store=store,
        folder=BatchFolders(folder),
        documents=OpenFolders(folder),
        clock=LaterClock() if later else SystemClock(),
        issuer=ISSUER,
        terms_of=lambda _name: terms(),
        roster_key=b"\x33" * 32,
        operator=b"\x44" * 20,
        open_seconds=3600,
    )


def issue_by_api(_plan: Plan, _points: Points, *, store: str, batches: str, answered: str, tidy: bool) -> int:
    """Ask for all credentials, each under its own key, then seal; or tidy up what is long over."""
    with SqlStore.create(store) as opened:
        if tidy:
            build_sealing(opened, Path(batches), later=True).seal_due()
            return 0
        issuing = build_issuing(opened, Path(batches))
        for number in range(CREDENTIALS):
            body = canonicalize({"credential": asked(number)})
            key = f"key-{number}"
            answer = issuing.issue(asked(number), caller=CALLER, body=body, idempotency_key=key)
            _write_down(answered, {"key": key, "octets": answer.octets.decode()})
        build_sealing(opened, Path(batches)).seal_due(now_all=True)
    return 0


def _write_down(path: str, line: dict[str, Any]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, (json.dumps(line) + "\n").encode())
    os.close(descriptor)
