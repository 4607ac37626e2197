"""
Has every file judged by the service, as any employer would, and compares with what is right.

Decides how a question is put: the bytes of the file as they are, with whom the verifier has before them.
Source: DESIGN sections 7 and 10.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from attestree.adapters.files.atomic import write_whole
from attestree.demo.scenes import Case
from attestree.demo.service import post

VERDICTS_FILE = "verdicts.json"
"""Where expected and given verdicts are kept."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One file and its verdict."""

    case: Case
    """What was asked, and the right answer."""
    got: str
    """The answer."""

    @property
    def right(self) -> bool:
        """Whether it is the right one."""
        return self.got == self.case.expected

    def to_json(self) -> dict[str, str]:
        """Return a line of `verdicts.json`; `expect` and `at` stand there where they were asked."""
        asked = {"expect": self.case.name, "at": self.case.at}
        fields = {"file": self.case.file, "expected": str(self.case.expected), "got": self.got}
        return fields | {name: value for name, value in asked.items() if value is not None}


def judge_all(folder: Path, cases: Sequence[Case], *, url: str) -> list[Judged]:
    """Have every file in `folder` judged by the service at `url`."""
    return [
        Judged(case, json.loads(post(f"{url}/v1/verify", _build_question(folder, case)))["verdict"])
        for case in cases
    ]


def _build_question(folder: Path, case: Case) -> bytes:
    """Return the body of a question: the file as it is, or wrapped where more is asked."""
    octets = (folder / case.file).read_bytes()
    wrapping: dict[str, object] = {}
    if case.name is not None:
        wrapping["expect"] = {"name": case.name}
    if case.at is not None:
        wrapping["at"] = case.at
    return json.dumps({"credential": json.loads(octets), **wrapping}).encode() if wrapping else octets


def write_verdicts(folder: Path, judged: Sequence[Judged]) -> None:
    """Write `verdicts.json`."""
    listed = [item.to_json() for item in judged]
    write_whole(folder / VERDICTS_FILE, json.dumps(listed, ensure_ascii=False, indent=2).encode() + b"\n")
