"""
What the person who runs Attestree has decided: `attestree.toml`, the environment, defaults.

Decides names, types, defaults and where each value came from. It opens nothing that a value names
(`wiring` does) and decides nothing about trust: that stands in the trust file, apart from here.
Environment beats file: `ATTESTREE_PUBLIC_URL`, and `ATTESTREE_STORE__URL` for `[store] url`.
Source: DESIGN section 9.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableVariableError

from attestree.errors import SettingsError
from attestree.registry.finality import parse_finality

FILE_NAME = "attestree.toml"
"""Looked for in the folder of the command, then in each folder above it."""

ENVIRONMENT_PREFIX = "ATTESTREE_"
"""Start of every environment variable that is a setting."""

KEYS_APART = ("ATTESTREE_KEY_", "ATTESTREE_CONFIG")
"""Variables with the prefix that are no settings: keys, their passwords, the file's path."""


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


class _Section(BaseModel):
    """A table of the file: every key is known, nothing changes after reading."""

    # An address may hold a password, and errors come out whole with --debug.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class RemoteKey(_Section):
    """A key behind a signer: `{ url = "http://127.0.0.1:9000", address = "0x.." }`."""

    url: WebUrl
    """Where the signer answers `eth_signTransaction`."""
    address: Address
    """Account whose key it holds; what it signs is compared with that."""


class EnvironmentKey(_Section):
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


class StoreSettings(_Section):
    """`[store]`: where batches and writes are remembered."""

    url: str = "sqlite:///attestree.db"
    """SQLAlchemy URL; a relative SQLite path counts from the file's folder."""
    keep_free_mb: Annotated[int, Field(ge=0)] = 100
    """No batch is begun that would leave less free where batches and the database lie."""


class AlarmSettings(_Section):
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


class _Named(_Section):
    """A table of which there may be several."""

    name: Slug
    """How commands and folders call it."""


class RegistrySettings(_Named):
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


class IssuerSettings(_Named):
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
    """Ed25519 key (PEM) for signatures inside credentials."""
    roster_key: Path = Path("keys/roster.key")
    """32 random bytes in hex, from which row keys are derived; secret."""

    @property
    def account(self) -> bytes:
        """Address of the institution's account, 20 bytes."""
        return bytes.fromhex(self.address[2:])


def _each_once(tables: tuple[_Named, ...]) -> tuple[_Named, ...]:
    if len({table.name for table in tables}) < len(tables):
        raise ValueError("two of them have the same name")
    return tables


class Settings(BaseSettings):
    """All settings, after defaults, file and environment."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    public_url: WebUrl | None = None
    """Where holders find their credentials; written into each of them for ever."""
    trust: Path = Path("trust.toml")
    """The trust file."""
    batches: Path = Path("batches")
    """Folder of the batch folders."""
    view_age_limit_seconds: Annotated[int, Field(ge=1, le=86_400)] = 600
    """A view of the chain older than this answers nothing."""
    fee_limit_eth: Annotated[float, Field(gt=0)] = 0.001
    """A command that might cost more than this stops and says so."""
    gas_price_limit_gwei: Annotated[float, Field(gt=0)] = 200
    """A transaction is never sent, nor made dearer, above this price of a unit of gas."""
    store: StoreSettings = StoreSettings()
    """Where batches and writes are remembered."""
    alarm: AlarmSettings = AlarmSettings()
    """When a person is called, and how."""
    registry: Annotated[tuple[RegistrySettings, ...], AfterValidator(_each_once)] = ()
    """Registries by order of the file; the first is the default."""
    issuer: Annotated[tuple[IssuerSettings, ...], AfterValidator(_each_once)] = ()
    """Issuers by order of the file; the first is the default."""
    folder: Path = Path()
    """Folder of the file; relative paths count from it. Not a setting."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment beat the file, whose values arrive as arguments."""
        return env_settings, init_settings

    def path(self, path: Path) -> Path:
        """Return a path of the file as counted from the file's folder."""
        return self.folder / path

    def find_registry(self, name: str | None) -> RegistrySettings:
        """Return a registry by name, or the first; SettingsError if there is none."""
        for registry in self.registry:
            if name is None or registry.name == name:
                return registry
        raise SettingsError("config.no_registry", known=", ".join(r.name for r in self.registry) or "none")

    def find_issuer(self, name: str | None) -> IssuerSettings:
        """Return an issuer by name, or the first; SettingsError if there is none."""
        for issuer in self.issuer:
            if name is None or issuer.name == name:
                return issuer
        raise SettingsError("config.no_issuer", known=", ".join(i.name for i in self.issuer) or "none")


def find_settings_file(start: Path) -> Path | None:
    """Return the nearest `attestree.toml` in `start` or above, or None."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError("config.no_file", file=path.name) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("config.unreadable", file=path.name) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError("config.syntax", file=path.name, where=_position(str(error))) from error


def _position(message: str) -> str:
    found = re.search(r"at line \d+, column \d+|at end of document", message)
    return found.group() if found else "somewhere"


def load_settings(path: Path | None = None) -> Settings:
    """
    Return the settings of `path`, or of the nearest `attestree.toml`, or the defaults.

    Raises:
        SettingsError: `config.no_file`, `config.unreadable`, `config.syntax`, `config.bad_value`
            (names the setting, never its value) or `config.unknown_variable`.
    """
    chosen = path or find_settings_file(Path.cwd())
    values = _read_file(chosen) if chosen else {}
    if "folder" in values:
        raise SettingsError("config.bad_value", setting="folder", problem="is not a setting")
    _refuse_unknown_variables()
    folder = chosen.resolve().parent if chosen else Path.cwd()
    try:
        return Settings(**values, folder=folder)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        setting = ".".join(str(part) for part in first["loc"])
        raise SettingsError("config.bad_value", setting=setting, problem=_problem(first)) from error
    except UnreadableVariableError as error:
        # Its message names the field and never the value.
        found = re.search(r'field "(\w+)"', str(error))
        setting = f"{ENVIRONMENT_PREFIX}{found.group(1).upper()}" if found else ENVIRONMENT_PREFIX
        raise SettingsError("config.bad_value", setting=setting, problem="is not JSON") from error


def _problem(error: ErrorDetails) -> str:
    """Return what is wrong in a few words, without the value."""
    known = {"extra_forbidden": "is not a setting", "missing": "is missing"}
    return known.get(error["type"], error["msg"].removeprefix("Value error, ").rstrip("."))


def _refuse_unknown_variables() -> None:
    """Refuse a misspelt variable: silence would mean another value than the person wrote."""
    known = {name.upper() for name in Settings.model_fields if name != "folder"}
    for name in os.environ:
        if not name.startswith(ENVIRONMENT_PREFIX) or name.startswith(KEYS_APART):
            continue
        if name.removeprefix(ENVIRONMENT_PREFIX).split("__")[0] not in known:
            raise SettingsError("config.unknown_variable", variable=name)
