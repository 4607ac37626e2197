"""A signer that opens its key when it must sign, and not before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attestree.adapters.keys.deferred import DeferredSigner
from attestree.adapters.keys.files import create_key_file
from attestree.adapters.keys.private_file import write_private
from attestree.errors import KeyFileError
from attestree.ports import Fees, Transaction

PASSWORD = "correct horse battery"
TRANSACTION = Transaction(
    chain_id=31337,
    nonce=0,
    to=b"\1" * 20,
    payload=b"",
    gas=21_000,
    fees=Fees(max_fee=2, priority_fee=1),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "key.json"
    create_key_file(place, password=PASSWORD, scrypt_work=2**4)
    return place


def never(_name: str) -> str:
    raise AssertionError("nobody should be asked")


def test_the_address_needs_no_password(path: Path) -> None:
    signer = DeferredSigner(path, chain_id=31337, ask=never)
    assert signer.address.hex() == json.loads(path.read_bytes())["address"].removeprefix("0x").lower()


def test_the_password_is_asked_once(path: Path) -> None:
    asked: list[str] = []

    def ask(name: str) -> str:
        asked.append(name)
        return PASSWORD

    signer = DeferredSigner(path, chain_id=31337, ask=ask)
    assert signer.sign(TRANSACTION) == signer.sign(TRANSACTION)
    assert asked == ["key.json"]


def test_a_wrong_password_signs_nothing(path: Path) -> None:
    signer = DeferredSigner(path, chain_id=31337, ask=lambda _name: "wrong")
    with pytest.raises(KeyFileError) as caught:
        signer.sign(TRANSACTION)
    assert caught.value.code == "key.wrong_password"


def test_a_file_that_names_another_address_signs_nothing(path: Path, tmp_path: Path) -> None:
    keystore = json.loads(path.read_bytes()) | {"address": "22" * 20}
    forged = tmp_path / "forged.json"
    write_private(forged, json.dumps(keystore).encode())
    signer = DeferredSigner(forged, chain_id=31337, ask=lambda _name: PASSWORD)
    with pytest.raises(KeyFileError) as caught:
        signer.sign(TRANSACTION)
    assert caught.value.code == "key.not_a_key"
