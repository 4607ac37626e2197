"""
What every request passes before a route sees it, and every answer before it leaves.

Decides size, time and encoding of bodies, how often one address may ask, the request's id, who may read
answers from other web pages, and the headers that keep a browser from doing anything but show the page.
Bytes are counted as they arrive: a stated length is believed only where it is too large. Whatever goes
wrong inside ends here, as an answer without a word of what was sent.
Source: DESIGN section 10.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from attestree.errors import AttestreeError, RequestError
from attestree.web.body import Meter, drain
from attestree.web.log import log_failure
from attestree.web.problems import PROBLEM_CODE_HEADER
from attestree.web.throttle import Throttle

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-robots-tag": "noindex",
}
"""On every answer; nothing is ever loaded from another host."""

PUBLIC_PREFIXES = (
    *("/v1/", "/status/", "/credentials/verify", "/presentations/verify"),
    *("/health", "/ready", "/openapi.json"),
)
"""Addresses that any web page may ask and read, without credentials."""

FREE_PATHS = frozenset({"/health", "/ready", "/metrics"})
"""Addresses that watch over the service and are not counted."""

PREFLIGHT_HEADERS = {
    "access-control-allow-methods": "GET, HEAD, POST",
    "access-control-allow-headers": "content-type",
    "access-control-max-age": "86400",
}
"""What a web page of another host may ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRules:
    """What the guard lets pass."""

    body_bytes: int
    """Longest body."""
    body_bytes_by_path: Mapping[str, int]
    """Longest body of single paths."""
    header_bytes: int
    """All header fields together."""
    wait_seconds: float
    """How long a body may stay away."""
    throttle: Throttle
    """How often one address may ask."""
    respond: Callable[[Scope, AttestreeError], Response]
    """Puts an error into the form that fits the request."""
    on_problem: Callable[[str], None] = field(default=lambda _code: None)
    """Told the code of every refusal."""


class RequestGuard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, *, rules: GuardRules) -> None:
        """Wrap `app`."""
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what cannot be served, and pass the rest on with a counted body."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        # an answer to HEAD is that to GET; the server leaves its body out
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        state = {**scope.get("state", {}), "request_id": request_id}
        scope = {**scope, "method": method, "state": state}
        dressed = _Dressed(send, request_id, scope, self._rules.on_problem)
        limit = self._rules.body_bytes_by_path.get(scope["path"], self._rules.body_bytes)
        meter = Meter(receive, limit_bytes=limit, wait_seconds=self._rules.wait_seconds)
        try:
            self._verify_head(scope, limit)
            if method == "OPTIONS":
                await Response(status_code=204, headers=PREFLIGHT_HEADERS)(scope, receive, dressed)
                return
            await self._app(scope, meter, dressed)
        except AttestreeError as error:
            await self._refuse(scope, meter, dressed, error)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - nothing foreign leaves; it is logged and told as ours
            log_failure(error, request_id=request_id)
            await self._refuse(scope, meter, dressed, RequestError("request.internal"))

    def _verify_head(self, scope: Scope, limit: int) -> None:
        if scope["path"] not in FREE_PATHS:
            self._rules.throttle.verify_allowed(scope["client"][0] if scope.get("client") else None)
        _verify_headers(Headers(scope=scope), limit)
        if sum(len(name) + len(value) for name, value in scope["headers"]) > self._rules.header_bytes:
            raise RequestError("request.headers", limit=self._rules.header_bytes)

    async def _refuse(self, scope: Scope, meter: Meter, send: _Dressed, error: AttestreeError) -> None:
        """Answer an error, unless an answer has begun; then the connection can only be cut short."""
        if send.started:
            return
        response = self._rules.respond(scope, error)
        if meter.ended:
            await response(scope, meter.receive, send)
            return
        # The client may still be sending: answer, read on for a moment so that it sees the answer, hang up.
        response.headers["connection"] = "close"
        await response(scope, meter.receive, send.held_open)
        if error.code != "request.timeout":
            await drain(meter.receive)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


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


class _Dressed:
    """`send` that adds the headers every answer carries."""

    def __init__(self, send: Send, request_id: str, scope: Scope, on_problem: Callable[[str], None]) -> None:
        self.started = False
        self._send = send
        self._on_problem = on_problem
        self._headers = SECURITY_HEADERS | {"x-request-id": request_id}
        if scope["path"].startswith(PUBLIC_PREFIXES):
            self._headers |= {"access-control-allow-origin": "*"}
        if scope.get("scheme") == "https":
            self._headers |= {"strict-transport-security": "max-age=31536000"}

    async def __call__(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            headers.setdefault("cache-control", "no-store")
            if PROBLEM_CODE_HEADER in headers:
                self._on_problem(headers[PROBLEM_CODE_HEADER])
                del headers[PROBLEM_CODE_HEADER]
        await self._send(message)

    async def held_open(self, message: Message) -> None:
        """Pass a message on, without saying that it is the last."""
        if message["type"] == "http.response.body":
            message = {**message, "more_body": True}
        await self(message)
