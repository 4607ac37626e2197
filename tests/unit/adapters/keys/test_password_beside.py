"""A password in a file beside its key belongs to that key alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from attestree.adapters.keys.deferred import DeferredSigner
from attestree.adapters.keys.files import create_key_file, open_key_file
from attestree.adapters.keys.password import PASSWORD_VARIABLE
from attestree.errors import KeyFileError

CHAIN_ID = 31337


def make_key(folder: Path, *, password: str) -> Path:
    path = folder / "operator.json"
    create_key_file(path, password=password, scrypt_work=2)
    return path


def write_beside(path: Path, password: str, *, mode: int = 0o600) -> None:
    beside = path.with_name(path.name + ".password")
    beside.write_text(password + "\n", encoding="utf-8")
    beside.chmod(mode)


def test_the_file_beside_a_key_comes_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_key(tmp_path, password="its own")
    write_beside(path, "its own")
    monkeypatch.setenv(PASSWORD_VARIABLE, "of another key")
    assert open_key_file(path, chain_id=CHAIN_ID).address


def test_without_a_file_beside_it_the_environment_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_key(tmp_path, password="of all")
    monkeypatch.setenv(PASSWORD_VARIABLE, "of all")
    assert open_key_file(path, chain_id=CHAIN_ID).address


def test_a_file_beside_it_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = make_key(tmp_path, password="its own")
    write_beside(path, "its own", mode=0o644)
    with pytest.raises(KeyFileError) as refused:
        open_key_file(path, chain_id=CHAIN_ID)
    assert refused.value.code == "key.open_to_others"


def test_a_key_is_asked_for_its_password_once_and_only_when_it_is_opened(tmp_path: Path) -> None:
    path = make_key(tmp_path, password="typed")
    asked: list[str] = []

    def ask(name: str) -> str:
        asked.append(name)
        return "typed"

    signer = DeferredSigner(path, chain_id=CHAIN_ID, ask=ask)
    assert asked == []
    assert signer.open() is signer.open()
    assert asked == ["operator.json"]


def test_a_wrong_password_is_told_when_the_key_is_opened(tmp_path: Path) -> None:
    path = make_key(tmp_path, password="right")
    signer = DeferredSigner(path, chain_id=CHAIN_ID, ask=lambda _name: "wrong")
    with pytest.raises(KeyFileError) as refused:
        signer.open()
    assert refused.value.code == "key.wrong_password"
