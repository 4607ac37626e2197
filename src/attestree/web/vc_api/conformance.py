"""
The application of the conformance profile: routes of the W3C VC API, and nothing of production.

Decides addresses and status codes: 201 for what was issued, 200 for what was verified, 4xx for all else, as
the public suites expect. Over http the issued credential stands alone in the answer, over https it is
wrapped, since that is where the suites look for it. Every answer says that it is worth nothing.
Source: W3C CCG VC API 0.7; DESIGN section 10.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import orjson
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from attestree import __version__
from attestree.credentials.strict_json import MAX_BYTES, JsonObject, JsonValue
from attestree.errors import AttestreeError, EvidenceError, InputError
from attestree.web.app import as_ours
from attestree.web.body import read_body
from attestree.web.guard import GuardRules, RequestGuard
from attestree.web.problems import build_problem, problem_headers, status_of
from attestree.web.throttle import Throttle
from attestree.web.vc_api.bench import Bench
from attestree.web.vc_api.instances import find_instance
from attestree.web.vc_api.models import IssueBody, Options, PresentBody, StatusBody, VerifyBody, parse_body

DEFAULT_SUITE = "eddsa-rdfc-2022"
"""What signs where neither address nor options name a suite."""

WORTHLESS = "For test suites only: this service trusts anybody, and its answers are worth nothing."
"""Stands in every answer of the profile."""

NOTE_HEADER = "x-attestree-profile"
"""Header that says the same of credentials, which are answered bare."""

JSON_TYPES = frozenset({"application/json", "application/ld+json"})
"""Media types of requests."""

HEADER_BYTES = 16_384
"""All header fields of one request."""

WAIT_SECONDS = 10.0
"""How long a body may stay away."""

Shape = TypeVar("Shape", bound=BaseModel)
"""A request."""


def create_conformance_app(bench: Bench) -> FastAPI:
    """Return the application; it touches no chain, no store and no settings."""
    app = FastAPI(
        title="Attestree conformance profile",
        version=__version__,
        description=WORTHLESS,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.include_router(_build_shared_router(bench))
    router = _build_router(bench)
    app.include_router(router)
    app.include_router(router, prefix="/{cryptosuite}/{kind}")

    async def say(request: Request, error: Exception) -> Response:
        """Put our words in the place of the framework's."""
        return respond_refusal(request.scope, as_ours(error))

    for kind in (RequestValidationError, HTTPException):
        app.add_exception_handler(kind, say)
    rules = GuardRules(
        body_bytes=MAX_BYTES,
        body_bytes_by_path={},
        header_bytes=HEADER_BYTES,
        wait_seconds=WAIT_SECONDS,
        throttle=Throttle(None),
        respond=respond_refusal,
    )
    app.add_middleware(RequestGuard, rules=rules)
    return app


def respond_refusal(_scope: Scope, error: AttestreeError) -> Response:
    """Return an error with `verified` false; whatever is wrong with a document is a 400 here."""
    documents = isinstance(error, InputError | EvidenceError)
    status = status_of(error)
    problem = build_problem(error)
    answer = {"verified": False, "errors": [problem["title"]], "problemDetails": [problem], "note": WORTHLESS}
    return Response(
        orjson.dumps(answer),
        status_code=400 if documents and status in (409, 422) else status,
        media_type="application/json",
        headers=problem_headers(error) | {NOTE_HEADER: "conformance"},
    )


def _build_shared_router(bench: Bench) -> APIRouter:
    """Return what has one address only: the instances, and the status lists."""
    router = APIRouter()

    @router.get("/")
    async def instances() -> Response:
        """List what can sign, and by which issuer."""
        listed = [
            {"path": f"/{suite}/{kind}", "cryptosuite": suite, "key": kind, "issuer": instance.key.did}
            for (suite, kind), instance in bench.instances.items()
        ]
        return _json({"profile": "conformance", "note": WORTHLESS, "instances": listed})

    @router.get("/status/{list_id}/{purpose}")
    async def status_list(list_id: str, purpose: str) -> Response:
        """Return a status list."""
        return _json(await run_in_threadpool(bench.build_list, list_id, purpose))

    return router


def _build_router(bench: Bench) -> APIRouter:
    """Return the routes that every instance has."""
    router = APIRouter()

    @router.post("/credentials/issue")
    async def issue(request: Request) -> Response:
        """Sign a credential."""
        body = await _read(request, IssueBody)
        named = request.path_params
        suite = named.get("cryptosuite") or body.options.cryptosuite or DEFAULT_SUITE
        instance = find_instance(bench.instances, suite, named.get("kind"))
        issued = await run_in_threadpool(bench.issue, instance, body.credential, body.options)
        wrapped = request.url.scheme == "https"
        return _json({"verifiableCredential": issued} if wrapped else issued, status=201)

    @router.post("/credentials/verify")
    async def verify(request: Request) -> Response:
        """Verify a credential."""
        body = await _read(request, VerifyBody)
        return await _verified(bench.verify_credential, body.verifiableCredential, body)

    @router.post("/presentations/verify")
    async def verify_presentation(request: Request) -> Response:
        """Verify a presentation."""
        body = await _read(request, PresentBody)
        return await _verified(bench.verify_presentation, body.verifiablePresentation, body)

    @router.post("/credentials/status")
    async def put_status(request: Request) -> Response:
        """Set or clear the status of a credential of this run."""
        body = await _read(request, StatusBody)
        await run_in_threadpool(bench.put_status, body)
        return _json({"note": WORTHLESS})

    return router


async def _read(request: Request, shape: type[Shape]) -> Shape:
    return parse_body(await read_body(request, JSON_TYPES), shape, limit_bytes=MAX_BYTES)


async def _verified(
    verify: Callable[[JsonValue, Options], None], document: JsonObject, body: VerifyBody | PresentBody
) -> Response:
    """Answer that a document was verified; whatever is wrong with it ends in the guard."""
    await run_in_threadpool(verify, document, body.options)
    answer: JsonObject = {"verified": True, "errors": [], "problemDetails": [], "note": WORTHLESS}
    return _json(answer)


def _json(value: object, *, status: int = 200) -> Response:
    return Response(
        orjson.dumps(value),
        status_code=status,
        media_type="application/json",
        headers={NOTE_HEADER: "conformance"},
    )
