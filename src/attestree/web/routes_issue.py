"""
`POST /credentials/issue` and `GET /credentials/{token}`: for programs of the institutions of this server.

Decides what of HTTP counts: the key comes as a bearer token, the answer is the signed credential, and headers
say where the anchored form will be. An answer leaves once everything it says is on the disk. What touches
store or disk runs in a thread. Source: W3C VC API 1.0, section 3.2; RFC 6750; DESIGN section 10.
"""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from attestree.credentials.strict_json import parse_json
from attestree.errors import RequestError
from attestree.issuing.api_desk import ApiDesk
from attestree.issuing.api_key import Caller
from attestree.issuing.by_api import ApiAnswer
from attestree.web.body import read_body
from attestree.web.describe_issue import FETCH_DESCRIPTION, ISSUE_DESCRIPTION
from attestree.web.lookup import find_credential
from attestree.web.service import WebService

BODY_TYPES = frozenset({"application/json"})
"""Media types of what is asked."""

CREDENTIAL_TYPE = "application/vc"
"""Media type of a credential."""

WAIT_SECONDS = 30
"""What a program is told to wait before it asks for the anchored form again."""


def build_issue_router(service: WebService) -> APIRouter:
    """Return the two routes."""
    router = APIRouter(prefix="/credentials", tags=["Issue"])

    @router.post("/issue", **ISSUE_DESCRIPTION)
    async def issue(request: Request) -> Response:
        """Issue one credential."""
        desk, caller = await _authenticate(service, request)
        octets = await read_body(request, BODY_TYPES)
        key = _read_idempotency_key(request)
        answer = await run_in_threadpool(_issue, desk, caller, octets, key)
        return _respond_issued(answer)

    @router.get("/{token}", **FETCH_DESCRIPTION)
    async def fetch(request: Request, token: str) -> Response:
        """Give out the anchored form of one credential."""
        desk, caller = await _authenticate(service, request)
        octets = await run_in_threadpool(desk.fetch_anchored, caller, token)
        if octets is not None:
            return Response(octets, media_type=CREDENTIAL_TYPE)
        pending = await run_in_threadpool(find_credential, service.store, token)
        headers = {"retry-after": str(WAIT_SECONDS)}
        return Response(
            orjson.dumps(pending), status_code=202, media_type="application/json", headers=headers
        )

    return router


async def _authenticate(service: WebService, request: Request) -> tuple[ApiDesk, Caller]:
    """Return the desk, and who stands there; before the body is read."""
    if service.api is None:
        raise RequestError("request.not_found")
    shown = request.headers.getlist("authorization")
    scheme, _, key = shown[0].partition(" ") if len(shown) == 1 else ("", "", "")
    if scheme.lower() != "bearer":
        raise RequestError("apikey.missing")
    return service.api, await run_in_threadpool(service.api.authenticate, key.strip())


def _read_idempotency_key(request: Request) -> str | None:
    """Return the `Idempotency-Key` as it was sent, or None; two of them are none that could be used."""
    sent = request.headers.getlist("idempotency-key")
    if len(sent) > 1:
        raise RequestError("apikey.idempotency_key")
    return sent[0] if sent else None


def _issue(desk: ApiDesk, caller: Caller, octets: bytes, idempotency_key: str | None) -> ApiAnswer:
    return desk.issue(caller, parse_json(octets), idempotency_key=idempotency_key)


def _respond_issued(answer: ApiAnswer) -> Response:
    """Return the signed credential, and where its anchored form will be; always the same bytes."""
    places = {
        "location": f"/credentials/{answer.token}",
        "link": f'</v1/credentials/{answer.token}>; rel="status"',
    }
    content = b'{"verifiableCredential":' + answer.octets + b"}"
    return Response(content, status_code=201, media_type="application/json", headers=places)
