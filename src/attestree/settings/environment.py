"""
The settings of the environment: `ATTESTREE_PUBLIC_URL`, and `ATTESTREE_STORE__URL` for `[store] url`.

Decides how a variable becomes a value and which are no settings. What a value may be is decided in `tables`
and `reading`. The library that reads them is loaded where there are any: it takes longer to load than all
else that reads the settings. Source: DESIGN section 9.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from attestree.errors import SettingsError

if TYPE_CHECKING:
    from pydantic import BaseModel

ENVIRONMENT_PREFIX = "ATTESTREE_"
"""Start of every environment variable that is a setting."""

KEYS_APART = ("ATTESTREE_KEY_", "ATTESTREE_CONFIG")
"""Variables with the prefix that are no settings: keys, their passwords, the file's path."""

_NESTED = "__"


def find_variables(known: Iterable[str]) -> list[str]:
    """
    Return the variables that are settings.

    Args:
        known: Names of the settings at the top.

    Raises:
        SettingsError: `config.unknown_variable`, a misspelt one: silence would mean another value than the
            person wrote.
    """
    names = {name.upper() for name in known}
    found = [
        name for name in os.environ if name.startswith(ENVIRONMENT_PREFIX) and not name.startswith(KEYS_APART)
    ]
    for name in found:
        if name.removeprefix(ENVIRONMENT_PREFIX).split(_NESTED)[0] not in names:
            raise SettingsError("config.unknown_variable", variable=name)
    return found


def add_environment(values: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """
    Return the values of the file with those of the environment in their place, table by table.

    Args:
        values: What the file holds.
        model: What the settings may be; nothing is checked against it yet.

    Raises:
        SettingsError: `config.bad_value`, a variable that is to be JSON is not.
    """
    from pydantic_settings import BaseSettings, EnvSettingsSource
    from pydantic_settings import SettingsError as UnreadableVariableError

    class Variables(model, BaseSettings):  # type: ignore[misc, valid-type]  # of whatever model is given
        """The same settings, as the library wants them."""

    source = EnvSettingsSource(Variables, env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter=_NESTED)
    try:
        return _merge(values, source())
    except UnreadableVariableError as error:
        # Its message names the field and never the value.
        found = re.search(r'field "(\w+)"', str(error))
        setting = f"{ENVIRONMENT_PREFIX}{found.group(1).upper()}" if found else ENVIRONMENT_PREFIX
        raise SettingsError("config.bad_value", setting=setting, problem="is not JSON") from error


def _merge(values: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return values with others in their place, inside tables too."""
    merged = dict(values)
    for name, value in over.items():
        held = merged.get(name)
        merged[name] = _merge(held, value) if isinstance(held, dict) and isinstance(value, dict) else value
    return merged
