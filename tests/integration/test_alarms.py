"""`attestree anchor --watch` as a service: alarms reach the log, a program, and a file for Prometheus."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.sql import SqlStore
from attestree.merkle.keccak import keccak256
from attestree.ports import NewIntent
from attestree.registry.calls import build_call
from tests.integration.deployed import Actor, Deployed
from tests.integration.test_anchor_command import config, issuer, registry, states

__all__ = ["config", "issuer", "registry"]

START = "from attestree.cli.main import main; main()"


class Watch:
    """A running `attestree anchor --watch`."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.folder = config.parent
        command = [sys.executable, "-c", START, "--config", str(config), "anchor", "--watch"]
        self.running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ)

    def told(self, code: str = "") -> list[dict[str, Any]]:
        """Return what the program was given, one notice each; `code` = only of this alarm."""
        path = self.folder / "told"
        told = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [notice for notice in told if code in ("", notice["code"])]

    def metrics(self) -> list[str]:
        path = self.folder / "attestree.prom"
        return path.read_text().splitlines() if path.exists() else []

    def wait(self, seen: Callable[[], object]) -> None:
        for _ in range(2_000):
            if seen():
                return
            assert self.running.poll() is None, self.running.stderr and self.running.stderr.read()
            time.sleep(0.01)
        raise AssertionError("it did not happen")

    def stop(self) -> list[dict[str, Any]]:
        """End it as a service is ended, and return the alarms of its log."""
        self.running.send_signal(signal.SIGTERM)
        _, err = self.running.communicate(timeout=60)
        assert self.running.returncode == 0, err
        return self.alarms(err)

    def alarms(self, err: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == "alarm"]


@contextmanager
def watching(config: Path) -> Iterator[Watch]:
    watch = Watch(config)
    try:
        yield watch
    finally:
        if watch.running.poll() is None:
            watch.running.kill()
        watch.running.communicate()


@pytest.fixture
def called(config: Path) -> Path:
    """Settings that call a program and write metrics."""
    program = config.parent / "call.py"
    program.write_text(
        f"#!{sys.executable}\nimport sys\n"
        f"open({str(config.parent / 'told')!r}, 'a').write(sys.stdin.read().strip() + '\\n')\n"
    )
    program.chmod(0o700)
    with config.open("a") as settings:
        settings.write('[alarm]\ncommand = ["./call.py"]\nmetrics_file = "attestree.prom"\n')
    return config


def queue(config: Path, registry: Deployed, issuer: Actor, name: str) -> None:
    """Queue a batch now."""
    payload = build_call("anchor", issuer.address, keccak256(name.encode()), 3, 0, 7)
    kept = (issuer.address, issuer.address, registry.address, payload, (), f"batch {name}")
    with SqlStore.create(f"sqlite:///{config.parent}/attestree.db") as store:
        store.add_intent(NewIntent(name, "anchor", "local", *kept, int(time.time())))


def steal(chain: DevChain, address: str) -> None:
    """Send with somebody's key."""
    chain.call("anvil_impersonateAccount", address)
    chain.call("eth_sendTransaction", {"from": address, "to": address, "value": "0x0"})
    chain.call("anvil_stopImpersonatingAccount", address)


def test_a_stolen_key_calls_a_person_and_nothing_is_signed_until_they_answer(
    called: Path, registry: Deployed, issuer: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(called, registry, issuer, "a")
    address = f"0x{issuer.address.hex()}"
    with watching(called) as watch:
        watch.wait(lambda: 'attestree_writes{state="sealed"} 0.0' in watch.metrics())
        watch.wait(lambda: states(called)["a"] == "final")
        steal(registry.chain, address)
        watch.wait(lambda: watch.told("lane.foreign"))
        queue(called, registry, issuer, "b")
        watch.wait(lambda: 'attestree_writes{state="sealed"} 1.0' in watch.metrics())
        assert 'attestree_alarm{code="lane.foreign"} 1.0' in watch.metrics()
        # a poll that meets the transaction before its block was there rings for that first
        (raised,) = (alarm for alarm in watch.stop() if alarm["code"] == "lane.foreign")
    (told,) = watch.told("lane.foreign")
    assert (told["code"], told["stage"], told["values"]["address"]) == ("lane.foreign", "raised", address)
    assert {name: raised[name] for name in told} == told
    assert states(called)["b"] == "sealed"
    command = told["next"].partition("`")[2].partition("`")[0].split()
    healed = subprocess.run(
        [sys.executable, "-c", START, "--config", str(called), *command[1:]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert healed.returncode == 0, healed.stderr
    assert states(called) == {"a": "final", "b": "final"}


@pytest.mark.slow
def test_a_second_watch_ends_and_says_who_holds_the_key(called: Path) -> None:
    with watching(called) as first:
        first.wait(first.metrics)
        second = Watch(called)
        _, err = second.running.communicate(timeout=60)
        assert second.running.returncode == 1
        (alarm,) = second.alarms(err)
        assert alarm["code"] == "lease.held"
        assert f"process {first.running.pid} on " in alarm["sentence"]
        assert [told["code"] for told in first.told()] == ["lease.held"]
        assert first.stop() == []


@pytest.mark.slow
def test_without_a_program_and_a_file_an_alarm_is_a_line_of_the_log(
    config: Path, registry: Deployed, issuer: Actor
) -> None:
    queue(config, registry, issuer, "a")
    with watching(config) as watch:
        watch.wait(lambda: states(config)["a"] == "final")
        steal(registry.chain, f"0x{issuer.address.hex()}")
        assert watch.running.stderr is not None
        line = next(
            line for line in watch.running.stderr if line.startswith("{") and '"lane.foreign"' in line
        )
        assert [alarm["code"] for alarm in watch.alarms(line)] == ["lane.foreign"]
        assert "lane.foreign" not in {alarm["code"] for alarm in watch.stop()}
    assert watch.metrics() == []


def test_a_key_that_records_and_is_not_here_calls_a_person_at_once(
    called: Path, registry: Deployed, issuer: Actor
) -> None:
    queue(called, registry, issuer, "a")
    (called.parent / "issuer.json").rename(called.parent / "away.json")
    with watching(called) as watch:
        watch.wait(lambda: watch.told("alarm.no_key"))
        (alarm,) = (one for one in watch.stop() if one["code"] == "alarm.no_key")
    assert alarm["values"]["key"] == "issuer.json"
    assert states(called)["a"] == "sealed"


def test_an_operator_key_that_is_not_here_calls_a_person_before_anything_waits_for_it(called: Path) -> None:
    called.write_text(called.read_text().replace('issuer_key = "issuer.json"', 'operator_key = "gone.json"'))
    with watching(called) as watch:
        watch.wait(lambda: watch.told("alarm.no_key"))
        assert [alarm["values"]["key"] for alarm in watch.stop()] == ["gone.json"]


def test_an_issuers_own_key_that_lies_elsewhere_is_no_alarm_while_nothing_waits_for_it(called: Path) -> None:
    (called.parent / "issuer.json").rename(called.parent / "away.json")
    with watching(called) as watch:
        watch.wait(watch.metrics)
        assert watch.stop() == []
