"""
Writes `attestree.toml` for `init`, with a comment where a person will want one.

Decides the order and the comments. What it writes is read back by `settings` before anything is
kept, so that a file which cannot be read is never written. Source: DESIGN section 9.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from attestree.adapters.files.atomic import write_whole
from attestree.errors import SettingsError
from attestree.registry.facts import ChainIdentity
from attestree.settings import FILE_NAME, Settings, load_settings
from attestree.text.spelling import format_hex, quote_toml


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """One `[[registry]]`."""

    name: str
    """How commands call it."""
    rpc: Sequence[str]
    """JSON-RPC URLs."""
    finality: str
    """`finalized`, `depth:N` or `instant`."""
    identity: ChainIdentity
    """What is pinned."""
    keys: Mapping[str, str]
    """`admin_key`, `accreditor_key`: paths, counted from the file."""


@dataclass(frozen=True, slots=True)
class IssuerEntry:
    """One `[[issuer]]`."""

    name: str
    """How commands call it."""
    title: str
    """The institution's name."""
    address: bytes
    """20 bytes."""
    did: str
    """Its DID."""
    url: str | None
    """Its home page."""
    keys: Mapping[str, str]
    """`operator_key`, `issuer_key`, `signing_key`, `roster_key`: paths, counted from the file."""


def format_settings(
    *, public_url: str | None, registries: Sequence[RegistryEntry], issuers: Sequence[IssuerEntry]
) -> str:
    """Return the text of a settings file."""
    lines = [
        "# Settings of Attestree; every one is explained in docs/reference/config.md.",
        "# The environment beats this file: ATTESTREE_PUBLIC_URL, ATTESTREE_STORE__URL, ...",
        "",
        *_public_url(public_url),
        'trust      = "trust.toml"      # whom a verifier here believes',
        'batches    = "batches"         # credentials, until you hand them out; back this folder up',
        "",
        "[store]",
        'url = "sqlite:///attestree.db"',
    ]
    for registry in registries:
        lines += ["", "[[registry]]", *_registry(registry)]
    for issuer in issuers:
        lines += ["", "[[issuer]]", *_issuer(issuer)]
    return "\n".join(lines) + "\n"


def write_settings(folder: Path, text: str) -> Settings:
    """
    Write the settings file of a folder, if it can be read, and return the settings.

    Raises:
        SettingsError: `config.exists`, another file is there; or what `load_settings` raises.
    """
    path = folder / FILE_NAME
    if path.exists():
        if path.read_text(encoding="utf-8") != text:
            raise SettingsError("config.exists", file=FILE_NAME)
        return load_settings(path)
    trial = folder / f".{FILE_NAME}.trial"
    write_whole(trial, text.encode())
    try:
        load_settings(trial)
    finally:
        trial.unlink()
    write_whole(path, text.encode())
    return load_settings(path)


def _public_url(public_url: str | None) -> list[str]:
    if public_url is None:
        return ['# public_url = "https://badges.example.edu"   # written into every credential for ever']
    return [f"public_url = {quote_toml(public_url)}   # written into every credential for ever"]


def _registry(entry: RegistryEntry) -> list[str]:
    pins = entry.identity
    return [
        f"name              = {quote_toml(entry.name)}",
        f"address           = {_hex(pins.registry)}",
        f"rpc               = [{', '.join(quote_toml(url) for url in entry.rpc)}]   # two or more must agree",
        f"finality          = {quote_toml(entry.finality)}",
        f"chain_id          = {pins.chain_id}",
        f"genesis_hash      = {_hex(pins.genesis_hash)}",
        f"deploy_block      = {pins.deploy_block}",
        f"deploy_block_hash = {_hex(pins.deploy_block_hash)}",
        f"code_hash         = {_hex(pins.code_hash)}",
        *[f"{name:<17} = {quote_toml(path)}" for name, path in entry.keys.items()],
    ]


def _issuer(entry: IssuerEntry) -> list[str]:
    return [
        f"name         = {quote_toml(entry.name)}",
        f"title        = {quote_toml(entry.title)}",
        f"address      = {_hex(entry.address)}",
        f"did          = {quote_toml(entry.did)}",
        *([f"url          = {quote_toml(entry.url)}"] if entry.url else []),
        *[f"{name:<12} = {quote_toml(path)}" for name, path in entry.keys.items()],
    ]


def _hex(octets: bytes) -> str:
    return quote_toml(format_hex(octets))


def replace_in_table(
    text: str, header: str, *, of: Mapping[str, object], values: Mapping[str, str | int]
) -> str:
    """
    Return TOML text with some values of one table of an array replaced, and nothing else.

    Args:
        text: TOML that can be read.
        header: Name of the array, such as `registry`.
        of: What the table says that is meant; text in lower case.
        values: New values of keys that stand in it.
    """
    lines = text.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.lstrip().startswith("[")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        if lines[start].split("#")[0].strip() != f"[[{header}]]":
            continue
        table = tomllib.loads("".join(lines[start + 1 : end]))
        if all(_fold(table.get(key)) == value for key, value in of.items()):
            lines[start:end] = [_replace_value(line, values) for line in lines[start:end]]
    return "".join(lines)


def _fold(value: object) -> object:
    """Return text in lower case, anything else as it is."""
    return value.lower() if isinstance(value, str) else value


def _replace_value(line: str, values: Mapping[str, str | int]) -> str:
    """Return a line with its new value, if it is one of those."""
    found = re.match(r"""(\s*(\w+)\s*=\s*)("[^"]*"|'[^']*'|\w+)(.*)""", line, re.DOTALL)
    if found is None or found[2] not in values:
        return line
    value = values[found[2]]
    return f"{found[1]}{value if isinstance(value, int) else quote_toml(value)}{found[4]}"
