"""Getting started as a person does, on a real chain: init, join, found, and every act of standing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.rpc import JsonRpc
from attestree.cli.main import run, shared_flags_first
from attestree.errors import ChainUnavailableError
from attestree.ports import IssuerFacts
from attestree.settings import FILE_NAME, load_settings
from attestree.wiring.chains import wire_facts
from attestree.wiring.system import SystemClock
from tests.unit.cli.filled import fill_achievement

PASSWORD = "correct horse battery"
STRANGER = "0x" + "11" * 20
START = "from attestree.cli.main import main; main()"


class Desk:
    """Somebody who types commands in a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self._capsys, self._patch = folder, capsys, patch

    def type(self, *words: str, code: int = 0) -> Any:
        """Type a command with --json, compare its exit code and return what it printed."""
        self._patch.chdir(self.folder)
        self._capsys.readouterr()
        ended = run(shared_flags_first([*words, "--json"]))
        printed = self._capsys.readouterr()
        assert ended == code, printed
        return json.loads(printed.out)

    def refused(self, *words: str, code: int = 1) -> str:
        """Type a command that ends in an error, and return the error's code."""
        return str(self.type(*words, code=code)["error"]["code"])

    def facts(self, account: str | None = None) -> IssuerFacts:
        """Return what the chain says of an issuer; of one's own without an account."""
        settings = load_settings(self.folder / FILE_NAME)
        address = account or settings.issuer[0].address
        return wire_facts(settings.registry[0], clock=SystemClock()).fetch_issuer(bytes.fromhex(address[2:]))

    def describe(self) -> None:
        """Describe an achievement: the template, filled in."""
        path = self.folder / "achievement.toml"
        if path.exists():
            return
        path.write_bytes(fill_achievement())

    def issue(self) -> str:
        """Issue the roster of the template and return the credential's file."""
        self.type("template", "roster")
        self.describe()
        self.type("issue", "roster.csv", "--achievement", "achievement.toml", "--yes")
        return str(next(self.folder.glob("batches/*/*/private/credentials/*.json")))


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path / "desk", capsys, monkeypatch)


@pytest.fixture
def other(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path / "other", capsys, monkeypatch)


@pytest.fixture
def started(desk: Desk, chain: DevChain) -> Desk:
    desk.type("init", "test", "--rpc", chain.url)
    return desk


def own_account(desk: Desk) -> str:
    return load_settings(desk.folder / FILE_NAME).issuer[0].address


def test_a_test_network_is_set_up_once_however_often_it_is_asked_for(desk: Desk, chain: DevChain) -> None:
    first = desk.type("init", "test", "--rpc", chain.url)
    before = height(chain), (desk.folder / FILE_NAME).read_text()
    assert desk.type("init", "test", "--rpc", chain.url) == first
    assert (height(chain), (desk.folder / FILE_NAME).read_text()) == before
    assert (len(desk.facts().spans), len(desk.facts().operators)) == (1, 1)


def test_what_was_set_up_issues_and_verifies(started: Desk) -> None:
    assert started.type("verify", started.issue())["verdict"] == "valid"


