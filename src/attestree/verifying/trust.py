"""
The trust file: which networks, which registries and which accreditors a verifier believes.

Decides what a trust file may say; it never comes from a credential. RPC addresses are no part of it:
whom to ask is a setting, whom to believe is trust. Addresses are compared by bytes, so their spelling
may be in any case: a mixed-case checksum guards typing, and a mistyped address merely trusts nobody.
Source: DESIGN section 7.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from attestree.credentials.anchor_proof import ADDRESS_SIZE, MAX_CHAIN_ID
from attestree.errors import TrustFileError
from attestree.text.spelling import format_hex, quote_toml

MAX_TRUST_BYTES = 262_144
"""Bytes of a trust file; thousands of accreditors fit."""

MAX_BLOCK_NUMBER = 2**63 - 1
"""Largest block number a trust file may name: the largest integer of TOML."""

MAX_NAME_CHARACTERS = 200
"""Longest name of a trust file, network or accreditor."""

HASH_SIZE = 32
"""Bytes of a genesis or code hash."""

_TOP_KEYS = frozenset({"name", "network", "accreditor"})
_NETWORK_KEYS = frozenset({"kind", "chain_id", "genesis_hash", "registry", "deploy_block", "code_hash"})
_ACCREDITOR_KEYS = frozenset({"address", "name"})
_TOML_PLACE = re.compile(r"at line (\d+), column (\d+)")


class NetworkKind(StrEnum):
    """Whether what is recorded on a network is meant to be worth something."""

    TEST = "test"
    """For trying out; nothing recorded there is worth anything."""
    PRODUCTION = "production"
    """For real credentials."""


@dataclass(frozen=True, slots=True)
class TrustedNetwork:
    """One registry on one chain that is believed."""

    kind: NetworkKind
    """Test or production."""
    chain_id: int
    """EIP-155 chain id."""
    genesis_hash: bytes
    """Hash of block 0, 32 bytes."""
    registry: bytes
    """Address of the contract, 20 bytes."""
    deploy_block: int
    """Number of the block that deployed it."""
    code_hash: bytes
    """keccak256 of the deployed code, 32 bytes."""
    name: str | None = None
    """What people call it."""


@dataclass(frozen=True, slots=True)
class TrustedAccreditor:
    """One accreditor whose word counts."""

    address: bytes
    """20 bytes."""
    name: str
    """What people call it; this name is shown, not one from the chain."""


@dataclass(frozen=True, slots=True)
class Trust:
    """A whole trust file."""

    name: str
    """Whose trust this is, or for what."""
    networks: tuple[TrustedNetwork, ...]
    """In the order of the file; no registry twice."""
    accreditors: tuple[TrustedAccreditor, ...]
    """In the order of the file; no address twice."""
    sha256: bytes = field(compare=False)
    """SHA-256 of the file's bytes, 32 bytes; named in every report."""

    def find_network(self, *, chain_id: int, registry: bytes) -> TrustedNetwork | None:
        """Return the network with that registry, or None where it is not trusted."""
        for network in self.networks:
            if (network.chain_id, network.registry) == (chain_id, registry):
                return network
        return None

    def find_accreditor(self, address: bytes) -> TrustedAccreditor | None:
        """Return the accreditor with that address, or None where it is not trusted."""
        for accreditor in self.accreditors:
            if accreditor.address == address:
                return accreditor
        return None


def parse_trust(octets: bytes) -> Trust:
    """
    Parse a trust file strictly: no key unknown, none missing, no registry or accreditor twice.

    Raises:
        TrustFileError: `trust.too_large`, `trust.syntax`, `trust.unknown_key`, `trust.missing_key`,
            `trust.type`, `trust.range`, `trust.hex`, `trust.kind`, `trust.name`,
            `trust.duplicate_network` or `trust.duplicate_accreditor`.
    """
    if len(octets) > MAX_TRUST_BYTES:
        raise TrustFileError("trust.too_large", limit=MAX_TRUST_BYTES, size=len(octets))
    table = _parse_toml(octets)
    _refuse_keys(table, allowed=_TOP_KEYS, required=frozenset({"name"}))
    networks = tuple(_parse_network(entry) for entry in _tables(table, "network"))
    accreditors = tuple(_parse_accreditor(entry) for entry in _tables(table, "accreditor"))
    if len({(network.chain_id, network.registry) for network in networks}) != len(networks):
        raise TrustFileError("trust.duplicate_network")
    if len({accreditor.address for accreditor in accreditors}) != len(accreditors):
        raise TrustFileError("trust.duplicate_accreditor")
    return Trust(_text(table, "name"), networks, accreditors, sha256(octets).digest())


