"""docs/reference/http.md, written from true answers; `test_http_page.py` compares it with the committed page."""

# ruff: noqa: E501  # the page is read as it will stand
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attestree.errors import (
    AttestreeError,
    ChainUnavailableError,
    CorruptionError,
    ImageError,
    MalformedCredentialError,
    MalformedJsonError,
    NotAllowedError,
    RequestError,
    UnavailableError,
)
from attestree.issuing.status_lists import ListRules, publish_lists
from attestree.outbox.batches import Batch, CredentialRow
from attestree.outbox.states import State
from attestree.text.catalogue import explain_error
from attestree.web.describe_issue import EXAMPLE
from attestree.web.problems import status_of
from attestree.web.service import HostedLists
from tests.fakes.signing import TestKey
from tests.unit.issuing.test_status_lists import Shelf
from tests.unit.verifying.genuine import CHAIN_ID, ISSUER, LIST_ID, NOW, REGISTRY
from tests.unit.web.api_booth import KEY, open_api_booth
from tests.unit.web.http_vc_api import describe_vc_api
from tests.unit.web.service import FakeStore, Service, build_service

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "http.md"
TOKEN = "0123456789abcdef" * 2
SHOWN_CHECKS = 2

OPENING = """# HTTP

`attestree serve` answers these addresses. With a settings file that names nodes and a trust file it is a
verifier: no store, no keys, any number of copies. With `[store]` and `[[issuer]]` it also says whether this
server's own credentials are recorded yet.

- Every verdict is a 200, whichever it is. What cannot be used is a 4xx with RFC 9457 problem details.
- No answer repeats what was sent. Posted bodies are neither stored nor logged.
- Everything under `/v1` and `/status`, `/credentials/verify`, `/presentations/verify`, `/health`, `/ready` and `/openapi.json` may be read by any web page, without credentials.
- Every answer has an `x-request-id` of ours; an id that is sent is ignored. No body may be compressed, and no
  answer is served in parts.
- `GET /openapi.json` describes all of it, with an example of every verdict.

The examples are true answers of the tests' service; this page is written from them and compared by a test.
"""

CODES: tuple[AttestreeError, ...] = (
    MalformedJsonError("json.syntax", line=1, column=1),
    MalformedJsonError("json.duplicate_key"),
    MalformedJsonError("json.bad_number"),
    MalformedJsonError("json.int_range", limit=2**53 - 1),
    MalformedJsonError("json.bad_unicode"),
    MalformedJsonError("json.too_deep", limit=32),
    ImageError("image.no_credential"),
    ImageError("image.ambiguous"),
    ImageError("image.doctype"),
    ImageError("image.credential_too_large", limit=262_144),
    RequestError("request.not_found"),
    RequestError("request.method"),
    RequestError("request.timeout"),
    RequestError("request.too_large", limit=262_144),
    RequestError("request.too_many_lines", limit=10_000),
    RequestError("request.line_too_large", limit=262_144),
    RequestError("request.media_type"),
    RequestError("request.encoding"),
    RequestError("request.range"),
    RequestError("request.shape"),
    RequestError("request.form"),
    RequestError("request.nothing_given"),
    RequestError("request.address"),
    RequestError("request.root"),
    MalformedCredentialError("date.no_zone", path="at"),
    RequestError("request.too_many"),
    RequestError("request.headers", limit=16_384),
    RequestError("request.internal"),
    ChainUnavailableError("chain.no_view"),
    ChainUnavailableError("chain.stale_view", age_seconds=900),
    UnavailableError("statuslist.behind"),
    UnavailableError("statuslist.not_signed"),
    UnavailableError("statuslist.lapsed"),
    CorruptionError("statuslist.damaged"),
    RequestError("apikey.missing"),
    RequestError("apikey.unknown"),
    RequestError("apikey.revoked"),
    NotAllowedError("apikey.scope", scope="issue"),
    NotAllowedError("apikey.other_issuer"),
    NotAllowedError("apikey.issuer_gone"),
    NotAllowedError("apikey.no_signing_key", issuer="the institution"),
    NotAllowedError("apikey.key_reused"),
    RequestError("apikey.body"),
    RequestError("apikey.idempotency_key"),
    MalformedCredentialError("apikey.not_yours", member="id"),
    UnavailableError("joined.busy"),
)


