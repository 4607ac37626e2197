"""Keys from the command line: made once, shown without being shown, told apart by what they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attestree.cli.main import run

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATTESTREE_KEY_PASSWORD", PASSWORD)


def attestree(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, str]:
    assert run(["--json", *words]) == code
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]  # compared by the tests


@pytest.mark.parametrize(("kind", "start"), [("account", "0x"), ("signature", "did:key:z6Mk")])
def test_a_key_is_shown_as_what_it_is_whatever_its_file_is_called(
    kind: str, start: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "key.any"
    made = attestree(capsys, "key", "new", str(path), "--kind", kind)
    assert made["public"].startswith(start)
    assert attestree(capsys, "key", "show", str(path)) == made
    assert PASSWORD.encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "key.pem"
    attestree(capsys, "key", "new", str(path), "--kind", "signature")
    before = path.read_bytes()
    said = attestree(capsys, "key", "new", str(path), "--kind", "signature", code=2)
    assert said["error"]["code"] == "key.exists"  # type: ignore[index]  # an error holds fields
    assert path.read_bytes() == before


def test_without_a_password_and_a_person_no_key_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ATTESTREE_KEY_PASSWORD")
    said = attestree(capsys, "key", "new", str(tmp_path / "k.json"), code=2)
    assert said["error"]["code"] == "key.no_password"  # type: ignore[index]  # an error holds fields
    assert list(tmp_path.iterdir()) == []
