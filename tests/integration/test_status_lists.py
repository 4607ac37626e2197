"""
Status lists for wallets, end to end: contract, signing side, server, both stores.

Our verifier reads the chain, wallets read the list. After every change both say the same of every credential,
and at no moment is a list handed out that says less than the chain.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.files import atomic
from attestree.adapters.files.status_lists import StatusListFolder
from attestree.adapters.keys.ed25519 import create_signing_key
from attestree.cli.main import run
from attestree.credentials.signatures.data_integrity import verify_proof
from attestree.credentials.signatures.multikey import parse_did_key
from attestree.credentials.status_list import StatusList, parse_status_list
from attestree.credentials.strict_json import parse_json
from attestree.errors import NotAllowedError
from attestree.issuing.status_lists import read_list
from attestree.registry.facts import Reason, Role
from attestree.verifying.checks.status import check_status
from tests.integration.deployed import FAR_AWAY, AnchoredBatch, deploy_registry
from tests.integration.furnishing import DID, TITLE
from tests.integration.offices import ISSUE, Office
from tests.integration.readers import Reader, build_reader
from tests.integration.served import START_SECONDS, Served, Stand, running

pytestmark = pytest.mark.chain

PURPOSES = ("revocation", "suspension")
PUBLIC_URL = "https://badges.example.org"
SIZE = 300


@dataclass
class Scene:
    """An issuer's server, and the command that signs its lists."""

    stand: Stand
    served: Served
    did: str
    reader: Reader
    capsys: pytest.CaptureFixture[str]

    def sign(self, batch: AnchoredBatch, *flags: str) -> list[str]:
        """Type `attestree status-lists` and return the purposes of a batch that were signed."""
        signed = self.publish(*flags)["signed"]
        return [one["purpose"] for one in signed if one["list"] == batch.list_id.hex()]

    def publish(self, *flags: str, code: int = 0) -> Any:
        """Type `attestree status-lists` and return what it printed."""
        self.capsys.readouterr()
        settings = str(self.stand.folder / "attestree.toml")
        ended = run(["--config", settings, "--json", "status-lists", *flags])
        printed = self.capsys.readouterr()
        assert ended == code, printed
        return json.loads(printed.out)

    def catch_up(self) -> None:
        """Wait until the server has seen the newest block."""
        self.served.wait_block(self.stand.registry.block().number)

    def ask(self, batch: AnchoredBatch, purpose: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.served.client.get(f"/status/{batch.list_id.hex()}/{purpose}", headers=named)

    def code(self, batch: AnchoredBatch, purpose: str, status: int = 503) -> str:
        answer = self.ask(batch, purpose)
        assert answer.status_code == status, answer.text
        return str(answer.json()["code"])

    def read(self, batch: AnchoredBatch, purpose: str) -> StatusList:
        """Return a list as a wallet reads it, once its signature fits."""
        answer = self.ask(batch, purpose)
        assert answer.status_code == 200, answer.text
        document = parse_json(answer.content)
        assert isinstance(document, dict)
        proof = document["proof"]
        assert isinstance(proof, dict)
        verify_proof(document, proof, parse_did_key(self.did))
        found = parse_status_list(document)
        assert (found.issuer, found.purposes) == (self.did, (purpose,))
        assert found.address == f"{PUBLIC_URL}/status/{batch.list_id.hex()}/{purpose}"
        return found

    def verify_agreement(self, batch: AnchoredBatch) -> dict[str, list[int]]:
        """Return the indexes that each list has, after comparing every one with what the chain says."""
        lists = {purpose: self.read(batch, purpose) for purpose in PURPOSES}
        self.reader.poll()
        for index in range(batch.size):
            facts = self.reader.ask(batch, index)
            bits = {purpose: lists[purpose].bit(index) for purpose in PURPOSES}
            both = (facts.final.status, facts.latest.status)
            assert bits["revocation"] == any(status.revoked for status in both), index
            assert bits["suspension"] == any(status.suspended for status in both), index
            assert any(bits.values()) == check_status(facts, other_lists=0).decides
        return {
            purpose: [index for index in range(batch.size + 50) if found.bit(index)]
            for purpose, found in lists.items()
        }


def write_settings(stand: Stand, store_url: str, did: str) -> None:
    """Make the folder of a stand that of an issuer."""
    stand.write_settings()
    path = stand.folder / "attestree.toml"
    issuer = [
        "[[issuer]]",
        'name = "university"',
        'title = "University"',
        f'address = "{stand.issuer.account.address}"',
        f'did = "{did}"',
        'signing_key = "ed25519.pem"',
    ]
    head = [f'public_url = "{PUBLIC_URL}"', path.read_text("utf-8")]
    path.write_text("\n".join([*head, "[store]", f'url = "{store_url}"', *issuer]), "utf-8")


@contextmanager
def opened(chain: DevChain, folder: Path, store_url: str) -> Iterator[tuple[Stand, Served, str]]:
    folder.mkdir()
    stand = Stand(deploy_registry(chain), folder)
    did = create_signing_key(folder / "ed25519.pem", password=None)
    write_settings(stand, store_url, did)
    with running(stand) as served:
        served.wait_ready()
        yield stand, served, did


@pytest.fixture
def apart(
    chain: DevChain, tmp_path: Path, store_url: str, capsys: pytest.CaptureFixture[str]
) -> Iterator[Scene]:
    """A server of its own over each kind of store."""
    with opened(chain, tmp_path / "stand", store_url) as (stand, served, did):
        yield Scene(stand, served, did, build_reader("followed", stand.registry), capsys)


@pytest.fixture(scope="module")
def shared(
    anvil: AnvilChain, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stand, Served, str]]:
    before, folder = anvil.snapshot(), tmp_path_factory.mktemp("lists")
    with opened(anvil, folder / "stand", f"sqlite:///{folder}/attestree.db") as found:
        yield found
    anvil.revert(before)


