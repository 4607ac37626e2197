"""`attestree issue` with a signing key on a real chain: who signs is said and compared, and bytes stay."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.keys.ed25519 import create_signing_key
from attestree.adapters.keys.private_file import write_private
from attestree.cli.main import run, shared_flags_first
from tests.fakes.signing import TestKey
from tests.integration.deployed import FAR_AWAY
from tests.integration.test_issue import DID, Office, open_office


@pytest.fixture
def office(chain: DevChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Return an office whose accredited DID is that of its own signing key, encrypted."""
    monkeypatch.chdir(tmp_path)
    office = open_office(chain, tmp_path)
    did = create_signing_key(tmp_path / "keys/signing.pem", password="secret")
    write_private(tmp_path / "keys/signing.pem.password", b"secret")
    set_did(office, did, 'signing_key = "keys/signing.pem"')
    accreditor = office.registry.accreditor
    terms = (office.issuer, FAR_AWAY, did, "Example University", "")
    office.registry.send(accreditor, "accredit", *terms)
    return office


def set_did(office: Office, did: str, *lines: str, old: str = DID) -> None:
    """Write another DID into the settings, and lines behind it; the registry learns of it too."""
    path = office.folder / "attestree.toml"
    said = "\n".join([f'did = "{did}"', *lines])
    path.write_text(path.read_text("utf-8").replace(f'did = "{old}"', said), "utf-8")


def credentials(office: Office) -> list[dict[str, Any]]:
    (path,) = (office.folder / "batches").rglob("credentials.jsonl")
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def suites(office: Office) -> set[tuple[str, ...]]:
    return {tuple(proof["cryptosuite"] for proof in one["proof"]) for one in credentials(office)}


def test_a_dry_run_says_who_would_sign(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    for flags, words in (((), "by the key of did:key:z6Mk.."), (("--no-signature",), "no: wallets")):
        command = ["issue", "roster.csv", "-a", "achievement.toml", *flags]
        assert run(shared_flags_first(command)) == 0
        assert f"Signed                {words}" in capsys.readouterr().out


def test_a_did_that_the_key_does_not_control_is_refused_before_anything_is_sealed(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = (office.folder / "attestree.toml").read_text("utf-8")
    own = settings.split('did = "', 1)[1].split('"', 1)[0]
    set_did(office, TestKey(9).did, old=own)
    code, _ = office.issue(capsys, "--yes")
    assert code == 2
    assert office.files() == {}
    assert not (office.folder / "attestree.db").exists()


def test_a_batch_is_signed_by_default_and_made_again_with_the_same_bytes(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    code, first = office.issue(capsys, "--yes", "--no-wait")
    assert code == 0
    made = office.files()
    shutil.rmtree(office.folder / "batches")
    code, again = office.issue(capsys, "--yes", "--no-wait")
    assert (code, again["batch"], again["root"]) == (0, first["batch"], first["root"])
    assert office.files() == made
    assert suites(office) == {("eddsa-rdfc-2022", "evm-merkle-jcs-2026")}


def test_what_was_issued_is_valid_and_says_who_signed(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    code, made = office.issue(capsys, "--yes")
    assert (code, made["state"]) == (0, "final")
    single = next(Path(made["folder"]).glob("private/credentials/*.json"))
    code, report = office.run(capsys, "verify", str(single), "--trust", "trust.toml")
    did = json.loads(single.read_text("utf-8"))["issuer"]["id"]
    assert (code, report["verdict"]) == (0, "valid")
    assert report["checks"][2]["code"] == "signature.fits"
    assert report["checks"][2]["evidence"]["signer"] == did


def test_signatures_are_left_out_where_that_is_asked(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert office.issue(capsys, "--yes", "--no-wait", "--no-signature")[0] == 0
    assert suites(office) == {("evm-merkle-jcs-2026",)}


def test_the_password_of_the_key_is_needed_only_where_something_is_signed(
    office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (office.folder / "keys/signing.pem.password").unlink()
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert office.issue(capsys)[0] == 0
    code, _ = office.issue(capsys, "--yes")
    assert code == 2
    assert office.files() == {}
