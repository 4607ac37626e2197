"""
The honest node behind the proxy.

Decides how requests are passed on: as they came, over kept connections, never twice. Source: JSON-RPC 2.0.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import orjson
import urllib3

TIMEOUT_SECONDS = 60.0
"""How long the node may take; who asks through the proxy gives up earlier."""

KEPT_CONNECTIONS = 64
"""Connections that are kept open."""


class Upstream:
    """One node; may be used from several threads."""

    def __init__(self, url: str) -> None:
        """Prepare to ask; nothing is sent yet."""
        parts = urlsplit(url)
        kind = urllib3.HTTPSConnectionPool if parts.scheme == "https" else urllib3.HTTPConnectionPool
        self._pool = kind(parts.hostname or "", parts.port, maxsize=KEPT_CONNECTIONS, timeout=TIMEOUT_SECONDS)
        self._path = parts.path or "/"

    def post(self, body: bytes) -> tuple[int, bytes]:
        """Pass a request on; returns status and answer. Raises urllib3's `HTTPError` without an answer."""
        answer = self._pool.urlopen(
            "POST", self._path, body=body, headers={"Content-Type": "application/json"}, retries=False
        )
        return answer.status, answer.data

    def ask(self, method: str, *params: object) -> Any:
        """Ask one question of the proxy's own; returns the result, or None where there is an error."""
        asked = {"jsonrpc": "2.0", "id": 0, "method": method, "params": params}
        _, answer = self.post(orjson.dumps(asked))
        found = orjson.loads(answer)
        return found.get("result") if isinstance(found, dict) else None

    def close(self) -> None:
        """Close the kept connections."""
        self._pool.close()
