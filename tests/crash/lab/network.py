"""
An unreliable network between a process and its node, put where urllib3 would open a connection.

Everything above it is the product's own: how an answer is read, bounded and refused. A proxy with real
sockets exists too (`attestree.adapters.evm.faults`); this one costs no process and waits for nothing, which
is what thousands of kills need. No answer of it is a lie: lying nodes are another experiment.
"""

from __future__ import annotations

import io
import json
import random
from typing import Any

from urllib3 import HTTPResponse, PoolManager
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from lab.plan import Faults

WAYS = ("before", "after", "hang", "hang_after", "garbage", "truncated", "wrong_id", "rate_limited", "error")
"""How a request can fail: `after` and `hang_after` did it all the same, as do `truncated` and `wrong_id`."""


class Network:
    """Lets most requests through."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._chance = random.Random(faults.seed)
        self._asked = 0
        self._request = PoolManager.request

    def install(self) -> None:
        """Stand before every pool of this process from now on."""
        network = self

        def request(pool: PoolManager, method: str, url: str, **options: Any) -> Any:
            way = network.choose()
            if way is None:
                return network.ask(pool, method, url, options)
            return network.fail(way, pool, method, url, options)

        PoolManager.request = request  # type: ignore[method-assign]

    def choose(self) -> str | None:
        """Return how the next request fails, or None."""
        self._asked += 1
        if self._faults.only is not None:
            number, way = self._faults.only
            return way if number == self._asked else None
        return self._chance.choice(WAYS) if self._chance.random() < self._faults.rate else None

    def ask(self, pool: PoolManager, method: str, url: str, options: dict[str, Any]) -> Any:
        return self._request(pool, method, url, **options)

    def fail(self, way: str, pool: PoolManager, method: str, url: str, options: dict[str, Any]) -> Any:
        """Fail in one way; what is done all the same is done before."""
        if way in ("before", "hang", "garbage", "rate_limited", "error"):
            body = b""
        else:
            answer = self.ask(pool, method, url, options)
            body = answer.read()
            answer.release_conn()
        if way in ("before", "after"):
            raise ProtocolError("Connection aborted.")
        if way in ("hang", "hang_after"):
            raise ReadTimeoutError(pool, url, "Read timed out.")  # type: ignore[arg-type]
        return _spoil(way, body, options["body"])


def _spoil(way: str, body: bytes, question: bytes) -> HTTPResponse:
    """Return an answer that must not be used."""
    status = 429 if way == "rate_limited" else 200
    if way in ("garbage", "rate_limited"):
        body = b"<html>\xff\x00 busy </html>"
    elif way == "truncated":
        body = body[: len(body) // 2]
    elif way == "wrong_id":
        body = json.dumps(_renumber(json.loads(body))).encode()
    elif way == "error":
        asked = json.loads(question)
        failed = {"jsonrpc": "2.0", "id": None, "error": {"code": -32603, "message": "internal error"}}
        first = asked[0] if isinstance(asked, list) else asked
        body = json.dumps({**failed, "id": None if isinstance(asked, list) else first["id"]}).encode()
    return HTTPResponse(io.BytesIO(body), status=status, preload_content=False)


def _renumber(answer: Any) -> Any:
    """Return the answer to another question."""
    if isinstance(answer, list):
        return [_renumber(one) for one in answer]
    return {**answer, "id": answer["id"] + 1_000_000}
