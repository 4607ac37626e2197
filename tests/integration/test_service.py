"""`attestree serve` as it runs: a real process over a real chain, asked by well- and ill-meaning clients."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.evm.dev_chain import DevChain
from attestree.cli.main import run
from attestree.registry.facts import Reason
from attestree.settings import load_settings
from attestree.wiring.stores import wire_store
from tests.fakes.lying_node import Answer
from tests.integration.deployed import deploy_registry
from tests.integration.readers import forwarding
from tests.integration.served import Served, Stand, running
from tests.integration.store_records import ROOT, batch, intent, row

pytestmark = pytest.mark.chain


@dataclass
class Scene:
    """A running service and the stand that it serves."""

    stand: Stand
    served: Served

    def caught_up(self) -> Served:
        """Return the service once it has seen the newest block."""
        self.served.wait_block(self.stand.registry.block().number)
        return self.served


@pytest.fixture(scope="module")
def scene(anvil: AnvilChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    before = anvil.snapshot()
    stand = Stand(deploy_registry(anvil), tmp_path_factory.mktemp("stand"))
    with running(stand) as served:
        served.wait_ready()
        yield Scene(stand, served)
    anvil.revert(before)


def verdict_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["verdict"])


def test_every_verdict_that_a_chain_can_give_comes_over_http(scene: Scene) -> None:
    stand, registry = scene.stand, scene.stand.registry
    good, _ = stand.issue()
    revoked, revoked_batch = stand.issue()
    registry.revoke(revoked_batch, [2])
    replaced, replaced_batch = stand.issue()
    registry.revoke(replaced_batch, [2], reason=Reason.SUPERSEDED)
    held, held_batch = stand.issue()
    registry.suspend(held_batch, [2])
    expired, _ = stand.issue(validUntil="2021-01-01T00:00:00Z")
    sealed, _ = stand.seal()
    elsewhere, _ = stand.seal(stand.header(chain_id=1))
    stranger = registry.new_actor("stranger")
    unknown_issuer, secured = stand.seal(stand.header(issuer=stranger.address))
    stand.anchor(secured, issuer=stranger)
    served = scene.caught_up()
    asked = {
        "valid": good,
        "tampered": {**good, "name": "Better"},
        "untrusted_registry": elsewhere,
        "not_anchored": sealed,
        "untrusted_issuer": unknown_issuer,
        "superseded": replaced,
        "revoked": revoked,
        "suspended": held,
        "not_yet_valid": {"credential": good, "at": "2019-06-01"},
        "expired": expired,
        "other_holder": {"credential": good, "expect": {"name": "Anna Nowak"}},
    }
    got = {name: verdict_of(served.verify(value)) for name, value in asked.items()}
    assert got == {name: name for name in asked}
    lines = "\n".join(json.dumps(value) for value in asked.values())
    answer = served.client.post(
        "/v1/verify/batch", content=lines, headers={"content-type": "application/x-ndjson"}
    )
    said = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["verdict"] for line in said[:-1]] == list(asked)
    assert said[-1] == {"done": True, "lines": 11, "counts": dict.fromkeys(sorted(asked), 1)}


def test_a_revocation_is_seen_within_a_poll(scene: Scene) -> None:
    credential, recorded = scene.stand.issue()
    assert verdict_of(scene.caught_up().verify(credential)) == "valid"
    scene.stand.registry.revoke(recorded, [2])
    assert verdict_of(scene.caught_up().verify(credential)) == "revoked"


def test_recorded_batches_and_their_issuer_are_listed(scene: Scene) -> None:
    _, recorded = scene.stand.issue()
    served = scene.caught_up()
    (issuer,) = [one for one in served.client.get("/v1/issuers").json()["issuers"] if one["name"]]
    assert issuer["name"] == "University"
    path = f"/v1/batches/{issuer['address']}/0x{recorded.root.hex()}"
    assert served.client.get(path).json()["sequence"] == issuer["batches"]
    listed = served.client.get(f"/v1/batches?issuer={issuer['address']}").json()["batches"]
    assert listed[-1]["root"] == f"0x{recorded.root.hex()}"


def test_a_large_batch_is_answered_whole_to_a_client_that_reads_last(scene: Scene) -> None:
    credential, _ = scene.stand.issue()
    served = scene.caught_up()
    octets = json.dumps(credential).encode() + b"\n"
    count = 2_000
    answer = served.client.post(
        "/v1/verify/batch", content=octets * count, headers={"content-type": "application/x-ndjson"}
    )
    last = json.loads(answer.text.rstrip().rsplit("\n", 1)[1])
    assert last == {"done": True, "lines": count, "counts": {"valid": count}}


# -- clients that mean no good


def head(served: Served, length: int | str, *more: str) -> bytes:
    lines = [
        "POST /v1/verify HTTP/1.1",
        "Host: x",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        *more,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@pytest.mark.slow
def test_a_body_that_does_not_arrive_is_given_up(scene: Scene) -> None:
    got = scene.served.talk(head(scene.served, 1_000) + b'{"a":1}', seconds=40)
    assert got.startswith(b"HTTP/1.1 408")
    assert b"request.timeout" in got


def test_a_body_longer_than_it_says_is_cut_and_the_rest_is_no_request(scene: Scene) -> None:
    got = scene.served.talk(head(scene.served, 10) + b" " * 10 + b"x" * 100_000)
    assert got.startswith(b"HTTP/1.1 400")
    assert b"xxxx" not in got
    assert scene.served.client.get("/health").status_code == 200


def test_fifty_megabytes_are_refused_by_their_length_alone(scene: Scene) -> None:
    before = scene.served.memory_kb()
    answer = scene.served.verify(b'{"leaf":"' + b"a" * 50_000_000 + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
    assert scene.served.memory_kb() - before < 50_000


def test_fifty_megabytes_without_a_length_are_refused_while_they_come(scene: Scene) -> None:
    before = scene.served.memory_kb()

    def endless() -> Iterator[bytes]:
        for _ in range(800):
            yield b"a" * 65_536

    answer = scene.served.client.post(
        "/v1/verify", content=endless(), headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")
    assert answer.headers["connection"] == "close"
    assert scene.served.memory_kb() - before < 50_000


@pytest.mark.parametrize("length", ["-1", "1e3", "9" * 400, "10, 10"])
def test_a_length_that_is_no_number_is_refused(scene: Scene, length: str) -> None:
    with socket.create_connection(("127.0.0.1", scene.served.port), timeout=30) as line:
        line.sendall(head(scene.served, length))
        assert line.recv(65_536).startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", "/v1/verify", {"content-type": "text/html"}, 415),
        ("POST", "/verify", {"content-type": "application/x-www-form-urlencoded"}, 415),
        ("GET", "/static/style.css", {"range": "bytes=" + "0-," * 5_000}, 416),
        ("GET", "/verify", {"x-request-id": "a" * 40_000}, 431),
        ("PUT", "/v1/verify", {}, 405),
        ("GET", "/v1/credentials/x%0d%0a2026-01-01%20INFO%20verified", {}, 404),
    ],
)
def test_what_is_not_served_is_refused_with_a_code(
    scene: Scene, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    answer = scene.served.client.request(method, path, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 4096


def test_head_and_options_are_answered_without_a_body(scene: Scene) -> None:
    plain = scene.served.client.head("/v1/issuers")
    assert (plain.status_code, plain.content) == (200, b"")
    preflight = scene.served.client.options("/v1/verify", headers={"origin": "https://other.example"})
    assert (preflight.status_code, preflight.content) == (204, b"")
    assert preflight.headers["access-control-allow-origin"] == "*"


def test_the_log_is_json_and_has_no_word_of_what_was_sent(scene: Scene) -> None:
    secret = "correct-horse-battery-staple"
    scene.served.verify({"credential": secret}, authorization=f"Bearer {secret}")
    scene.served.verify(secret.encode())
    log = scene.served.log.read_text("utf-8")
    assert [json.loads(line)["event"] for line in log.splitlines()][:1] == ["serving"]
    assert secret not in log
    assert "Traceback" not in log


@pytest.mark.slow
def test_a_node_that_goes_away_makes_it_unready_and_unknown_until_it_is_back(
    chain: DevChain, tmp_path: Path
) -> None:
    registry = deploy_registry(chain)
    with forwarding(chain.url) as node:
        stand = Stand(registry, tmp_path, rpc=node.url, view_age_limit_seconds=2)
        credential, _ = stand.issue()
        with running(stand) as served:
            served.wait_ready()
            assert verdict_of(served.verify(credential)) == "valid"
            node.whole = lambda _body: Answer(b"gone", status=502)
            refused = served.wait_ready(503)
            assert refused.json()["registries"][0]["fresh"] is False
            assert served.client.get("/health").status_code == 200
            assert verdict_of(served.verify(credential)) == "unknown"
            assert verdict_of(served.verify({**credential, "name": "Better"})) == "tampered"
            assert served.client.get("/v1/issuers").status_code == 503
            node.whole = lambda _body: None
            served.wait_ready()
            assert verdict_of(served.verify(credential)) == "valid"


@pytest.mark.slow
def test_it_starts_without_any_node_and_with_a_trust_file_alone(chain: DevChain, tmp_path: Path) -> None:
    stand = Stand(deploy_registry(chain), tmp_path, rpc="http://127.0.0.1:9")
    credential, _ = stand.issue()
    (tmp_path / "attestree.toml").unlink()
    with running(stand, "--rpc", "http://127.0.0.1:9") as served:
        assert served.wait_ready(503).json()["code"].startswith("chain.")
        assert verdict_of(served.verify(credential)) == "unknown"
    with running(stand) as served:
        assert served.wait_ready(503).json()["code"] == "chain.no_view"
        assert verdict_of(served.verify(credential)) == "unknown"
    with running(stand, "--rpc", chain.url) as served:
        served.wait_ready()
        assert verdict_of(served.verify(credential)) == "valid"
    assert not (tmp_path / "attestree.db").exists()


def test_with_an_issuer_it_looks_credentials_up_in_the_store(chain: DevChain, tmp_path: Path) -> None:
    stand = Stand(deploy_registry(chain), tmp_path)
    settings = tmp_path / "attestree.toml"
    issuer = f"""
