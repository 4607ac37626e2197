"""
`POST /v1/verify` and `POST /v1/verify/batch`.

Decides how questions arrive and answers leave; judging is CPU only, since every fact is in memory, so it
runs where the request runs, but for signatures: they take milliseconds, and may ask a host. Only where an
issuer is met of whom nothing was ever seen does an answer wait a moment, for the view to prove it. Posted
bodies are neither stored nor logged. Source: DESIGN section 10.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import partial

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from attestree.credentials.enveloping import parse_document
from attestree.credentials.images import find_credential_text
from attestree.credentials.proof_set import may_be_signed
from attestree.credentials.signatures.jwt import MEDIA_TYPE
from attestree.credentials.strict_json import JsonValue, parse_json
from attestree.errors import AttestreeError, RequestError
from attestree.verifying.report import Report
from attestree.web.body import media_type, read_body
from attestree.web.describe import BATCH_DESCRIPTION, VERIFY_DESCRIPTION
from attestree.web.log import log_failure
from attestree.web.metrics import Metrics
from attestree.web.problems import build_problem
from attestree.web.question import Question, build_question, find_ref, parse_question
from attestree.web.service import WebService

JSON_TYPES = frozenset(
    {"application/json", "application/ld+json", "application/vc", "application/vc+ld+json"}
)
"""Media types of one question."""

TOKEN_TYPES = frozenset({MEDIA_TYPE, "application/jwt"})
"""Media types of a credential inside a signed token."""

PICTURE_TYPES = frozenset({"image/png", "image/svg+xml"})
"""Media types of a picture that carries a credential; nothing can be asked beside it."""

LINES_TYPES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
"""Media types of many questions."""

ANSWER_LINES_TYPE = "application/x-ndjson"
"""Media type of many answers."""


LOOKS = 40
"""How often a question about an unproven issuer is looked at again before the answer is `unknown`."""

LOOK_SECONDS = 0.05
"""Pause between two looks."""


class Desk:
    """Answers questions and counts the answers."""

    def __init__(self, service: WebService, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics

    async def answer(self, question: Question) -> Report:
        """Return the report; InputError where what was sent is no credential."""
        for looks_left in reversed(range(LOOKS)):
            with self._metrics.timed():
                report = await self._judge(question)
            if not looks_left or not _waits_for_proof(report):
                break
            await asyncio.sleep(LOOK_SECONDS)
        self._metrics.count_verdict(report.verdict)
        return report

    async def _judge(self, question: Question) -> Report:
        """Judge where the request runs; aside where signatures or lists of others take long."""
        judge = partial(
            self._service.verifier.verify_value,
            question.credential,
            expect=question.expect,
            at=question.at,
            ref=question.ref,
        )
        takes_long = may_be_signed(question.credential) or self._service.verifier.looks_up_lists
        return await run_in_threadpool(judge) if takes_long else judge()

    async def answer_octets(self, octets: bytes) -> Report:
        """Return the report of one body; InputError where it cannot be used."""
        return await self.answer(parse_question(octets, limit_bytes=self._service.limits.body_bytes))

    async def answer_line(self, number: int, octets: bytes) -> tuple[str, Mapping[str, object]]:
        """Return the verdict, or `unusable`, and the answer of one line; never raises."""
        ref: str | None = None
        try:
            value = self._parse_line(octets)
            ref = find_ref(value)
            report = await self.answer(build_question(value))
            return str(report.verdict), report.to_json()
        except AttestreeError as error:
            problem = error
        except Exception as error:  # noqa: BLE001 - one line must not end the others
            log_failure(error, request_id=secrets.token_hex(8))
            problem = RequestError("request.internal")
        self._metrics.count_problem(problem.code)
        return "unusable", {"line": number, "ref": ref, "problem": build_problem(problem)}

    def _parse_line(self, octets: bytes) -> JsonValue:
        limit = self._service.limits.line_bytes
        if len(octets) > limit:
            raise RequestError("request.line_too_large", limit=limit)
        return parse_json(octets, limit_bytes=limit)


def build_verify_router(service: WebService, desk: Desk) -> APIRouter:
    """Return both routes."""
    router = APIRouter(prefix="/v1", tags=["Verify"])

    @router.post("/verify", **VERIFY_DESCRIPTION)
    async def verify(request: Request) -> Response:
        """Answer one question."""
        octets = await read_body(request, JSON_TYPES | TOKEN_TYPES | PICTURE_TYPES)
        if media_type(request) in PICTURE_TYPES:
            report = await desk.answer(Question(parse_document(find_credential_text(octets).encode())))
        else:
            report = await desk.answer_octets(octets)
        return Response(orjson.dumps(report.to_json()), media_type="application/json")

    @router.post("/verify/batch", **BATCH_DESCRIPTION)
    async def verify_batch(request: Request) -> Response:
        """Answer many questions."""
        # The whole batch is here before the first answer leaves: a client that sends all before it reads
        # anything would otherwise wait for us while we wait for it.
        octets = await read_body(request, LINES_TYPES)
        if octets.count(b"\n") > service.limits.batch_lines:
            raise RequestError("request.too_many_lines", limit=service.limits.batch_lines)
        return StreamingResponse(_answer_lines(desk, octets), media_type=ANSWER_LINES_TYPE)

    return router


async def _answer_lines(desk: Desk, octets: bytes) -> AsyncIterator[bytes]:
    """Yield one answer a line, in order, and the counts at the end."""
    counts: Counter[str] = Counter()
    for number, line in _lines_of(octets):
        verdict, answer = await desk.answer_line(number, line)
        counts[verdict] += 1
        yield orjson.dumps(answer) + b"\n"
        # others want to be served too
        await asyncio.sleep(0)
    yield (
        orjson.dumps({"done": True, "lines": counts.total(), "counts": dict(sorted(counts.items()))}) + b"\n"
    )


def _waits_for_proof(report: Report) -> bool:
    """Say whether nothing is known only because an issuer is being looked up for the first time."""
    return any(check.evidence.get("because") == "chain.unproven_issuer" for check in report.checks)


def _lines_of(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield every line that is not blank, with its number from 1, without copying the rest."""
    start, number = 0, 0
    while start < len(octets):
        end = octets.find(b"\n", start)
        end = len(octets) if end < 0 else end
        number += 1
        line = octets[start:end].strip(b" \t\r")
        if line:
            yield number, line
        start = end + 1
