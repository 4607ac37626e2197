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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

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
        _verify_headers(scope["headers"], limit)
        if sum([len(name) + len(value) for name, value in scope["headers"]]) > self._rules.header_bytes:
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


def _verify_headers(headers: Iterable[tuple[bytes, bytes]], limit: int) -> None:
    """Refuse by headers what would be refused anyway after much work; of two of a name the first counts."""
    named: dict[bytes, bytes] = {}
    for name, value in headers:
        named.setdefault(name, value)
    if named.get(b"content-encoding", b"identity") != b"identity":
        raise RequestError("request.encoding")
    if b"range" in named:
        raise RequestError("request.range")
    length = named.get(b"content-length", b"0")
    # A client may state any length; only digits are a number, and `int` of very many digits is slow.
    if not length.isdigit() or len(length) > 15 or int(length) > limit:
        raise RequestError("request.too_large", limit=limit)


class _Dressed:
    """`send` that adds the headers every answer carries."""

    __slots__ = ("_dress", "_on_problem", "_request_id", "_send", "started")

    def __init__(self, send: Send, request_id: str, scope: Scope, on_problem: Callable[[str], None]) -> None:
        self.started = False
        self._send = send
        self._on_problem = on_problem
        self._request_id = request_id.encode()
        is_public = scope["path"].startswith(PUBLIC_PREFIXES)
        self._dress = _DRESSES[is_public, scope.get("scheme") == "https"]

    async def __call__(self, message: Message) -> None:
        """Pass a message on."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = list(message.get("headers", ()))
            named = {name.lower() for name, _value in headers}
            if _PROBLEM_CODE in named:
                headers = self._count_problem(headers)
            headers += [header for header in self._dress if header[0] not in named]
            headers.append((b"x-request-id", self._request_id))
            message = {**message, "headers": headers}
        await self._send(message)

    def _count_problem(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """Count the problem that is answered, and take out the header that says which."""
        for name, value in headers:
            if name.lower() == _PROBLEM_CODE:
                self._on_problem(value.decode())
        return [header for header in headers if header[0].lower() != _PROBLEM_CODE]

    async def held_open(self, message: Message) -> None:
        """Pass a message on, without saying that it is the last."""
        if message["type"] == "http.response.body":
            message = {**message, "more_body": True}
        await self(message)


def _build_dress(*, is_public: bool, is_https: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers that answers carry unless a route says otherwise, as they go over the wire."""
    headers = dict(SECURITY_HEADERS)
    if is_public:
        headers["access-control-allow-origin"] = "*"
    if is_https:
        headers["strict-transport-security"] = "max-age=31536000"
    headers["cache-control"] = "no-store"
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


_PROBLEM_CODE = PROBLEM_CODE_HEADER.encode()
_DRESSES = {
    (is_public, is_https): _build_dress(is_public=is_public, is_https=is_https)
    for is_public in (False, True)
    for is_https in (False, True)
}
