"""
What `/openapi.json` says of issuing by API.

Decides words and the example; answers that are problems are described as in `describe`.
Source: OpenAPI 3.1; W3C VC API 1.0, section 3.2; DESIGN section 10.
"""

from __future__ import annotations

from typing import Any

from attestree.credentials.contexts import CREDENTIALS_V2, OPEN_BADGES
from attestree.errors import (
    CorruptionError,
    FolderUnavailableError,
    MalformedCredentialError,
    MalformedJsonError,
    NotAllowedError,
    RequestError,
    StoreUnavailableError,
)
from attestree.web import schemas
from attestree.web.describe import describe_problem

EXAMPLE: dict[str, Any] = {
    "credential": {
        "@context": [CREDENTIALS_V2, OPEN_BADGES],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Basic welding",
        "credentialSubject": {
            "id": "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://university.example/achievements/welding",
                "type": ["Achievement"],
                "name": "Basic welding",
                "description": "A course of five days in the workshop.",
                "criteria": {"narrative": "Weld three seams; the examiner bends each."},
            },
        },
    }
}
"""A body that is issued as it stands."""

_KEY = {
    401: describe_problem(
        RequestError("apikey.missing"), RequestError("apikey.unknown"), RequestError("apikey.revoked")
    ),
    429: describe_problem(RequestError("request.too_many")),
}

ISSUE_DESCRIPTION: dict[str, Any] = {
    "operation_id": "issueCredential",
    "summary": "Issue one credential: it is signed at once, and recorded with others a little later",
    "response_model": None,
    "status_code": 201,
    "responses": {
        201: {
            "description": (
                "The signed credential, and durable. `Location` names where its anchored form will be, "
                '`Link` with rel="status" where everybody sees whether it is recorded yet.'
            ),
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["verifiableCredential"],
                        "properties": {"verifiableCredential": {"type": "object"}},
                    }
                }
            },
            "headers": {
                "Location": {"schema": {"type": "string"}, "description": "Path of the anchored form."},
                "Link": {"schema": {"type": "string"}, "description": "Path of its state."},
            },
        },
        400: describe_problem(
            MalformedJsonError("json.syntax", line=1, column=2),
            RequestError("apikey.body"),
            RequestError("apikey.idempotency_key"),
        ),
        403: describe_problem(
            NotAllowedError("apikey.other_issuer"),
            NotAllowedError("apikey.scope", scope="issue"),
            NotAllowedError("apikey.issuer_gone"),
        ),
        409: describe_problem(NotAllowedError("apikey.key_reused")),
        413: describe_problem(RequestError("request.too_large", limit=262_144)),
        415: describe_problem(RequestError("request.media_type")),
        422: describe_problem(
            MalformedCredentialError("apikey.not_yours", member="id"),
            MalformedCredentialError("format.no_holder", path="credentialSubject", findings=1),
        ),
        503: describe_problem(
            StoreUnavailableError("store.busy"),
            FolderUnavailableError("folder.write_failed", file="a.json"),
            NotAllowedError("apikey.no_signing_key", issuer="Example University"),
        ),
    }
    | _KEY,
    "openapi_extra": {
        "security": [{"apiKey": []}],
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "Within a day, the same key with the same body gets the same answer.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }
        ],
        "requestBody": {
            "required": True,
            "description": "A credential without `id`, `credentialStatus` and `proof`; `issuer` is optional.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["credential"],
                        "additionalProperties": False,
                        "properties": {
                            "credential": {"type": "object"},
                            "options": {"type": "object", "maxProperties": 0},
                        },
                    },
                    "example": EXAMPLE,
                }
            },
        },
    },
}
"""`POST /credentials/issue`."""

FETCH_DESCRIPTION: dict[str, Any] = {
    "operation_id": "fetchCredential",
    "summary": "The anchored form of a credential of the key's institution, once it is final",
    "response_model": None,
    "responses": {
        200: {
            "description": "With its signature, byte for byte as before, and its anchor proof.",
            "content": {"application/vc": {"schema": {"type": "object"}}},
        },
        202: {"description": "It is not recorded yet; ask again.", "model": schemas.CredentialState},
        403: describe_problem(NotAllowedError("apikey.scope", scope="issue")),
        404: describe_problem(RequestError("request.not_found")),
        503: describe_problem(
            FolderUnavailableError("folder.missing", batch="b1"), CorruptionError("fsck.offsets")
        ),
    }
    | _KEY,
    "openapi_extra": {"security": [{"apiKey": []}]},
}
"""`GET /credentials/{token}`."""
