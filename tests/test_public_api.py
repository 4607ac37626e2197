"""The public API: small, typed, loaded only when asked for, and its example runs."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import attestree
from attestree.adapters.evm.dev_chain import DevChain
from attestree.cli.start_steps import IssuerPlan, set_up_test_network

ROSTER = "learner_id,name,awarded_on\n0017,Zofia Kowalska,2026-05-01\n0018,张伟,2026-05-01\n"
ACHIEVEMENT = 'title = "Data Literacy"\ndescription = "Reads data."\nlearning_outcomes = ["Reads a chart"]\n'
CLASSES = ("Audit", "Issuer", "Verifier")


def test_the_list_of_names_is_sorted_and_true() -> None:
    assert attestree.__all__ == sorted(attestree.__all__)
    assert dir(attestree) == attestree.__all__
    assert all(hasattr(attestree, name) for name in attestree.__all__)
    assert not hasattr(attestree, "Nonsense")


def test_the_library_is_loaded_only_when_it_is_asked_for() -> None:
    script = "import sys, attestree; early = 'attestree.api' in sys.modules; attestree.Verifier; print(early)"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "False"


@pytest.mark.parametrize("name", CLASSES)
def test_every_method_says_what_it_does_and_what_it_takes(name: str) -> None:
    for method_name, method in inspect.getmembers(getattr(attestree, name)):
        if method_name.startswith("_") or not callable(method):
            continue
        assert method.__doc__, method_name
        assert inspect.signature(method).return_annotation is not inspect.Signature.empty, method_name


def test_the_library_issues_verifies_revokes_and_audits(
    chain: DevChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = IssuerPlan("example-university", "Example University")
    set_up_test_network(tmp_path, rpc=chain.url, public_url=None, issuers=[plan], say=lambda _step: None)
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    (tmp_path / "achievement.toml").write_text(ACHIEVEMENT, "utf-8")

    with attestree.Issuer.from_settings(tmp_path / "attestree.toml") as issuer:
        delivered = issuer.issue(issuer.plan(tmp_path / "roster.csv", tmp_path / "achievement.toml"))
        assert delivered is not None
        first, second = sorted(Path(delivered.location).glob("private/credentials/*.json"))
        verifier = attestree.Verifier.from_trust(tmp_path / "trust.toml", rpc=chain.url)
        report = verifier.verify(first.read_bytes())
        assert (report.verdict, report.valid) == ("valid", True)
        assert verifier.verify(first.read_bytes(), name="Somebody Else").verdict == "other_holder"
        identity = str(report.to_json()["claims"]["id"])  # type: ignore[index,call-overload]  # JSON
        issuer.suspend([identity])
        assert verifier.verify(first.read_bytes()).verdict == "suspended"
        issuer.reinstate([identity])
        issuer.revoke([identity])
        assert verifier.verify(first.read_bytes()).verdict == "revoked"
        assert issuer.issue(issuer.plan(tmp_path / "roster.csv", tmp_path / "achievement.toml")) is not None

    by_settings = attestree.Audit.from_settings(tmp_path / "attestree.toml").run()
    by_trust = attestree.Audit.from_trust(tmp_path / "trust.toml", rpc=chain.url).run(archives=[tmp_path])
    assert by_settings.heads_agree
    assert by_trust.heads_agree
    assert (by_trust.count()["batchesRecomputed"], by_trust.count()["revoked"]) == (1, 1)

    # The example in the docstring, with the node of this test.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "credential.json").write_bytes(second.read_bytes())
    found = re.search(r"\n\n((?:    .*\n|\n)+)\n", attestree.__doc__ or "")
    assert found is not None
    example = textwrap.dedent(found[1]).replace("http://127.0.0.1:8545", chain.url)
    capsys.readouterr()
    exec(compile(example, "example", "exec"), {})
    assert capsys.readouterr().out.startswith("valid TEST")
