"""
`POST /v1/verify` and `POST /v1/verify/batch`: where questions are answered and answers are counted.

Decides where a question is judged: facts are in memory, so judging is CPU only and runs where the request
runs, but for signatures: they take milliseconds, and may ask a host. Only where an issuer is met of whom
nothing was ever seen does an answer wait a moment, for the view to prove it. A credential whose batch is
known takes the short way (`verifying.kin`). How bodies arrive and answers leave is decided in `hot` and
`batch`; only pictures come through the framework. Posted bodies are neither stored nor logged.
Source: DESIGN section 10.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from functools import partial
from time import perf_counter

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from attestree.credentials.enveloping import parse_document
from attestree.credentials.images import find_credential_text
from attestree.credentials.proof_set import may_be_signed
from attestree.credentials.strict_json import JsonValue, parse_json
from attestree.errors import AttestreeError, RequestError
from attestree.merkle.folding import fold_many
from attestree.merkle.kind import HASH_SIZE
from attestree.verifying.kin import Candidate
from attestree.verifying.report import Report
from attestree.verifying.written import AnswerWriter
from attestree.web.body import read_body
from attestree.web.describe import BATCH_DESCRIPTION, VERIFY_DESCRIPTION
from attestree.web.log import log_failure
from attestree.web.media import PICTURE_TYPES
from attestree.web.metrics import Metrics
from attestree.web.problems import build_problem
from attestree.web.question import Question, build_question, find_ref, parse_question
from attestree.web.service import WebService

LOOKS = 40
"""How often a question about an unproven issuer is looked at again before the answer is `unknown`."""

LOOK_SECONDS = 0.05
"""Pause between two looks."""

UNUSABLE = "unusable"
"""Stands in the place of a verdict where a line cannot be used."""

Answer = tuple[str, bytes]
"""The verdict, or `UNUSABLE`, and the JSON of one answer."""


class Desk:
    """Answers questions and counts the answers."""

    def __init__(self, service: WebService, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics
        self._verifier = service.verifier
        self._writer = AnswerWriter()

    def write(self, report: Report) -> bytes:
        """Return a report as JSON."""
        return self._writer.write(report)

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

    async def answer_octets(self, octets: bytes) -> Report:
        """Return the report of one body; InputError where it cannot be used."""
        limit = self._service.limits.body_bytes
        if len(octets) <= limit:
            began = perf_counter()
            report = self._verifier.verify_kin(octets)
            if report is not None:
                self._metrics.count_short(report.verdict, perf_counter() - began)
                return report
        return await self.answer(parse_question(octets, limit_bytes=limit))

    async def answer_lines(self, lines: Sequence[tuple[int, bytes]]) -> list[Answer]:
        """
        Return the answers of some lines, in order; never raises.

        Args:
            lines: Number and octets of each; so few that others need not wait for all of them.
        """
        began = perf_counter()
        answers: list[Answer | None] = [None] * len(lines)
        candidates: list[tuple[int, Candidate]] = []
        for place, (number, octets) in enumerate(lines):
            candidate = self._recognise(octets)
            if candidate is not None:
                candidates.append((place, candidate))
            else:
                answers[place] = await self.answer_line(number, octets)
                # others want to be served too
                await asyncio.sleep(0)
                began = perf_counter()
        for place, answer in self._conclude(candidates):
            answers[place] = answer
        self._metrics.observe_share(perf_counter() - began, len(candidates))
        return [answer or await self.answer_line(*line) for answer, line in zip(answers, lines, strict=True)]

    def _recognise(self, octets: bytes) -> Candidate | None:
        try:
            return (
                self._verifier.recognise(octets) if len(octets) <= self._service.limits.line_bytes else None
            )
        except Exception as error:  # noqa: BLE001 - one line must not end the others; it goes by steps
            log_failure(error, request_id=secrets.token_hex(8))
            return None

    def _conclude(self, candidates: Sequence[tuple[int, Candidate]]) -> list[tuple[int, Answer | None]]:
        """Return the answers of candidates, folded together; None for what is to be judged step by step."""
        leaves = b"".join([candidate.leaf_hash for _place, candidate in candidates])
        roots = fold_many(leaves, [candidate.tail.path for _place, candidate in candidates])
        return [
            (place, self._conclude_one(candidate, roots[rank * HASH_SIZE : (rank + 1) * HASH_SIZE]))
            for rank, (place, candidate) in enumerate(candidates)
        ]

    def _conclude_one(self, candidate: Candidate, root: bytes) -> Answer | None:
        try:
            report = self._verifier.conclude(candidate, root)
        except Exception as error:  # noqa: BLE001 - one line must not end the others; it goes by steps
            log_failure(error, request_id=secrets.token_hex(8))
            return None
        if report is None:
            return None
        self._metrics.count_verdict(report.verdict)
        return report.verdict.value, self._writer.write(report)

    async def answer_line(self, number: int, octets: bytes) -> Answer:
        """Return the answer of one line, judged step by step; never raises."""
        ref: str | None = None
        try:
            value = self._parse_line(octets)
            ref = find_ref(value)
            report = await self.answer(build_question(value, octets=octets))
            return str(report.verdict), self._writer.write(report)
        except AttestreeError as error:
            problem = error
        except Exception as error:  # noqa: BLE001 - one line must not end the others
            log_failure(error, request_id=secrets.token_hex(8))
            problem = RequestError("request.internal")
        self._metrics.count_problem(problem.code)
        return UNUSABLE, orjson.dumps({"line": number, "ref": ref, "problem": build_problem(problem)})

    async def _judge(self, question: Question) -> Report:
        """Judge where the request runs; aside where signatures or lists of others take long."""
        judge = partial(
            self._verifier.verify_value,
            question.credential,
            expect=question.expect,
            at=question.at,
            ref=question.ref,
            octets=question.octets,
        )
        takes_long = may_be_signed(question.credential) or self._verifier.looks_up_lists
        return await run_in_threadpool(judge) if takes_long else judge()

    def _parse_line(self, octets: bytes) -> JsonValue:
        limit = self._service.limits.line_bytes
        if len(octets) > limit:
            raise RequestError("request.line_too_large", limit=limit)
        return parse_json(octets, limit_bytes=limit)


def build_verify_router(desk: Desk) -> APIRouter:
    """Return both routes."""
    router = APIRouter(prefix="/v1", tags=["Verify"])

    @router.post("/verify", **VERIFY_DESCRIPTION)
    async def verify(request: Request) -> Response:
        """Answer one question that comes as a picture."""
        octets = await read_body(request, PICTURE_TYPES)
        report = await desk.answer(Question(parse_document(find_credential_text(octets).encode())))
        return Response(desk.write(report), media_type="application/json")

    @router.post("/verify/batch", **BATCH_DESCRIPTION)
    async def verify_batch() -> Response:
        """Refuse what is no batch: `hot` answers those."""
        raise RequestError("request.media_type")

    return router


def _waits_for_proof(report: Report) -> bool:
    """Say whether nothing is known only because an issuer is being looked up for the first time."""
    return any(check.evidence.get("because") == "chain.unproven_issuer" for check in report.checks)
