"""
What `/openapi.json` says of each route.

Decides summaries, media types, possible answers and examples; one example answer a verdict, taken from
real reports (`openapi_examples.json`, kept true by a test). Source: OpenAPI 3.1; DESIGN section 10.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from attestree.errors import (
    AttestreeError,
    ChainUnavailableError,
    ImageError,
    MalformedJsonError,
    RequestError,
    UnavailableError,
)
from attestree.web import problems, schemas

LIST_TYPES = ("application/vc", "application/ld+json", "application/vc+ld+json", "application/json")
"""Media types of a status list; the first is the one that is sent unless another is asked for."""

ASKED_REF = "#/components/schemas/Asked"
"""Where the shape of a wrapped question stands."""

EXAMPLES_FILE = "openapi_examples.json"
"""One report a verdict, beside this module."""


@cache
def load_examples() -> dict[str, Any]:
    """Return a report for each verdict by its name; they differ in what the sentences say."""
    text = files("attestree.web").joinpath(EXAMPLES_FILE).read_text("utf-8")
    examples: dict[str, Any] = json.loads(text)
    return examples


def _examples() -> dict[str, Any]:
    return {name: {"summary": one["headline"], "value": one} for name, one in load_examples().items()}


def describe_problem(*errors: AttestreeError) -> dict[str, Any]:
    """Return an answer that is one of these problems."""
    examples = {
        error.code: {"summary": error.code, "value": problems.build_problem(error)} for error in errors
    }
    return {
        "description": problems.build_problem(errors[0])["title"],
        "content": {
            problems.MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": examples,
            }
        },
    }


_TOO_MANY = {429: describe_problem(RequestError("request.too_many"))}
_NOT_FOUND = {404: describe_problem(RequestError("request.not_found"))}
_NO_VIEW = {503: describe_problem(ChainUnavailableError("chain.no_view"))}
_BODY = {
    400: describe_problem(
        MalformedJsonError("json.duplicate_key"),
        MalformedJsonError("json.syntax", line=1, column=2),
        ImageError("image.no_credential"),
    ),
    408: describe_problem(RequestError("request.timeout")),
    413: describe_problem(RequestError("request.too_large", limit=262_144)),
    415: describe_problem(RequestError("request.media_type"), RequestError("request.encoding")),
    422: describe_problem(RequestError("request.shape")),
} | _TOO_MANY


def _asked(
    description: str,
    *media_types: str,
    schema: dict[str, Any],
    pictures: tuple[str, ...] = (),
    tokens: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the description of a body that is read by hand."""
    content = {media_type: {"schema": schema} for media_type in media_types}
    content |= {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in pictures}
    content |= {media_type: {"schema": {"type": "string"}} for media_type in tokens}
    return {"requestBody": {"required": True, "description": description, "content": content}}


VERIFY_DESCRIPTION: dict[str, Any] = {
    "operation_id": "verify",
    "summary": "Say whether a credential is genuine and counts now, and why",
    "response_model": None,
    "responses": {
        200: {
            "description": "A verdict, whichever it is.",
            "model": schemas.Verification,
        }
    }
    | _BODY,
    "openapi_extra": _asked(
        "A credential as it is, a token or picture that carries one, or an object with `credential` and "
        "what to judge it by.",
        "application/json",
        "application/ld+json",
        "application/vc",
        schema={"anyOf": [{"$ref": ASKED_REF}, {"type": "object", "required": ["@context"]}]},
        pictures=("image/png", "image/svg+xml"),
        tokens=("application/vc+jwt", "application/jwt"),
    ),
}
"""`POST /v1/verify`."""

BATCH_DESCRIPTION: dict[str, Any] = {
    "operation_id": "verifyBatch",
    "summary": "The same for many credentials, one a line, answered in order",
    "response_model": None,
    "responses": {
        200: {
            "description": (
                "One line a credential: a verification, or `{line, ref, problem}` where it cannot be used. "
                "The last line is `{done, lines, counts}`; without it, or with `done` false, the answer is "
                "not complete."
            ),
            "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
        }
    }
    | _BODY,
    "openapi_extra": _asked(
        "Newline-delimited JSON or a JSON array; each line or item a credential, or an object with one.",
        "application/x-ndjson",
        schema={"type": "string"},
    ),
}
"""`POST /v1/verify/batch`."""


