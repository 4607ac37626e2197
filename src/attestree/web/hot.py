"""
The two routes that are asked most, as plain ASGI behind the guard and beside the framework.

Decides which requests take this way: `POST /v1/verify` of JSON or a token, and `POST /v1/verify/batch`; any
other request goes on to the framework, which knows both routes too, describes them in `/openapi.json` and
serves what does not come here. Errors end in the guard, as everywhere. Posted bodies are neither stored nor
logged. Source: DESIGN section 10; /benchmarks/RESULTS.md (the framework takes longer than judging).
"""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from attestree.web.batch import answer_batch
from attestree.web.body import read_octets
from attestree.web.media import ARRAY_TYPES, JSON_TYPES, LINES_TYPES, TOKEN_TYPES
from attestree.web.routes_verify import Desk
from attestree.web.service import Limits

VERIFY_PATH = "/v1/verify"
"""One question."""

BATCH_PATH = "/v1/verify/batch"
"""Many questions."""

_TYPES = {VERIFY_PATH: JSON_TYPES | TOKEN_TYPES, BATCH_PATH: LINES_TYPES | ARRAY_TYPES}
_JSON_HEADER = (b"content-type", b"application/json")


def takes(scope: Scope) -> bool:
    """Say whether a request takes this way."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    types = _TYPES.get(scope["path"])
    return types is not None and _media_type(scope) in types


class HotRoutes:
    """ASGI application of the two routes; asked only for what it `takes`."""

    def __init__(self, *, desk: Desk, limits: Limits) -> None:
        """Answer from `desk`."""
        self._desk = desk
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["path"] == VERIFY_PATH:
            await self._verify(receive, send)
        else:
            is_array = _media_type(scope) in ARRAY_TYPES
            await answer_batch(self._desk, self._limits, receive, send, is_array=is_array)

    async def _verify(self, receive: Receive, send: Send) -> None:
        """Answer one question."""
        body = await self._desk.answer_octets(await read_octets(receive))
        headers = [(b"content-length", b"%d" % len(body)), _JSON_HEADER]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _media_type(scope: Scope) -> str:
    """Return the media type that a request states, without parameters; as `body.media_type`."""
    for name, value in scope["headers"]:
        if name == b"content-type":
            stated: str = value.decode("latin-1")
            return stated.partition(";")[0].strip().lower()
    return ""
