"""`attestree demo` as people start it: every verdict right, and a folder in which commands go on working."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.anvil_chain import find_anvil
from attestree.adapters.evm.rpc import JsonRpc
from attestree.cli.chain import port_of
from attestree.credentials.credential import parse_credential
from attestree.credentials.strict_json import parse_json
from attestree.errors import ChainUnavailableError
from attestree.verifying.checks.signature import check_signature
from attestree.verifying.result import Status
from tests.integration.demo_run import PROGRAM, play_demo

VERDICTS = {
    "valid": 5,
    "other_holder": 1,
    "expired": 1,
    "revoked": 2,
    "suspended": 1,
    "superseded": 1,
    "untrusted_issuer": 2,
    "tampered": 2,
    "not_anchored": 2,
    "untrusted_registry": 1,
}


def attestree(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command in a folder."""
    return subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, check=False)


def read_verdicts(folder: Path) -> list[dict[str, str]]:
    return json.loads((folder / "verdicts.json").read_text("utf-8"))


def count(verdicts: list[dict[str, str]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in verdicts:
        assert item["got"] == item["expected"], item
        found[item["got"]] = found.get(item["got"], 0) + 1
    return found


@pytest.fixture
def played() -> tuple[Path, str]:
    """A demo on anvil that has ended: its folder, and what it printed."""
    if find_anvil() is None:
        pytest.skip("no anvil; `make setup` installs it")
    return play_demo()


@pytest.mark.chain
def test_every_verdict_of_the_demo_is_the_right_one(played: tuple[Path, str]) -> None:
    folder, printed = played
    assert count(read_verdicts(folder)) == VERDICTS
    assert "18 of 18 verdicts as expected" in printed
    assert "6 of 6 batches rebuilt" in printed
    assert (folder / "audit" / "report.json").is_file()
    for item in read_verdicts(folder):
        assert (folder / item["file"]).is_file()


@pytest.mark.chain
def test_the_badges_of_the_demo_are_signed_by_the_institutions_they_name(played: tuple[Path, str]) -> None:
    folder, _ = played
    for item in read_verdicts(folder):
        if item["got"] in ("valid", "revoked", "expired", "superseded", "suspended"):
            credential = parse_credential(parse_json((folder / item["file"]).read_bytes()))
            check = check_signature(credential, now=0)
            assert (check.status, check.code) == (Status.PASS, "signature.fits"), item["file"]


@pytest.mark.chain
def test_the_demo_names_the_bad_rows(played: tuple[Path, str]) -> None:
    folder, printed = played
    assert "12 + 6 bad rows left out" in printed
    for name in ("data-literacy.errors.csv", "workplace-safety.errors.csv"):
        assert f"rosters/{name}" in printed
        assert (folder / "rosters" / name).is_file()


@pytest.mark.chain
def test_the_chain_comes_back_and_every_command_still_works(played: tuple[Path, str], tmp_path: Path) -> None:
    # others look at the demo as it was played
    folder = shutil.copytree(played[0], tmp_path / "demo")
    with subprocess.Popen([PROGRAM, "chain", "--dir", folder], stdout=subprocess.DEVNULL) as chain:
        try:
            wait_for_chain(port_of(folder), chain)
            verdict_is(folder, "credentials/genuine.json", "valid")
            changed = attestree(folder, "revoke", "credentials/genuine.json", "--yes")
            assert changed.returncode == 0, changed.stderr
            verdict_is(folder, "credentials/genuine.json", "revoked")
            verdict_is(folder, "credentials/old-name.json", "superseded")
            queued = attestree(folder, "anchor")
            assert queued.returncode == 0, queued.stderr
            again = attestree(
                folder, "issue", "rosters/data-literacy.csv", "-a", "rosters/data-literacy.toml"
            )
            assert again.returncode == 1, "bad rows stop it"
        finally:
            chain.terminate()


def wait_for_chain(port: int, chain: subprocess.Popen[Any]) -> None:
    for _ in range(1200):
        try:
            JsonRpc(f"http://127.0.0.1:{port}").call("eth_chainId", [])
        except ChainUnavailableError:
            assert chain.poll() is None, "the chain did not start"
            time.sleep(0.05)
        else:
            return
    pytest.fail("the chain does not answer")


def verdict_is(folder: Path, file: str, expected: str) -> None:
    asked = attestree(folder, "verify", file, "--json")
    assert json.loads(asked.stdout)["verdict"] == expected, asked.stderr


@pytest.mark.slow
def test_the_demo_needs_no_node(tmp_path: Path) -> None:
    done = attestree(tmp_path, "demo", "--no-serve", "--chain", "tester", "--dir", "elsewhere")
    assert done.returncode == 0, done.stdout + done.stderr
    assert count(read_verdicts(tmp_path / "elsewhere")) == VERDICTS
    assert "ends with it" in done.stdout


def test_the_demo_removes_nothing_but_demos(tmp_path: Path) -> None:
    (tmp_path / "attestree-demo").mkdir()
    (tmp_path / "attestree-demo" / "thesis.txt").write_text("years of work")
    refused = attestree(tmp_path, "demo", "--no-serve")
    assert refused.returncode == 1
    assert "demo.folder_taken" in refused.stderr
    assert [path.name for path in (tmp_path / "attestree-demo").iterdir()] == ["thesis.txt"]


@pytest.mark.slow
@pytest.mark.chain
def test_the_page_is_served_until_it_is_stopped(tmp_path: Path) -> None:
    if find_anvil() is None:
        pytest.skip("no anvil; `make setup` installs it")
    with subprocess.Popen([PROGRAM, "demo"], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        try:
            page = next(line.split()[1] for line in demo.stdout if line.startswith("Page: "))
            with urllib.request.urlopen(page) as answer:
                assert "<h1" in answer.read().decode()
        finally:
            demo.terminate()
        assert demo.wait() == 0
