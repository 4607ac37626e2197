"""`attestree issuer did`: the document of a signing key, where it belongs, and whether it lies there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.keys.ed25519 import create_signing_key, public_key_of, read_signing_key
from attestree.adapters.net.did_web import DidWebResolver
from attestree.cli.issuer_did import find_hosted_fault, parse_place
from attestree.cli.main import run, shared_flags_first
from attestree.credentials.did import ASSERTION, find_key, parse_did_document
from attestree.errors import DidUnavailableError, RequestError
from tests.fakes.https_host import serve_https
from tests.fakes.signing import TestKey, ToldResolver, build_did_document

WEB = "did:web:university.example"


class Folder:
    """Settings with one issuer and its signing key."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.capsys = capsys
        self.did = create_signing_key(folder / "key.pem", password=None)
        self.public = public_key_of(read_signing_key(folder / "key.pem"))
        self.write(self.did)

    def write(self, did: str, *lines: str) -> None:
        text = f"""
            [[issuer]]
            name = "university"
            title = "University"
            address = "0x{"11" * 20}"
            did = "{did}"
        """
        (self.folder / "attestree.toml").write_text("\n".join([text, *lines]), "utf-8")

    def type(self, *words: str, code: int = 0) -> dict[str, Any]:
        config = str(self.folder / "attestree.toml")
        assert run(shared_flags_first(["issuer", "did", *words, "--config", config, "--json"])) == code
        return json.loads(self.capsys.readouterr().out)  # type: ignore[no-any-return]  # compared by tests

    def refusal(self, *words: str) -> str:
        config = str(self.folder / "attestree.toml")
        assert run(shared_flags_first(["issuer", "did", *words, "--config", config, "--json"])) == 2
        return str(json.loads(self.capsys.readouterr().out)["error"]["code"])


@pytest.fixture
def folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Folder:
    made = Folder(tmp_path, capsys)
    made.write(made.did, 'signing_key = "key.pem"')
    return made


def test_a_did_key_needs_no_document(folder: Folder) -> None:
    said = folder.type()
    assert (said["did"], said["document"]) == (folder.did, None)


def test_the_document_of_a_did_web_lists_the_signing_key(folder: Folder) -> None:
    folder.write(WEB, 'signing_key = "key.pem"')
    said = folder.type()
    assert said["address"] == "https://university.example/.well-known/did.json"
    read = parse_did_document(said["document"], WEB)
    name = f"{WEB}#{folder.did.removeprefix('did:key:')}"
    assert said["method"] == name
    assert find_key(read, name, ASSERTION) == folder.public
    assert read.authentication == frozenset()


def test_the_settings_may_name_the_key(folder: Folder) -> None:
    folder.write(WEB, 'signing_key = "key.pem"', f'signing_method = "{WEB}#2027"')
    assert folder.type()["method"] == f"{WEB}#2027"


def test_another_host_may_be_asked_for_and_the_document_is_written(folder: Folder) -> None:
    out = folder.folder / "did.json"
    said = folder.type("--web", "University.example:8443/badges", "--out", str(out))
    assert said["did"] == "did:web:university.example%3A8443:badges"
    assert said["address"] == "https://university.example:8443/badges/did.json"
    assert json.loads(out.read_text("utf-8")) == said["document"]


def test_a_new_key_is_listed_beside_the_old_one(folder: Folder) -> None:
    out = folder.folder / "did.json"
    folder.write(WEB, 'signing_key = "key.pem"')
    old = folder.type("--out", str(out))
    create_signing_key(folder.folder / "new.pem", password=None)
    folder.write(WEB, 'signing_key = "new.pem"')
    new = folder.type("--out", str(out))
    read = parse_did_document(json.loads(out.read_text("utf-8")), WEB)
    assert find_key(read, old["method"], ASSERTION) == folder.public
    assert find_key(read, new["method"], ASSERTION) == public_key_of(
        read_signing_key(folder.folder / "new.pem")
    )
    assert folder.type("--out", str(out))["document"] == new["document"]
    assert run(["--config", str(folder.folder / "attestree.toml"), "issuer", "did", "--out", str(out)]) == 0
    assert "It lists              2 keys" in folder.capsys.readouterr().out


