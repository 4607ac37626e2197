"""What is installed is pinned by hash, and no lock names a registry."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import attestree

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))

# Platform packages that the registry in use does not offer, so that nobody here could take their hash.
# `make lock` adds them by name; on these platforms npm installs them unverified.
WITHOUT_HASH = {
    *(f"@foundry-rs/anvil-{end}" for end in ("darwin-amd64", "darwin-arm64", "linux-arm64", "win32-amd64")),
    *(f"@foundry-rs/cast-{end}" for end in ("darwin-amd64", "darwin-arm64", "linux-arm64", "win32-amd64")),
    *(f"@foundry-rs/forge-{end}" for end in ("darwin-amd64", "linux-arm64")),
    *(f"@nomicfoundation/edr-{end}" for end in ("darwin-arm64", "darwin-x64", "linux-arm64-gnu")),
    *(f"@nomicfoundation/edr-{end}" for end in ("linux-arm64-musl", "win32-x64-msvc")),
}


NPM_LOCKS = (ROOT / "package-lock.json", ROOT / "benchmarks/package-lock.json")


def npm_packages(lock: Path = NPM_LOCKS[0]) -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = json.loads(lock.read_text())["packages"]
    return {path.rpartition("node_modules/")[2]: entry for path, entry in packages.items() if path}


def test_there_is_a_lock_for_every_step_of_the_setup() -> None:
    names = {path.stem for path in REQUIREMENTS}
    assert names == {"bootstrap", "build", "cert-issuer", "halmos", "lock", "node", "peers", "slither"}


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.stem)
def test_every_python_requirement_is_pinned_with_a_hash(path: Path) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", path.read_text())
    pinned = [block for block in blocks if not block.startswith("#")]
    assert pinned
    for block in pinned:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,-]+\])?==[^ ]+", block), block[:80]
        assert "--hash=sha256:" in block, block[:80]


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.stem)
def test_no_python_lock_names_a_registry_or_a_folder(path: Path) -> None:
    text = path.read_text()
    for word in ("://", "--index-url", "--extra-index-url", "--find-links", " @ ", "file:"):
        assert word not in text


def test_pysha3_is_in_no_lock() -> None:
    for path in REQUIREMENTS:
        assert not re.search(r"(?m)^pysha3==", path.read_text())


def test_every_npm_package_has_a_hash_but_the_named_ones() -> None:
    bare = {name for name, entry in npm_packages().items() if "integrity" not in entry}
    assert bare == WITHOUT_HASH
    assert all(npm_packages()[name]["optional"] for name in bare)


def test_every_npm_peer_has_a_hash() -> None:
    packages = npm_packages(NPM_LOCKS[1])
    assert packages
    assert not [name for name, entry in packages.items() if "integrity" not in entry]


@pytest.mark.parametrize("path", NPM_LOCKS, ids=["ours", "peers"])
def test_no_npm_lock_names_a_registry(path: Path) -> None:
    assert not [name for name, entry in npm_packages(path).items() if "resolved" in entry]
    without_thanks = re.sub(r'"funding": (\{[^}]*\}|\[[^\]]*\])', "", path.read_text())
    assert "://" not in without_thanks


def test_no_npm_package_runs_a_script_when_it_is_installed() -> None:
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text().split()
    assert (ROOT / "benchmarks/.npmrc").read_text() == (ROOT / ".npmrc").read_text()


def test_the_version_is_the_same_everywhere() -> None:
    written = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert attestree.__version__ == written == version("attestree")
    assert json.loads((ROOT / "package.json").read_text())["version"] == written


def test_the_compiler_version_is_the_same_everywhere() -> None:
    locked = npm_packages()["solc"]["version"]
    assert f'version: "{locked}"' in (ROOT / "hardhat.config.example").read_text()
    for source in (ROOT / "contracts").rglob("*.sol"):
        assert re.search(rf"pragma solidity [\^=>]*{re.escape(locked)};", source.read_text()), source.name
