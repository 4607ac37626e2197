"""
The tables of `attestree.toml`, each a frozen model: names, types and defaults.

Decides what each table may hold. How they come together is decided in `reading`. Source: DESIGN section 9.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from attestree.registry.finality import parse_finality


def _address(value: str) -> str:
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", value):
        raise ValueError("an address is 0x and 40 hex digits")
    return value.lower()


def _hash(value: str) -> str:
    if not re.fullmatch(r"0x[0-9a-fA-F]{64}", value):
        raise ValueError("a hash is 0x and 64 hex digits")
    return value.lower()


def _web_url(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", value):
        raise ValueError("an address of the web starts with http:// or https://")
    return value.rstrip("/")


def _finality(value: str) -> str:
    parse_finality(value)
    return value


def _key_variable(value: str) -> str:
    if not re.fullmatch(r"ATTESTREE_KEY_(?!PASSWORD$)[A-Z0-9_]+", value):
        raise ValueError("a variable that holds a key is ATTESTREE_KEY_ and a name")
    return value


Address = Annotated[str, AfterValidator(_address)]
"""Lower-case `0x` and 40 hex digits."""
Hash = Annotated[str, AfterValidator(_hash)]
"""Lower-case `0x` and 64 hex digits."""
WebUrl = Annotated[str, AfterValidator(_web_url)]
"""`http(s)://…` without a trailing slash, query or fragment."""
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""A name for the command line and for folders."""


class Section(BaseModel):
    """A table of the file: every key is known, nothing changes after reading."""

    # An address may hold a password, and errors come out whole with --debug.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RemoteKey(Section):
    """A key behind a signer: `{ url = "http://127.0.0.1:9000", address = "0x.." }`."""

    url: WebUrl
    """Where the signer answers `eth_signTransaction`."""
    address: Address
    """Account whose key it holds; what it signs is compared with that."""


class EnvironmentKey(Section):
    """A key in the environment, on the two development chains only: `{ variable = "ATTESTREE_KEY_X" }`."""

    variable: Annotated[str, AfterValidator(_key_variable)]
    """Name of the variable that holds 64 hex digits."""


def _key_kind(value: object) -> str:
    """Return which of the three forms of a key setting somebody wrote."""
    if isinstance(value, dict):
        return "variable" if "variable" in value else "remote"
    if isinstance(value, EnvironmentKey):
        return "variable"
    return "remote" if isinstance(value, RemoteKey) else "path"


KeySetting = Annotated[
    Annotated[Path, Tag("path")]
    | Annotated[RemoteKey, Tag("remote")]
    | Annotated[EnvironmentKey, Tag("variable")],
    Discriminator(_key_kind),
]
"""Where a key is: a path, `{ url, address }` of a signer, or for development `{ variable }`."""


class StoreSettings(Section):
    """`[store]`: where batches and writes are remembered."""

    url: str = "sqlite:///attestree.db"
    """SQLAlchemy URL; a relative SQLite path counts from the file's folder."""
    keep_free_mb: Annotated[int, Field(ge=0)] = 100
    """No batch is begun that would leave less free where batches and the database lie."""


class AlarmSettings(Section):
    """`[alarm]`: when a person is called, and how; docs/how-to/operate.md says what each alarm means."""

    command: tuple[str, ...] = ()
    """Program and arguments, run without a shell for each alarm, with the alarm as JSON on its stdin."""
    metrics_file: Path | None = None
    """File in the text format of Prometheus, replaced after each round of `attestree anchor --watch`."""
    repeat_minutes: Annotated[int, Field(ge=1)] = 60
    """An alarm that still stands is told again after this time."""
    silent_minutes: Annotated[int, Field(ge=0)] = 5
    """The chain may be silent for this long."""
    stuck_minutes: Annotated[int, Field(ge=1)] = 60
    """A write may be queued for this long without being final."""
    fee_minutes: Annotated[int, Field(ge=0)] = 30
    """A write may wait at the fee limit for this long."""
    least_transactions: Annotated[int, Field(ge=0)] = 20
    """A key must be able to pay for so many recordings."""
    least_free_mb: Annotated[int, Field(ge=0)] = 1_000
    """So much must be free where batches and the database lie."""


