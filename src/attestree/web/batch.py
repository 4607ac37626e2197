"""
`POST /v1/verify/batch`: many questions in one body of any length, answered as they arrive.

    body -> items (`items`) -> groups of at most `GROUP` -> answers (`Desk`) -> lines, group by group

Decides how much is in memory: what is read before the first answer, one piece of the body, and the answers of
one group. The next group is answered when the client has taken the last, so a client that does not read
stops us and does not fill us. Up to `Limits.batch_bytes` are read before the first answer leaves: a client
that sends all before it reads anything would otherwise wait for us while we wait for it.
Source: DESIGN section 10.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Send

from attestree.errors import AttestreeError, RequestError
from attestree.merkle.routes import preload
from attestree.web.items import Cutter, LineCutter, SeekingCutter
from attestree.web.problems import build_problem
from attestree.web.routes_verify import Desk
from attestree.web.service import Limits

GROUP = 128
"""Questions that are answered together, while nobody else is served: about 3 ms."""

ANSWER_LINES_TYPE = b"application/x-ndjson"
"""Media type of many answers."""

PIECE_BYTES = 655_360
"""So much of what is read ahead is cut at once: about one group of badges, so that groups are large."""

BULK_BYTES = 262_144
"""A body of so much is worth loading the bulk hashes for."""


async def answer_batch(desk: Desk, limits: Limits, receive: Receive, send: Send, *, is_array: bool) -> None:
    """
    Answer a batch.

    Args:
        desk: Answers.
        limits: How much there may be.
        receive: Behind a `Meter`.
        send: Of the request.
        is_array: Whether the body is a JSON array instead of lines.

    Raises:
        RequestError: `request.too_many_lines`, `request.shape` or `request.timeout`, as long as nothing was
            sent; later the last line says so.
    """
    pieces = _read_pieces(receive)
    ahead, is_whole = await _read_ahead(pieces, limits.batch_bytes)
    if sum(map(len, ahead)) >= BULK_BYTES:
        await run_in_threadpool(preload)
    cutter: Cutter = LineCutter(limit_bytes=limits.line_bytes)
    if is_array:
        cutter = SeekingCutter(limit_bytes=limits.line_bytes, recognise=desk.recognise)
    if is_array and next((first for octets in ahead if (first := octets.lstrip()[:1])), b"") != b"[":
        raise RequestError("request.shape")
    if limits.batch_lines is not None and is_whole and not is_array:
        lines = sum([octets.count(b"\n") for octets in ahead])
        if lines > limits.batch_lines:
            raise RequestError("request.too_many_lines", limit=limits.batch_lines)
    headers = [(b"content-type", ANSWER_LINES_TYPE)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    counts: Counter[str] = Counter()
    last: dict[str, object] = {"done": True}
    try:
        await _answer_all(desk, limits, cutter, _chain(ahead, pieces, is_whole=is_whole), send, counts)
    except AttestreeError as error:
        last = {"done": False, "problem": build_problem(error)}
    end = last | {"lines": counts.total(), "counts": dict(sorted(counts.items()))}
    await send({"type": "http.response.body", "body": orjson.dumps(end) + b"\n"})


async def _answer_all(
    desk: Desk,
    limits: Limits,
    cutter: Cutter,
    pieces: AsyncIterator[tuple[bytes, bool]],
    send: Send,
    counts: Counter[str],
) -> None:
    """Answer group by group, and count the answers."""
    async for octets, is_last in pieces:
        for group in _group(cutter.cut(octets, last=is_last)):
            if limits.batch_lines is not None and group[-1][0] > limits.batch_lines:
                raise RequestError("request.too_many_lines", limit=limits.batch_lines)
            answers = await desk.answer_lines(group, cutter.recognised)
            counts.update([verdict for verdict, _octets in answers])
            body = b"\n".join([*[octets for _verdict, octets in answers], b""])
            await send({"type": "http.response.body", "body": body, "more_body": True})
            # others want to be served too
            await asyncio.sleep(0)


def _group(items: Iterator[tuple[int, bytes]]) -> Iterator[list[tuple[int, bytes]]]:
    """Yield the items in groups; the last of a piece, and the last before an error, may be small."""
    group: list[tuple[int, bytes]] = []
    failure: RequestError | None = None
    try:
        for item in items:
            group.append(item)
            if len(group) == GROUP:
                yield group
                group = []
    except RequestError as error:
        failure = error
    if group:
        yield group
    if failure is not None:
        raise failure


async def _read_pieces(receive: Receive) -> AsyncIterator[tuple[bytes, bool]]:
    """Yield what arrives, and whether it is the last."""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        more = message.get("more_body", False)
        yield message.get("body", b""), not more


async def _read_ahead(pieces: AsyncIterator[tuple[bytes, bool]], limit: int) -> tuple[list[bytes], bool]:
    """Return the body in large pieces, or its beginning where it is longer, and whether it is whole."""
    joined: list[bytes] = []
    parts: list[bytes] = []
    waiting = seen = 0
    async for octets, is_last in pieces:
        parts.append(octets)
        waiting += len(octets)
        seen += len(octets)
        is_enough = is_last or seen >= limit
        if is_enough or waiting >= PIECE_BYTES:
            joined.append(b"".join(parts))
            parts.clear()
            waiting = 0
        if is_enough:
            return joined, is_last
    raise ClientDisconnect  # pragma: no cover - the last piece says that it is


async def _chain(
    ahead: list[bytes], pieces: AsyncIterator[tuple[bytes, bool]], *, is_whole: bool
) -> AsyncIterator[tuple[bytes, bool]]:
    """Yield what was read ahead, letting it go, then the rest."""
    while ahead:
        octets = ahead.pop(0)
        yield octets, is_whole and not ahead
    if not is_whole:
        async for piece in pieces:
            yield piece
