"""The desk for programs over a store in a folder; nothing is drawn by chance: the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attestree.adapters.files.open_folders import OpenFolders
from attestree.adapters.files.sealed_files import SealedFiles
from attestree.adapters.sql.store import SqlStore
from attestree.issuing.api_desk import ApiDesk, IssuingDesk
from attestree.issuing.api_key import PresentedKey, format_api_key, hash_api_key
from attestree.issuing.by_api import ApiIssuing
from attestree.issuing.seal_joined import build_open_terms
from attestree.issuing.terms import IssuerProfile
from attestree.outbox.by_api import ApiKey
from tests.fakes.signing import TestKey
from tests.unit.verifying.genuine import CHAIN_ID, ISSUER, NAME, NOW, REGISTRY

PRESENTED = PresentedKey("0123456789abcdef", bytes(32))
KEY = format_api_key(PRESENTED)


class CountingEntropy:
    """Counts instead of drawing."""

    def __init__(self) -> None:
        self.drawn = 0

    def draw(self, count: int) -> bytes:
        self.drawn += 1
        return bytes([self.drawn]) * count


@dataclass
class FixedClock:
    """Stands still unless it is set."""

    seconds: int = NOW

    def now(self) -> int:
        return self.seconds


class FixedSigner:
    """Signs with the tests' own key."""

    key = TestKey()

    def sign_batch(self, documents: Iterable[dict[str, Any]], *, created: str) -> Iterator[dict[str, Any]]:
        for document in documents:
            yield self.key.sign(document, created=created)


@dataclass
class ApiBooth:
    """A desk, and the store behind it."""

    desk: ApiDesk
    store: SqlStore
    clock: FixedClock


@contextmanager
def open_api_booth() -> Iterator[ApiBooth]:
    """Open a desk with one key, for the issuer of the tests."""
    profile = IssuerProfile(name=NAME, did=FixedSigner.key.did, address=ISSUER)
    terms = build_open_terms(
        profile,
        chain_id=CHAIN_ID,
        registry=REGISTRY,
        registry_name="main",
        public_url="https://badges.example.org",
    )
    with TemporaryDirectory() as folder, SqlStore.create(f"sqlite:///{folder}/a.db") as store:
        store.add_api_key(ApiKey(PRESENTED.id, ISSUER, hash_api_key(PRESENTED), ("issue",), "", NOW))
        clock = FixedClock()
        issuing = ApiIssuing(
            store=store,
            documents=OpenFolders(Path(folder)),
            clock=clock,
            entropy=CountingEntropy(),
            terms=terms,
            capacity=1000,
            open_signer=FixedSigner,
        )
        desks = {ISSUER: IssuingDesk(issuing, SealedFiles(Path(folder)))}
        yield ApiBooth(ApiDesk(store, clock, desks), store, clock)
