"""
What was told lately, kept in a file: a service that ends and is started again calls nobody twice.

Decides the form of the file (a line each: time, code, subject), and that one which cannot be read or
written is no reason to be silent. Source: DESIGN section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from attestree.adapters.alarms.log import log_alarm_failure
from attestree.adapters.files.atomic import write_whole
from attestree.errors import FolderUnavailableError

Told = Mapping[tuple[str, str], int]
"""When each alarm was last told, Unix seconds, by code and subject."""

SIZE_LIMIT_BYTES = 1_000_000
"""A longer file is not ours."""


class Memory:
    """One file."""

    def __init__(self, path: Path) -> None:
        """Use a file that may not be there yet."""
        self._path = path

    def load(self) -> Told:
        """Return what was told; nothing where the file cannot be read."""
        try:
            if self._path.stat().st_size > SIZE_LIMIT_BYTES:
                return {}
            lines = [line.split("\t") for line in self._path.read_text(encoding="utf-8").splitlines()]
            return {(code, subject): int(told) for told, code, subject in lines}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as exc:
            log_alarm_failure(exc, code="")
            return {}

    def save(self, told: Told) -> None:
        """Replace what was told; without effect where the file cannot be written."""
        lines = [f"{at}\t{code}\t{' '.join(subject.split())}\n" for (code, subject), at in told.items()]
        try:
            write_whole(self._path, "".join(lines).encode(), mode=0o600)
        except FolderUnavailableError as exc:
            log_alarm_failure(exc, code="")