def test_keys_are_for_the_owner_alone(started: Desk) -> None:
    modes = {path.stat().st_mode & 0o777 for path in (started.folder / "keys").iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize("blocks", [0, 1, 2, 4, 6])
@pytest.mark.slow
def test_killed_anywhere_and_run_again_there_is_one_of_everything(
    desk: Desk, chain: DevChain, blocks: int
) -> None:
    before = count_deployments(chain)
    point = height(chain) + blocks
    command = [sys.executable, "-c", START, "init", "test", "--rpc", chain.url]
    with subprocess.Popen(command, cwd=desk.folder, stderr=subprocess.DEVNULL) as running:
        while running.poll() is None and (height(chain) < point or not any(desk.folder.glob("keys/*"))):
            time.sleep(0.01)
        running.kill()
    desk.type("init", "test", "--rpc", chain.url)
    facts = desk.facts()
    assert (len(facts.spans), len(facts.operators)) == (1, 1)
    assert count_deployments(chain) == before + 1
    assert all(answer["good"] for answer in desk.type("doctor")["answers"])


def height(chain: DevChain) -> int:
    return int(chain.call("eth_blockNumber"), 16)


def count_deployments(chain: DevChain) -> int:
    """Return how many contracts were ever created on the chain."""
    count = 0
    for number in range(height(chain) + 1):
        block = chain.call("eth_getBlockByNumber", hex(number), True)
        count += sum(one["to"] is None for one in block["transactions"])
    return count


def test_a_chain_that_counts_or_none_at_all_gets_no_test_network(desk: Desk) -> None:
    assert desk.refused("init", "test", "--rpc", "http://127.0.0.1:9", code=3) == "chain.no_local_chain"
    assert not (desk.folder / "keys").exists()


@pytest.mark.parametrize("url", ["nowhere", "ftp://x.example", "https://"])
def test_a_public_address_that_leads_nowhere_is_refused_before_anything_is_made(
    desk: Desk, chain: DevChain, url: str
) -> None:
    assert (
        desk.refused("init", "test", "--rpc", chain.url, "--public-url", url, code=2) == "config.public_url"
    )
    assert list(desk.folder.iterdir()) == []


def test_somebody_else_joins_is_accredited_and_issues(
    started: Desk,
    other: Desk,
    chain: DevChain,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ATTESTREE_KEY_PASSWORD", PASSWORD)
    trust = started.folder / "trust.toml"
    joined = other.type(
        "init", "join", "--trust", str(trust), "--title", "Other College", "--rpc", chain.url
    )["issuers"][0]
    assert other.type("init", "join", "--trust", str(trust), "--title", "Other College", "--rpc", chain.url)[
        "issuers"
    ] == [joined]
    monkeypatch.delenv("ATTESTREE_KEY_PASSWORD")
    started.type("issuer", "accredit", joined["account"], "--did", joined["did"], "--title", joined["title"])
    monkeypatch.setenv("ATTESTREE_KEY_PASSWORD", PASSWORD)
    for name in ("other-college-issuer", "other-college-operator"):
        account = other.type("key", "show", f"keys/{name}.json")["public"]
        chain.fund(account, 10**18)
    other.type("issuer", "operator", "add")
    report = started.type("verify", other.issue())
    assert (report["verdict"], report["issuer"]["name"]) == ("valid", "Other College")


def test_joining_the_wrong_chain_is_refused_before_anything_is_made(
    started: Desk, other: Desk, chain: DevChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTESTREE_KEY_PASSWORD", PASSWORD)
    text = (started.folder / "trust.toml").read_text()
    line = next(line for line in text.splitlines() if line.startswith("genesis_hash"))
    (other.folder / "wrong.toml").write_text(text.replace(line, f'genesis_hash = "0x{"77" * 32}"'))
    words = ("init", "join", "--trust", "wrong.toml", "--title", "X", "--rpc", chain.url)
    assert other.refused(*words, code=3) == "chain.other_network"
    assert [path.name for path in other.folder.iterdir()] == ["wrong.toml"]


def test_a_registry_is_founded_and_its_founder_accredits(
    desk: Desk, chain: DevChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATTESTREE_KEY_PASSWORD", PASSWORD)
    words = ("init", "found", "--title", "National Registry", "--rpc", chain.url)
    # Nobody has given the admin money yet; run again, it goes on.
    assert desk.refused(*words) == "chain.no_money"
    admin = desk.type("key", "show", "keys/registry-admin.json")["public"]
    chain.fund(admin, 10**19)
    founded = desk.type(*words)
    assert desk.type(*words) == founded
    desk.type("issuer", "accredit", STRANGER, "--did", "did:web:x.example", "--title", "X", "--days", "30")
    assert desk.facts(STRANGER).spans[0].name == "X"
    assert desk.type("trust", "show")["accreditors"] == [{"address": admin, "name": "National Registry"}]
    assert desk.type("registry", "show")["address"] == founded["registries"][0]


def test_the_registry_pauses_and_goes_on(started: Desk) -> None:
    started.type("registry", "pause")
    assert started.refused("registry", "pause") == "contract.already_paused"
    started.type("template", "roster")
    started.describe()
    words = ("issue", "roster.csv", "--achievement", "achievement.toml", "--yes")
    assert started.refused(*words) == "contract.anchoring_paused"
    started.type("registry", "unpause")
    assert started.refused("registry", "unpause") == "contract.not_paused"
    started.issue()
    assert started.facts().anchor_head.count == 1


def test_an_accreditor_is_admitted_and_struck_off(started: Desk) -> None:
    started.type("registry", "admit", STRANGER)
    assert started.refused("registry", "admit", STRANGER) == "contract.accreditor_known"
    started.type("registry", "strike", STRANGER)
    assert started.refused("registry", "strike", STRANGER) == "contract.accreditor_unknown"


def test_the_registry_is_handed_over_after_the_delay(started: Desk, chain: DevChain) -> None:
    settings = started.folder / FILE_NAME
    successor = started.type("key", "show", "keys/example-university-issuer.json")["public"]
    started.type("registry", "propose-admin", successor)
    assert started.refused("registry", "accept-admin") == "contract.not_pending_admin"
    settings.write_text(
        settings.read_text().replace(
            'admin_key         = "keys/registry-admin.json"',
            'admin_key = "keys/example-university-issuer.json"',
        )
    )
    assert started.refused("registry", "accept-admin") == "contract.admin_delay_running"
    chain.increase_time(3 * 86_400)
    started.type("registry", "accept-admin")
    started.type("registry", "pause")


def test_an_issuer_is_suspended_reinstated_and_withdrawn(started: Desk, chain: DevChain) -> None:
    account, path = own_account(started), started.issue()
    # A suspension within the second of the recording would cover it.
    chain.increase_time(5)
    started.type("issuer", "suspend", account)
    assert started.refused("issuer", "suspend", account) == "contract.no_span_in_force"
    assert started.type("verify", path, code=1)["verdict"] == "untrusted_issuer"
    started.type("issuer", "reinstate", account)
    assert started.refused("issuer", "reinstate", account, code=2) == "request.not_suspended"
    assert started.type("verify", path)["verdict"] == "valid"
    started.type("issuer", "withdraw", account, "--span", "2")
    spans = started.type("issuer", "show")["spans"]
    assert [span["cause"] for span in spans] == ["suspended", "withdrawn"]


def test_an_act_that_was_refused_is_not_done_later(started: Desk) -> None:
    account = own_account(started)
    assert started.refused("issuer", "reinstate", account, code=2) == "request.not_suspended"
    started.type("issuer", "suspend", account)
    assert started.refused("issuer", "suspend", account) == "contract.no_span_in_force"
    started.type("issuer", "reinstate", account)
    assert started.type("anchor")["writes"] == []
    assert [span.cause.name for span in started.facts().spans] == ["SUSPENDED", "RUNS"]


def test_a_stolen_key_is_disavowed_and_one_batch_confirmed(started: Desk, chain: DevChain) -> None:
    chain.increase_time(3600)
    path = started.issue()
    batch = json.loads(next(started.folder.glob("batches/*/*/public/batch.json")).read_text())
    stolen = started.type("key", "show", "keys/example-university-operator.json")["public"]
    operator = started.type("issuer", "show")["operators"][0]
    started.type("issuer", "disavow", stolen, "--since", operator["starts"], "--yes")
    assert started.type("issuer", "show")["operators"][0]["disavowedFrom"] == operator["starts"]
    later = ("issuer", "disavow", stolen, "--since", operator["ends"], "--yes")
    assert started.refused(*later) == "contract.time_out_of_range"
    assert started.type("verify", path, code=1)["code"] == "issuer.key_disavowed"
    started.type("issuer", "confirm", batch["root"])
    assert started.type("verify", path)["verdict"] == "valid"


def test_operators_come_and_go_and_a_root_is_ruled_out(started: Desk) -> None:
    started.type("issuer", "operator", "add", STRANGER, "--days", "10")
    assert started.refused("issuer", "operator", "add", STRANGER) == "contract.operator_known"
    started.type("issuer", "operator", "remove", STRANGER)
    assert [item.number for item in started.facts().operators] == [1, 2]
    root = "0x" + "22" * 32
    started.type("issuer", "cancel", root)
    assert started.refused("issuer", "cancel", root) == "contract.root_cancelled"
    assert started.refused("issuer", "confirm", "0x" + "33" * 32) == "contract.not_anchored"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("accredit", STRANGER, "--did", "nonsense", "--title", "X"), "request.did"),
        (("accredit", STRANGER, "--did", "did:web:x", "--title", " "), "request.title"),
        (("accredit", "0x12", "--did", "did:web:x", "--title", "X"), "request.address"),
        (("show", "0x12"), "request.address"),
        (("show", "nobody"), "config.no_issuer"),
        (("confirm", "22" * 32), "request.root"),
        (("disavow", STRANGER, "--since", "yesterday"), "request.time"),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused(started: Desk, words: tuple[str, ...], code: str) -> None:
    assert started.refused("issuer", *words, code=2) == code


def test_the_doctor_names_what_is_to_be_mended(started: Desk, other: Desk) -> None:
    assert all(answer["good"] for answer in started.type("doctor")["answers"])
    (started.folder / "trust.toml").unlink()
    (started.folder / "keys" / "registry-admin.json").chmod(0o644)
    answers = started.type("doctor", code=1)["answers"]
    assert {answer["topic"] for answer in answers if not answer["good"]} == {
        "trust",
        "key registry-admin.json",
    }
    assert other.type("doctor", code=1)["answers"][-1]["next"] == "Start with `attestree init`."


def test_trust_is_passed_on_with_its_sha256(started: Desk, other: Desk) -> None:
    path = str(started.folder / "trust.toml")
    sha256 = started.type("trust", "show")["sha256"]
    assert other.refused("trust", "add", path, "--sha256", "00" * 32, code=2) == "trust.other_sha256"
    assert other.type("trust", "add", path, "--sha256", sha256)["sha256"] == sha256
    assert other.type("trust", "add", path)["networks"] == started.type("trust", "show")["networks"]
    assert other.refused("trust", "add", "https://x.example/t", code=2) == "trust.needs_sha256"
    assert (
        other.refused("trust", "add", "http://x.example/t", "--sha256", sha256, code=2)
        == "request.https_only"
    )


def test_the_trust_file_that_is_shown_can_be_added(
    started: Desk, other: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(started.folder)
    assert run(["registry", "show", "--as-trust-file"]) == 0
    (other.folder / "given.toml").write_text(capsys.readouterr().out)
    assert other.type("trust", "add", "given.toml")["networks"] == started.type("trust", "show")["networks"]


def test_the_chain_command_ends_with_ctrl_c_and_comes_back(tmp_path: Path) -> None:
    command = [sys.executable, "-c", START, "chain", "--port", "0", "--json"]
    for _ in range(2):
        with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=os.environ) as it:
            assert it.stdout is not None
            lines = [it.stdout.readline() for _ in range(7)]
            assert json.loads("".join(lines))["chainId"] == 31337
            it.send_signal(signal.SIGINT)
            assert it.wait(30) == 0
    assert (tmp_path / "chain-state.json").exists()


def answers(rpc: JsonRpc, method: str) -> bool:
    """Say whether a question is answered."""
    try:
        rpc.call(method)
    except ChainUnavailableError:
        return False
    return True


def test_a_chain_with_faults_says_so_and_serves_the_same_chain(tmp_path: Path) -> None:
    command = [sys.executable, "-c", START, "chain", "--port", "0", "--faults", "1"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=os.environ) as it:
        assert it.stdout is not None
        lines = [it.stdout.readline() for _ in range(3)]
        try:
            assert "About 100% of all requests fail on purpose" in lines[1]
            rpc = JsonRpc(lines[0].split()[5])
            # a request that only hangs is answered in the end
            assert any(not answers(rpc, "eth_chainId") for _ in range(30))
            # what drives the test chain is left alone
            assert rpc.call("evm_mine") is not None
            rpc.close()
        finally:
            it.send_signal(signal.SIGINT)
        assert it.wait(30) == 0
