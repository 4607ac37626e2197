"""`attestree anchor` over a real store, a real key file and a real chain."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from attestree.accrediting.acts import remove_operator
from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.keys.files import create_key_file
from attestree.adapters.sql import SqlStore
from attestree.cli.main import run
from attestree.merkle.keccak import keccak256
from attestree.outbox.states import State
from attestree.ports import Lane, NewIntent
from attestree.registry.calls import build_call
from tests.integration.deployed import Actor, Deployed, deploy_registry
from tests.integration.furnishing import issuer_table, registry_table

PASSWORD = "secret"
START = "from attestree.cli.main import main; main()"


@pytest.fixture
def registry(chain: DevChain) -> Iterator[Deployed]:
    deployed = deploy_registry(chain)
    yield deployed
    deployed.rpc.close()


@pytest.fixture
def issuer(registry: Deployed) -> Actor:
    return registry.new_issuer()


@pytest.fixture
def config(registry: Deployed, issuer: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATTESTREE_KEY_PASSWORD", PASSWORD)
    private_key = bytes(issuer.account.key)
    create_key_file(tmp_path / "issuer.json", password=PASSWORD, private_key=private_key, scrypt_work=2**10)
    path = tmp_path / "attestree.toml"
    issuing = issuer_table(issuer.address, keys={"issuer_key": "issuer.json"})
    path.write_text(registry_table(registry) + issuing, encoding="utf-8")
    return path


def queue(config: Path, registry: Deployed, issuer: Actor, name: str) -> None:
    root = keccak256(name.encode())
    payload = build_call("anchor", issuer.address, root, 3, 0, 7)
    kept = (issuer.address, issuer.address, registry.address, payload, (), f"batch {name}", 1)
    with SqlStore.create(f"sqlite:///{config.parent}/attestree.db") as store:
        store.add_intent(NewIntent(name, "anchor", "local", *kept))


def states(config: Path) -> dict[str, State]:
    with SqlStore(f"sqlite:///{config.parent}/attestree.db") as store:
        return {intent.wanted.id: intent.state for intent in store.fetch_intents()}


def test_what_is_queued_is_recorded_and_shown(
    config: Path, registry: Deployed, issuer: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        queue(config, registry, issuer, name)
    assert run(["--config", str(config), "--json", "anchor"]) == 0
    out, err = capsys.readouterr()
    assert [write["state"] for write in json.loads(out)["writes"]] == ["final", "final"]
    assert "batch a: Final." in err
    assert states(config) == {"a": State.FINAL, "b": State.FINAL}
    assert run(["--config", str(config), "anchor"]) == 0
    assert capsys.readouterr().out.strip() == "Nothing is queued."


def test_what_becomes_final_is_listed_once(
    config: Path, registry: Deployed, issuer: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(config, registry, issuer, "a")
    assert run(["--config", str(config), "anchor"]) == 0
    queue(config, registry, issuer, "b")
    capsys.readouterr()
    assert run(["--config", str(config), "anchor"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{'final':<24} batch b"]


def test_once_takes_one_step(config: Path, registry: Deployed, issuer: Actor) -> None:
    queue(config, registry, issuer, "a")
    assert run(["--config", str(config), "anchor", "--once"]) == 0
    assert states(config) == {"a": State.SIGNED}
    assert run(["--config", str(config), "anchor"]) == 0


def test_an_empty_queue_is_no_fault(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--config", str(config), "anchor"]) == 0
    assert capsys.readouterr().out.strip() == "Nothing is queued."


def test_a_stopped_write_is_named_until_a_person_takes_it_up_again(
    config: Path, registry: Deployed, issuer: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(config, registry, issuer, "a")
    with SqlStore(f"sqlite:///{config.parent}/attestree.db") as store:
        note = "outbox.foreign_nonce"
        store.move_intent("a", before=State.SEALED, after=State.HALTED, fence=1, note=note)
    assert run(["--config", str(config), "anchor"]) == 1
    out, err = capsys.readouterr()
    assert "stopped" in out
    assert "somebody else used this key" in err
    assert run(["--config", str(config), "anchor", "--resume", "a"]) == 0
    assert states(config) == {"a": State.FINAL}
    assert run(["--config", str(config), "anchor", "--resume", "a"]) == 1
    assert run(["--config", str(config), "anchor", "--resume", "nobody"]) == 1


def test_a_stopped_write_is_one_document_for_programs(
    config: Path, registry: Deployed, issuer: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(config, registry, issuer, "a")
    with SqlStore(f"sqlite:///{config.parent}/attestree.db") as store:
        note = "outbox.foreign_nonce"
        store.move_intent("a", before=State.SEALED, after=State.HALTED, fence=1, note=note)
    assert run(["--config", str(config), "--json", "anchor"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert [write["state"] for write in said["writes"]] == ["halted"]
    assert said["error"]["code"] == "outbox.foreign_nonce"


def test_what_waits_for_a_key_that_is_not_here_is_no_success(
    config: Path, registry: Deployed, issuer: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(config, registry, issuer, "a")
    key, away = config.parent / "issuer.json", config.parent / "away.json"
    key.rename(away)
    assert run(["--config", str(config), "--json", "anchor"]) == 2
    said = json.loads(capsys.readouterr().out)
    assert [write["state"] for write in said["writes"]] == ["sealed"]
    assert said["error"]["code"] == "key.not_here"
    away.rename(key)
    assert run(["--config", str(config), "anchor"]) == 0
    assert states(config) == {"a": State.FINAL}


def test_two_modes_at_once_are_refused(config: Path) -> None:
    assert run(["--config", str(config), "anchor", "--watch", "--once"]) == 1


def test_a_chain_that_took_back_what_was_final_stops_the_command_until_a_person_resumes_its_registry(
    config: Path, registry: Deployed, issuer: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(config, registry, issuer, "a")
    assert run(["--config", str(config), "anchor"]) == 0
    registry.chain.call("anvil_reorg", 1, [])
    # With nothing queued, one step, and while it watches: each ends at once
    for words in (["anchor"], ["anchor", "--once"], ["anchor", "--watch"]):
        assert run(["--config", str(config), *words]) == 1
        assert "identity.finality_broken" in capsys.readouterr().err
        assert states(config) == {"a": State.HALTED}
    assert run(["--config", str(config), "anchor", "--resume", "local"]) == 0
    assert "taken up again" in capsys.readouterr().err
    assert states(config) == {"a": State.FINAL}


def test_a_write_that_the_contract_refuses_can_be_withdrawn(
    config: Path, registry: Deployed, issuer: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.pause()
    queue(config, registry, issuer, "a")
    assert run(["--config", str(config), "anchor"]) == 1
    assert "contract.anchoring_paused" in capsys.readouterr().err
    assert states(config) == {"a": State.SEALED}
    assert run(["--config", str(config), "anchor", "--drop", "a"]) == 0
    assert states(config) == {}
    assert run(["--config", str(config), "anchor", "--drop", "a"]) == 1
    assert run(["--config", str(config), "anchor"]) == 0


def test_what_is_out_cannot_be_withdrawn(config: Path, registry: Deployed, issuer: Actor) -> None:
    queue(config, registry, issuer, "a")
    for state in (State.SIGNED, State.SENT, State.MINED, State.FINAL):
        assert run(["--config", str(config), "anchor", "--once"]) == 0
        assert states(config) == {"a": state}
        assert run(["--config", str(config), "anchor", "--drop", "a"]) == 1
    assert run(["--config", str(config), "anchor", "--drop", "a", "--resume", "a"]) == 1


def test_an_act_that_was_queued_by_a_killed_process_is_recorded_by_the_next_one(
    config: Path, registry: Deployed, issuer: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    act = remove_operator(issuer.address, registry.add_operator(issuer).address)
    kept = (issuer.address, issuer.address, registry.address, act.payload, (), act.title, 1)
    with SqlStore.create(f"sqlite:///{config.parent}/attestree.db") as store:
        store.add_intent(NewIntent("operator:1", "operator", "local", *kept))
    assert run(["--config", str(config), "anchor"]) == 0
    assert act.title in capsys.readouterr().out
    assert states(config) == {"operator:1": State.FINAL}


def test_a_gap_is_filled_by_the_command_that_is_named(
    config: Path, registry: Deployed, issuer: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f"0x{issuer.address.hex()}"
    for flag in ("--fill-gap", "--accept-foreign"):
        assert run(["--config", str(config), "anchor", flag, address]) == 1
        assert "[lane.not_known]" in capsys.readouterr().err
    queue(config, registry, issuer, "a")
    assert run(["--config", str(config), "anchor"]) == 0
    assert run(["--config", str(config), "anchor", "--fill-gap", address]) == 1
    assert "[lane.no_gap]" in capsys.readouterr().err
    assert run(["--config", str(config), "anchor", "--fill-gap", "0x12"]) == 2
    with SqlStore(f"sqlite:///{config.parent}/attestree.db") as store:
        kept = {"sender": issuer.address, "registry": "local"}
        lane = store.fetch_lane(**kept)
        assert lane is not None
        store.move_lane(**kept, before=lane, after=Lane(lane.first, lane.next + 2))
    queue(config, registry, issuer, "b")
    assert run(["--config", str(config), "anchor"]) == 1
    err = capsys.readouterr().err
    assert f"attestree anchor --fill-gap {address}" in err
    assert states(config)["b"] is State.SEALED
    assert run(["--config", str(config), "anchor", "--fill-gap", address]) == 0
    assert set(states(config).values()) == {State.FINAL}
    assert len(states(config)) == 4


def test_a_chain_that_does_not_answer_is_named_at_once_and_until_when_it_is_asked_again(
    config: Path, registry: Deployed, issuer: Actor
) -> None:
    queue(config, registry, issuer, "a")
    config.write_text(config.read_text().replace(registry.chain.url, "http://127.0.0.1:1"))
    words = [sys.executable, "-c", START, "--config", str(config), "anchor"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as waiting:
        assert waiting.stderr is not None
        said = [waiting.stderr.readline() for _ in range(2)]
        # It would go on for a minute
        waiting.kill()
    assert said[0] == "The network could not be reached (127.0.0.1:1).\n"
    assert re.fullmatch(r"Nothing is lost; it is asked again and again until 20\S+Z\.\n", said[1])
