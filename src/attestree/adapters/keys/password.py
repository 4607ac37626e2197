"""
Where the password of a key comes from.

Decides the order: the environment, for services; else whoever is asked. It is never stored and never
shown. Source: DESIGN section 11.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from attestree.errors import KeyFileError

PASSWORD_VARIABLE = "ATTESTREE_KEY_PASSWORD"  # noqa: S105 (the name of a variable, not a password)
"""Environment variable that holds the password of every key file of this process."""

AskPassword = Callable[[str], str]
"""Asks a person for the password of the named key."""


def find_password(name: str, ask: AskPassword | None) -> str:
    """
    Return the password of a key.

    Args:
        name: Name of the key, for the question.
        ask: Asks a person; None = there is nobody to ask.

    Raises:
        KeyFileError: `key.no_password`.
    """
    known = os.environ.get(PASSWORD_VARIABLE)
    if known:
        return known
    given = ask(name) if ask is not None else ""
    if not given:
        raise KeyFileError("key.no_password", file=name)
    return given
