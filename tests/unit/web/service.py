"""The application over a registry in memory: what the routes' tests share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
from fastapi import FastAPI

from attestree.issuing.api_desk import ApiDesk
from attestree.outbox.by_api import JoinedCredential
from attestree.ports import Batch, CredentialRow, DidResolver, IssuerFacts
from attestree.registry.facts import View
from attestree.registry.issuer_ledger import IssuerLedger
from attestree.registry.ledger import Ledger
from attestree.verifying.trust import NetworkKind, Trust
from attestree.web.app import create_app
from attestree.web.service import HostedLists, IssuedCredentials, Limits, WebService
from tests.fakes.facts import FakeFacts
from tests.unit.verifying.genuine import (
    CHAIN_ID,
    DID,
    ISSUER,
    NAME,
    OPERATOR,
    REGISTRY,
    SPAN,
    TRUST,
    VIEW,
    Scene,
    build_anchor,
    build_scene,
)

TEST_TRUST = replace(TRUST, networks=(replace(TRUST.networks[0], kind=NetworkKind.TEST),))


@dataclass
class FakeRegistry(FakeFacts):
    """`FollowedRegistry` in memory."""

    view: View = VIEW
    ledger: Ledger = field(default_factory=lambda: Ledger(chain_id=CHAIN_ID, registry=REGISTRY))
    following: bool = False

    def fetch_ledger(self) -> Ledger:
        self.fetch_view()
        return self.ledger

    def fetch_issuer(self, issuer: bytes) -> IssuerFacts:
        found = self.ledger.issuer(issuer)
        return IssuerFacts(
            self.fetch_view(),
            issuer,
            tuple(found.spans),
            tuple(found.operators),
            found.anchor_head,
            found.act_head,
        )

    def fetch_ledgers(self, issuer: bytes) -> tuple[View, tuple[IssuerLedger, ...]]:
        return self.fetch_view(), (self.ledger.issuer(issuer),)

    def add_issuer(self, address: bytes, issuer: IssuerLedger) -> None:
        self.ledger._issuers[address] = issuer

    def start(self) -> None:
        self.following = True

    def stop(self) -> None:
        self.following = False


@dataclass
class FakeStore:
    """`IssuedCredentials` in memory: one credential."""

    row: CredentialRow
    batch: Batch

    def fetch_row(self, token: str) -> CredentialRow | None:
        return self.row if token == self.row.token else None

    def fetch_joined(self, token: str) -> JoinedCredential | None:
        return None

    def fetch_batch(self, batch_id: str) -> Batch | None:
        return self.batch if batch_id == self.batch.id else None


@dataclass
class Client:
    """Asks the application in this process, one question at a time."""

    app: FastAPI

    def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=("192.0.2.1", 4711))
            async with httpx.AsyncClient(transport=transport, base_url="http://service.example") as client:
                return await client.request(method, path, **how)

        return asyncio.run(ask())

    def get(self, path: str, **how: Any) -> httpx.Response:
        return self.request("GET", path, **how)

    def post(self, path: str, **how: Any) -> httpx.Response:
        return self.request("POST", path, **how)


@dataclass
class Service:
    """A client of the application, and what stands behind it."""

    client: Client
    scene: Scene
    registry: FakeRegistry

    @property
    def credential(self) -> dict[str, Any]:
        return self.scene.credential

    def post(self, value: Any, **headers: str) -> Any:
        octets = value if isinstance(value, bytes) else json.dumps(value).encode()
        named = {"content-type": "application/json"} | {
            name.replace("_", "-"): text for name, text in headers.items()
        }
        return self.client.post("/v1/verify", content=octets, headers=named)

    def post_lines(self, *lines: Any) -> list[dict[str, Any]]:
        octets = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
        answer = self.client.post(
            "/v1/verify/batch", content=octets, headers={"content-type": "application/x-ndjson"}
        )
        assert answer.status_code == 200
        return [json.loads(line) for line in answer.text.splitlines()]


def build_issuer(scene: Scene) -> IssuerLedger:
    """Build the ledger of the issuer that recorded a scene's credential."""
    registry = FakeRegistry()
    issuer = registry.ledger.issuer(ISSUER)
    issuer.spans.append(replace(SPAN, name=NAME, did=DID))
    issuer.operators.append(OPERATOR)
    anchor = build_anchor(scene.secured.anchor)
    issuer.anchors[anchor.root] = anchor
    return issuer


@contextmanager
def build_service(
    *,
    trust: Trust = TRUST,
    limits: Limits | None = None,
    store: IssuedCredentials | None = None,
    resolver: DidResolver | None = None,
    lists: HostedLists | None = None,
    api: ApiDesk | None = None,
    **changes: Any,
) -> Iterator[Service]:
    """Run the application with one genuine credential on record."""
    scene = build_scene(trust=trust, **changes)
    scene.resolver = resolver
    registry = FakeRegistry(records=scene.facts.records)
    registry.add_issuer(ISSUER, build_issuer(scene))
    scene.facts = registry
    web = WebService(
        verifier=scene.verifier(),
        registries={(CHAIN_ID, REGISTRY): registry},
        clock=scene.clock,
        store=store,
        lists=lists,
        api=api,
        limits=limits or Limits(rate=None),
    )
    yield Service(Client(create_app(web)), scene, registry)
