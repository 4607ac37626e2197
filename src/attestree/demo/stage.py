"""
What the demonstration stands on: a folder, its settings and store, and the few things done again and again.

Decides how a roster is issued and how changes are recorded here: through the same doors as everybody.
Source: DESIGN sections 6 and 9.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from attestree.accrediting.acts import Act
from attestree.adapters.files.achievements import read_achievement
from attestree.adapters.files.atomic import write_whole
from attestree.adapters.sql.store import SqlStore
from attestree.cli.console import Console
from attestree.cli.issuing import build_terms, finish_batch, write_findings
from attestree.credentials.credential import parse_credential
from attestree.credentials.identity import NAME_TYPE
from attestree.credentials.strict_json import JsonObject, parse_json
from attestree.demo.cast import EXAMPLES, SMALL_ROSTERS, Lot
from attestree.issuing.plan import IssueRequest
from attestree.issuing.status import StatusRequest
from attestree.settings import IssuerSettings, Settings
from attestree.wiring.issuers import wire_issuing, wire_status
from attestree.wiring.signing import wire_document_signer
from attestree.wiring.stores import wire_store
from attestree.wiring.workers import wire_act, wire_worker

ROSTERS = "rosters"
"""Folder of rosters and achievements."""


def can_sign() -> bool:
    """Say whether the packages that signing needs are here; the demo goes on without them."""
    return find_spec("pyld") is not None


@dataclass(frozen=True, slots=True)
class Silent(Console):
    """A console on which nothing is said: the transcript says it."""

    def progress(self, text: str) -> None:
        """Say nothing."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A batch that is final."""

    root: bytes
    """32 bytes."""
    credentials: dict[str, JsonObject]
    """By the learner's name."""
    bad: int
    """Rows left out."""
    findings: str
    """File that names them; empty if there are none."""

    @property
    def size(self) -> int:
        """Number of credentials."""
        return len(self.credentials)


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder that is set up."""

    settings: Settings
    """Its settings."""
    store: SqlStore
    """Its store, open."""

    @property
    def folder(self) -> Path:
        """The folder."""
        return self.settings.folder

    def issue(self, lot: Lot) -> Recorded:
        """Issue a roster's good rows, record them and hand the files out."""
        issuer = self._issuer(lot)
        settings = _with_issuer(self.settings, issuer)
        roster = self.folder / ROSTERS / lot.roster
        achievement = read_achievement(self.folder / ROSTERS / lot.achievement)
        terms = build_terms(settings, issuer, achievement, kind=lot.kind, signed=can_sign())
        terms = replace(terms, valid_from=lot.valid_from)
        sign = wire_document_signer(settings, issuer) if terms.signed else None
        issuing = wire_issuing(settings, issuer, self.store, sign=sign)
        request = IssueRequest(
            octets=roster.read_bytes(),
            file_name=roster.name,
            terms=terms,
            skip_bad=True,
            on_duplicate=lot.on_duplicate,
        )
        plan = issuing.plan(request)
        findings = write_findings(roster, plan)
        done = finish_batch(settings, issuer, self.store, issuing.issue(plan), Silent(False), wait=True)
        lines = (Path(done.location) / "private" / "credentials.jsonl").read_bytes().splitlines()
        return Recorded(done.batch.root or b"", dict(map(_by_name, lines)), plan.bad, findings)

    def change(self, issuer_name: str, wanted: Sequence[tuple[JsonObject, StatusRequest]]) -> None:
        """Change the status of credentials of one issuer, and wait until the changes are final."""
        issuer = self.settings.find_issuer(issuer_name)
        desk = wire_status(self.settings, issuer, self.store)
        queued = [
            intent.wanted.id
            for credential, request in wanted
            for intent in desk.queue_credentials([str(credential["id"])], request)
        ]
        registry = self.settings.find_registry(issuer.registry)
        with wire_worker(self.settings, registry, self.store) as worker:
            worker.drive_until_final(queued)

    def act(self, act: Act) -> int:
        """Do one act of standing, and return the block in which it is final."""
        done = wire_act(act, settings=self.settings, registry=self.settings.registry[0], store=self.store)
        return done.block_number or 0

    def _issuer(self, lot: Lot) -> IssuerSettings:
        """Return the issuer of a lot, with the key that records it."""
        issuer = self.settings.find_issuer(lot.issuer)
        if lot.operator_key is None:
            return issuer
        return issuer.model_copy(update={"operator_key": Path(lot.operator_key)})


@contextmanager
def open_stage(settings: Settings) -> Iterator[Stage]:
    """Open a folder that is set up, rosters beside its settings."""
    place = settings.folder / ROSTERS
    place.mkdir(exist_ok=True)
    for name in EXAMPLES:
        write_whole(place / name, (files("attestree.demo") / "examples" / name).read_bytes())
    for name, text in SMALL_ROSTERS.items():
        write_whole(place / name, text.encode())
    with wire_store(settings) as store:
        yield Stage(settings, store)


def write_credential(path: Path, credential: JsonObject) -> None:
    """Write one credential for people to look at."""
    path.parent.mkdir(exist_ok=True)
    write_whole(path, json.dumps(credential, ensure_ascii=False, indent=2).encode() + b"\n")


def _with_issuer(settings: Settings, issuer: IssuerSettings) -> Settings:
    """Return settings in which an issuer stands as given."""
    issuers = tuple(issuer if item.name == issuer.name else item for item in settings.issuer)
    return settings.model_copy(update={"issuer": issuers})


def _by_name(line: bytes) -> tuple[str, JsonObject]:
    """Return a credential with the name of its learner, both as issued."""
    credential = parse_json(line)
    if not isinstance(credential, dict):
        raise TypeError("a line of credentials.jsonl is a credential")
    names = [one for one in parse_credential(credential).subject.identities if one.identity_type == NAME_TYPE]
    return names[0].identity_hash, credential