def build_page() -> str:
    """Return the whole page."""
    batch = Batch(
        id="b1",
        issuer=ISSUER,
        registry="main",
        state=State.FINAL,
        kind=0,
        list_id=LIST_ID,
        seed=None,
        created=0,
        fingerprint=bytes(32),
        title="",
        size=5,
        root=b"\x07" * 32,
        delivered=True,
        release_early=False,
    )
    row = CredentialRow(token=TOKEN, row_key=bytes(32), batch_id="b1", index=2, leaf_hash=bytes(32))
    lists = HostedLists((((CHAIN_ID, REGISTRY), ISSUER),), Shelf())
    with build_service(store=FakeStore(row, batch), lists=lists) as service:
        key = TestKey()
        publish_lists(
            [service.registry.ledger.issuer(ISSUER)],
            [],
            shelf=lists.shelf,
            sign=lambda document, created: key.sign(document, created=created),
            rules=ListRules(
                public_url="https://badges.example.org", did=key.did, ttl_seconds=900, valid_seconds=172_800
            ),
            now=NOW,
        )
        return "\n".join([OPENING, *_routes(service), *_codes()])


def _routes(service: Service) -> Iterator[str]:
    root = service.scene.secured.anchor.root.hex()
    yield "## POST /v1/verify\n"
    yield "A credential as it is, or `{credential, ref, expect: {name, email, learner_id}, at}`. At most 262,144"
    yield "bytes of `application/json`, `application/ld+json`, `application/vc` or `application/vc+ld+json`. Or a picture"
    yield "that carries a credential, as it is: `image/png` or `image/svg+xml`, of as many bytes.\n"
    yield _call('curl -H "Content-Type: application/json" --data-binary @credential.json $URL/v1/verify')
    yield _shown(_shortened(service.post(service.credential).json()))
    yield "Of the checks, two are shown. A body that cannot be used:\n"
    yield _shown(service.post(b'{"a":1,"a":2}').json())
    yield "## POST /v1/verify/batch\n"
    yield "One credential a line of `application/x-ndjson`, or one an item of a JSON array (`application/json`), as"
    yield "above; as many as you like. Answers come in order, one a line. A credential that cannot be used is answered"
    yield 'with its number and does not stop the others; only an answer that ends with `"done": true` is complete. A'
    yield "body of more than 16 MiB is answered while it arrives: whoever sends one reads answers while sending.\n"
    yield _call('curl -H "Content-Type: application/x-ndjson" --data-binary @all.ndjson $URL/v1/verify/batch')
    lines = service.post_lines({"ref": "row 1", "credential": service.credential}, b"{")
    short = {name: lines[0][name] for name in ("ref", "verdict", "outcome", "valid")}
    yield "```json\n" + json.dumps(short)[:-1] + ", ...}"
    yield "\n".join(json.dumps(line) for line in lines[1:]) + "\n```\n"
    for path, said in (
        (
            "/v1/issuers",
            "Who records in the trusted registries. A name only where a trusted accreditor vouches.",
        ),
        ("/v1/batches", "What was recorded, oldest first; `issuer=0x..` shows one issuer's."),
        (
            f"/v1/batches/0x{ISSUER.hex()}/0x{root}",
            "One batch, with how many of it are revoked or suspended.",
        ),
        (f"/v1/credentials/{TOKEN}", "`pending` or `recorded`, for this server's issuers; nothing personal."),
        ("/health", "The process answers."),
        ("/ready", "Every trusted registry is followed and its view is fresh; else 503 with the reason."),
    ):
        yield f"## GET {_pattern(path)}\n\n{said}\n"
        yield _call(f"curl $URL{path}")
        yield _shown(service.client.get(path).json())
    yield "Both lists take `limit` (1 to 1000, usually 100) and `offset`; `next` leads to the following page.\n"
    yield "## GET /status/{list}/{purpose}\n\nThe status list of a batch of this server's issuers, `revocation` or `suspension`, as wallets read it: a signed"
    yield "`BitstringStatusListCredential`, bit = `statusListIndex`. Sent as `application/vc` unless `Accept` names"
    yield "`application/ld+json` or `application/json`; with `ETag`, and with a `Cache-Control` that follows `ttl`. A list that says"
    yield "less than the public record, or is past its time, is a 503. [For wallets](../how-to/wallets.md) has the rest.\n"
    path = f"/status/{LIST_ID.hex()}/revocation"
    yield _call(f"curl $URL{path}")
    yield _shown(service.client.get(path).json())
    yield from describe_vc_api()
    yield from _issuing()
    yield "## GET /metrics\n\nCounters for Prometheus.\n"
    metrics = service.client.get("/metrics").text.splitlines()
    yield (
        "```\n"
        + "\n".join(line for line in metrics if re.match(r"attestree_(problems_total|view)", line))
        + "\n```\n"
    )
    yield "## Pages\n\n`/verify` is the form and its answer, for people; `/c/{token}` says where one credential stands, as a"
    yield "page or, to programs, as `/v1/credentials/{token}`. Both work without JavaScript.\n"


