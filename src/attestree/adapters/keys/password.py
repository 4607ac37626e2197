"""
Where the password of a key comes from.

Decides the order: a file beside the key, the environment, whoever is asked. It is never stored and never
shown. Source: DESIGN section 11.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from attestree.adapters.keys.private_file import read_private
from attestree.errors import KeyFileError

PASSWORD_VARIABLE = "ATTESTREE_KEY_PASSWORD"  # noqa: S105 (the name of a variable, not a password)
"""Environment variable that holds the password of every key file of this process."""

PASSWORD_SUFFIX = ".password"  # noqa: S105 (the end of a file name, not a password)
"""End of the name of the file beside a key file that holds its password."""

AskPassword = Callable[[str], str]
"""Asks a person for the password of the named key."""


def find_key_password(path: Path, ask: AskPassword | None) -> str:
    """
    Return the password of a key file: from `<file>.password` beside it, else as `find_password` does.

    The file beside it, for test networks and for services without a person, belongs to this one key; so
    it comes before the environment, which speaks of all.

    Raises:
        KeyFileError: `key.no_password`, or what reading the file beside it gives.
    """
    beside = path.with_name(path.name + PASSWORD_SUFFIX)
    if beside.exists():
        return read_private(beside).decode("utf-8", errors="replace").strip()
    return find_password(path.name, ask)


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
