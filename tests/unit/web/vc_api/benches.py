"""The conformance profile in this process, over http or as if over https."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from attestree.web.vc_api.bench import Bench
from attestree.web.vc_api.conformance import create_conformance_app
from attestree.web.vc_api.instances import build_instances
from attestree.web.vc_api.run_lists import RunLists

NOW = 1_800_000_000
INSTANCES = build_instances(b"tests")
"""Made once: the same seed makes the same keys."""


@dataclass
class Profile:
    """The application and what asks it."""

    scheme: str = "http"
    now: int = NOW
    lists: RunLists = field(init=False)
    app: FastAPI = field(init=False)

    def __post_init__(self) -> None:
        self.lists = RunLists(f"{self.scheme}://profile.example")
        self.app = create_conformance_app(Bench(INSTANCES, self.lists, lambda: self.now))

    def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=("192.0.2.1", 4711))
            base = f"{self.scheme}://profile.example"
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, path, **how)

        return asyncio.run(ask())

    def get(self, path: str) -> httpx.Response:
        return self.request("GET", path)

    def issue(self, credential: Any, at: str = "", **options: Any) -> httpx.Response:
        return self.request(
            "POST", f"{at}/credentials/issue", json={"credential": credential, "options": options}
        )

    def verify(self, credential: Any, **options: Any) -> httpx.Response:
        body = {"verifiableCredential": credential, "options": options}
        return self.request("POST", "/credentials/verify", json=body)

    def present(self, presentation: Any, **options: Any) -> httpx.Response:
        body = {"verifiablePresentation": presentation, "options": options}
        return self.request("POST", "/presentations/verify", json=body)


def code_of(answer: httpx.Response) -> str:
    """Return why something was refused; fails where it was not, or not in the profile's shape."""
    assert 400 <= answer.status_code < 500, answer.text
    said = answer.json()
    assert said["verified"] is False
    assert said["errors"]
    assert "test suites only" in said["note"]
    code: str = said["problemDetails"][0]["code"]
    return code
