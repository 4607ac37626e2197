"""
Reads the settings: `attestree.toml`, the environment, defaults.

Decides where each value comes from and what is refused. Environment beats file. No error holds a value.
Source: DESIGN section 9.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError
from pydantic_core import ErrorDetails

from attestree.errors import SettingsError
from attestree.settings.environment import add_environment, find_variables
from attestree.settings.tables import (
    AlarmSettings,
    IssuerSettings,
    RegistrySettings,
    Section,
    SignatureSettings,
    StatusSettings,
    StoreSettings,
    WebUrl,
    each_once,
)

FILE_NAME = "attestree.toml"
"""Looked for in the folder of the command, then in each folder above it."""


class Settings(Section):
    """All settings, after defaults, file and environment."""

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
    anchors_per_transaction: Annotated[int, Field(ge=1, le=200)] = 50
    """So many waiting batches of one institution are recorded with one transaction; 1 = each with its own."""
    store: StoreSettings = StoreSettings()
    """Where batches and writes are remembered."""
    signatures: SignatureSettings = SignatureSettings()
    """What is looked up to check signatures."""
    alarm: AlarmSettings = AlarmSettings()
    """When a person is called, and how."""
    status: StatusSettings = StatusSettings()
    """The status lists that wallets read, and those of others."""
    registry: Annotated[tuple[RegistrySettings, ...], AfterValidator(each_once)] = ()
    """Registries by order of the file; the first is the default."""
    issuer: Annotated[tuple[IssuerSettings, ...], AfterValidator(each_once)] = ()
    """Issuers by order of the file; the first is the default."""
    folder: Path = Path()
    """Folder of the file; relative paths count from it. Not a setting."""

    def path(self, path: Path) -> Path:
        """Return a path of the file as counted from the file's folder."""
        return self.folder / path

    def allow_did_web(self) -> Settings:
        """Return the same settings, with the hosts of issuers asked for their keys."""
        return self.model_copy(update={"signatures": SignatureSettings(did_web=True)})

    def allow_hosted_lists(self) -> Settings:
        """Return the same settings, with status lists of others looked up."""
        return self.model_copy(update={"status": self.status.model_copy(update={"hosted_lists": True})})

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
    if find_variables(name for name in Settings.model_fields if name != "folder"):
        values = add_environment(values, Settings)
    folder = chosen.resolve().parent if chosen else Path.cwd()
    try:
        return Settings(**values, folder=folder)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        setting = ".".join(str(part) for part in first["loc"])
        raise SettingsError("config.bad_value", setting=setting, problem=_problem(first)) from error


def _problem(error: ErrorDetails) -> str:
    """Return what is wrong in a few words, without the value."""
    known = {"extra_forbidden": "is not a setting", "missing": "is missing"}
    return known.get(error["type"], error["msg"].removeprefix("Value error, ").rstrip("."))
