"""The conformance profile as a process: what it prints, where it refuses, and answers over http and https."""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from attestree.web.vc_api.certificate import making_certificate
from tests.unit.credentials.presented import build_credential, build_presentation, sign

PROGRAM = str(Path(sys.executable).with_name("attestree"))
START_SECONDS = 60
SUITES = (
    "eddsa-rdfc-2022/Ed25519",
    "eddsa-jcs-2022/Ed25519",
    "ecdsa-rdfc-2019/P-384",
    "ecdsa-jcs-2019/P-256",
)


def command(*flags: str) -> list[str]:
    return [PROGRAM, "serve", "--profile", "conformance", "--port", "0", *flags]


@contextmanager
def serving(folder: Path, *flags: str) -> Iterator[tuple[str, Path]]:
    """Run the profile in a folder; yield its address, and the file of what it says beside."""
    said, beside = folder / "said", folder / "beside"
    with said.open("wb") as output, beside.open("wb") as errors:
        process = subprocess.Popen(command("--json", *flags), cwd=folder, stdout=output, stderr=errors)
    try:
        give_up = time.monotonic() + START_SECONDS
        while not (found := re.search(r'"url": "([^"]+)"', said.read_text("utf-8"))):
            assert process.poll() is None, beside.read_text("utf-8")
            assert time.monotonic() < give_up
            time.sleep(0.02)
        yield found[1], beside
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def asking(url: str, trusted: Path | None = None) -> Iterator[httpx.Client]:
    context: ssl.SSLContext | bool = False
    if trusted is not None:
        context = ssl.create_default_context(cafile=str(trusted))
    with httpx.Client(base_url=url, timeout=60, verify=context) as client:
        yield client


def post(client: httpx.Client, path: str, **body: Any) -> httpx.Response:
    return client.post(path, json=body)


def refused(folder: Path, *flags: str, line: list[str] | None = None) -> str:
    """Return what the program says when it does not start."""
    run = subprocess.run(line or command(*flags), cwd=folder, capture_output=True, timeout=60, check=False)
    assert run.returncode == 1
    return run.stderr.decode("utf-8")


def test_over_http_credentials_are_issued_bare_and_verify(tmp_path: Path) -> None:
    with serving(tmp_path) as (url, beside), asking(url) as client:
        assert url.startswith("http://127.0.0.1:")
        assert "trusts anybody" in beside.read_text("utf-8")
        for suite in SUITES:
            issued = post(client, f"/{suite}/credentials/issue", credential=build_credential())
            assert issued.status_code == 201
            document = issued.json()
            assert post(client, "/credentials/verify", verifiableCredential=document).status_code == 200
            changed = document | {"issuer": "did:example:other"}
            assert post(client, "/credentials/verify", verifiableCredential=changed).status_code == 400
        shown = sign(build_presentation(document))
        options = {"challenge": shown["proof"]["challenge"], "domain": shown["proof"]["domain"]}
        ask = "/presentations/verify"
        assert post(client, ask, verifiablePresentation=shown, options=options).status_code == 200
        options["challenge"] = "another"
        assert post(client, ask, verifiablePresentation=shown, options=options).status_code == 400


def test_over_https_credentials_are_wrapped_and_point_into_a_list_that_is_served(tmp_path: Path) -> None:
    with serving(tmp_path, "--tls-self-signed") as (url, _), asking(url) as client:
        assert url.startswith("https://127.0.0.1:")
        status = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation"}
        credential = build_credential(id="urn:uuid:1")
        answer = post(
            client, "/credentials/issue", credential=credential, options={"credentialStatus": status}
        )
        document = answer.json()["verifiableCredential"]
        address = document["credentialStatus"]["statusListCredential"]
        assert address.startswith(url)
        hosted = client.get(address).json()
        for value in (document, hosted):
            assert post(client, "/credentials/verify", verifiableCredential=value).status_code == 200
        withdrawn = {"credentialId": "urn:uuid:1", "credentialStatus": status}
        assert client.post("/credentials/status", json=withdrawn).status_code == 200
        assert post(client, "/credentials/verify", verifiableCredential=document).status_code == 400
        assert client.get(address).json()["credentialSubject"] != hosted["credentialSubject"]


def test_a_certificate_may_be_given(tmp_path: Path) -> None:
    with making_certificate(int(time.time())) as files:
        flags = ("--tls-cert", str(files.certificate), "--tls-key", str(files.key))
        with serving(tmp_path, *flags) as (url, _), asking(url, files.certificate) as client:
            assert client.get("/").json()["profile"] == "conformance"


def test_the_same_seed_signs_with_the_same_keys(tmp_path: Path) -> None:
    seen = []
    for seed in ("a", "a", "b"):
        with serving(tmp_path, "--seed", seed) as (url, _), asking(url) as client:
            seen.append([entry["issuer"] for entry in client.get("/").json()["instances"]])
        (tmp_path / "said").unlink()
    assert seen[0] == seen[1]
    assert not set(seen[0]) & set(seen[2])


def test_it_does_not_start_beside_settings(tmp_path: Path) -> None:
    (tmp_path / "attestree.toml").write_text("", "utf-8")
    inner = tmp_path / "inner"
    inner.mkdir()
    for folder in (tmp_path, inner):
        assert "conformance.settings" in refused(folder)


@pytest.mark.parametrize(
    "flags",
    [
        ("--tls-cert", "missing.pem"),
        ("--tls-key", "missing.pem"),
        ("--tls-cert", "missing.pem", "--tls-key", "missing.pem"),
    ],
)
def test_it_does_not_start_without_the_certificate_that_is_named(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    assert "conformance.tls_files" in refused(tmp_path, *flags)


@pytest.mark.parametrize("flags", [("--tls-self-signed",), ("--seed", "a"), ("--tls-cert", "a.pem")])
def test_its_flags_are_of_no_use_to_production(tmp_path: Path, flags: tuple[str, ...]) -> None:
    assert "conformance.flag" in refused(tmp_path, line=[PROGRAM, "serve", *flags])
