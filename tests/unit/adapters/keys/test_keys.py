"""Keys in files and in the environment: who can read them, what they sign, what they never show."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eth_account import Account

from attestree.adapters.evm.dev_accounts import ANVIL_CHAIN_ID, DEV_ACCOUNTS
from attestree.adapters.keys.ed25519 import create_signing_key, public_key_of, read_signing_key
from attestree.adapters.keys.files import create_key_file, open_key_file, read_key_file_address
from attestree.adapters.keys.password import PASSWORD_VARIABLE
from attestree.adapters.keys.private_file import read_private, write_private
from attestree.adapters.keys.signer import GROUP_ORDER, LocalSigner, open_environment_key
from attestree.credentials.signatures.multikey import format_did_key
from attestree.errors import KeyFileError, NotAllowedError
from attestree.merkle.keccak import keccak256
from attestree.ports import Fees, Transaction
from attestree.text.catalogue import explain_error

PRIVATE_KEY = bytes(range(1, 33))
PASSWORD = "correct horse"
LIGHT = 2**10
DEV_KEY = bytes.fromhex(DEV_ACCOUNTS[0].key[2:])


def transaction(chain_id: int = 1, to: bytes = b"\x01" * 20) -> Transaction:
    return Transaction(chain_id, 7, to, b"\xab\xcd", 90_000, Fees(2 * 10**9, 10**9))


def code_of(error: pytest.ExceptionInfo[KeyFileError]) -> str:
    return error.value.code


# -- signing -----------------------------------------------------------------------------------


@pytest.mark.parametrize("to", [b"\x01" * 20, b""])
def test_what_is_signed_comes_from_the_key_and_has_the_hash_that_is_told(to: bytes) -> None:
    signer = LocalSigner(PRIVATE_KEY, chain_id=1)
    signed = signer.sign(transaction(to=to))
    assert Account.recover_transaction(signed.raw).lower() == "0x" + signer.address.hex()
    assert signed.hash == keccak256(signed.raw)
    assert signer.sign(transaction(to=to)) == signed
    assert signed.raw[0] == 2


def test_a_signer_signs_for_its_own_chain_only() -> None:
    with pytest.raises(NotAllowedError) as caught:
        LocalSigner(PRIVATE_KEY, chain_id=1).sign(transaction(chain_id=2))
    assert caught.value.code == "refused.another_chain"


def test_public_test_keys_sign_on_test_chains_only() -> None:
    assert LocalSigner(DEV_KEY, chain_id=ANVIL_CHAIN_ID).address.hex() in DEV_ACCOUNTS[0].address.lower()
    with pytest.raises(NotAllowedError) as caught:
        LocalSigner(DEV_KEY, chain_id=1)
    assert caught.value.code == "refused.well_known_key"


@pytest.mark.parametrize("wrong", [b"", PRIVATE_KEY[:31], bytes(32), GROUP_ORDER.to_bytes(32, "big")])
def test_what_is_no_key_is_refused(wrong: bytes) -> None:
    with pytest.raises(KeyFileError) as caught:
        LocalSigner(wrong, chain_id=1)
    assert code_of(caught) == "key.not_a_key"


def test_a_signer_does_not_show_its_key() -> None:
    shown = repr(LocalSigner(PRIVATE_KEY, chain_id=1))
    assert PRIVATE_KEY.hex() not in shown


# -- key files ---------------------------------------------------------------------------------


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "keys" / "operator.json"
    create_key_file(path, password=PASSWORD, private_key=PRIVATE_KEY, scrypt_work=LIGHT)
    return path


def test_a_key_file_opens_with_its_password_and_is_for_its_owner_alone(key_file: Path) -> None:
    passwords = {"operator.json": PASSWORD}
    signer = open_key_file(key_file, chain_id=ANVIL_CHAIN_ID, ask=passwords.__getitem__)
    assert signer.address == read_key_file_address(key_file) == LocalSigner(PRIVATE_KEY, chain_id=1).address
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(key_file.parent.stat().st_mode) == 0o700
    keystore = json.loads(key_file.read_bytes())
    assert (keystore["version"], keystore["crypto"]["kdf"]) == (3, "scrypt")


def test_the_environment_may_hold_the_password(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    assert open_key_file(key_file, chain_id=ANVIL_CHAIN_ID).address == read_key_file_address(key_file)


def test_a_wrong_or_missing_password_is_told(key_file: Path) -> None:
    with pytest.raises(KeyFileError) as caught:
        open_key_file(key_file, chain_id=ANVIL_CHAIN_ID, ask=lambda _name: "wrong")
    assert code_of(caught) == "key.wrong_password"
    for ask in (None, lambda _name: ""):
        with pytest.raises(KeyFileError) as caught:
            open_key_file(key_file, chain_id=ANVIL_CHAIN_ID, ask=ask)
        assert code_of(caught) == "key.no_password"


def test_a_key_file_that_others_can_read_is_refused(key_file: Path) -> None:
    key_file.chmod(0o640)
    with pytest.raises(KeyFileError) as caught:
        open_key_file(key_file, chain_id=ANVIL_CHAIN_ID, ask=lambda _name: PASSWORD)
    assert code_of(caught) == "key.open_to_others"
    assert f"chmod 600 {key_file}" in explain_error(caught.value).next


def test_no_key_file_is_ever_overwritten(key_file: Path) -> None:
    before = key_file.read_bytes()
    with pytest.raises(KeyFileError) as caught:
        create_key_file(key_file, password=PASSWORD, scrypt_work=LIGHT)
    assert code_of(caught) == "key.exists"
    assert key_file.read_bytes() == before


def test_a_drawn_key_is_another_each_time(tmp_path: Path) -> None:
    first, second = (
        create_key_file(tmp_path / name, password=PASSWORD, scrypt_work=LIGHT)
        for name in ("a.json", "b.json")
    )
    assert first != second
    with pytest.raises(KeyFileError):
        create_key_file(tmp_path / "c.json", password="")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"version": 3, "crypto": {"kdf": "none"}}',
        b'{"address": "zz"}',
        b"[" * 9000,
    ],
)
def test_a_file_that_holds_no_key_is_told_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "operator.json"
    write_private(path, content)
    with pytest.raises(KeyFileError) as caught:
        open_key_file(path, chain_id=ANVIL_CHAIN_ID, ask=lambda _name: PASSWORD)
    assert code_of(caught) == "key.not_a_key"
    with pytest.raises(KeyFileError) as caught:
        read_key_file_address(path)
    assert code_of(caught) == "key.not_a_key"


def test_files_that_cannot_be_read_or_written_are_told(tmp_path: Path) -> None:
    for code, ask in (
        ("key.no_file", lambda: read_private(tmp_path / "absent")),
        ("key.cannot_read", lambda: read_private(tmp_path)),
        ("key.cannot_write", lambda: write_private(tmp_path / "file" / "key", b"")),
        ("key.cannot_write", lambda: write_private(tmp_path / ("n" * 300), b"")),
    ):
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(KeyFileError) as caught:
            ask()
        assert code_of(caught) == code
    write_private(tmp_path / "long", bytes(100_000))
    with pytest.raises(KeyFileError):
        read_private(tmp_path / "long")


# How a lock is made, and which locks are taken where money is worth something.


def test_a_new_key_file_is_locked_as_dearly_as_those_of_geth(tmp_path: Path) -> None:
    create_key_file(tmp_path / "k.json", password=PASSWORD, private_key=PRIVATE_KEY)
    terms = json.loads((tmp_path / "k.json").read_bytes())["crypto"]["kdfparams"]
    assert (terms["n"], terms["r"], terms["p"], terms["dklen"]) == (2**18, 8, 1, 32)
    assert len(bytes.fromhex(terms["salt"])) >= 16
    signer = open_key_file(tmp_path / "k.json", chain_id=1, ask=lambda _name: PASSWORD)
    assert signer.address == LocalSigner(PRIVATE_KEY, chain_id=1).address


@pytest.mark.parametrize(
    ("lock", "code"),
    [
        ({"kdf": "scrypt", "kdfparams": {"n": 2**10, "r": 8, "p": 1}}, "key.weak_lock"),
        ({"kdf": "scrypt", "kdfparams": {"n": 2**13, "r": 8, "p": 1}}, "key.weak_lock"),
        ({"kdf": "pbkdf2", "kdfparams": {"c": 10_240}}, "key.weak_lock"),
        ({"kdf": "scrypt", "kdfparams": {"n": 2**30, "r": 8, "p": 1}}, "key.not_a_key"),
        ({"kdf": "scrypt", "kdfparams": {"n": -1, "r": 8, "p": 1}}, "key.not_a_key"),
        ({"kdf": "scrypt", "kdfparams": {"n": "x", "r": 8}}, "key.not_a_key"),
        ({"kdf": "rot13", "kdfparams": {"c": 10**9}}, "key.not_a_key"),
        ({}, "key.not_a_key"),
    ],
)
def test_a_lock_that_is_weak_or_an_attack_is_refused_before_a_password_is_asked(
    key_file: Path, lock: dict[str, object], code: str
) -> None:
    keystore = json.loads(key_file.read_bytes())
    crypto = {**keystore["crypto"], **lock} if lock else {}
    key_file.write_text(json.dumps({**keystore, "crypto": crypto}))
    with pytest.raises(KeyFileError) as caught:
        open_key_file(key_file, chain_id=1, ask=lambda _name: pytest.fail("asked"))
    assert code_of(caught) == code


def test_the_light_lock_of_geth_will_do(key_file: Path) -> None:
    keystore = json.loads(key_file.read_bytes())
    keystore["crypto"]["kdfparams"] |= {"n": 4096, "r": 8, "p": 6}
    key_file.write_text(json.dumps(keystore))
    with pytest.raises(KeyFileError) as caught:
        open_key_file(key_file, chain_id=1, ask=lambda _name: PASSWORD)
    assert code_of(caught) == "key.wrong_password"  # the lock was taken, and does not fit this ciphertext


# -- the environment ---------------------------------------------------------------------------


VARIABLE = "ATTESTREE_KEY_THE_OPERATOR"


@pytest.mark.parametrize("prefix", ["", "0x"])
def test_a_key_in_the_environment_signs(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    monkeypatch.setenv(VARIABLE, prefix + PRIVATE_KEY.hex())
    signer = open_environment_key(VARIABLE, chain_id=ANVIL_CHAIN_ID)
    assert signer.open().address == LocalSigner(PRIVATE_KEY, chain_id=1).address


def test_a_key_in_the_environment_signs_on_development_chains_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, PRIVATE_KEY.hex())
    with pytest.raises(NotAllowedError) as caught:
        open_environment_key(VARIABLE, chain_id=1)
    assert caught.value.code == "refused.environment_key"


@pytest.mark.parametrize("value", ["", "zz", "0x12"])
def test_a_variable_without_a_key_is_told(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    with pytest.raises(KeyFileError) as caught:
        open_environment_key(VARIABLE, chain_id=ANVIL_CHAIN_ID)
    assert code_of(caught) == "key.no_variable"
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(KeyFileError) as caught:
        open_environment_key(VARIABLE, chain_id=ANVIL_CHAIN_ID)
    assert code_of(caught) == "key.not_a_key"
    assert caught.value.__cause__ is None


# -- Ed25519 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_a_signing_key_is_read_as_it_was_made(tmp_path: Path, password: str | None) -> None:
    path = tmp_path / "ed25519.pem"
    did = create_signing_key(path, password=password)
    key = read_signing_key(path, ask=lambda _name: PASSWORD)
    assert format_did_key(public_key_of(key)) == did
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert isinstance(key, Ed25519PrivateKey)


def test_the_password_of_a_signing_key_may_lie_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "ed25519.pem"
    did = create_signing_key(path, password=PASSWORD)
    assert b"ENCRYPTED" in path.read_bytes()
    write_private(tmp_path / "ed25519.pem.password", PASSWORD.encode())
    assert format_did_key(public_key_of(read_signing_key(path))) == did


def test_a_signing_key_without_its_password_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ed25519.pem"
    create_signing_key(path, password=PASSWORD)
    with pytest.raises(KeyFileError) as caught:
        read_signing_key(path, ask=lambda _name: "wrong")
    assert code_of(caught) == "key.wrong_password"
    with pytest.raises(KeyFileError):
        create_signing_key(tmp_path / "other.pem", password="")
    for name, content in (("none.pem", b"nothing"), ("x25519.pem", X25519_PEM)):
        write_private(tmp_path / name, content)
        with pytest.raises(KeyFileError) as caught:
            read_signing_key(tmp_path / name)
        assert code_of(caught) == "key.not_a_key"


X25519_PEM = b"""-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIHcHbQpzGKV9PBbBclGyZkXfTC+H68CZKrF3+6UduSwq
-----END PRIVATE KEY-----
"""
