"""
How a body is read: counted, against the clock, and never further than its limit.

Decides when a body took too long and when it was too long. The time allowed grows with what arrived, so
that a slow line is served and a client that sends one byte a minute is not; only waiting for it counts, not
what is done with it in between.
Source: DESIGN section 10.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from attestree.errors import RequestError

SLOWEST_BYTES_PER_SECOND = 16_384
"""A body that arrives more slowly than this, after the first wait, is given up."""

DRAIN_BYTES = 64 * 1024 * 1024
"""Of a refused body, how much is read and thrown away so that the client gets to its answer."""

DRAIN_SECONDS = 2.0
"""And for how long."""


class Meter:
    """`receive` that ends with an error when a body is too long or stops arriving."""

    def __init__(self, receive: Receive, *, limit_bytes: int, wait_seconds: float) -> None:
        self.receive = receive
        """The uncounted one."""
        self.ended = False
        """Whether the body has arrived whole."""
        self._limit_bytes = limit_bytes
        self._wait_seconds = wait_seconds
        self._seen = 0
        self._waited_seconds = 0.0

    async def __call__(self) -> Message:
        """Return the next message; RequestError `request.timeout` or `request.too_large`."""
        if self.ended:
            return await self.receive()
        allowed = self._wait_seconds + self._seen / SLOWEST_BYTES_PER_SECOND - self._waited_seconds
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout_at(began + allowed):
                message = await self.receive()
        except TimeoutError as error:
            raise RequestError("request.timeout") from error
        self._waited_seconds += loop.time() - began
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            self.ended = not message.get("more_body", False)
        if self._seen > self._limit_bytes:
            raise RequestError("request.too_large", limit=self._limit_bytes)
        return message


async def drain(receive: Receive) -> None:
    """Read and throw away the rest of a body, up to a limit of bytes and of time."""
    seen = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while seen < DRAIN_BYTES:
                message = await receive()
                seen += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return


async def read_octets(receive: Receive) -> bytes:
    """
    Return the whole body behind a `Meter`.

    Raises:
        ClientDisconnect: The client has gone.
        RequestError: As `Meter`.
    """
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts) if len(parts) > 1 else parts[0]


async def read_body(request: Request, media_types: frozenset[str]) -> bytes:
    """
    Return the body of a request of one of these types.

    Raises:
        RequestError: `request.media_type`, `request.timeout` or `request.too_large`.
    """
    verify_media_type(request, media_types)
    return await request.body()


def verify_media_type(request: Request, media_types: frozenset[str]) -> None:
    """Refuse a body of another type; RequestError `request.media_type`."""
    if media_type(request) not in media_types:
        raise RequestError("request.media_type")


def media_type(request: Request) -> str:
    """Return the media type that a request states, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