@pytest.fixture
def scene(shared: tuple[Stand, Served, str], capsys: pytest.CaptureFixture[str]) -> Scene:
    """One server for all tests that bring a batch of their own."""
    stand, served, did = shared
    return Scene(stand, served, did, build_reader("followed", stand.registry), capsys)


def test_after_every_change_the_list_says_of_every_credential_what_the_chain_says(apart: Scene) -> None:
    scene = apart
    registry, issuer = scene.stand.registry, scene.stand.issuer
    batch = registry.anchor(issuer, size=SIZE)
    other = registry.anchor(issuer, size=SIZE)
    scene.catch_up()
    assert {scene.code(batch, purpose) for purpose in PURPOSES} == {"statuslist.not_signed"}
    assert scene.publish()["lists"] == 4
    assert scene.verify_agreement(batch) == {"revocation": [], "suspension": []}

    many = [1, 7, 8, 255, 256, SIZE - 1]
    changes: list[tuple[Any, dict[str, list[int]]]] = [
        (lambda: registry.revoke(batch, [3]), {"revocation": [3], "suspension": []}),
        (lambda: registry.suspend(batch, [0, 3, 9]), {"revocation": [3], "suspension": [0, 3, 9]}),
        (lambda: registry.revoke(batch, many), {"revocation": sorted([3, *many]), "suspension": [0, 3, 9]}),
        (lambda: registry.reinstate(batch, [0, 3]), {"revocation": sorted([3, *many]), "suspension": [9]}),
        (
            lambda: registry.suspend(batch),
            {"revocation": sorted([3, *many]), "suspension": [*range(SIZE)]},
        ),
        (lambda: registry.reinstate(batch), {"revocation": sorted([3, *many]), "suspension": [9]}),
        (
            lambda: registry.revoke(batch, reason=Reason.KEY_COMPROMISE),
            {"revocation": [*range(SIZE)], "suspension": [9]},
        ),
    ]
    for change, bits in changes:
        before = {purpose: scene.ask(batch, purpose).content for purpose in PURPOSES}
        # Both name whole seconds: a list that was signed in the second of a look may know more than it.
        time.sleep(1)
        change()
        scene.catch_up()
        answers = {purpose: scene.ask(batch, purpose) for purpose in PURPOSES}
        assert sorted(answer.status_code for answer in answers.values()) == [200, 503]
        [stale] = [answer for answer in answers.values() if answer.status_code == 503]
        assert stale.json()["code"] == "statuslist.behind"
        assert stale.json()["next"]
        [stands] = [purpose for purpose in PURPOSES if answers[purpose].status_code == 200]
        assert answers[stands].content == before[stands]
        assert [one["list"] for one in scene.publish()["signed"]] == [batch.list_id.hex()]
        assert scene.verify_agreement(batch) == bits
    assert scene.verify_agreement(other) == {"revocation": [], "suspension": []}
    assert scene.publish()["signed"] == []


