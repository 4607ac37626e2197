"""
The scenes of the demonstration: what is issued, changed, stolen and forged, and what each file is worth.

Decides what happens and which verdict is the right one for each file. How a verdict is reached is no
business of this module: it never asks. Source: DESIGN sections 5 to 7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from importlib.util import find_spec

from attestree.accrediting.acts import add_operator, disavow
from attestree.cli.start_keys import KeyRing
from attestree.cli.start_steps import YEAR_SECONDS, Money, set_up_test_network
from attestree.credentials.proof_set import parse_proof_set
from attestree.credentials.strict_json import JsonObject
from attestree.demo import cast
from attestree.demo.forgeries import borrow_proof, change_grade, leave_proof_out, recompute_root
from attestree.demo.stage import Recorded, Stage, can_sign, open_stage, write_credential
from attestree.issuing.status import StatusRequest
from attestree.merkle.kind import TreeKind
from attestree.registry.facts import FactsQuery, Purpose, Reason, Role
from attestree.verifying.verdict import Verdict
from attestree.wiring.chains import wire_facts
from attestree.wiring.system import SystemClock

SAMPLES = "credentials"
"""Folder of the files that are judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One file to be judged."""

    file: str
    """Path, counted from the settings."""
    expected: Verdict
    """The right verdict."""
    name: str | None = None
    """Whom the verifier has before them."""
    at: str | None = None
    """Moment to judge dates at, RFC 3339; None = now."""


@dataclass(slots=True)
class Collection:
    """Files put aside to be judged, in order."""

    stage: Stage
    """Where they are kept."""
    cases: list[Case] = field(default_factory=list)
    """What is expected of each."""

    def keep(
        self,
        name: str,
        credential: JsonObject,
        expected: Verdict,
        *,
        holder: str | None = None,
        at: str | None = None,
    ) -> None:
        """Put a credential aside under a file name."""
        file = f"{SAMPLES}/{name}.json"
        write_credential(self.stage.folder / file, credential)
        self.cases.append(Case(file=file, expected=expected, name=holder, at=at))


@dataclass(frozen=True, slots=True)
class Batches:
    """The three batches of the story."""

    literacy: Recorded
    """The university's."""
    safety: Recorded
    """SkillWorks', from a spreadsheet."""
    first_aid: Recorded
    """SkillWorks', of last year."""
    kind: TreeKind
    """Kind of tree of the last one."""
    signed: bool
    """Whether their credentials are signed."""

    @property
    def all(self) -> tuple[Recorded, ...]:
        """The three."""
        return self.literacy, self.safety, self.first_aid


def issue_batches(stage: Stage, kept: Collection) -> Batches:
    """Issue three rosters; the last one in Chainpoint trees where merkletools is installed."""
    kind = TreeKind.CHAINPOINT if find_spec("merkletools") else TreeKind.OPENZEPPELIN
    batches = Batches(
        stage.issue(cast.LITERACY),
        stage.issue(cast.SAFETY),
        stage.issue(replace(cast.FIRST_AID, kind=kind)),
        kind,
        can_sign(),
    )
    genuine = batches.literacy.credentials[cast.GENUINE]
    over = batches.first_aid.credentials[cast.FORMER]
    kept.keep("genuine", genuine, Verdict.VALID)
    kept.keep("genuine", genuine, Verdict.VALID, holder=cast.GENUINE)
    kept.keep("genuine", genuine, Verdict.OTHER_HOLDER, holder=cast.ANOTHER)
    kept.keep("first-aid", batches.first_aid.credentials[cast.TRAINED], Verdict.VALID)
    kept.keep("over", over, Verdict.EXPIRED)
    kept.keep("over", over, Verdict.VALID, at="2026-01-15T00:00:00Z")
    return batches