def _issuing() -> Iterator[str]:
    """Show what programs of an institution ask, and what they get."""
    with open_api_booth() as booth, build_service(store=booth.store, api=booth.desk) as service:
        headers = {"authorization": f"Bearer {KEY}", "idempotency-key": "1"}
        yield "## POST /credentials/issue\n\nFor programs of this server's institutions, with an API key and, so that it may be repeated, an"
        yield "`Idempotency-Key`. [How to issue from a program](../how-to/issue-by-api.md) says what it takes and when the anchored form"
        yield "follows. `request.json`:\n"
        yield _shown(EXAMPLE)
        yield _call(
            'curl -H "Authorization: Bearer $KEY" -H "Idempotency-Key: 1" -H "Content-Type: application/json" \\\n'
            "     --data-binary @request.json $URL/credentials/issue"
        )
        answer = service.client.post("/credentials/issue", json=EXAMPLE, headers=headers)
        places = "".join(f"{name}: {answer.headers[name]}\n" for name in ("location", "link"))
        yield f"```\nHTTP/1.1 {answer.status_code} Created\n{places}```\n"
        yield _shown(answer.json())
        yield "Without a key:\n"
        yield _shown(service.client.post("/credentials/issue", json=EXAMPLE).json())
        token = answer.headers["location"].rsplit("/", 1)[1]
        yield "## GET /credentials/{token}\n\nThe anchored form, `application/vc`, once it is final; before that a 202:\n"
        yield _call(f'curl -H "Authorization: Bearer $KEY" $URL/credentials/{token}')
        yield _shown(service.client.get(f"/credentials/{token}", headers=headers).json())


def _codes() -> Iterator[str]:
    yield "## Problem codes\n\nA credential that cannot be read adds codes of the areas `format`, `proof` and `date` (422),"
    yield "a picture codes of the area `image` (400); [codes](codes.md) has them all.\n"
    yield "| status | code | title | what to do |\n|---|---|---|---|"
    for error in sorted(CODES, key=lambda error: (status_of(error), error.code)):
        said = explain_error(error)
        yield f"| {status_of(error)} | `{error.code}` | {said.sentence} | {said.next} |"
    yield ""


def _pattern(path: str) -> str:
    if ISSUER.hex() in path:
        return "/v1/batches/{issuer}/{root}"
    return path.replace(TOKEN, "{token}")


def _call(line: str) -> str:
    return f"```sh\n{line}\n```\n"


def _shown(value: Any) -> str:
    return "```json\n" + json.dumps(value, indent=2, ensure_ascii=False) + "\n```\n"


def _shortened(report: dict[str, Any]) -> dict[str, Any]:
    return {**report, "checks": report["checks"][:SHOWN_CHECKS]}
