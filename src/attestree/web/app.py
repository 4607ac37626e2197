"""
The application: guard outside, routes inside, every error as problem details.

Decides what is put around what. Routes stand in `routes_verify`, `routes_public`, `routes_issue`,
`routes_health` and `pages`. Source: DESIGN section 10.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from attestree import __version__
from attestree.errors import AttestreeError, RequestError
from attestree.web.describe import build_openapi
from attestree.web.guard import GuardRules, RequestGuard
from attestree.web.hot import BATCH_PATH, HotRoutes, takes
from attestree.web.metrics import Metrics
from attestree.web.pages import build_page_router, respond_error
from attestree.web.routes_health import build_health_router
from attestree.web.routes_issue import build_issue_router
from attestree.web.routes_public import build_public_router
from attestree.web.routes_status import build_status_router
from attestree.web.routes_verify import Desk, build_verify_router
from attestree.web.service import WebService
from attestree.web.throttle import Throttle
from attestree.web.vc_api.production import PRESENTATIONS_PATH, build_vc_api_router

DESCRIPTION = (
    "Give a credential, get a verdict: whether the public record vouches for it, now. Every answer rests "
    "on this service's trust file. Errors are RFC 9457 problem details. Posted bodies are neither stored "
    "nor logged."
)
"""First lines of the OpenAPI page."""


class _Application(FastAPI):
    """The framework, and beside it what is asked most, which it would only slow down."""

    def __init__(self, hot: ASGIApp, **settings: Any) -> None:
        super().__init__(**settings)
        self._hot = hot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if takes(scope):
            await self._hot(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


ANY_BYTES = 10**15
"""Longest body of a batch: it is answered as it arrives, and only one piece of it is ever held."""


def create_app(service: WebService) -> FastAPI:
    """Return the application; it follows the registries while it runs."""
    metrics = Metrics(service.registries, service.clock, queue=service.queue)
    desk = Desk(service, metrics)

    @asynccontextmanager
    async def follow(_app: FastAPI) -> AsyncIterator[None]:
        """Follow the registries while the application runs."""
        service.start()
        try:
            yield
        finally:
            await run_in_threadpool(service.stop)

    rules = _rules(service, metrics)
    app = _Application(
        RequestGuard(HotRoutes(desk=desk, limits=service.limits), rules=rules),
        title="Attestree",
        version=__version__,
        summary="Check micro-credentials against the public record.",
        description=DESCRIPTION,
        lifespan=follow,
        docs_url=None,
        redoc_url=None,
        # a slash too many is no address; a redirect would repeat the host that the client named
        redirect_slashes=False,
    )
    app.include_router(build_verify_router(desk))
    app.include_router(build_public_router(service))
    app.include_router(build_issue_router(service))
    app.include_router(build_status_router(service))
    app.include_router(build_vc_api_router(service, desk))
    app.include_router(build_health_router(service, metrics))
    app.include_router(build_page_router(service, desk))
    _say_errors(app)
    app.add_middleware(RequestGuard, rules=rules)
    _describe(app)
    return app


def _rules(service: WebService, metrics: Metrics) -> GuardRules:
    limits = service.limits
    return GuardRules(
        body_bytes=limits.body_bytes,
        body_bytes_by_path={
            BATCH_PATH: ANY_BYTES,
            "/verify": limits.form_bytes,
            PRESENTATIONS_PATH: limits.form_bytes,
        },
        header_bytes=limits.header_bytes,
        wait_seconds=limits.wait_seconds,
        throttle=Throttle(limits.rate),
        respond=respond_error,
        on_problem=metrics.count_problem,
    )


def _say_errors(app: FastAPI) -> None:
    """Put our words in the place of the framework's, which quote what was sent; ours end in the guard."""

    async def say(request: Request, error: Exception) -> Response:
        return respond_error(request.scope, as_ours(error))

    for kind in (RequestValidationError, HTTPException):
        app.add_exception_handler(kind, say)


def as_ours(error: Exception) -> AttestreeError:
    """Return the error of our tree that says the same."""
    if isinstance(error, HTTPException):
        codes = {404: "request.not_found", 405: "request.method"}
        return RequestError(codes.get(error.status_code, "request.shape"))
    return RequestError("request.shape")


def _describe(app: FastAPI) -> None:
    """Build `/openapi.json` once, with the shapes that are read by hand."""
    built: dict[str, Any] = {}

    def openapi(target: FastAPI) -> dict[str, Any]:
        if not built:
            built.update(build_openapi(target))
        return built

    app.openapi = partial(openapi, app)  # type: ignore[method-assign]  # FastAPI's own way of changing it
