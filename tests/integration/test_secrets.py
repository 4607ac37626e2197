"""No secret is ever said: canaries wherever one may be, and every word, file and answer searched."""

from __future__ import annotations

import base64
import logging
import secrets
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from eth_account import Account

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.keys.files import create_key_file
from attestree.adapters.keys.private_file import write_private
from attestree.anchoring import Worker
from attestree.cli.main import run, shared_flags_first
from tests.integration.deployed import Actor, Deployed, deploy_registry
from tests.integration.furnishing import DID, TITLE
from tests.integration.offices import ISSUE, NOWHERE, Office
from tests.integration.served import running

WORD = "canary" + secrets.token_hex(8)
"""Stands in every password and address of the web."""
KEYS = [secrets.token_bytes(32) for _ in range(4)]
"""Operator, institution, roster, environment."""


def spellings(key: bytes) -> list[bytes]:
    """Return every form in which a key could be printed."""
    hexes = key.hex()
    texts = [hexes, hexes.upper(), str(int.from_bytes(key)), base64.b64encode(key).decode(), repr(key)[2:-1]]
    return [key, *(text.encode() for text in texts)]


CANARIES = [WORD.encode(), *(spelling for key in KEYS for spelling in spellings(key))]


def verify_silent(octets: bytes, place: str) -> None:
    """Return if no canary is in what was said or written."""
    for canary in CANARIES:
        assert canary not in octets, f"a secret in {place}"


@dataclass
class Ear:
    """Types commands with --debug and keeps every word, traceback and log line."""

    office: Office
    log: pytest.LogCaptureFixture
    heard: list[str] = field(default_factory=list)

    def type(self, *words: str) -> bool:
        """Type a command in each way; say whether it ended well."""
        # What people read is made of what --debug shows, and so is what programs read.
        debugged, _ = self._type(*words, "--debug"), self._type(*words, "--json")
        return debugged

    def _type(self, *words: str) -> bool:
        self.office.patch.chdir(self.office.folder)
        self.office.capsys.readouterr()
        code, trace = 1, ""
        try:
            code = run(shared_flags_first([*words]))
        except Exception as error:  # noqa: BLE001 - with --debug whatever was raised comes out
            trace = "".join(traceback.format_exception(error)) + "".join(_chain(error))
        said = self.office.capsys.readouterr()
        text = f"{said.out}\n{said.err}\n{trace}\n{self.log.text}"
        verify_silent(text.encode(), " ".join(words))
        self.heard.append(text)
        return code == 0


def _chain(error: BaseException | None) -> Iterator[str]:
    """Yield each error on the way to the first, as `repr` shows it."""
    while error is not None:
        yield f"{error!r} {error.args!r}"
        error = error.__cause__ or error.__context__


@pytest.fixture
def registry(chain: DevChain) -> Deployed:
    return deploy_registry(chain)