class StatusSettings(Section):
    """`[status]`: the status lists that wallets read, and those of others; docs/how-to/wallets.md."""

    lists: Path = Path("status")
    """Folder of the signed lists; `attestree serve` hands them out, and so can any web server."""
    ttl_minutes: Annotated[int, Field(ge=1, le=10_080)] = 15
    """A wallet may keep a list for so long before it asks again."""
    valid_hours: Annotated[int, Field(ge=1, le=8_760)] = 48
    """A list is good for so long; it is signed anew when half of that is over."""
    hosted_lists: bool = False
    """Look lists of others up where credentials say they lie; what cannot be had is `unknown`."""


class SignatureSettings(Section):
    """`[signatures]`: what is looked up to check signatures inside credentials."""

    did_web: bool = False
    """Ask the host that a did:web names for the issuer's keys; it learns that somebody checks."""


class Named(Section):
    """A table of which there may be several."""

    name: Slug
    """How commands and folders call it."""


class RegistrySettings(Named):
    """`[[registry]]`: one contract on one chain, and how to reach it."""

    address: Address
    """The contract."""
    rpc: Annotated[tuple[WebUrl, ...], Field(min_length=1)]
    """JSON-RPC URLs; several must agree."""
    finality: Annotated[str, AfterValidator(_finality)] = "finalized"
    """`finalized`, `depth:N`, or `instant` on the two development chain ids."""
    chain_id: Annotated[int, Field(gt=0)]
    """Pin: EIP-155 chain id."""
    genesis_hash: Hash
    """Pin: hash of block 0."""
    deploy_block: Annotated[int, Field(ge=0)]
    """Pin: number of the block that deployed the contract."""
    deploy_block_hash: Hash
    """Pin: hash of that block."""
    code_hash: Hash
    """Pin: keccak256 of the deployed code."""
    admin_key: KeySetting | None = None
    """Key of the registry's admin, where this person is it: a key file, or a signer's table."""
    accreditor_key: KeySetting | None = None
    """Key of an accreditor, where this person is one: a key file, or a signer's table."""
    payer_key: KeySetting | None = None
    """Key that pays for recordings which others signed (`attestree anchor FILE`): a key file, or a table."""

    @property
    def contract(self) -> bytes:
        """Address of the contract, 20 bytes."""
        return bytes.fromhex(self.address[2:])


class IssuerSettings(Named):
    """`[[issuer]]`: one institution for which credentials are issued here."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    """The institution's name, as accredited and as people read it."""
    address: Address
    """Its account on the chain."""
    did: Annotated[str, Field(pattern=r"^did:[a-z0-9]+:\S+$")]
    """Its decentralised identifier, as accredited."""
    url: WebUrl | None = None
    """Its home page, written into every credential."""
    registry: Slug | None = None
    """Registry to record in; None = the first of the file."""
    operator_key: KeySetting | None = None
    """Key that records batches and changes status: a key file, or a signer's table."""
    issuer_key: KeySetting | None = None
    """Key of the institution's own account; only to name operators and the like. A key file, or a table."""
    signing_key: Path | None = None
    """Ed25519 key (PEM) for signatures inside credentials; without one they carry none."""
    signing_method: str | None = None
    """Id of that key in the DID's document, `did:web:..#2027`; None = the DID and the key, `#z6Mk..`."""
    roster_key: Path = Path("keys/roster.key")
    """32 random bytes in hex, from which row keys are derived; secret."""
    open_batch_seconds: Annotated[int, Field(ge=1, le=31_536_000)] = 600
    """Credentials that are issued by API wait so long, from the first of a batch, until it is sealed."""
    open_batch_size: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    """A batch of credentials that are issued by API is sealed at once when it has so many."""

    @property
    def account(self) -> bytes:
        """Address of the institution's account, 20 bytes."""
        return bytes.fromhex(self.address[2:])


def each_once(tables: tuple[Named, ...]) -> tuple[Named, ...]:
    """Return the tables; ValueError where two have one name."""
    if len({table.name for table in tables}) < len(tables):
        raise ValueError("two of them have the same name")
    return tables
