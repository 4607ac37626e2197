"""
`GET /health`, `/ready` and `/metrics`: for those who run the service.

Decides when it is ready: every registry of the trust file that can be followed is, and its view is
fresh. Without that it still answers, with `unknown`. Source: DESIGN section 10.
"""

from __future__ import annotations

import orjson
from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from attestree import __version__
from attestree.errors import AttestreeError, ChainUnavailableError
from attestree.verifying.verifier import RegistryKey
from attestree.web.describe import HEALTH_DESCRIPTION, METRICS_DESCRIPTION, READY_DESCRIPTION
from attestree.web.metrics import Metrics
from attestree.web.problems import problem_response
from attestree.web.service import WebService


def build_health_router(service: WebService, metrics: Metrics) -> APIRouter:
    """Return the three routes."""
    router = APIRouter(tags=["Operate"])

    @router.get("/health", **HEALTH_DESCRIPTION)
    async def health() -> Response:
        """Say that the process answers."""
        return _json({"status": "ok", "engine": f"attestree {__version__}"})

    @router.get("/ready", **READY_DESCRIPTION)
    async def ready() -> Response:
        """Say whether every view is fresh."""
        looked = [_look(service, key) for key in service.registries]
        listed = [answer for answer, _ in looked]
        failures = [failure for _, failure in looked if failure is not None]
        if not looked:
            failures = [ChainUnavailableError("chain.no_view")]
        if failures:
            error = ChainUnavailableError(failures[0].code, **failures[0].values)
            return problem_response(error, registries=listed)
        return _json({"status": "ready", "registries": listed})

    @router.get("/metrics", **METRICS_DESCRIPTION)
    async def metrics_page() -> Response:
        """Show the counters."""
        # In a thread: an issuer's queue is counted in the store.
        return Response(await run_in_threadpool(metrics.format), media_type=CONTENT_TYPE_LATEST)

    return router


def _look(service: WebService, key: RegistryKey) -> tuple[dict[str, object], AttestreeError | None]:
    """Return how one registry is followed."""
    chain_id, address = key
    place: dict[str, object] = {"chainId": chain_id, "registry": f"0x{address.hex()}"}
    try:
        view = service.registries[key].fetch_view()
    except AttestreeError as error:
        nothing = {"latestBlock": None, "finalBlock": None, "ageSeconds": None}
        return place | {"fresh": False, "code": error.code} | nothing, error
    age = max(0, service.clock.now() - view.polled_at)
    blocks = {"latestBlock": view.latest.number, "finalBlock": view.final.number, "ageSeconds": age}
    return place | {"fresh": True, "code": None} | blocks, None


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")
