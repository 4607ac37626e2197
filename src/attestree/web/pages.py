"""
The pages for people: `/verify` and `/c/{token}`.

Decides which page answers what; the pages work without JavaScript and load nothing from another host.
Words of the pages stand in the templates, verdicts in `text`. Source: DESIGN section 10.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import orjson
from fastapi import APIRouter, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from attestree.credentials.enveloping import parse_document
from attestree.credentials.identity import ExpectedHolder
from attestree.credentials.images import unwrap_picture
from attestree.errors import AttestreeError, RequestError
from attestree.text.catalogue import explain_error
from attestree.web.card import build_card
from attestree.web.lookup import find_credential
from attestree.web.multipart import parse_form
from attestree.web.problems import problem_headers, problem_response, status_of
from attestree.web.question import Question
from attestree.web.routes_verify import Desk
from attestree.web.service import WebService

STATIC_TYPES = {"style.css": "text/css; charset=utf-8", "verify.js": "text/javascript; charset=utf-8"}
"""The files that pages load, by name."""

STATIC_CACHE = "public, max-age=3600"
"""How long browsers may keep them."""

MAX_EXPECTED_CHARACTERS = 1000
"""Longest name or address that is typed."""

_EXPECTED = ("name", "email", "learner_id")
_FILE_KINDS = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\xff\xd8\xff", "a JPEG image"),
)
_TEMPLATES = Environment(
    loader=PackageLoader("attestree.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(
    template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> Response:
    """Return a page."""
    text = _TEMPLATES.get_template(template).render(**values)
    return Response(text, status_code=status, headers=headers, media_type="text/html; charset=utf-8")


def respond_error(scope: Scope, error: AttestreeError) -> Response:
    """Return an error as a page for browsers on pages, as problem details for everybody else."""
    if not wants_page(scope):
        return problem_response(error)
    said = explain_error(error)
    return render("error.html", status=status_of(error), headers=problem_headers(error), said=said)


def wants_page(scope: Scope) -> bool:
    """Say whether whoever asks is a browser on one of the pages."""
    accepted = Headers(scope=scope).get("accept", "")
    path: str = scope["path"]
    return not path.startswith(("/v1/", "/credentials/")) and "text/html" in accepted


def build_page_router(service: WebService, desk: Desk) -> APIRouter:
    """Return the pages and the files they load; none of them is part of the API."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def home() -> Response:
        """Lead to the form."""
        return RedirectResponse("/verify", status_code=302)

    @router.get("/verify")
    async def verify_page() -> Response:
        """Show the form."""
        return _form_page(service)

    @router.post("/verify")
    async def verify_form(request: Request) -> Response:
        """Show the result."""
        octets = await request.body()
        return await _answer_form(service, desk, octets, request.headers.get("content-type", ""))

    @router.get("/c/{token}")
    async def credential_page(request: Request, token: str) -> Response:
        """Show where one credential stands."""
        found = await run_in_threadpool(find_credential, service.store, token)
        if wants_page(request.scope):
            return render("credential.html", found=found, headers={"vary": "accept"})
        return Response(orjson.dumps(found), media_type="application/json", headers={"vary": "accept"})

    @router.get("/static/{name}")
    async def static(name: str) -> Response:
        """Serve a file of the pages."""
        if name not in STATIC_TYPES:
            raise RequestError("request.not_found")
        octets = files("attestree.web").joinpath("static", name).read_bytes()
        return Response(octets, media_type=STATIC_TYPES[name], headers={"cache-control": STATIC_CACHE})

    return router


def read_question(form: dict[str, bytes]) -> Question:
    """
    Return what the form asks; a file counts before pasted text.

    Raises:
        MalformedJsonError: `json.*`.
        ImageError: `image.*`.
        RequestError: `request.nothing_given`, `request.file_kind` or `request.form`.
    """
    file, pasted = form.get("file", b""), form.get("text", b"").strip()
    octets = file if file.strip() else pasted
    if not octets:
        raise RequestError("request.nothing_given")
    for signature, kind in _FILE_KINDS:
        if octets.startswith(signature):
            raise RequestError("request.file_kind", kind=kind)
    expected = {name: text for name in _EXPECTED if (text := _typed(form.get(name, b"")))}
    return Question(parse_document(unwrap_picture(octets)), ExpectedHolder(**expected) if expected else None)


def _typed(octets: bytes) -> str:
    """Return what a person typed into a field."""
    try:
        text = octets.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise RequestError("request.form") from None
    if len(text) > MAX_EXPECTED_CHARACTERS:
        raise RequestError("request.form")
    return text


async def _answer_form(service: WebService, desk: Desk, octets: bytes, content_type: str) -> Response:
    """Return the result, or the form again with what was wrong; a body that is no form is refused."""
    form = parse_form(octets, content_type)
    try:
        report = await desk.answer(read_question(form))
    except AttestreeError as error:
        return _form_page(service, error=error)
    return render("result.html", card=build_card(report), service=_about(service))


def _form_page(service: WebService, *, error: AttestreeError | None = None) -> Response:
    """Return the empty form, with what was wrong with the last one."""
    if error is None:
        return render("form.html", said=None, service=_about(service))
    status, headers = status_of(error), problem_headers(error)
    return render(
        "form.html", status=status, headers=headers, said=explain_error(error), service=_about(service)
    )


def _about(service: WebService) -> dict[str, object]:
    """Return what the page says of this service."""
    trust = service.verifier.trust
    return {
        "trust": trust.name,
        "trust_sha256": trust.sha256.hex(),
        "accreditors": [accreditor.name for accreditor in trust.accreditors],
    }