def test_no_other_key_takes_a_name_that_is_listed(folder: Folder) -> None:
    out, named = folder.folder / "did.json", f'signing_method = "{WEB}#key-1"'
    folder.write(WEB, 'signing_key = "key.pem"', named)
    folder.type("--out", str(out))
    before = out.read_bytes()
    create_signing_key(folder.folder / "new.pem", password=None)
    folder.write(WEB, 'signing_key = "new.pem"', named)
    assert folder.refusal("--out", str(out)) == "did.name_taken"
    assert out.read_bytes() == before


@pytest.mark.parametrize("octets", [b"", b"{}", b'{"id": "did:web:other.example"}', b" " * 70_000])
def test_a_file_that_is_something_else_is_not_overwritten(folder: Folder, octets: bytes) -> None:
    out = folder.folder / "did.json"
    out.write_bytes(octets)
    folder.write(WEB, 'signing_key = "key.pem"')
    code = folder.refusal("--out", str(out))
    assert code == ("folder.too_large" if len(octets) > 65_536 else "request.did_document")
    assert out.read_bytes() == octets


@pytest.mark.parametrize(
    "place", ["localhost", "127.0.0.1", "a.example/../b", "https://a.example", "", "a b"]
)
def test_what_is_no_place_on_the_web_is_refused(place: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_place(place)
    assert caught.value.code == "request.did_web"


def test_a_did_of_another_key_and_a_missing_key_are_refused(folder: Folder) -> None:
    folder.write(TestKey(9).did, 'signing_key = "key.pem"')
    assert run(["--config", str(folder.folder / "attestree.toml"), "issuer", "did"]) == 2
    assert "not the key of the institution's DID" in folder.capsys.readouterr().err
    folder.write(WEB)
    assert run(["--config", str(folder.folder / "attestree.toml"), "issuer", "did"]) == 2


def test_what_the_host_serves_is_compared_with_the_key(folder: Folder, tmp_path: Path) -> None:
    with serve_https(tmp_path, "university.example") as host:
        did = f"did:web:university.example%3A{host.port}"
        folder.write(did, 'signing_key = "key.pem"')
        said = folder.type()
        document, method = said["document"], said["method"]
        host.pages["/.well-known/did.json"] = json.dumps(document).encode()
        assert find_hosted_fault(DidWebResolver(host.client()), did, method, folder.public) is None
        other = TestKey(9).public
        fault = find_hosted_fault(DidWebResolver(host.client()), did, method, other)
        assert fault is not None
        assert fault.code == "signature.key_not_listed"
        host.pages["/.well-known/did.json"] = b"{}"
        fault = find_hosted_fault(DidWebResolver(host.client()), did, method, folder.public)
        assert fault is not None
        assert fault.code == "did.bad_document"
        del host.pages["/.well-known/did.json"]
        with pytest.raises(DidUnavailableError) as caught:
            find_hosted_fault(DidWebResolver(host.client()), did, method, folder.public)
        assert caught.value.code == "did.not_found"


def test_a_key_under_another_name_is_not_listed() -> None:
    key = TestKey(1)
    resolver = ToldResolver({WEB: build_did_document(WEB, {"#other": key.public})})
    fault = find_hosted_fault(resolver, WEB, f"{WEB}#key-1", key.public)
    assert fault is not None
    assert fault.code == "signature.key_not_listed"


def test_nobody_is_asked_unless_that_is_wanted(folder: Folder) -> None:
    folder.write("did:web:no-such-host.invalid", 'signing_key = "key.pem"')
    assert folder.type()["hosted"] is None
    assert run(["--config", str(folder.folder / "attestree.toml"), "issuer", "did", "--check"]) == 3
    assert "did not answer" in folder.capsys.readouterr().err
