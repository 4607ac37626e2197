"""
`POST /credentials/verify` and `POST /presentations/verify`, in the shapes of the W3C VC API.

Decides how the standard's requests become questions to our verifier and its answers the standard's:
`verified` is true only where everything is to be accepted, by trust file and chain. 200 whatever the verdict;
what cannot be used is a 4xx. Challenge and domain must be given for a presentation; whether a challenge was
used before is for the caller to remember, who gave it out.
Source: W3C CCG VC API 0.7, sections 3.3 and 3.4; DESIGN section 10.
"""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from attestree.credentials.presentation import Question, parse_presentation
from attestree.credentials.strict_json import JsonObject, JsonValue
from attestree.errors import RequestError
from attestree.verifying.presented import build_report, check_answer, format_problem
from attestree.verifying.report import Report
from attestree.web.body import read_body
from attestree.web.describe import describe_problem
from attestree.web.media import JSON_TYPES
from attestree.web.question import Question as CredentialQuestion
from attestree.web.routes_verify import Desk
from attestree.web.service import WebService
from attestree.web.vc_api.models import PresentBody, VerifyBody, parse_body

PRESENTATIONS_PATH = "/presentations/verify"
"""Its bodies may be longer, since they hold several credentials."""

_UNUSABLE = {422: describe_problem(RequestError("request.shape"))}


def _described(operation: str, summary: str, answer: str, member: str) -> dict[str, Any]:
    """Return what `/openapi.json` says of one route."""
    asked = {
        "type": "object",
        "required": [member],
        "properties": {
            member: {"type": "object"},
            "options": {
                "type": "object",
                "properties": {"challenge": {"type": "string"}, "domain": {"type": "string"}},
            },
        },
    }
    said = {
        "type": "object",
        "required": ["verified", "problemDetails"],
        "properties": {
            "verified": {"type": "boolean"},
            "problemDetails": {"type": "array", "items": {"type": "object"}},
        },
    }
    return {
        "operation_id": operation,
        "summary": summary,
        "response_model": None,
        "responses": {200: {"description": answer, "content": {"application/json": {"schema": said}}}}
        | _UNUSABLE,
        "openapi_extra": {
            "requestBody": {"required": True, "content": {"application/json": {"schema": asked}}}
        },
    }


CREDENTIALS_DESCRIPTION = _described(
    "vcApiVerifyCredential",
    "W3C VC API: verify a credential",
    "`verified` is true only for the verdict `valid`; `report` is the answer of `/v1/verify`.",
    "verifiableCredential",
)
"""`POST /credentials/verify`."""

PRESENTATIONS_DESCRIPTION = _described(
    "vcApiVerifyPresentation",
    "W3C VC API: verify a presentation",
    "`verified` is true only if the holder answered and each credential is valid and about the holder.",
    "verifiablePresentation",
)
"""`POST /presentations/verify`."""


def build_vc_api_router(service: WebService, desk: Desk) -> APIRouter:
    """Return both routes."""
    router = APIRouter(tags=["W3C VC API"])

    @router.post("/credentials/verify", **CREDENTIALS_DESCRIPTION)
    async def verify_credential(request: Request) -> Response:
        """Verify a credential."""
        octets = await read_body(request, JSON_TYPES)
        body = parse_body(octets, VerifyBody, limit_bytes=service.limits.body_bytes)
        return _json(format_answer(await desk.answer(CredentialQuestion(body.verifiableCredential))))

    @router.post(PRESENTATIONS_PATH, **PRESENTATIONS_DESCRIPTION)
    async def verify_presentation(request: Request) -> Response:
        """Verify a presentation."""
        octets = await read_body(request, JSON_TYPES)
        body = parse_body(octets, PresentBody, limit_bytes=service.limits.form_bytes)
        question = build_question(body, service.clock.now())
        shown = parse_presentation(body.verifiablePresentation)
        # the holder's document may have to be fetched
        answer = await run_in_threadpool(check_answer, shown, question, service.verifier.resolver)
        reports = [await desk.answer(CredentialQuestion(credential)) for credential in shown.credentials]
        return _json(build_report(shown, answer, reports, checked_at=question.now).to_json())

    return router


def build_question(body: PresentBody, now: int) -> Question:
    """Return what was asked of the holder; RequestError `presentation.no_challenge` where that is open."""
    challenge, domain = body.options.challenge, body.options.domain
    if not challenge or not domain:
        raise RequestError("presentation.no_challenge")
    return Question(challenge=challenge, domain=domain, now=now)


def format_answer(report: Report) -> JsonObject:
    """Return the standard's answer about a credential, with our report in it."""
    problems: list[JsonValue] = [] if report.valid else [format_problem(report.code, {})]
    return {"verified": report.valid, "problemDetails": problems, "report": report.to_json()}


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")
