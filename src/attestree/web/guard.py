"""
What every request passes before a route sees it, and every answer before it leaves.

Decides size, time and encoding of bodies, the request's id, and the headers that keep a browser from
doing anything but show the page. Bytes are counted as they arrive: a stated length is believed only
where it is too large. Source: DESIGN section 10; reliability threats 17 and 18.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from attestree.errors import AttestreeError, RequestError
from attestree.web.problems import problem_response

BODY_SECONDS = 10.0
"""How long a client may take between two pieces of a body."""

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "x-robots-tag": "noindex",
}
"""On every answer; nothing is ever loaded from another host."""


class RequestGuard:
    """ASGI middleware around the whole application."""

    def __init__(
        self, app: ASGIApp, *, limit_bytes: int, limits_by_path: Mapping[str, int] | None = None
    ) -> None:
        """
        Wrap `app`.

        Args:
            app: What answers.
            limit_bytes: Longest body.
            limits_by_path: Longest body of single paths.
        """
        self._app = app
        self._limit_bytes = limit_bytes
        self._limits_by_path = limits_by_path or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what cannot be served, and pass the rest on with a counted body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["state"] = {**scope.get("state", {}), "request_id": secrets.token_hex(8)}
        dressed = _dress(send, scope["state"]["request_id"])
        limit = self._limits_by_path.get(scope["path"], self._limit_bytes)
        try:
            _verify_headers(Headers(scope=scope), limit)
            await self._app(scope, _counted(receive, limit), dressed)
        except AttestreeError as error:
            await problem_response(error)(scope, receive, dressed)


def _verify_headers(headers: Headers, limit: int) -> None:
    """Refuse by headers alone what would be refused anyway after much work."""
    if headers.get("content-encoding", "identity") != "identity":
        raise RequestError("request.encoding")
    if "range" in headers:
        raise RequestError("request.range")
    length = headers.get("content-length", "0")
    # A client may state any length; only digits are a number, and `int` of very many digits is slow.
    if not length.isascii() or not length.isdigit() or len(length) > 15 or int(length) > limit:
        raise RequestError("request.too_large", limit=limit)


def _counted(receive: Receive, limit: int) -> Receive:
    """Return `receive` that ends with an error when a body is too long or stops arriving."""
    seen = 0
    ended = False

    async def receive_counted() -> Message:
        nonlocal seen, ended
        if ended:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), BODY_SECONDS)
        except TimeoutError as error:
            raise RequestError("request.timeout") from error
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            ended = not message.get("more_body", False)
        if seen > limit:
            raise RequestError("request.too_large", limit=limit)
        return message

    return receive_counted


def _dress(send: Send, request_id: str) -> Send:
    """Return `send` that adds the headers every answer carries."""

    async def send_dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            headers["x-request-id"] = request_id
        await send(message)

    return send_dressed
