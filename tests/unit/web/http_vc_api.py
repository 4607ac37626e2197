"""The part of docs/reference/http.md on the W3C VC API, written from true answers."""

# ruff: noqa: E501  # the page is read as it will stand
from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.unit.credentials.presented import CHALLENGE, DOMAIN, HOLDER, STRANGER, build_presentation, sign
from tests.unit.verifying.genuine import build_document
from tests.unit.web.service import build_service


def describe_vc_api() -> Iterator[str]:
    """Show what verifies credentials and presentations, in the standard's shapes."""
    about = build_document()["credentialSubject"] | {"id": HOLDER.did}
    with build_service(credentialSubject=about) as service:
        body = {"verifiableCredential": service.credential}
        answer = service.client.post("/credentials/verify", json=body).json()
        yield '## POST /credentials/verify\n\nThe W3C VC API over the same verifier: `{"verifiableCredential": {...}}`. `verified` is true only for the verdict'
        yield "`valid`, by trust file and chain; a signature alone is not enough. `report` is the answer of `/v1/verify`.\n"
        yield _shown({**answer, "report": "..."})
        shown = sign(build_presentation(service.credential, holder=STRANGER.did), STRANGER)
        asked = {"challenge": CHALLENGE, "domain": DOMAIN}
        body = {"verifiablePresentation": shown, "options": asked}
        answer = service.client.post("/presentations/verify", json=body).json()
    yield '## POST /presentations/verify\n\n`{"verifiablePresentation": {...}, "options": {"challenge": "...", "domain": "..."}}`. `verified` is true only if the holder signed'
    yield "this for this challenge and domain, and each credential is `valid` and about the holder: `credentialSubject.id` is the holder's DID."
    yield "`outcome` is the worst of all. Draw a new random challenge for every question and take each once: nothing is remembered here, so an"
    yield "answer shown twice is good twice. Holders are `did:key`; others are looked up only where the settings allow it. Somebody else's"
    yield "credential, shown by a stranger:\n"
    shortened = [{**one, "report": "..."} for one in answer["credentials"]]
    yield _shown({**answer, "credentials": shortened})


def _shown(value: Any) -> str:
    return f"```json\n{json.dumps(value, ensure_ascii=False, indent=2)}\n```\n"
