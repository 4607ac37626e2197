"""
The compiled registry as the package carries it: interface, code, and the names behind selectors and topics.

Reads `artifacts/CredentialRegistry.json` and decides nothing about a chain. It is written by
scripts/compile_contracts.py; a test compares it with a fresh compilation. Source: DESIGN section 5.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from attestree.merkle.keccak import keccak256

_CAPITAL: Final = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function, an event or an error."""

    name: str
    """As in the Solidity source; may be empty for a returned value."""
    type: str
    """Canonical ABI type, tuples written out: `(uint256,uint256)[]`."""
    indexed: bool = False
    """Whether an event carries it as a topic."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One function, event or custom error of the registry."""

    name: str
    """As in the Solidity source."""
    inputs: tuple[Parameter, ...]
    """In order of declaration."""
    outputs: tuple[Parameter, ...] = ()
    """What a function returns; empty for events and errors."""

    @property
    def text(self) -> str:
        """Return the text that is hashed, such as `confirm(bytes32)`."""
        return f"{self.name}({','.join(parameter.type for parameter in self.inputs)})"

    @property
    def topic(self) -> bytes:
        """Return the 32 bytes that open the topics of an event."""
        return keccak256(self.text.encode())

    @property
    def selector(self) -> bytes:
        """Return the 4 bytes that open a call or a revert."""
        return self.topic[:4]


@dataclass(frozen=True, slots=True)
class Revert:
    """A custom error that the registry answered with."""

    name: str
    """As in the Solidity source, such as `AlreadyAnchored`."""
    code: str
    """Key into the catalogue, such as `contract.already_anchored`."""
    values: Mapping[str, int | str]
    """By parameter name: numbers, and addresses and words as 0x-hex."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """The compiled contract."""

    abi: tuple[Mapping[str, Any], ...]
    """The interface as JSON, for libraries that want it so."""
    bytecode: bytes
    """Creation code, without constructor arguments."""
    deployed_bytecode: bytes
    """Code on chain, with zeros where values of the constructor stand."""
    immutable_ranges: tuple[tuple[int, int], ...]
    """Start and length, in bytes, of those places."""
    compiler: str
    """Version of the compiler, with its commit."""
    settings: Mapping[str, Any]
    """Compiler settings that change the bytes."""
    sources: Mapping[str, str]
    """SHA-256, in hex, of each source, by source unit name."""
    storage_layout: Mapping[str, Any]
    """The compiler's storage layout without its internal numbers."""
    functions: Mapping[str, Signature]
    """By name; no function of the registry is overloaded."""
    events: Mapping[str, Signature]
    """By name."""
    errors: Mapping[str, Signature]
    """By name."""

    def error_of(self, selector: bytes) -> Signature | None:
        """Return the custom error with this selector, or None if the registry has none."""
        return next((error for error in self.errors.values() if error.selector == selector), None)

    def has_code(self, code: bytes) -> bool:
        """Say whether `code`, read from a chain, is this contract, whatever it was constructed with."""
        if len(code) != len(self.deployed_bytecode):
            return False
        blank = bytearray(code)
        for start, length in self.immutable_ranges:
            blank[start : start + length] = bytes(length)
        return bytes(blank) == self.deployed_bytecode


@cache
def load_artifact() -> Artifact:
    """Return the artifact that is packaged; read once."""
    packaged = files("attestree.registry") / "artifacts" / "CredentialRegistry.json"
    return parse_artifact(packaged.read_text(encoding="utf-8"))


def parse_artifact(text: str) -> Artifact:
    """Read the text of an artifact file; trusts it, for it is our own."""
    members = json.loads(text)
    abi = tuple(members["abi"])
    return Artifact(
        abi=abi,
        bytecode=bytes.fromhex(members["bytecode"][2:]),
        deployed_bytecode=bytes.fromhex(members["deployedBytecode"][2:]),
        immutable_ranges=tuple((place["start"], place["length"]) for place in members["immutableReferences"]),
        compiler=members["compiler"],
        settings=members["settings"],
        sources=members["sources"],
        storage_layout=members["storageLayout"],
        functions=_signatures(abi, "function"),
        events=_signatures(abi, "event"),
        errors=_signatures(abi, "error"),
    )


def error_code(name: str) -> str:
    """Return the catalogue code of a custom error: `AlreadyAnchored` is `contract.already_anchored`."""
    return f"contract.{_CAPITAL.sub('_', name).lower()}"


def parse_revert(revert: bytes) -> Revert | None:
    """
    Read the bytes that a refused call came back with.

    Returns:
        The custom error, or None where the bytes are none of the registry's: a panic, a plain text, or
        nothing at all, as when gas ran out.
    """
    error = load_artifact().error_of(revert[:4])
    body = revert[4:]
    if (
        error is None
        or len(body) != 32 * len(error.inputs)
        or any(not _is_word(p.type) for p in error.inputs)
    ):
        return None
    words = [body[start : start + 32] for start in range(0, len(body), 32)]
    values = {p.name: _read_word(p.type, word) for p, word in zip(error.inputs, words, strict=True)}
    return Revert(error.name, error_code(error.name), MappingProxyType(values))


def _signatures(abi: tuple[Mapping[str, Any], ...], kind: str) -> Mapping[str, Signature]:
    found = {
        entry["name"]: Signature(
            entry["name"], _parameters(entry["inputs"]), _parameters(entry.get("outputs", ()))
        )
        for entry in abi
        if entry["type"] == kind
    }
    return MappingProxyType(found)


def _parameters(members: Any) -> tuple[Parameter, ...]:
    return tuple(Parameter(m["name"], _canonical_type(m), m.get("indexed", False)) for m in members)


def _canonical_type(member: Mapping[str, Any]) -> str:
    written: str = member["type"]
    if not written.startswith("tuple"):
        return written
    inner = ",".join(_canonical_type(component) for component in member["components"])
    return f"({inner}){written.removeprefix('tuple')}"


def _is_word(written: str) -> bool:
    return written in {"address", "bytes32"} or re.fullmatch(r"uint\d+", written) is not None


def _read_word(written: str, word: bytes) -> int | str:
    if written == "address":
        return "0x" + word[12:].hex()
    if written == "bytes32":
        return "0x" + word.hex()
    return int.from_bytes(word, "big")
