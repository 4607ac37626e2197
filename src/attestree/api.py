"""
The library for programmers: verify, issue, audit, each in a few lines.

    Verifier   judges credentials; needs a trust file and a node, no store and no key
    Issuer     issues rosters and changes status for one institution of an `attestree.toml`
    Audit      replays a registry's events and compares them with its storage

Decides nothing of its own: it joins what `wiring` has, as the commands do. Everything is synchronous.
Source: DESIGN section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from attestree.adapters.files.achievements import read_achievement
from attestree.adapters.files.archive import find_archives
from attestree.adapters.files.reading import MAX_ROSTER_BYTES, read_limited
from attestree.adapters.sql.store import SqlStore
from attestree.auditing.audit import Audit as RegistryAudit
from attestree.auditing.report import AuditReport
from attestree.credentials.identity import ExpectedHolder
from attestree.errors import TrustFileError
from attestree.issuing.deliver import Delivered, deliver_batch
from attestree.issuing.duplicates import OnDuplicate
from attestree.issuing.plan import IssueRequest, Plan
from attestree.issuing.status import StatusRequest
from attestree.issuing.terms import IssuerProfile, Terms
from attestree.merkle.kind import TreeKind
from attestree.ports import Intent
from attestree.registry.facts import Purpose, Reason
from attestree.settings import IssuerSettings, Settings, load_settings
from attestree.verifying.report import Report
from attestree.verifying.verifier import Verifier as Judge
from attestree.wiring.audits import wire_audit, wire_trusted_audit
from attestree.wiring.issuers import wire_issuing, wire_status
from attestree.wiring.recovery import verify_nothing_forgotten
from attestree.wiring.signing import wire_document_signer
from attestree.wiring.stores import wire_folders, wire_store
from attestree.wiring.system import SystemClock
from attestree.wiring.verifiers import read_trust, wire_verifier
from attestree.wiring.workers import wire_worker


@dataclass(frozen=True, slots=True)
class Verifier:
    """Judges credentials against one trust file."""

    judge: Judge
    """What judges; may be used from several threads."""

    @classmethod
    def from_trust(cls, trust: str | Path, *, rpc: str | Sequence[str] = ()) -> Self:
        """
        Return a verifier that believes a trust file.

        Args:
            trust: Path of the file.
            rpc: JSON-RPC address of a node, or several that must agree; without one, the nodes that
                the nearest `attestree.toml` names.

        Raises:
            TrustFileError: The file cannot be used.
            SettingsError: The settings cannot be used.
        """
        urls = (rpc,) if isinstance(rpc, str) else tuple(rpc)
        return cls(wire_verifier(load_settings(), clock=SystemClock(), trust_path=Path(trust), rpc=urls))

    def verify(
        self,
        credential: bytes,
        *,
        name: str | None = None,
        email: str | None = None,
        learner_id: str | None = None,
        at: datetime | None = None,
    ) -> Report:
        """
        Judge one credential; whatever the verdict, a report is returned.

        Args:
            credential: JSON or VC-JWT, or a PNG or SVG that carries it, as it was received; never re-encode
                it first.
            name: Whom you have before you, if you want that compared; likewise `email`, `learner_id`.
            email: Their e-mail address.
            learner_id: Their learner number.
            at: Moment at which dates are judged, with a zone; now if left out.

        Raises:
            InputError: The bytes are no credential that could be judged.
            MissingExtraError: `extra.documents`, without which no SVG is read; nothing else is raised.
        """
        expected = ExpectedHolder(name=name, email=email, learner_id=learner_id)
        moment = None if at is None else int(at.timestamp())
        return self.judge.verify(credential, expect=expected, at=moment)


class Issuer:
    """Issues and changes status for one institution; use it as a context, or close it."""

    def __init__(self, settings: Settings, chosen: IssuerSettings, store: SqlStore) -> None:
        """Take what `from_settings` opens."""
        self.settings = settings
        """The settings it works by."""
        self._chosen = chosen
        self._store = store

    @classmethod
    def from_settings(cls, path: str | Path | None = None, *, name: str | None = None) -> Self:
        """
        Open an issuer of a settings file.

        Args:
            path: The file; None = the nearest `attestree.toml`.
            name: Issuer in it; None = the first.

        Raises:
            SettingsError: The settings cannot be used, or have no such issuer.
            StoreUnavailableError: The database does not answer.
        """
        settings = load_settings(None if path is None else Path(path))
        return cls(settings, settings.find_issuer(name), wire_store(settings))

    def plan(
        self,
        roster: str | Path,
        achievement: str | Path,
        *,
        skip_bad: bool = False,
        on_duplicate: OnDuplicate = OnDuplicate.SKIP,
        kind: TreeKind = TreeKind.OPENZEPPELIN,
        signed: bool = True,
    ) -> Plan:
        """
        Find out what issuing a roster would do and cost; nothing is written.

        Args:
            roster: CSV, XLSX or JSON Lines.
            achievement: Short TOML, or an Open Badges Achievement.
            skip_bad: Whether good rows are issued although others are bad.
            on_duplicate: What to do with awards that were issued before.
            kind: Kind of tree.
            signed: Whether credentials are signed, where the settings have a key for it.
        """
        terms = self._build_terms(Path(achievement), kind, signed=signed)
        request = IssueRequest(
            octets=read_limited(Path(roster), limit_bytes=MAX_ROSTER_BYTES),
            file_name=Path(roster).name,
            terms=terms,
            skip_bad=skip_bad,
            on_duplicate=on_duplicate,
        )
        return wire_issuing(self.settings, self._chosen, self._store).plan(request)

    def issue(self, plan: Plan) -> Delivered | None:
        """
        Issue what was planned, record it, wait until that is final and hand the files out.

        Returns:
            The batch and where its files are; None where every learner held the credential already.

        Raises:
            RosterError: Bad rows stop it.
            KeyFileError: The key that signs does not open.
            SettingsError: It is not a key of the institution's DID.
            RefusedError: Too dear, refused by the contract, or another process holds the key.
            UnavailableError: Chain, store or disk do not answer; run it again and it goes on.
        """
        verify_nothing_forgotten(self.settings, self._chosen, self._store)
        signed = plan.request.terms.signed
        sign = wire_document_signer(self.settings, self._chosen) if signed else None
        issued = wire_issuing(self.settings, self._chosen, self._store, sign=sign).issue(plan)
        if issued.batch is None or issued.intent_id is None:
            return None
        self._drive([issued.intent_id])
        delivered = deliver_batch(
            issued.batch.id,
            store=self._store,
            folder=wire_folders(self.settings, self._chosen),
            status=wire_status(self.settings, self._chosen, self._store),
        )
        self._drive(delivered.supersedes)
        return delivered

    def revoke(self, ids: Sequence[str], *, reason: Reason = Reason.UNSPECIFIED) -> Sequence[Intent]:
        """
        Revoke credentials for good and wait until that is final.

        Raises:
            RequestError: An id that is unknown; nothing was changed.
            RefusedError: The contract refused, or a batch is not recorded yet.
            UnavailableError: Chain or store do not answer.
        """
        return self._change(ids, StatusRequest(Purpose.REVOCATION, sets=True, reason=reason))

    def suspend(self, ids: Sequence[str]) -> Sequence[Intent]:
        """Suspend credentials until they are reinstated; raises as `revoke` does."""
        return self._change(ids, StatusRequest(Purpose.SUSPENSION, sets=True))

    def reinstate(self, ids: Sequence[str]) -> Sequence[Intent]:
        """Lift a suspension; raises as `revoke` does."""
        return self._change(ids, StatusRequest(Purpose.SUSPENSION, sets=False))

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _change(self, ids: Sequence[str], request: StatusRequest) -> Sequence[Intent]:
        verify_nothing_forgotten(self.settings, self._chosen, self._store)
        desk = wire_status(self.settings, self._chosen, self._store)
        return self._drive([intent.wanted.id for intent in desk.queue_credentials(ids, request)])

    def _drive(self, intent_ids: Sequence[str]) -> Sequence[Intent]:
        """Bring writes to FINAL."""
        if not intent_ids:
            return []
        registry = self.settings.find_registry(self._chosen.registry)
        with wire_worker(self.settings, registry, self._store) as worker:
            return worker.drive_until_final(intent_ids)

    def _build_terms(self, achievement: Path, kind: TreeKind, *, signed: bool) -> Terms:
        """Return the terms of a batch as the settings have them."""
        registry = self.settings.find_registry(self._chosen.registry)
        profile = IssuerProfile(
            name=self._chosen.title,
            did=self._chosen.did,
            address=self._chosen.account,
            url=self._chosen.url,
        )
        return Terms(
            profile=profile,
            achievement=read_achievement(achievement),
            chain_id=registry.chain_id,
            registry=registry.contract,
            registry_name=registry.name,
            public_url=self.settings.public_url,
            kind=kind,
            signed=signed and self._chosen.signing_key is not None,
        )


@dataclass(frozen=True, slots=True)
class Audit:
    """Recounts one registry from the chain alone, without asking anybody."""

    audit: RegistryAudit
    """What recounts."""

    @classmethod
    def from_settings(cls, path: str | Path | None = None, *, registry: str | None = None) -> Self:
        """
        Return the audit of a registry of a settings file.

        Args:
            path: The file; None = the nearest `attestree.toml`.
            registry: Its name in the file; None = the first.

        Raises:
            SettingsError: The settings cannot be used, or have no such registry.
        """
        settings = load_settings(None if path is None else Path(path))
        return cls(wire_audit(settings, settings.find_registry(registry), clock=SystemClock()))

    @classmethod
    def from_trust(cls, trust: str | Path, *, rpc: str | Sequence[str]) -> Self:
        """
        Return the audit of the first registry of a trust file; no settings are needed.

        Args:
            trust: Path of the file.
            rpc: JSON-RPC address of a node, or several that must agree.

        Raises:
            TrustFileError: The file cannot be used, or names no registry.
        """
        networks = read_trust(Path(trust)).networks
        if not networks:
            raise TrustFileError("trust.no_network")
        urls = (rpc,) if isinstance(rpc, str) else tuple(rpc)
        return cls(wire_trusted_audit(networks[0], rpc=urls, clock=SystemClock()))

    def run(self, *, to: int | None = None, archives: Sequence[str | Path] = ()) -> AuditReport:
        """
        Replay every event up to the final block, or the block `to`, and compare with storage.

        Args:
            to: Number of a block that is final.
            archives: Folders in which `public/` folders of batches lie; their leaves are recomputed.

        Raises:
            UnavailableError: Chain or disk do not answer, or the node keeps no old events.
            ChainIdentityError: Another chain answers.
        """
        found = [archive for folder in archives for archive in find_archives(Path(folder))]
        return self.audit.run(to=to, archives=found).report