def _listed(operation_id: str, summary: str, model: type, *answers: dict[int, Any]) -> dict[str, Any]:
    """Return the description of a route that is only read."""
    responses: dict[int, Any] = {200: {"description": "Found.", "model": model}}
    for answer in answers:
        responses |= answer
    return {
        "operation_id": operation_id,
        "summary": summary,
        "response_model": None,
        "responses": responses | _TOO_MANY,
    }


_BAD_QUERY = {422: describe_problem(RequestError("request.shape"), RequestError("request.address"))}

ISSUERS_DESCRIPTION = _listed(
    "listIssuers", "Who records in the trusted registries", schemas.IssuerList, _BAD_QUERY, _NO_VIEW
)
"""`GET /v1/issuers`."""

BATCHES_DESCRIPTION = _listed(
    "listBatches", "What was recorded, oldest first", schemas.BatchList, _BAD_QUERY, _NO_VIEW
)
"""`GET /v1/batches`."""

BATCH_OF_ROOT_DESCRIPTION = _listed(
    "getBatch", "One recorded batch", schemas.ListedBatch, _BAD_QUERY, _NOT_FOUND, _NO_VIEW
)
"""`GET /v1/batches/{issuer}/{root}`."""

CREDENTIAL_DESCRIPTION = _listed(
    "getCredential",
    "Whether a credential of this server's issuers is recorded yet; nothing personal",
    schemas.CredentialState,
    _NOT_FOUND,
)
"""`GET /v1/credentials/{id}`."""

STATUS_DESCRIPTION: dict[str, Any] = {
    "operation_id": "getStatusList",
    "summary": "A signed status list of this server's issuers, as wallets read it",
    "response_model": None,
    "responses": {
        200: {
            "description": "A BitstringStatusListCredential, byte for byte as the issuer signed it.",
            "content": {media_type: {"schema": {"type": "object"}} for media_type in LIST_TYPES},
        },
        304: {"description": "It is still the one that `If-None-Match` names."},
        503: describe_problem(
            UnavailableError("statuslist.behind"), UnavailableError("statuslist.not_signed")
        ),
    }
    | _NOT_FOUND
    | _TOO_MANY,
}
"""`GET /status/{list}/{purpose}`."""

HEALTH_DESCRIPTION: dict[str, Any] = {
    "operation_id": "health",
    "summary": "The process answers",
    "response_model": None,
    "responses": {200: {"description": "It does.", "model": schemas.Health}},
}
"""`GET /health`."""

READY_DESCRIPTION: dict[str, Any] = {
    "operation_id": "ready",
    "summary": "Every trusted registry is followed, and its view is fresh",
    "response_model": None,
    "responses": {200: {"description": "Verdicts can be given.", "model": schemas.Ready}} | _NO_VIEW,
}
"""`GET /ready`."""

METRICS_DESCRIPTION: dict[str, Any] = {
    "operation_id": "metrics",
    "summary": "Counters for Prometheus",
    "response_model": None,
    "responses": {
        200: {"description": "Text format.", "content": {"text/plain": {"schema": {"type": "string"}}}}
    },
}
"""`GET /metrics`."""


def build_openapi(app: FastAPI) -> dict[str, Any]:
    """Return the whole document: FastAPI's, and the shapes that are read by hand."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    _add_examples(document)
    _drop_validation_errors(document)
    _add_security(document)
    models = [(schemas.Asked, "validation"), (schemas.Problem, "serialization")]
    _, extra = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]  # the literals widen in a list
    kept = document.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in extra["$defs"].items():
        kept.setdefault(name, schema)
    return document


def _add_examples(document: dict[str, Any]) -> None:
    """Add the reports; FastAPI would leave out members that are null, and every member is always there."""
    answer = document["paths"]["/v1/verify"]["post"]["responses"]["200"]
    answer["content"]["application/json"]["examples"] = _examples()


def _add_security(document: dict[str, Any]) -> None:
    """Say how the programs of an institution show who they are."""
    scheme = {"type": "http", "scheme": "bearer", "description": "Made with `attestree apikey new`."}
    document.setdefault("components", {})["securitySchemes"] = {"apiKey": scheme}


def _drop_validation_errors(document: dict[str, Any]) -> None:
    """Take out FastAPI's own errors, which are never sent."""
    for path in document["paths"].values():
        for operation in path.values():
            stated = operation["responses"].get("422", {}).get("content", {})
            if stated and problems.MEDIA_TYPE not in stated:
                del operation["responses"]["422"]
            stated.pop("application/json", None)
    for unused in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(unused, None)
