"""The packaged artifact is what the sources compile to, with every tool."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.compiler import (
    SETTINGS,
    build_compiler_input,
    compile_registry,
    find_compiler,
    format_artifact,
    read_sources,
    run_compiler,
)
from attestree.errors import FolderUnavailableError, InputError, UnavailableError
from attestree.registry.artifact import load_artifact

ROOT = Path(__file__).resolve().parents[2]
ARTIFACT = ROOT / "src/attestree/registry/artifacts/CredentialRegistry.json"

needs_solc = pytest.mark.skipif(
    not (ROOT / "node_modules/solc").is_dir(), reason="no compiler from npm; `make setup` installs it"
)


@needs_solc
@pytest.mark.chain
@pytest.mark.slow
def test_a_fresh_compilation_is_the_packaged_artifact_byte_for_byte() -> None:
    assert format_artifact(compile_registry(ROOT)) == ARTIFACT.read_text(encoding="utf-8")


@needs_solc
@pytest.mark.chain
@pytest.mark.slow
def test_forge_gives_the_same_creation_code(tmp_path: Path) -> None:
    forge = shutil.which("forge")
    if forge is None:
        pytest.skip("no forge; `make setup` installs it")
    subprocess.run(
        [forge, "build", "contracts", "--out", tmp_path / "out", "--cache-path", tmp_path / "cache"],
        cwd=ROOT,
        env=os.environ | {"FOUNDRY_CONFIG": "contracts/foundry.toml"},
        check=True,
        capture_output=True,
    )
    built = json.loads((tmp_path / "out/CredentialRegistry.sol/CredentialRegistry.json").read_text())
    assert bytes.fromhex(built["bytecode"]["object"][2:]) == load_artifact().bytecode
    assert bytes.fromhex(built["deployedBytecode"]["object"][2:]) == load_artifact().deployed_bytecode


@needs_solc
def test_every_source_is_the_one_that_was_compiled() -> None:
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in read_sources(ROOT).items()}
    assert hashes == dict(load_artifact().sources)


def test_the_artifact_names_no_folder_of_a_machine() -> None:
    text = ARTIFACT.read_text(encoding="utf-8")
    assert str(ROOT) not in text
    assert not any(name.startswith(("/", "file:", "..")) for name in load_artifact().sources)


def test_the_settings_are_those_of_forge_and_hardhat() -> None:
    forge = (ROOT / "contracts/foundry.toml").read_text(encoding="utf-8")
    hardhat = (ROOT / "hardhat.config.example").read_text(encoding="utf-8")
    assert f'evm_version = "{SETTINGS["evmVersion"]}"' in forge
    assert f'evmVersion: "{SETTINGS["evmVersion"]}"' in hardhat
    assert "via_ir = true" in forge
    assert "viaIR: true" in hardhat
    assert 'bytecode_hash = "none"' in forge
    assert f"optimizer_runs = {SETTINGS['optimizer']['runs']}" in forge


def test_the_compiler_that_is_named_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLC", "/opt/solc")
    assert find_compiler(ROOT) == Path("/opt/solc")


def test_a_missing_source_is_told(tmp_path: Path) -> None:
    with pytest.raises(FolderUnavailableError, match=r"contract\.source_missing"):
        read_sources(tmp_path)


def test_a_compiler_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"contract\.compiler_failed"):
        run_compiler(tmp_path / "solc", build_compiler_input({"a.sol": "contract A {}"}))


def test_a_program_that_is_no_compiler_is_told(tmp_path: Path) -> None:
    program = tmp_path / "solc"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(UnavailableError, match=r"contract\.compiler_failed"):
        run_compiler(program, build_compiler_input({"a.sol": "contract A {}"}))


@needs_solc
def test_sources_that_do_not_compile_are_told() -> None:
    broken: dict[str, Any] = {
        "language": "Solidity",
        "sources": {"a.sol": {"content": "contract {"}},
        "settings": {"outputSelection": {"*": {"*": ["abi"]}}},
    }
    with pytest.raises(InputError, match=r"contract\.source_rejected"):
        run_compiler(ROOT / "scripts/solc", broken)
