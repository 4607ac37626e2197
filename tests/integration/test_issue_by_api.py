"""Issuing by API: a real server process, a real store, a real chain, until the credential is final."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.credentials.canonical import canonicalize
from attestree.outbox.states import State
from tests.integration.deployed import Deployed, deploy_registry
from tests.integration.issuing_by_api import PUBLIC_URL, Booth, asked, open_booth
from tests.integration.served import running


@pytest.fixture
def registry(chain: DevChain) -> Iterator[Deployed]:
    deployed = deploy_registry(chain)
    yield deployed
    deployed.rpc.close()


@pytest.fixture
def booth(
    registry: Deployed,
    tmp_path: Path,
    store_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Booth:
    """An institution whose programs issue, over a store of each kind."""
    return open_booth(tmp_path, registry, capsys, monkeypatch, url=store_url)


@pytest.fixture
def small_booth(
    registry: Deployed,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Booth:
    """The same over SQLite, with batches of three."""
    url = f"sqlite:///{tmp_path}/small.db"
    return open_booth(tmp_path, registry, capsys, monkeypatch, url=url, extra="open_batch_size = 3")


def signed(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["verifiableCredential"]
    return found


def test_a_credential_is_signed_at_once_and_its_anchored_form_follows_when_it_is_final(booth: Booth) -> None:
    office = booth.office
    with running(office) as served:
        answer = booth.ask(served.client, repeat="one")
        credential = signed(answer)
        place, token = answer.headers["location"], credential["id"].rsplit("/", 1)[1]
        assert credential["id"] == f"{PUBLIC_URL}/c/{token}"
        assert credential["credentialStatus"]["statusListIndex"] == "0"
        assert credential["issuer"]["name"] == "Example University"
        assert credential["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
        waiting = booth.fetch(served.client, place)
        assert (waiting.status_code, waiting.json()["state"]) == (202, "pending")
        assert served.client.get(f"/v1/credentials/{token}").json()["state"] == "pending"
        office.type("anchor")
        hosted = credential["credentialStatus"]["statusListCredential"].removeprefix(PUBLIC_URL)
        assert served.client.get(hosted).status_code == 200
        other = signed(booth.ask(served.client))
        assert other["credentialStatus"]["statusListIndex"] == "1"
        (batch,) = office.type("seal")["batches"]
        assert batch["size"] == 2
        assert booth.fetch(served.client, place).status_code == 202
        office.type("anchor")
        assert served.client.get(f"/v1/credentials/{token}").json()["state"] == "recorded"
        served.wait_ready()
        anchored = booth.fetch(served.client, place)
        assert (anchored.status_code, anchored.headers["content-type"]) == (200, "application/vc")
        found = anchored.json()
        signature, anchor = found["proof"]
        assert {**found, "proof": signature} == credential
        assert anchor["cryptosuite"] == "evm-merkle-jcs-2026"
        served.wait_block(int(str(office.registry.rpc.call("eth_blockNumber", [])), 16))
        assert served.verify(anchored.content).json()["verdict"] == "valid"
        assert served.verify(canonicalize(credential)).json()["verdict"] == "not_anchored"
        # What was asked before is still answered the same, after all that
        assert booth.ask(served.client, repeat="one").content == answer.content
    assert office.type("fsck")["faults"] == []
    with booth.store() as store:
        assert [one.state for one in store.fetch_batches()] == [State.FINAL]


def test_one_idempotency_key_is_one_credential_at_once_and_after_a_restart(booth: Booth) -> None:
    with running(booth.office) as served, ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: booth.ask(served.client, repeat="same"), range(12)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        assert len({answer.headers["location"] for answer in answers}) == 1
        changed = booth.ask(served.client, {"credential": asked(name="Other")}, repeat="same")
        assert (changed.status_code, changed.json()["code"]) == (409, "apikey.key_reused")
    with booth.store() as store:
        (opened,) = store.fetch_open_batches()
        assert opened.size == 1
    with running(booth.office) as served:
        assert booth.ask(served.client, repeat="same").content == answers[0].content
        # Another spelling of the same body is the same body
        spelt = json.dumps({"credential": asked()}, indent=3).encode()
        headers = {"authorization": f"bearer {booth.key}", "idempotency-key": "same"}
        headers["content-type"] = "application/json"
        again = served.client.post("/credentials/issue", content=spelt, headers=headers)
        assert again.content == answers[0].content


def test_nothing_that_was_answered_is_lost_when_the_server_is_killed(small_booth: Booth) -> None:
    booth, answers = small_booth, dict[str, bytes]()
    for start in range(3):
        with running(booth.office) as served, ThreadPoolExecutor(3) as pool:

            def ask(number: int, client: httpx.Client = served.client) -> None:
                try:
                    answer = booth.ask(client, repeat=f"key-{number}")
                except httpx.HTTPError:
                    return
                assert answer.status_code == 201, answer.text
                assert answers.setdefault(f"key-{number}", answer.content) == answer.content

            asking = [pool.submit(ask, number) for number in range(5 * start, 5 * start + 8)]
            asking[2].result()
            served.process.kill()
            [one.result() for one in asking]
    with running(booth.office) as served:
        for key, content in answers.items():
            assert booth.ask(served.client, repeat=key).content == content
    booth.office.type("seal")
    booth.office.type("anchor")
    with booth.store() as store:
        batches = store.fetch_batches()
        rows = [row for batch in batches for row in store.fetch_rows(batch.id)]
        tokens = {row.token for row in rows}
        places = {(row.batch_id, row.index) for row in rows}
    answered = {json.loads(content)["verifiableCredential"]["id"][-32:] for content in answers.values()}
    assert answers
    assert len(answered) == len(answers)
    assert answered <= tokens
    assert len(places) == len(rows)
    joined = {row.batch_id for row in rows}
    assert {batch.state for batch in batches if batch.id in joined} == {State.FINAL}
    # a server that is killed before anybody joined leaves a batch for whoever comes next
    assert {batch.state for batch in batches if batch.id not in joined} <= {State.OPEN}
    assert booth.office.type("fsck")["faults"] == []
    assert set(booth.office.verdicts()) == {"valid"}


def test_two_servers_over_one_store_never_give_a_number_twice(booth: Booth) -> None:
    with (
        running(booth.office) as first,
        running(booth.office, name="second") as second,
        ThreadPoolExecutor(6) as pool,
    ):
        clients = [first.client, second.client] * 6
        shared = list(pool.map(lambda client: booth.ask(client, repeat="shared"), clients[:6]))
        assert len({answer.content for answer in shared}) == 1
        answers = [signed(answer) for answer in pool.map(booth.ask, clients)]
    places = {one["credentialStatus"]["id"] for one in answers}
    assert len(places) == len(answers)


def test_a_batch_is_sealed_when_it_is_full_and_when_it_is_old(small_booth: Booth) -> None:
    booth = small_booth
    with running(booth.office) as served:
        credentials = [signed(booth.ask(served.client)) for _ in range(4)]
    numbers = [one["credentialStatus"]["statusListIndex"] for one in credentials]
    assert numbers == ["0", "1", "2", "0"]
    booth.office.type("anchor")
    with booth.store() as store:
        assert [(one.state, one.size) for one in store.fetch_batches()] == [
            (State.FINAL, 3),
            (State.OPEN, None),
        ]
    booth.office.change("open_batch_size = 3", "open_batch_size = 3\nopen_batch_seconds = 1")
    with booth.store() as store:
        begun = store.fetch_batches()[1].created
    while time.time() < begun + 2:
        time.sleep(0.1)
    booth.office.type("anchor")
    with booth.store() as store:
        assert [(one.state, one.size) for one in store.fetch_batches()] == [
            (State.FINAL, 3),
            (State.FINAL, 1),
        ]
    assert booth.office.type("fsck")["faults"] == []


@contextmanager
def watching(booth: Booth) -> Iterator[None]:
    """Run `attestree anchor --watch`, as beside a server."""
    program = str(Path(sys.executable).with_name("attestree"))
    with (booth.office.folder / "watch.log").open("wb") as log:
        watcher = subprocess.Popen(
            [program, "anchor", "--watch"], cwd=booth.office.folder, stdout=log, stderr=log
        )
    try:
        yield
    finally:
        watcher.terminate()
        assert watcher.wait(30) == 0


def test_with_a_watcher_beside_the_server_nobody_needs_to_type_anything(small_booth: Booth) -> None:
    booth = small_booth
    booth.office.change("open_batch_size = 3", "open_batch_size = 3\nopen_batch_seconds = 1")
    with running(booth.office) as served, watching(booth):
        answers = [booth.ask(served.client) for _ in range(4)]
        for answer in answers:
            place, give_up = answer.headers["location"], time.monotonic() + 60
            while (found := booth.fetch(served.client, place)).status_code == 202:
                assert time.monotonic() < give_up
                time.sleep(0.2)
            assert found.json()["proof"][0] == signed(answer)["proof"]
    assert booth.office.verdicts() == ["valid"] * 4


def test_a_key_that_does_not_count_opens_nothing_and_is_written_nowhere(small_booth: Booth) -> None:
    booth = small_booth
    office, good = booth.office, booth.key
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    with running(office) as served:
        nobody = served.client.post("/credentials/issue", json={"credential": asked()})
        assert (nobody.status_code, nobody.json()["code"]) == (401, "apikey.missing")
        assert nobody.headers["www-authenticate"] == "Bearer"
        said = {}
        for shown in (wrong, "ak_" + "0" * 80, "nonsense", "Bearer", good.upper()):
            refused = booth.ask(served.client, key=shown)
            assert refused.status_code == 401
            assert good[20:] not in refused.text
            said[refused.json()["code"]] = refused.json()
        assert set(said) == {"apikey.unknown"}
        place = booth.ask(served.client).headers["location"]
        assert booth.ask(served.client, key=wrong).status_code == 401
        office.type("apikey", "revoke", good[3:19])
        for refused in (booth.ask(served.client), booth.fetch(served.client, place)):
            assert (refused.status_code, refused.json()["code"]) == (401, "apikey.revoked")
        log = served.log.read_text("utf-8")
    (listed,) = office.type("apikey", "list")["keys"]
    assert (listed["id"], listed["label"], bool(listed["revoked"])) == (good[3:19], "a program", True)
    assert office.refused("apikey", "revoke", good[3:19], code=1) == "apikey.no_such_key"
    kept = b"".join(path.read_bytes() for path in Path(office.folder.parent).glob("small.db*"))
    for secret in (good[19:], wrong[19:]):
        assert secret not in log
        assert secret.encode() not in kept
        assert bytes.fromhex(secret) not in kept
        assert secret not in json.dumps(listed)


def test_what_may_not_be_issued_is_refused_with_a_code(small_booth: Booth) -> None:
    booth = small_booth
    nameless = asked()
    del nameless["credentialSubject"]["identifier"]
    unknown = asked(motto="Per aspera")
    with running(booth.office) as served:
        refusals = [
            booth.ask(served.client, body, repeat=repeat)
            for body, repeat in (
                ({"credential": asked(id="urn:uuid:1")}, None),
                ({"credential": asked(credentialStatus={"id": "x"})}, None),
                ({"credential": asked(proof={"type": "x"})}, None),
                ({"credential": asked(issuer="did:web:other.example")}, None),
                ({"credential": asked(issuer={"id": "did:web:other.example", "type": ["Profile"]})}, None),
                ({"credential": nameless}, None),
                ({"credential": asked(), "options": {"credentialId": "x"}}, None),
                ({"credential": []}, None),
                ([], None),
                ({"credential": asked()}, "with a space"),
            )
        ]
        assert [(one.status_code, one.json()["code"]) for one in refusals] == [
            *[(422, "apikey.not_yours")] * 3,
            *[(403, "apikey.other_issuer")] * 2,
            (422, "format.no_holder"),
            *[(400, "apikey.body")] * 3,
            (400, "apikey.idempotency_key"),
        ]
        assert booth.ask(served.client, {"credential": unknown}).status_code == 422
        taken = signed(booth.ask(served.client, {"credential": asked(issuer=None, id=None), "options": {}}))
        assert taken["issuer"]["name"] == "Example University"
        mine = signed(booth.ask(served.client, {"credential": asked(issuer=taken["issuer"]["id"])}))
        assert mine["issuer"] == taken["issuer"]
        other = {"id": taken["issuer"]["id"], "type": ["Profile"], "name": "Another name"}
        refused = booth.ask(served.client, {"credential": asked(issuer=other)})
        assert (refused.status_code, refused.json()["code"]) == (422, "apikey.not_yours")
        assert booth.fetch(served.client, "/credentials/" + "0" * 32).status_code == 404


def test_numbers_that_a_restored_database_forgot_are_not_given_again(small_booth: Booth) -> None:
    booth = small_booth
    database = booth.office.folder.parent / "small.db"
    with running(booth.office) as served:
        signed(booth.ask(served.client))
    booth.office.type("backup", str(booth.office.folder.parent / "copy"))
    copied = next((booth.office.folder.parent / "copy").glob("state-*/attestree.db")).read_bytes()
    kept = {path.name for path in (booth.office.folder.parent / "copy").rglob("*.open/*")}
    with running(booth.office) as served:
        forgotten = signed(booth.ask(served.client))
    # Database and folders go back to the day of the backup
    for path in database.parent.glob("small.db*"):
        path.unlink()
    database.write_bytes(copied)
    (later,) = [path for path in booth.office.folder.rglob("*.open/*") if path.name not in kept]
    later.unlink()
    booth.office.type("recover", "--yes")
    with running(booth.office) as served:
        fresh = signed(booth.ask(served.client))
    assert fresh["credentialStatus"]["id"] != forgotten["credentialStatus"]["id"]
    booth.office.type("seal")
    booth.office.type("anchor")
    assert booth.office.type("fsck")["faults"] == []
    assert booth.office.verdicts() == ["valid", "valid"]


def test_a_member_that_changed_is_named_rings_and_is_not_recorded(small_booth: Booth) -> None:
    booth, office = small_booth, small_booth.office
    with running(office) as served:
        signed(booth.ask(served.client, repeat="one"))
        (path,) = office.folder.rglob("*.open/*.json")
        octets = path.read_bytes()
        path.write_bytes(octets.replace(b"Zofia", b"Sofia"))
        broken = booth.ask(served.client, repeat="one")
        assert (broken.status_code, broken.json()["code"]) == (503, "joined.changed")
    (fault,) = office.type("fsck", code=1)["faults"]
    assert fault["code"] == "joined.changed"
    assert office.refused("seal", code=1) == "joined.changed"
    office.change("open_batch_size = 3", "open_batch_size = 3\nopen_batch_seconds = 1")
    time.sleep(1.1)
    office.type("anchor")
    assert "joined.changed" not in office.said
    assert "not what was handed out" in office.said
    path.unlink()
    (fault,) = office.type("fsck", code=1)["faults"]
    assert fault["code"] == "fsck.file_missing"
    path.write_bytes(octets)
    office.type("anchor")
    assert office.verdicts() == ["valid"]
    assert office.type("fsck")["faults"] == []


@pytest.mark.parametrize("is_recorded", [False, True])
def test_without_a_database_what_was_sealed_is_entered_and_recorded(
    small_booth: Booth,
    is_recorded: bool,
) -> None:
    booth, office = small_booth, small_booth.office
    with running(office) as served:
        for _ in range(2):
            signed(booth.ask(served.client))
    office.type("seal")
    if is_recorded:
        office.type("anchor")
    for path in office.folder.parent.glob("small.db*"):
        path.unlink()
    office.type("recover", "--yes")
    office.type("anchor")
    assert office.verdicts() == ["valid", "valid"]
    assert office.type("fsck")["faults"] == []