def test_a_list_is_served_as_wallets_ask_for_it(scene: Scene) -> None:
    registry = scene.stand.registry
    batch = registry.anchor(scene.stand.issuer, size=5)
    scene.publish()
    scene.catch_up()
    answer = scene.ask(batch, "revocation", origin="https://wallet.example")
    assert answer.headers["content-type"] == "application/vc"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=900"
    file = scene.stand.folder / "status" / batch.list_id.hex() / "revocation"
    assert answer.content == file.read_bytes()
    for accept, kind in [
        ("application/ld+json", "application/ld+json"),
        ("text/html, application/json;q=0.5", "application/json"),
        ("image/png", "application/vc"),
    ]:
        assert scene.ask(batch, "revocation", accept=accept).headers["content-type"] == kind
    again = scene.ask(batch, "revocation", if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    registry.revoke(batch, [1])
    scene.publish()
    scene.catch_up()
    assert scene.ask(batch, "revocation", if_none_match=answer.headers["etag"]).status_code == 200
    head = scene.served.client.head(f"/status/{batch.list_id.hex()}/revocation")
    assert (head.status_code, head.content) == (200, b"")


def test_what_nobody_recorded_is_not_found_and_says_so_as_a_problem(scene: Scene) -> None:
    batch = scene.stand.registry.anchor(scene.stand.issuer, size=5)
    stranger = scene.stand.registry.new_issuer("stranger")
    theirs = scene.stand.registry.anchor(stranger, size=5)
    scene.publish()
    scene.catch_up()
    for path in (
        f"/status/{bytes(13).hex()}/revocation",
        f"/status/{theirs.list_id.hex()}/revocation",
        f"/status/{batch.list_id.hex()}/refresh",
        f"/status/{batch.list_id.hex().upper()}/revocation",
        f"/status/{batch.list_id.hex()}x/revocation",
        "/status/..%2f..%2fattestree.toml/revocation",
    ):
        answer = scene.served.client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "request.not_found"), path
        assert answer.headers["content-type"] == "application/problem+json"


def test_another_issuer_who_takes_the_same_list_changes_nothing_of_ours(scene: Scene) -> None:
    registry = scene.stand.registry
    batch = registry.anchor(scene.stand.issuer, size=5)
    stranger = registry.new_issuer("stranger")
    theirs = registry.anchor(stranger, size=5, list_id=batch.list_id)
    registry.revoke(theirs)
    scene.publish()
    scene.catch_up()
    assert scene.verify_agreement(batch) == {"revocation": [], "suspension": []}


def test_a_list_that_was_changed_or_lapsed_on_the_disk_is_not_handed_out(scene: Scene) -> None:
    batch = scene.stand.registry.anchor(scene.stand.issuer, size=5)
    scene.publish()
    scene.catch_up()
    file = scene.stand.folder / "status" / batch.list_id.hex() / "revocation"
    good = file.read_bytes()
    file.write_bytes(good[:-1])
    assert scene.code(batch, "revocation") == "statuslist.damaged"
    document = json.loads(good)
    file.write_text(json.dumps(document | {"validUntil": "2020-01-01T00:00:00Z"}))
    assert scene.code(batch, "revocation") == "statuslist.lapsed"
    file.unlink()
    assert scene.code(batch, "revocation") == "statuslist.not_signed"
    assert scene.sign(batch) == ["revocation"]
    scene.verify_agreement(batch)


