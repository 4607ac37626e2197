"""
Institutions and payers at their own machines: a folder each, commands typed in it, settings of their own.

    office = Office.open(folder, registry, capsys, monkeypatch, issuer=address, keys={"issuer_key": actor})
    office.type("issue", "roster.csv", "-a", "achievement.toml", "--yes")
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.keys.private_file import write_private
from attestree.adapters.sql.store import SqlStore
from attestree.cli.main import run, shared_flags_first
from attestree.ports import Intent
from attestree.verifying.trust import format_trust
from tests.integration.deployed import Actor, Deployed
from tests.integration.furnishing import ACHIEVEMENT, ROSTER, issuer_table, keep_key, registry_table, trust_in

NOWHERE = "http://127.0.0.1:9"
"""Where no chain answers."""
ISSUE = ("issue", "roster.csv", "-a", "achievement.toml")


@dataclass
class Office:
    """A folder in which somebody types commands."""

    folder: Path
    registry: Deployed
    capsys: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    said: str = ""
    """What the last command printed on stderr."""

    @classmethod
    def open(
        cls,
        folder: Path,
        registry: Deployed,
        capsys: pytest.CaptureFixture[str],
        patch: pytest.MonkeyPatch,
        *,
        issuer: bytes | None = None,
        keys: Mapping[str, Actor] | None = None,
    ) -> Office:
        """Make a folder; `keys` by the name of their setting: `payer_key`, `issuer_key`, `operator_key`."""
        folder.mkdir(parents=True)
        office = cls(folder, registry, capsys, patch)
        paths = {name: office.keep(name, actor) for name, actor in (keys or {}).items()}
        of_registry = {name: path for name, path in paths.items() if name in ("payer_key", "accreditor_key")}
        of_issuer = {name: path for name, path in paths.items() if name in ("issuer_key", "operator_key")}
        text = registry_table(registry, keys=of_registry)
        if issuer is not None:
            text += issuer_table(issuer, keys=of_issuer)
            write_private(folder / "keys/roster.key", b"ab" * 32)
        (folder / "attestree.toml").write_text(text, "utf-8")
        (folder / "roster.csv").write_text(ROSTER, "utf-8")
        (folder / "achievement.toml").write_text(ACHIEVEMENT, "utf-8")
        (folder / "trust.toml").write_text(office.trust(), "utf-8")
        return office

    def keep(self, name: str, actor: Actor) -> str:
        """Write a key file with its password beside it; return its path, counted from the folder."""
        return keep_key(self.folder, name, actor)

    def change(self, before: str, after: str) -> None:
        """Replace some text of the settings, which must be there."""
        path = self.folder / "attestree.toml"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    def type(self, *words: str, code: int = 0) -> Any:
        """Type a command with --json, compare its exit code and return what it printed."""
        self.patch.chdir(self.folder)
        self.capsys.readouterr()
        ended = run(shared_flags_first([*words, "--json"]))
        printed = self.capsys.readouterr()
        self.said = printed.err
        assert ended == code, printed
        return json.loads(printed.out)

    def refused(self, *words: str, code: int = 2) -> str:
        """Type a command that ends in an error, and return the error's code."""
        return str(self.type(*words, code=code)["error"]["code"])

    def verdicts(self, *, of: str = "*") -> list[str]:
        """Return the verdict on each credential that was handed out, by batch and file."""
        singles = sorted(self.folder.glob(f"batches/*/{of}/private/credentials/*.json"))
        return [self.verdict(single) for single in singles if ".held" not in str(single)]

    def verdict(self, path: Path) -> str:
        """Return the verdict of `attestree verify --json` on one file."""
        self.patch.chdir(self.folder)
        self.capsys.readouterr()
        run(shared_flags_first(["verify", str(path), "--json"]))
        found = json.loads(self.capsys.readouterr().out)
        return str(found["verdict"])

    def store(self) -> SqlStore:
        return SqlStore.create(f"sqlite:///{self.folder / 'attestree.db'}")

    def intents(self) -> list[Intent]:
        with self.store() as store:
            return list(store.fetch_intents())

    def trust(self) -> str:
        """Return a trust file that believes the registry's accreditor."""
        return format_trust(trust_in(self.registry))


def copy_over(source: Office, name: str, target: Office) -> None:
    """Carry a file from one machine to another."""
    (target.folder / name).write_bytes((source.folder / name).read_bytes())
