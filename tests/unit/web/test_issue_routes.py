"""Issuing by API over HTTP: headers, statuses, and nothing for whoever shows no key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from attestree.issuing.by_api import ANSWER_SECONDS
from attestree.web.describe_issue import EXAMPLE
from tests.unit.web.api_booth import KEY, ApiBooth, open_api_booth
from tests.unit.web.service import Client, build_service


@pytest.fixture
def booth() -> Iterator[ApiBooth]:
    with open_api_booth() as opened:
        yield opened


@pytest.fixture
def client(booth: ApiBooth) -> Iterator[Client]:
    with build_service(store=booth.store, api=booth.desk) as service:
        yield service.client


def issue(client: Client, body: Any = EXAMPLE, **headers: str) -> Any:
    named = {"authorization": f"Bearer {KEY}"} | {
        name.replace("_", "-"): text for name, text in headers.items()
    }
    return client.post("/credentials/issue", json=body, headers=named)


def test_the_answer_is_the_signed_credential_and_says_where_the_rest_will_be(client: Client) -> None:
    answer = issue(client)
    credential = answer.json()["verifiableCredential"]
    token = credential["id"][-32:]
    assert (answer.status_code, answer.headers["location"]) == (201, f"/credentials/{token}")
    assert answer.headers["link"] == f'</v1/credentials/{token}>; rel="status"'
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    pending = client.get(f"/credentials/{token}", headers={"authorization": f"Bearer {KEY}"})
    assert (pending.status_code, pending.headers["retry-after"]) == (202, "30")
    assert pending.json() == client.get(f"/v1/credentials/{token}").json()


def test_a_repeated_request_gets_the_same_bytes_and_headers(client: Client) -> None:
    first, again = (issue(client, idempotency_key="one") for _ in range(2))
    other = issue(client, idempotency_key="two")
    assert first.content == again.content != other.content
    assert first.headers["location"] == again.headers["location"]
    assert issue(client, {**EXAMPLE, "options": {}}, idempotency_key="one").status_code == 409


def test_an_idempotency_key_has_its_answer_for_a_day_and_is_a_new_one_afterwards(
    booth: ApiBooth, client: Client
) -> None:
    first = issue(client, idempotency_key="one")
    booth.clock.seconds += ANSWER_SECONDS
    assert issue(client, idempotency_key="one").content == first.content
    booth.clock.seconds += 1
    later = issue(client, idempotency_key="one")
    assert (later.status_code, later.content != first.content) == (201, True)
    assert issue(client, idempotency_key="one").content == later.content


@pytest.mark.parametrize("shown", [None, "", "Basic abc", "Bearer", f"Token {KEY}"])
def test_without_a_bearer_key_nothing_is_read(client: Client, shown: str | None) -> None:
    headers = {} if shown is None else {"authorization": shown}
    for answer in (
        client.post("/credentials/issue", content=b"{", headers=headers),
        client.get("/credentials/" + "0" * 32, headers={**headers, "accept": "text/html"}),
    ):
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
        assert answer.headers["content-type"] == "application/problem+json"


def test_two_keys_or_two_idempotency_keys_are_none(client: Client) -> None:
    twice = [("authorization", f"Bearer {KEY}")] * 2
    assert client.post("/credentials/issue", json=EXAMPLE, headers=twice).status_code == 401
    keys = [("authorization", f"Bearer {KEY}"), ("idempotency-key", "a"), ("idempotency-key", "b")]
    answer = client.post("/credentials/issue", json=EXAMPLE, headers=keys)
    assert answer.json()["code"] == "apikey.idempotency_key"


def test_a_verifier_issues_nothing() -> None:
    with build_service() as service:
        assert issue(service.client).status_code == 404


def test_what_is_refused_is_not_repeated_in_the_answer(client: Client) -> None:
    body = {"credential": {**EXAMPLE["credential"], "id": "urn:secret", "name": "Top secret"}}
    answer = issue(client, body)
    assert answer.status_code == 422
    assert "secret" not in answer.text
    assert KEY not in answer.text
    assert json.loads(answer.text)["code"] == "apikey.not_yours"