def test_all_lists_are_signed_again_when_that_is_asked_for(scene: Scene) -> None:
    batch = scene.stand.registry.anchor(scene.stand.issuer, size=5)
    assert scene.sign(batch) == [*PURPOSES]
    assert scene.sign(batch) == []
    assert scene.sign(batch, "--again") == [*PURPOSES]
    scene.catch_up()
    scene.verify_agreement(batch)


def test_a_disk_that_fails_leaves_the_list_before_and_the_server_says_that_it_is_old(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = scene.stand.registry
    batch = registry.anchor(scene.stand.issuer, size=5)
    scene.publish()
    file = scene.stand.folder / "status" / batch.list_id.hex() / "revocation"
    before = file.read_bytes()
    registry.revoke(batch, [1])
    scene.catch_up()

    def fail(_descriptor: int) -> None:
        raise OSError(5, "the disk")

    with monkeypatch.context() as patch:
        patch.setattr(atomic.os, "fsync", fail)
        assert scene.publish(code=3)["error"]["code"] == "folder.write_failed"
    assert file.read_bytes() == before
    assert scene.code(batch, "revocation") == "statuslist.behind"
    scene.publish()
    scene.verify_agreement(batch)


def test_folders_that_cannot_be_made_are_told(scene: Scene) -> None:
    scene.stand.registry.anchor(scene.stand.issuer, size=5)
    with settings_changed(scene, "[store]", '[status]\nlists = "ed25519.pem"\n[store]'):
        assert scene.publish(code=3)["error"]["code"] == "folder.write_failed"


def test_one_process_writes_at_a_time(scene: Scene) -> None:
    batch = scene.stand.registry.anchor(scene.stand.issuer, size=5)
    folder = StatusListFolder(scene.stand.folder / "status")
    with folder.opened():
        assert scene.publish(code=1)["error"]["code"] == "statuslist.busy"
        with pytest.raises(NotAllowedError, match=r"statuslist\.busy"), folder.opened():
            pytest.fail("two at once")
    assert scene.sign(batch) == [*PURPOSES]


def test_the_service_that_sends_keeps_the_lists_by_itself(apart: Scene) -> None:
    scene = apart
    registry = scene.stand.registry
    batch = registry.anchor(scene.stand.issuer, size=SIZE)
    program = str(Path(sys.executable).with_name("attestree"))
    log = scene.stand.folder / "watch.log"
    with log.open("wb") as said:
        watch = subprocess.Popen(
            [program, "anchor", "--watch"], cwd=scene.stand.folder, stdout=said, stderr=said
        )
    try:
        for change, bits in [
            (lambda: None, {"revocation": [], "suspension": []}),
            (lambda: registry.suspend(batch, [4, 260]), {"revocation": [], "suspension": [4, 260]}),
            (lambda: registry.revoke(batch, [5]), {"revocation": [5], "suspension": [4, 260]}),
            (lambda: registry.reinstate(batch, [4]), {"revocation": [5], "suspension": [260]}),
        ]:
            change()
            scene.catch_up()
            wait_for_lists(scene, batch, watch, log)
            assert scene.verify_agreement(batch) == bits
    finally:
        watch.send_signal(signal.SIGTERM)
        watch.wait(20)
    assert "status lists signed" in log.read_text()


def wait_for_lists(scene: Scene, batch: AnchoredBatch, watch: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until both lists are handed out."""
    give_up = time.monotonic() + START_SECONDS
    while any(scene.ask(batch, purpose).status_code != 200 for purpose in PURPOSES):
        assert time.monotonic() < give_up, log.read_text()
        assert watch.poll() is None, log.read_text()
        time.sleep(0.05)


def test_an_issuer_without_a_public_address_or_a_key_is_told_why_it_has_no_lists(scene: Scene) -> None:
    with settings_changed(scene, 'signing_key = "ed25519.pem"', ""):
        assert scene.publish(code=1)["error"]["code"] == "statuslist.no_signing_key"
    with settings_changed(scene, f'public_url = "{PUBLIC_URL}"', ""):
        assert scene.publish(code=1)["error"]["code"] == "statuslist.no_public_url"


@contextmanager
def settings_changed(scene: Scene, before: str, after: str) -> Iterator[None]:
    """Change some text of the settings for a while; the server has read them before."""
    path = scene.stand.folder / "attestree.toml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")
    yield
    path.write_text(text, "utf-8")


@pytest.fixture
def office(
    chain: DevChain,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Office:
    """An institution at its own machine, with a public address and a signing key."""
    registry = deploy_registry(chain)
    university = registry.new_actor("university")
    operator = registry.new_actor("operator")
    folder = tmp_path / "office"
    keys = {"issuer_key": university, "operator_key": operator}
    found = Office.open(folder, registry, capsys, monkeypatch, issuer=university.address, keys=keys)
    did = create_signing_key(folder / "ed25519.pem", password=None)
    registry.accredit(university, did=did, name=TITLE)
    registry.send(university, "addOperator", operator.address, int(Role.ANCHOR | Role.STATUS), FAR_AWAY)
    found.change(f'did = "{DID}"', f'did = "{did}"\nsigning_key = "ed25519.pem"')
    path = folder / "attestree.toml"
    path.write_text(f'public_url = "{PUBLIC_URL}"\n' + path.read_text("utf-8"), "utf-8")
    return found


def listed(office: Office) -> dict[str, list[int]]:
    """Return the bits of the one list on the disk, by purpose, as a credential's entry points there."""
    [single, *_] = sorted(office.folder.glob("batches/*/*/private/credentials/*.json"))
    entry = json.loads(single.read_text("utf-8"))["credentialStatus"]
    assert entry["statusListCredential"].startswith(f"{PUBLIC_URL}/status/")
    place = office.folder / "status" / entry["statusListCredential"].split("/")[-2]
    found = {purpose: read_list((place / purpose).read_bytes()) for purpose in PURPOSES}
    return {
        purpose: [index for index in range(100) if one is not None and one.bit(index)]
        for purpose, one in found.items()
    }


def test_the_commands_that_record_keep_the_lists_that_their_credentials_point_to(office: Office) -> None:
    office.type(*ISSUE, "--yes")
    assert "2 status lists signed" in office.said
    assert listed(office) == {"revocation": [], "suspension": []}
    singles = sorted(office.folder.glob("batches/*/*/private/credentials/*.json"))
    index = {
        path: int(json.loads(path.read_text("utf-8"))["credentialStatus"]["statusListIndex"])
        for path in singles
    }
    first, second, third = singles
    office.type("revoke", str(first), "--yes")
    assert "1 status list signed" in office.said
    office.type("suspend", str(second), "--yes")
    assert listed(office) == {"revocation": [index[first]], "suspension": [index[second]]}
    office.type("reinstate", str(second), "--yes")
    assert listed(office) == {"revocation": [index[first]], "suspension": []}
    assert [office.verdict(path) for path in singles] == ["revoked", "valid", "valid"]
    office.type("suspend", str(third), "--yes", "--no-wait")
    office.type("anchor")
    assert listed(office) == {"revocation": [index[first]], "suspension": [index[third]]}


def test_a_key_that_does_not_open_stops_no_recording_and_is_told(office: Office) -> None:
    office.type(*ISSUE, "--yes")
    office.folder.joinpath("ed25519.pem").write_text("no key")
    [single, *_] = sorted(office.folder.glob("batches/*/*/private/credentials/*.json"))
    writes = office.type("revoke", str(single), "--yes")["writes"]
    assert [one["state"] for one in writes] == ["final"]
    assert "status lists not signed" in office.said
    assert office.verdict(single) == "revoked"