[[issuer]]
name = "university"
title = "University"
address = "0x{stand.issuer.address.hex()}"
did = "did:web:university.example"
"""
    settings.write_text(settings.read_text("utf-8") + issuer, "utf-8")
    token = "ab" * 16
    with wire_store(load_settings(settings)) as store:
        store.open_batch(batch(issuer=stand.issuer.address))
        store.seal_batch("b1", root=ROOT, size=1, rows=[row(0, token=token)], intent=intent(batch_id="b1"))
    with running(stand) as served:
        found = served.client.get(f"/v1/credentials/{token}").json()
        assert (found["state"], found["root"]) == ("pending", f"0x{ROOT.hex()}")
        page = served.client.get(f"/c/{token}", headers={"accept": "text/html"})
        assert "not on public record yet" in page.text
        assert served.client.get("/v1/credentials/" + "0" * 32).status_code == 404


def test_a_port_that_is_taken_and_a_rate_that_is_none_are_said_in_one_line(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["--config", str(scene.stand.folder / "attestree.toml"), "serve"]
    assert run([*line, "--port", str(scene.served.port)]) == 1
    assert "refused.port" in capsys.readouterr().err
    assert run([*line, "--port", "0", "--rate", "often"]) == 2
    assert "request.rate" in capsys.readouterr().err
