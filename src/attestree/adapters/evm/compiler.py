"""
Compile the registry's Solidity sources into the artifact that the package carries.

Decides which compiler runs, with which settings, and what the artifact keeps: nothing of the machine it
was made on, so that two compilations can be compared byte for byte. It does not decide how the artifact is
read (`registry.artifact`). The same settings stand in contracts/foundry.toml and hardhat.config.example.
Source: DESIGN sections 5 and 11.
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from subprocess import SubprocessError
from typing import Any, Final

import solcx

from attestree.errors import FolderUnavailableError, InputError, UnavailableError

SOLC_VERSION: Final = "0.8.37"
"""The one compiler version; another gives other bytes."""

MAIN_SOURCE: Final = "contracts/CredentialRegistry.sol"
"""Source unit that is compiled, relative to the project's root."""

MAIN_CONTRACT: Final = "CredentialRegistry"
"""Contract of `MAIN_SOURCE` that is deployed."""

SETTINGS: Final[Mapping[str, Any]] = {
    "evmVersion": "cancun",
    "metadata": {"appendCBOR": False, "bytecodeHash": "none"},
    "optimizer": {"enabled": True, "runs": 200},
    "viaIR": True,
}
"""Whatever changes the bytes: rule set, no metadata, optimizer, code generator."""

OUTPUTS: Final = (
    "abi",
    "evm.bytecode.object",
    "evm.deployedBytecode.immutableReferences",
    "evm.deployedBytecode.object",
    "metadata",
    "storageLayout",
)
"""What the compiler is asked for."""

_IMPORT = re.compile(r'^import\s[^;"]*"([^"]+)"\s*;', re.MULTILINE)
_AST_NUMBER = re.compile(r"\)\d+_storage")


def compile_registry(root: Path) -> dict[str, Any]:
    """
    Compile the registry and return its artifact.

    Args:
        root: The project's root: holds contracts/, and node_modules/ with OpenZeppelin.

    Raises:
        FolderUnavailableError: `contract.source_missing`: a source, or an imported library, is not there.
        InputError: `contract.source_rejected`: the compiler refuses the sources.
        UnavailableError: `contract.compiler_missing`, `contract.compiler_failed`.
    """
    sources = read_sources(root)
    request = build_compiler_input(sources)
    return build_artifact(run_compiler(find_compiler(root), request), sources)


def format_artifact(artifact: Mapping[str, Any]) -> str:
    """Return the artifact as the text of its file: sorted, indented, one line feed at the end."""
    return json.dumps(artifact, indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def read_sources(root: Path) -> dict[str, str]:
    """
    Return the main source and all it imports, by source unit name.

    Read here and not by the compiler: then any compiler gives the same answer, whatever folders it may see.
    """
    sources: dict[str, str] = {}
    waiting = [MAIN_SOURCE]
    while waiting:
        name = waiting.pop()
        if name not in sources:
            sources[name] = _read_source(root, name)
            waiting.extend(_resolve(name, path) for path in _IMPORT.findall(sources[name]))
    return dict(sorted(sources.items()))


def build_compiler_input(sources: Mapping[str, str]) -> dict[str, Any]:
    """Build the standard JSON that every Solidity compiler reads."""
    return {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in sources.items()},
        "settings": {**SETTINGS, "outputSelection": {MAIN_SOURCE: {MAIN_CONTRACT: list(OUTPUTS)}}},
    }


def find_compiler(root: Path) -> Path:
    """
    Return the compiler to run: $SOLC, one that py-solc-x installed, scripts/solc, else one installed now.

    Raises:
        UnavailableError: `contract.compiler_missing`: none is there and none could be downloaded.
    """
    named = os.environ.get("SOLC")
    if named:
        return Path(named)
    if any(str(version) == SOLC_VERSION for version in solcx.get_installed_solc_versions()):
        return Path(solcx.install.get_executable(SOLC_VERSION))
    shim = root / "scripts" / "solc"
    if shim.exists() and (root / "node_modules" / "solc").is_dir():
        return shim
    try:
        solcx.install_solc(SOLC_VERSION)
    except Exception as error:  # py-solc-x documents none of what its download raises
        raise UnavailableError("contract.compiler_missing", version=SOLC_VERSION) from error
    return Path(solcx.install.get_executable(SOLC_VERSION))


def run_compiler(compiler: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the compiler's answer for the main contract, with its own version under `compiler`.

    Raises:
        InputError: `contract.source_rejected`.
        UnavailableError: `contract.compiler_failed`: it does not run, or is not of `SOLC_VERSION`.
    """
    try:
        answer = solcx.compile_standard(dict(request), solc_binary=compiler)
    except solcx.exceptions.SolcError as error:
        # Only an answer of the compiler lists errors; a compiler that does not run has none.
        if error.error_dict:
            raise InputError("contract.source_rejected") from error
        raise UnavailableError("contract.compiler_failed", version=SOLC_VERSION) from error
    except (OSError, ValueError, SubprocessError, solcx.exceptions.UnexpectedVersionError) as error:
        raise UnavailableError("contract.compiler_failed", version=SOLC_VERSION) from error
    contract: dict[str, Any] = answer["contracts"][MAIN_SOURCE][MAIN_CONTRACT]
    version = json.loads(contract["metadata"])["compiler"]["version"]
    if not version.startswith(f"{SOLC_VERSION}+"):
        raise UnavailableError("contract.compiler_failed", version=SOLC_VERSION)
    return {**contract, "compiler": version}


def build_artifact(contract: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, Any]:
    """Keep of the compiler's answer what users need, without the compiler's internal numbers."""
    deployed = contract["evm"]["deployedBytecode"]
    ranges = [place for places in deployed["immutableReferences"].values() for place in places]
    return {
        "format": "attestree.artifact/1",
        "contractName": MAIN_CONTRACT,
        "sourceName": MAIN_SOURCE,
        "compiler": contract["compiler"],
        "settings": dict(SETTINGS),
        "sources": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sources.items()},
        "abi": contract["abi"],
        "bytecode": "0x" + contract["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + deployed["object"],
        "immutableReferences": sorted(ranges, key=lambda place: int(place["start"])),
        "storageLayout": _strip_numbers(contract["storageLayout"]),
    }


def _read_source(root: Path, name: str) -> str:
    folder = root / "node_modules" if name.startswith("@") else root
    try:
        return (folder / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FolderUnavailableError("contract.source_missing") from error


def _resolve(importer: str, path: str) -> str:
    if path.startswith("."):
        return posixpath.normpath(posixpath.join(posixpath.dirname(importer), path))
    return path


def _strip_numbers(layout: Mapping[str, Any]) -> Any:
    """Drop syntax tree numbers, which change whenever a source grows."""
    text = _AST_NUMBER.sub(")_storage", json.dumps(layout))
    return json.loads(text, object_hook=lambda members: {k: v for k, v in members.items() if k != "astId"})
