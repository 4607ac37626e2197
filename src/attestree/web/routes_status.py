"""
`GET /status/{list}/{purpose}`: status lists for wallets.

Decides media types and how long a list may be kept; whether it may be handed out at all is decided in
`status_lists`. Source: Bitstring Status List 1.0, sections 2.2 and 4.2; RFC 9110; DESIGN section 10.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from attestree.web.describe import LIST_TYPES, STATUS_DESCRIPTION
from attestree.web.service import WebService
from attestree.web.status_lists import find_list


def build_status_router(service: WebService) -> APIRouter:
    """Return the route."""
    router = APIRouter(tags=["Look up"])

    @router.get("/status/{list}/{purpose}", **STATUS_DESCRIPTION)
    async def status_list(
        request: Request, list_id: Annotated[str, Path(alias="list")], purpose: str
    ) -> Response:
        """Hand out a list."""
        found = await run_in_threadpool(find_list, service, list_id, purpose)
        headers = {
            "etag": f'"{found.tag}"',
            "cache-control": f"public, max-age={found.fresh_seconds}",
            "vary": "accept",
        }
        if found.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        media_type = choose_type(request.headers.get("accept", ""))
        return Response(found.octets, media_type=media_type, headers=headers)

    return router


def choose_type(accept: str) -> str:
    """Return the first media type of a list that an `Accept` header names, or the usual one."""
    named = [part.split(";", maxsplit=1)[0].strip().lower() for part in accept.split(",")]
    return next((one for one in named if one in LIST_TYPES), LIST_TYPES[0])
