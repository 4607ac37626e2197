"""
What the person who runs Attestree has decided: `attestree.toml`, the environment, defaults.

    tables       what each table of the file may hold
    environment  what stands in the environment
    reading      how file, environment and defaults come together

It opens nothing that a value names (`wiring` does) and decides nothing about trust: that stands in the trust
file, apart from here. Source: DESIGN section 9.
"""

from __future__ import annotations

from attestree.settings.environment import ENVIRONMENT_PREFIX
from attestree.settings.reading import FILE_NAME, Settings, find_settings_file, load_settings
from attestree.settings.tables import (
    AlarmSettings,
    EnvironmentKey,
    IssuerSettings,
    KeySetting,
    RegistrySettings,
    RemoteKey,
    SignatureSettings,
    StatusSettings,
    StoreSettings,
)

__all__ = [
    "ENVIRONMENT_PREFIX",
    "FILE_NAME",
    "AlarmSettings",
    "EnvironmentKey",
    "IssuerSettings",
    "KeySetting",
    "RegistrySettings",
    "RemoteKey",
    "Settings",
    "SignatureSettings",
    "StatusSettings",
    "StoreSettings",
    "find_settings_file",
    "load_settings",
]
"""The settings as everybody above takes them."""
