"""The W3C VC API of the real service over a real chain: what is recorded verifies, for its holder only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from attestree.adapters.evm.anvil_chain import AnvilChain
from attestree.cli.main import run
from attestree.registry.facts import Reason
from tests.integration.deployed import deploy_registry
from tests.integration.served import Served, Stand, running
from tests.unit.credentials.presented import CHALLENGE, DOMAIN, HOLDER, STRANGER, build_presentation, sign
from tests.unit.verifying.genuine import build_document

pytestmark = pytest.mark.chain

SUBJECT = build_document()["credentialSubject"] | {"id": HOLDER.did}


@pytest.fixture(scope="module")
def stand(anvil: AnvilChain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    before = anvil.snapshot()
    yield Stand(deploy_registry(anvil), tmp_path_factory.mktemp("stand"))
    anvil.revert(before)


@pytest.fixture(scope="module")
def served(stand: Stand) -> Iterator[Served]:
    with running(stand) as served:
        served.wait_ready()
        yield served


def present(served: Served, presentation: Any) -> dict[str, Any]:
    body = {"verifiablePresentation": presentation, "options": {"challenge": CHALLENGE, "domain": DOMAIN}}
    answer: httpx.Response = served.client.post("/presentations/verify", json=body)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_what_is_recorded_verifies_until_it_is_revoked(stand: Stand, served: Served) -> None:
    credential, batch = stand.issue(credentialSubject=SUBJECT)
    served.wait_block(stand.registry.block().number)
    answer = served.client.post("/credentials/verify", json={"verifiableCredential": credential})
    assert (answer.status_code, answer.json()["verified"]) == (200, True)
    shown = sign(build_presentation(credential))
    assert present(served, shown)["verified"] is True
    copied = sign(build_presentation(credential, holder=STRANGER.did), STRANGER)
    assert present(served, copied)["outcome"] == "review"
    stand.registry.revoke(batch, [2], reason=Reason.ISSUED_IN_ERROR)
    served.wait_block(stand.registry.block().number)
    said = present(served, shown)
    assert (said["verified"], said["outcome"]) == (False, "reject")
    assert said["credentials"][0]["report"]["verdict"] == "revoked"
    answer = served.client.post("/credentials/verify", json={"verifiableCredential": credential})
    assert answer.json()["verified"] is False


def test_the_command_judges_a_presentation_too(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(stand.folder)
    credential, _ = stand.issue(credentialSubject=SUBJECT)

    def ask(presentation: Any, *flags: str) -> tuple[int, dict[str, Any]]:
        Path("presentation.json").write_text(json.dumps(presentation), "utf-8")
        code = run(["--json", "verify", "presentation.json", *flags])
        said: dict[str, Any] = json.loads(capsys.readouterr().out)
        return code, said

    asked = ("--challenge", CHALLENGE, "--domain", DOMAIN)
    code, said = ask(sign(build_presentation(credential)), *asked)
    assert (code, said["verified"], said["holder"]["id"]) == (0, True, HOLDER.did)
    code, said = ask(sign(build_presentation(credential, holder=STRANGER.did), STRANGER), *asked)
    assert (code, said["outcome"]) == (1, "review")
    code, said = ask(sign(build_presentation(credential)), "--challenge", "another", "--domain", DOMAIN)
    assert (code, said["holder"]["code"]) == (1, "presentation.challenge")
    code, said = ask(sign(build_presentation(credential)), "--challenge", CHALLENGE)
    assert (code, said["error"]["code"]) == (2, "presentation.no_challenge")


def test_the_command_says_in_lines_who_presented_what(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(stand.folder)
    credential, _ = stand.issue(credentialSubject=SUBJECT)
    Path("presentation.json").write_text(json.dumps(sign(build_presentation(credential))), "utf-8")
    assert run(["verify", "presentation.json", "--challenge", CHALLENGE, "--domain", DOMAIN]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ACCEPT")
    assert any("The holder signed this" in line for line in lines)
    assert any("credential 1" in line for line in lines)
