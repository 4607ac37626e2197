"""
`GET /v1/issuers`, `/v1/batches`, `/v1/batches/{issuer}/{root}` and `/v1/credentials/{id}`.

Decides how lists are cut into pages. Lists come from memory; what touches the store runs in a thread.
Source: DESIGN section 10.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from attestree.errors import RequestError
from attestree.web.describe import (
    BATCH_OF_ROOT_DESCRIPTION,
    BATCHES_DESCRIPTION,
    CREDENTIAL_DESCRIPTION,
    ISSUERS_DESCRIPTION,
)
from attestree.web.listing import Listing
from attestree.web.lookup import find_credential
from attestree.web.service import WebService

PAGE_SIZE = 100
"""Entries of a page unless asked otherwise."""

MAX_PAGE_SIZE = 1000
"""Most entries of a page."""

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE_SIZE, description="Entries of a page.")]
"""Query parameter `limit`."""
Offset = Annotated[int, Query(ge=0, le=2**31, description="Entries to leave out.")]
"""Query parameter `offset`."""
IssuerFilter = Annotated[str | None, Query(max_length=42, description="Only of this issuer, 0x and 40 hex.")]
"""Query parameter `issuer`."""

_HEX = re.compile(r"0x[0-9a-fA-F]*")


def build_public_router(service: WebService) -> APIRouter:
    """Return the four routes."""
    router = APIRouter(prefix="/v1", tags=["Look up"])
    listing = Listing(service.registries, service.verifier.trust)

    @router.get("/issuers", **ISSUERS_DESCRIPTION)
    async def issuers(limit: Limit = PAGE_SIZE, offset: Offset = 0) -> Response:
        """List issuers."""
        found = listing.list_issuers(offset=offset, limit=limit + 1)
        following = _next_page("/v1/issuers", len(found) > limit, limit=limit, offset=offset + limit)
        return _json({"issuers": found[:limit], "next": following})

    @router.get("/batches", **BATCHES_DESCRIPTION)
    async def batches(limit: Limit = PAGE_SIZE, offset: Offset = 0, issuer: IssuerFilter = None) -> Response:
        """List batches."""
        wanted = None if issuer is None else parse_address(issuer)
        found = listing.list_batches(issuer=wanted, offset=offset, limit=limit + 1)
        asked = {} if wanted is None else {"issuer": f"0x{wanted.hex()}"}
        following = _next_page("/v1/batches", len(found) > limit, limit=limit, offset=offset + limit, **asked)
        return _json({"batches": found[:limit], "next": following})

    @router.get("/batches/{issuer}/{root}", **BATCH_OF_ROOT_DESCRIPTION)
    async def batch(issuer: str, root: str) -> Response:
        """Show one batch."""
        found = listing.find_batches(issuer=parse_address(issuer), root=parse_root(root))
        if not found:
            raise RequestError("request.not_found")
        return _json(found[0])

    @router.get("/credentials/{token}", **CREDENTIAL_DESCRIPTION)
    async def credential(token: str) -> Response:
        """Show where one credential stands."""
        return _json(await run_in_threadpool(find_credential, service.store, token))

    return router


def parse_address(text: str) -> bytes:
    """Return 20 bytes from 0x hex in any case; RequestError `request.address`."""
    if len(text) != 42 or not _HEX.fullmatch(text):
        raise RequestError("request.address")
    return bytes.fromhex(text[2:])


def parse_root(text: str) -> bytes:
    """Return 32 bytes from 0x hex in any case; RequestError `request.root`."""
    if len(text) != 66 or not _HEX.fullmatch(text):
        raise RequestError("request.root")
    return bytes.fromhex(text[2:])


def _next_page(path: str, there_is_one: bool, **query: object) -> str | None:  # noqa: FBT001 - reads as a sentence
    return f"{path}?{urlencode(query)}" if there_is_one else None


def _json(value: object) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")
