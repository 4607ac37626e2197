"""The keys that `init` makes: encrypted, and made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from attestree.adapters.keys.ed25519 import read_signing_key
from attestree.cli.start_keys import KeyRing
from attestree.errors import KeyFileError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "keys").mkdir(mode=0o700)
    return tmp_path


def test_keys_of_a_test_network_are_encrypted_with_a_password_beside_each(folder: Path) -> None:
    ring = KeyRing(folder, None)
    did, address = ring.signing_did("university"), ring.account("operator")
    assert (ring.signing_did("university"), ring.account("operator")) == (did, address)
    assert b"ENCRYPTED" in (folder / "keys" / "university.pem").read_bytes()
    for name in ("university.pem", "operator.json"):
        beside = folder / "keys" / f"{name}.password"
        assert beside.stat().st_mode & 0o077 == 0
        assert len(beside.read_bytes()) == 24
    read_signing_key(folder / "keys" / "university.pem")


def test_a_password_that_was_left_by_a_run_that_was_killed_is_used(folder: Path) -> None:
    beside = folder / "keys" / "university.pem.password"
    beside.write_text("left", "ascii")
    beside.chmod(0o600)
    KeyRing(folder, None).signing_did("university")
    assert beside.read_text("ascii") == "left"
    read_signing_key(folder / "keys" / "university.pem")


def test_a_password_that_was_given_is_written_nowhere(folder: Path) -> None:
    KeyRing(folder, "secret").signing_did("university")
    assert not list(folder.rglob("*.password"))
    with pytest.raises(KeyFileError) as caught:
        read_signing_key(folder / "keys" / "university.pem", ask=lambda _name: "other")
    assert caught.value.code == "key.wrong_password"