def change_status(stage: Stage, batches: Batches, kept: Collection) -> None:
    """Revoke two credentials, suspend one, and replace one by a corrected one."""
    in_error = batches.literacy.credentials[cast.ERRONEOUS]
    dismissed, paused = (batches.safety.credentials[name] for name in (cast.DISMISSED, cast.PAUSED))
    error = StatusRequest(Purpose.REVOCATION, sets=True, reason=Reason.ISSUED_IN_ERROR)
    pause = StatusRequest(Purpose.SUSPENSION, sets=True)
    stage.change(cast.UNIVERSITY.name, [(in_error, error)])
    stage.change(
        cast.SKILLWORKS.name, [(dismissed, StatusRequest(Purpose.REVOCATION, sets=True)), (paused, pause)]
    )
    corrected = stage.issue(cast.CORRECTED)
    kept.keep("issued-in-error", in_error, Verdict.REVOKED)
    kept.keep("revoked", dismissed, Verdict.REVOKED)
    kept.keep("suspended", paused, Verdict.SUSPENDED)
    kept.keep("old-name", batches.literacy.credentials[cast.RENAMED], Verdict.SUPERSEDED)
    kept.keep("new-name", corrected.credentials[cast.NEW_NAME], Verdict.VALID)


def misuse_stolen_key(stage: Stage, kept: Collection) -> None:
    """Let a thief record with the university's second key, and let the university disown it."""
    url = stage.settings.registry[0].rpc[0]
    university = stage.settings.find_issuer(cast.UNIVERSITY.name).account
    key = KeyRing(stage.folder, password=None).account("stolen")
    Money(url).give(key)
    now = (
        wire_facts(stage.settings.registry[0], clock=SystemClock()).fetch_issuer(university).view.latest.time
    )
    stage.act(add_operator(university, key, roles=Role.ANCHOR | Role.STATUS, ends=now + YEAR_SECONDS))
    loot = stage.issue(cast.STOLEN)
    credential = next(iter(loot.credentials.values()))
    stage.act(disavow(university, key, since=_fetch_anchor_time(stage, credential)))
    kept.keep("stolen-key", credential, Verdict.UNTRUSTED_ISSUER)


def issue_unvouched(stage: Stage, kept: Collection) -> None:
    """Let an issuer record for whom nobody vouches."""
    batch = stage.issue(cast.UNVOUCHED)
    kept.keep("nobody", next(iter(batch.credentials.values())), Verdict.UNTRUSTED_ISSUER)


def forge(stage: Stage, batches: Batches, kept: Collection, *, say: Callable[[str], None]) -> None:
    """Try every way to get a credential without a key, and one with a registry of one's own."""
    own = batches.literacy.credentials
    better = change_grade(own[cast.UPGRADED], "distinction")
    kept.keep("forged-grade", better, Verdict.TAMPERED)
    kept.keep("forged-proof", borrow_proof(better, own[cast.ANOTHER]), Verdict.TAMPERED)
    kept.keep("forged-root", recompute_root(better), Verdict.NOT_ANCHORED)
    kept.keep("no-proof", leave_proof_out(better), Verdict.NOT_ANCHORED)
    settings = set_up_test_network(
        stage.folder / "forger",
        rpc=stage.settings.registry[0].rpc[0],
        public_url=stage.settings.public_url,
        issuers=[cast.FORGER],
        say=say,
    )
    with open_stage(settings) as elsewhere:
        batch = elsewhere.issue(cast.COUNTERFEIT)
    kept.keep("look-alike", next(iter(batch.credentials.values())), Verdict.UNTRUSTED_REGISTRY)


def _fetch_anchor_time(stage: Stage, credential: JsonObject) -> int:
    """Return the block time at which a credential's batch was recorded, Unix seconds."""
    anchor = parse_proof_set(credential).anchors[0].anchor
    facts = wire_facts(stage.settings.registry[0], clock=SystemClock())
    query = FactsQuery(anchor.header.issuer, anchor.root, anchor.header.list_id, anchor.index)
    found = facts.fetch_facts(query).final.anchor
    if found is None:
        raise LookupError("a batch that was recorded is there")
    return found.time
