"""Lists, look-ups, health and counters."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attestree.errors import ChainUnavailableError
from attestree.outbox.batches import Batch, CredentialRow
from attestree.outbox.states import State
from attestree.registry.facts import WHOLE_LIST_WORD, Purpose
from tests.unit.verifying.genuine import ACCREDITOR, DID, ISSUER, LIST_ID, NAME, TRUST
from tests.unit.web.service import TEST_TRUST, FakeStore, Service, build_issuer, build_service

TOKEN = "0123456789abcdef" * 2


def batch_path(service: Service) -> str:
    return f"/v1/batches/0x{ISSUER.hex()}/0x{service.scene.secured.anchor.root.hex()}"


def test_an_issuer_is_listed_with_the_name_that_a_trusted_accreditor_vouches_for(service: Service) -> None:
    (found,) = service.client.get("/v1/issuers").json()["issuers"]
    assert (found["name"], found["did"], found["standing"]) == (NAME, DID, "accredited")
    assert found["accreditor"] == {"name": "Agency QA", "address": f"0x{ACCREDITOR.hex()}"}
    assert (found["batches"], found["network"]) == (1, "production")


def test_a_name_that_nobody_trusted_vouches_for_is_not_listed() -> None:
    with build_service(trust=replace(TRUST, accreditors=())) as service:
        (found,) = service.client.get("/v1/issuers").json()["issuers"]
    assert (found["name"], found["did"], found["standing"]) == (None, None, "accredited_elsewhere")


def test_a_batch_is_found_by_issuer_and_root_with_its_counts(service: Service) -> None:
    found = service.client.get(batch_path(service)).json()
    assert (found["size"], found["revoked"], found["suspended"]) == (5, 0, 0)
    assert found["accredited"] is True
    ledger = service.registry.ledger.issuer(ISSUER)
    ledger.status[LIST_ID, Purpose.REVOCATION, 0] = 0b101
    assert service.client.get(batch_path(service)).json()["revoked"] == 2
    ledger.status[LIST_ID, Purpose.SUSPENSION, WHOLE_LIST_WORD] = 2**256 - 1
    assert service.client.get(batch_path(service)).json()["suspended"] == 5


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"/v1/batches/0x{'11' * 20}/0x{'00' * 32}", 404, "request.not_found"),
        (f"/v1/batches/0x{'77' * 20}/0x{'00' * 32}", 404, "request.not_found"),
        (f"/v1/batches/0x{'11' * 20}/0x{'zz' * 32}", 422, "request.root"),
        (f"/v1/batches/0x{'11' * 20}/0x{'00' * 32}%0A", 422, "request.root"),
        (f"/v1/batches/{'11' * 21}/0x{'00' * 32}", 422, "request.address"),
        ("/v1/batches?issuer=0x12", 422, "request.address"),
        (f"/v1/batches?issuer={'1' * 99}", 422, "request.shape"),
        (f"/v1/credentials/{TOKEN}", 404, "request.not_found"),
        ("/v1/credentials/x')%3BDROP%20TABLE%20batch", 404, "request.not_found"),
        (f"/c/{TOKEN}", 404, "request.not_found"),
    ],
)
def test_what_is_not_there_is_said_plainly(service: Service, path: str, status: int, code: str) -> None:
    answer = service.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_lists_come_in_pages_that_lead_to_one_another(service: Service) -> None:
    for number in range(1, 5):
        issuer = build_issuer(service.scene)
        (anchor,) = issuer.anchors.values()
        assert anchor is not None
        issuer.anchors = {anchor.root: replace(anchor, time=anchor.time - number)}
        service.registry.add_issuer(bytes([number]) * 20, issuer)
    for path, name in (("/v1/issuers", "issuers"), ("/v1/batches", "batches")):
        seen: list[dict[str, Any]] = []
        following: str | None = f"{path}?limit=2"
        while following:
            page = service.client.get(following).json()
            assert len(page[name]) <= 2
            seen += page[name]
            following = page["next"]
        assert len(seen) == 5
        assert seen == service.client.get(path).json()[name]
    times = [batch["recordedAt"] for batch in service.client.get("/v1/batches").json()["batches"]]
    assert times == sorted(times)
    only = service.client.get(f"/v1/batches?issuer=0x{'03' * 20}").json()["batches"]
    assert [batch["issuer"] for batch in only] == [f"0x{'03' * 20}"]


def test_without_a_fresh_view_lists_and_readiness_say_so_and_health_does_not(service: Service) -> None:
    ready = service.client.get("/ready")
    assert ready.status_code == 200
    assert ready.json()["registries"][0]["fresh"] is True
    service.registry.failure = ChainUnavailableError("chain.stale_view", age_seconds=900)
    for path in ("/ready", "/v1/issuers", "/v1/batches", batch_path(service)):
        answer = service.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "chain.stale_view")
        assert answer.headers["retry-after"] == "10"
    assert service.client.get("/ready").json()["registries"][0]["code"] == "chain.stale_view"
    assert service.client.get("/health").status_code == 200


def test_verdicts_problems_and_ages_are_counted_without_a_word_of_the_asker(service: Service) -> None:
    service.post(service.credential)
    service.post(b"{")
    service.post_lines(b"[")
    service.client.get("/nowhere")
    counted = service.client.get("/metrics").text
    assert 'attestree_verdicts_total{verdict="valid"} 1.0' in counted
    assert 'attestree_verdicts_total{verdict="revoked"} 0.0' in counted
    assert 'attestree_problems_total{code="json.syntax"} 2.0' in counted
    assert 'attestree_problems_total{code="request.not_found"} 1.0' in counted
    assert "attestree_verification_seconds_count 1.0" in counted
    assert "attestree_view_age_seconds{" in counted
    service.registry.failure = ChainUnavailableError("chain.no_view")
    assert "attestree_view_fresh{" in service.client.get("/metrics").text


def store_with(state: State) -> FakeStore:
    batch = Batch(
        id="b1",
        issuer=ISSUER,
        registry="main",
        state=state,
        kind=0,
        list_id=LIST_ID,
        seed=None,
        created=0,
        fingerprint=bytes(32),
        title="A title",
        size=5,
        root=b"\x07" * 32,
        delivered=False,
        release_early=False,
    )
    row = CredentialRow(token=TOKEN, row_key=bytes(32), batch_id="b1", index=2, leaf_hash=bytes(32))
    return FakeStore(row, batch)


@pytest.mark.parametrize(
    ("state", "said"), [(State.SEALED, "pending"), (State.MINED, "pending"), (State.FINAL, "recorded")]
)
def test_a_credential_of_this_server_is_pending_until_it_is_final(state: State, said: str) -> None:
    with build_service(store=store_with(state)) as service:
        found = service.client.get(f"/v1/credentials/{TOKEN}").json()
        assert found["state"] == said
        assert found.keys() == {"id", "state", "issuer", "root", "supersededBy"}
        assert service.client.get(f"/c/{TOKEN}").json() == found
        page = service.client.get(f"/c/{TOKEN}", headers={"accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["x-robots-tag"] == "noindex"
        assert ("not on public record yet" in page.text) is (said == "pending")
        assert service.client.get("/v1/credentials/" + "0" * 32).status_code == 404


def test_a_test_network_is_named_as_such() -> None:
    with build_service(trust=TEST_TRUST) as service:
        assert service.client.get("/v1/issuers").json()["issuers"][0]["network"] == "test"