def format_trust(trust: Trust) -> str:
    """Return a trust file that `parse_trust` reads as an equal `Trust`; comments are not kept."""
    lines = [f"name = {quote_toml(trust.name)}"]
    for network in trust.networks:
        lines += ["", "[[network]]", f"kind         = {quote_toml(network.kind)}"]
        lines += [f"name         = {quote_toml(network.name)}"] if network.name is not None else []
        lines += [
            f"chain_id     = {network.chain_id}",
            f'genesis_hash = "{format_hex(network.genesis_hash)}"',
            f'registry     = "{format_hex(network.registry)}"',
            f"deploy_block = {network.deploy_block}",
            f'code_hash    = "{format_hex(network.code_hash)}"',
        ]
    for accreditor in trust.accreditors:
        lines += ["", "[[accreditor]]", f'address = "{format_hex(accreditor.address)}"']
        lines += [f"name    = {quote_toml(accreditor.name)}"]
    return "\n".join(lines) + "\n"


def _parse_toml(octets: bytes) -> dict[str, object]:
    """Parse TOML; say where it breaks, but never what stands there."""
    try:
        return tomllib.loads(octets.decode("utf-8"))
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        raise TrustFileError("trust.syntax", line=line, column=column) from None
    except (ValueError, RecursionError):
        raise TrustFileError("trust.syntax", line=None, column=None) from None


def _parse_network(entry: Mapping[str, object]) -> TrustedNetwork:
    """Parse one `[[network]]`."""
    _refuse_keys(entry, allowed=_NETWORK_KEYS | {"name"}, required=_NETWORK_KEYS)
    kind = entry["kind"]
    if kind not in tuple(NetworkKind):
        raise TrustFileError("trust.kind")
    return TrustedNetwork(
        kind=NetworkKind(str(kind)),
        chain_id=_integer(entry, "chain_id", minimum=1, maximum=MAX_CHAIN_ID),
        genesis_hash=_hex(entry, "genesis_hash", HASH_SIZE),
        registry=_hex(entry, "registry", ADDRESS_SIZE),
        deploy_block=_integer(entry, "deploy_block", minimum=0, maximum=MAX_BLOCK_NUMBER),
        code_hash=_hex(entry, "code_hash", HASH_SIZE),
        name=_text(entry, "name") if "name" in entry else None,
    )


def _parse_accreditor(entry: Mapping[str, object]) -> TrustedAccreditor:
    """Parse one `[[accreditor]]`."""
    _refuse_keys(entry, allowed=_ACCREDITOR_KEYS, required=_ACCREDITOR_KEYS)
    return TrustedAccreditor(_hex(entry, "address", ADDRESS_SIZE), _text(entry, "name"))


def _refuse_keys(table: Mapping[str, object], *, allowed: frozenset[str], required: frozenset[str]) -> None:
    """Refuse a key that means nothing here, and the lack of one that is needed."""
    if table.keys() - allowed:
        raise TrustFileError("trust.unknown_key", count=len(table.keys() - allowed))
    for key in sorted(required - table.keys()):
        raise TrustFileError("trust.missing_key", key=key)


def _tables(table: Mapping[str, object], key: str) -> list[dict[str, object]]:
    """Return an array of tables; absent means none."""
    entries = table.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise TrustFileError("trust.type", key=key)
    return entries


def _integer(table: Mapping[str, object], key: str, *, minimum: int, maximum: int) -> int:
    """Return an integer in range; true and false are none."""
    value = table[key]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TrustFileError("trust.type", key=key)
    if not minimum <= value <= maximum:
        raise TrustFileError("trust.range", key=key, minimum=minimum, maximum=maximum)
    return value


def _hex(table: Mapping[str, object], key: str, size: int) -> bytes:
    """Return `size` bytes from 0x hex in any case."""
    value = table[key]
    if not isinstance(value, str):
        raise TrustFileError("trust.type", key=key)
    if re.fullmatch(f"0x[0-9a-fA-F]{{{2 * size}}}", value) is None:
        raise TrustFileError("trust.hex", key=key, digits=2 * size)
    return bytes.fromhex(value[2:])


def _text(table: Mapping[str, object], key: str) -> str:
    """Return a printable name of one line."""
    value = table[key]
    if not isinstance(value, str):
        raise TrustFileError("trust.type", key=key)
    if not value.strip() or len(value) > MAX_NAME_CHARACTERS or not value.isprintable():
        raise TrustFileError("trust.name", key=key, limit=MAX_NAME_CHARACTERS)
    return value