@pytest.fixture
def office(
    registry: Deployed, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Office:
    operator, issuer = (Actor(Account.from_key(key)) for key in KEYS[:2])
    for actor in (operator, issuer):
        registry.chain.fund(actor.account.address, 10**18)
    registry.accredit(issuer, did=DID, name=TITLE)
    registry.send(issuer, "addOperator", operator.address, 3, 4_000_000_000)
    made = Office.open(tmp_path / "office", registry, capsys, monkeypatch, issuer=issuer.address)
    for name, key in (("operator", KEYS[0]), ("issuer", KEYS[1])):
        path = made.folder / f"keys/{name}.json"
        create_key_file(path, password=WORD, private_key=key, scrypt_work=2**8)
        with (made.folder / "attestree.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'{name}_key = "keys/{name}.json"\n')
    (made.folder / "keys/roster.key").unlink()
    write_private(made.folder / "keys/roster.key", KEYS[2].hex().encode())
    monkeypatch.setenv("ATTESTREE_KEY_PASSWORD", WORD)
    # Nobody needs to be waited for here.
    monkeypatch.setitem(Worker.drive_until_final.__kwdefaults__, "patience_seconds", 0)
    return made


@pytest.fixture
def ear(office: Office, caplog: pytest.LogCaptureFixture) -> Ear:
    caplog.set_level(logging.DEBUG)
    return Ear(office, caplog)


def test_the_search_finds_a_canary_in_each_spelling() -> None:
    for canary in CANARIES:
        with pytest.raises(AssertionError):
            verify_silent(b"before " + canary + b" after", "nowhere")


def test_commands_that_work_say_no_secret_and_write_none(office: Office, ear: Ear, tmp_path: Path) -> None:
    assert ear.type(*ISSUE)
    assert ear.type(*ISSUE, "--yes")
    for command in (
        ("config", "show"),
        ("doctor",),
        ("doctor", "--open-keys"),
        ("key", "show", "keys/operator.json"),
        ("issuer", "show"),
        ("anchor",),
        ("fsck",),
        (*ISSUE, "--request", "request.json", "--yes"),
        ("backup", str(tmp_path / "backup")),
        ("audit", "--out", "report"),
    ):
        ear.type(*command)
    assert "3 credentials" in "".join(ear.heard)
    kept = [path for path in [*office.folder.rglob("*"), *tmp_path.glob("backup/**/*")] if path.is_file()]
    assert len(kept) > 20
    for path in kept:
        if path.parent.name == "keys":
            # The roster key is a file of its own; the key files are locked.
            assert path.name == "roster.key" or not any(one in path.read_bytes() for one in CANARIES)
            continue
        verify_silent(path.read_bytes(), str(path))


def test_the_service_says_no_secret(office: Office) -> None:
    office.type(*ISSUE, "--yes")
    single = next(office.folder.glob("batches/*/*/private/credentials/*.json")).read_bytes()
    with running(office) as served:  # type: ignore[arg-type]  # it wants a folder
        served.wait_ready()
        for path in ("/metrics", "/health", "/ready", "/v1/issuers", "/openapi.json", "/nowhere"):
            verify_silent(served.client.get(path).content, path)
        verify_silent(served.verify(single).content, "a verdict")
        verify_silent(served.verify(b"{").content, "a refusal")
    verify_silent(served.log.read_bytes(), "the log")


def write_key(office: Office, name: str, content: bytes) -> None:
    path = office.folder / "keys" / name
    path.unlink(missing_ok=True)
    write_private(path, content)


def break_password(office: Office) -> None:
    office.patch.setenv("ATTESTREE_KEY_PASSWORD", WORD + " wrong")


def break_key_file(office: Office) -> None:
    write_key(office, "operator.json", b'{"address": "' + KEYS[0].hex().encode() + b'", "crypto": ')


def name_key_itself(office: Office) -> None:
    write_key(office, "operator.json", KEYS[0].hex().encode())


def break_roster_key(office: Office) -> None:
    write_key(office, "roster.key", KEYS[2].hex().encode() + b"zz")


def open_key_file_to_others(office: Office) -> None:
    (office.folder / "keys/operator.json").chmod(0o644)


def use_variable(office: Office) -> None:
    office.patch.setenv("ATTESTREE_KEY_OPERATOR", "0x" + KEYS[3].hex() + "00")
    office.change(
        'operator_key = "keys/operator.json"', 'operator_key = { variable = "ATTESTREE_KEY_OPERATOR" }'
    )


def use_signer(url: str) -> Callable[[Office], None]:
    def change(office: Office) -> None:
        address = Account.from_key(KEYS[0]).address
        table = f'operator_key = {{ url = "{url}", address = "{address}" }}'
        office.change('operator_key = "keys/operator.json"', table)

    return change


def use_store(office: Office) -> None:
    path = office.folder / "attestree.toml"
    url = f"postgresql://user:{WORD}@127.0.0.1:9/x"
    path.write_text(f'[store]\nurl = "{url}"\n' + path.read_text())


def use_node(office: Office) -> None:
    office.change(office.registry.chain.url, f"{NOWHERE}/v3/{WORD}")


FAULTS = {
    "a wrong password": break_password,
    "a broken key file": break_key_file,
    "a bare key in a file": name_key_itself,
    "a broken roster key": break_roster_key,
    "a key file open to others": open_key_file_to_others,
    "a broken key in the environment": use_variable,
    "a signer that is not there": use_signer(f"http://user:{WORD}@127.0.0.1:9/{WORD}"),
    "a signer of another kind": use_signer(f"ftp://user:{WORD}@127.0.0.1:9"),
    "a signer at no address": use_signer(f"http://user:{WORD}@[127.0.0.1"),
    "a database that is not there": use_store,
    "a node that is not there": use_node,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_commands_that_fail_say_no_secret(office: Office, ear: Ear, fault: str) -> None:
    FAULTS[fault](office)
    assert not ear.type(*ISSUE, "--yes")
    for command in (("doctor",), ("config", "show"), ("anchor",)):
        ear.type(*command)
    assert "Traceback" in "".join(ear.heard)
