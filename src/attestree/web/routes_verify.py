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
from attestree.verifying.likeness import Candidate
from attestree.verifying.report import Report
from attestree.verifying.verdict import Verdict
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

_VALID = str(Verdict.VALID)

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

    async def answer_octets(self, octets: bytes) -> bytes:
        """Return the report of one body as JSON; InputError where it cannot be used."""
        limit = self._service.limits.body_bytes
        if len(octets) <= limit:
            began = perf_counter()
            candidate = self._verifier.recognise(octets)
            answer = None if candidate is None else self._write_one(candidate, began)
            if answer is not None:
                return answer
        return self._writer.write(await self.answer(parse_question(octets, limit_bytes=limit)))

    def recognise(self, octets: bytes) -> Candidate | None:
        """Return the candidate in a line, or None."""
        return self._verifier.recognise(octets) if len(octets) <= self._service.limits.line_bytes else None

    async def answer_lines(
        self, lines: Sequence[tuple[int, bytes]], recognised: dict[int, Candidate]
    ) -> list[Answer]:
        """
        Return the answers of some lines, in order; never raises.

        Args:
            lines: Number and octets of each; so few that others need not wait for all of them.
            recognised: Candidates that were found before, by number; they are taken out.
        """
        answers: list[Answer | None] = [None] * len(lines)
        candidates: list[Candidate] = []
        places: list[int] = []
        for place, (number, octets) in enumerate(lines):
            candidate = recognised.pop(number, None) or self.recognise(octets)
            if candidate is not None:
                candidates.append(candidate)
                places.append(place)
            else:
                answers[place] = await self.answer_line(number, octets)
                # others want to be served too
                await asyncio.sleep(0)
        for place, octets_or_none in zip(places, self._write_all(candidates), strict=True):
            if octets_or_none is not None:
                answers[place] = (_VALID, octets_or_none)
        return [answer or await self.answer_line(*line) for answer, line in zip(answers, lines, strict=True)]

    def _write_one(self, candidate: Candidate, began: float) -> bytes | None:
        """Return the answer for one candidate; None where it goes by steps."""
        answer = self._verifier.write_answers([candidate], self._writer)[0]
        if answer is not None:
            self._metrics.count_valid(1, perf_counter() - began)
        return answer

    def _write_all(self, candidates: Sequence[Candidate]) -> list[bytes | None]:
        """Return the answers for candidates that are folded together; None for what goes by steps."""
        began = perf_counter()
        try:
            answers = self._verifier.write_answers(candidates, self._writer)
        except Exception as error:  # noqa: BLE001 - one line must not end the others: all go by steps
            log_failure(error, request_id=secrets.token_hex(8))
            return [None] * len(candidates)
        valid = len(answers) - answers.count(None)
        if valid:
            self._metrics.count_valid(valid, perf_counter() - began)
        return answers

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
        if may_be_signed(question.credential) or self._verifier.looks_up_lists:
            return await run_in_threadpool(self._judge_long, question)
        return self._judge_by_steps(question)

    def _judge_long(self, question: Question) -> Report:
        """Judge one that may be signed, by the short way where its batch is known."""
        octets = question.octets
        report = None if octets is None else self._verifier.verify_kin(octets, ref=question.ref)
        return self._judge_by_steps(question) if report is None else report

    def _judge_by_steps(self, question: Question) -> Report:
        return self._verifier.verify_value(
            question.credential,
            expect=question.expect,
            at=question.at,
            ref=question.ref,
            octets=question.octets,
        )

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
