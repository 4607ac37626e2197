"""Each row of the verdict table, from a genuine credential with one thing changed."""

# ruff: noqa: E501  # the table is read row by row
from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import rfc8785

from attestree.credentials.credential import parse_credential
from attestree.credentials.identity import ExpectedHolder
from attestree.errors import (
    ChainIdentityError,
    ChainUnavailableError,
    HeadMismatchError,
    InputError,
    MalformedProofError,
)
from attestree.merkle.keccak import keccak256
from attestree.registry.facts import EndCause, Reason, StatusBits
from attestree.verifying.judgement import judge_without_anchor
from attestree.verifying.lines import build_issuer_line
from attestree.verifying.result import CheckId, Status
from attestree.verifying.trust import NetworkKind, Trust
from attestree.verifying.verdict import (
    CLAIMS,
    DECIDING,
    EXIT_CODES,
    OUTCOMES,
    ClaimsStatus,
    Outcome,
    Verdict,
    decide,
    exit_code,
    find_worst,
)
from tests.unit.verifying.genuine import (
    ANCHORED,
    DID,
    LIST_ID,
    NOW,
    OPERATOR,
    OTHER_REGISTRY,
    SPAN,
    TRUST,
    VIEW,
    Scene,
    build_anchor,
    build_document,
    build_facts,
    build_header,
    build_scene,
    seal,
    with_proofs,
)

REVOKED = StatusBits(revoked=True, suspended=False, whole_list=False)
SUSPENDED = StatusBits(revoked=False, suspended=True, whole_list=False)
STRANGER = b"\x99" * 20


def span_of(**changes: object) -> Callable[[Scene], None]:
    """Return a change of the anchor's span, which is also the newest, at both blocks."""
    span = replace(SPAN, **changes)
    return lambda scene: scene.change(span=span, current_span=span)


def anchor_of(*blocks: str, **changes: object) -> Callable[[Scene], None]:
    return lambda scene: scene.change(*blocks, anchor=build_anchor(scene.secured.anchor, **changes))


def state_of(*blocks: str, **changes: object) -> Callable[[Scene], None]:
    return lambda scene: scene.change(*blocks, **changes)


def operator_of(*blocks: str, **changes: object) -> Callable[[Scene], None]:
    return lambda scene: scene.change(*blocks, operator=replace(OPERATOR, **changes))


def both(*changes: Callable[[Scene], None]) -> Callable[[Scene], None]:
    return lambda scene: [change(scene) for change in changes] and None


def failing(error: Exception) -> Callable[[Scene], None]:
    return lambda scene: setattr(scene.facts, "failure", error)


def forgetting(scene: Scene) -> None:
    scene.facts.records.clear()


ENDED = replace(SPAN, ends=ANCHORED + 10, cause=EndCause.WITHDRAWN)
ON_HOLD = replace(SPAN, ends=ANCHORED + 10, cause=EndCause.SUSPENDED)
AGAIN = replace(SPAN, number=2, starts=ANCHORED + 20)
ELSEWHERE = replace(AGAIN, accreditor=STRANGER)
RENEWED = replace(SPAN, ends=ANCHORED + 10, cause=EndCause.REPLACED)
HELD_AGAIN = replace(SPAN, number=2, starts=ANCHORED + 10, ends=ANCHORED + 15, cause=EndCause.SUSPENDED)

ROWS: list[tuple[str, Callable[[Scene], None], Verdict, str]] = [
    ("nothing changed", lambda scene: None, Verdict.VALID, "verdict.valid"),
    ("size differs", anchor_of(size=6), Verdict.TAMPERED, "integrity.size_differs"),
    ("kind differs", anchor_of(kind=1), Verdict.TAMPERED, "integrity.kind_differs"),
    ("list differs", anchor_of(list_id=bytes(13)), Verdict.TAMPERED, "integrity.list_differs"),
    ("not on record", forgetting, Verdict.NOT_ANCHORED, "anchor.absent"),
    ("recorded in no span", both(anchor_of(span=0), state_of(span=None)), Verdict.UNTRUSTED_ISSUER, "issuer.no_accreditation"),
    ("another accreditor", span_of(accreditor=STRANGER), Verdict.UNTRUSTED_ISSUER, "issuer.accreditor_not_trusted"),
    ("another DID", span_of(did_hash=keccak256(b"did:web:other")), Verdict.UNTRUSTED_ISSUER, "issuer.did_differs"),
    ("recorded too early", span_of(starts=ANCHORED + 1), Verdict.UNTRUSTED_ISSUER, "issuer.not_accredited_yet"),
    ("recorded in the first second", span_of(starts=ANCHORED), Verdict.VALID, "verdict.valid"),
    ("recorded in the last second", span_of(ends=ANCHORED + 1), Verdict.VALID, "verdict.valid"),
    ("span ran out at that second", span_of(ends=ANCHORED), Verdict.UNTRUSTED_ISSUER, "issuer.ended_before"),
    ("span replaced at that second", span_of(ends=ANCHORED, cause=EndCause.REPLACED), Verdict.VALID, "verdict.valid"),
    ("span replaced a second before", span_of(ends=ANCHORED - 1, cause=EndCause.REPLACED), Verdict.UNTRUSTED_ISSUER, "issuer.ended_before"),
    ("span begun and replaced at that second", span_of(starts=ANCHORED, ends=ANCHORED, cause=EndCause.REPLACED), Verdict.UNTRUSTED_ISSUER, "issuer.ended_before"),
    ("span suspended at that second", both(span_of(ends=ANCHORED, cause=EndCause.SUSPENDED), state_of(current_span=AGAIN)), Verdict.UNTRUSTED_ISSUER, "issuer.ended_before"),
    ("span withdrawn as of that second", span_of(ends=ANCHORED, cause=EndCause.WITHDRAWN), Verdict.UNTRUSTED_ISSUER, "issuer.withdrawn_before"),
    ("replaced at that second, withdrawn at one block", both(span_of(ends=ANCHORED, cause=EndCause.REPLACED), state_of("latest", span=replace(SPAN, ends=ANCHORED, cause=EndCause.WITHDRAWN))), Verdict.UNTRUSTED_ISSUER, "issuer.withdrawn_before"),
    ("withdrawn as of earlier", span_of(ends=ANCHORED - 1, cause=EndCause.WITHDRAWN), Verdict.UNTRUSTED_ISSUER, "issuer.withdrawn_before"),
    ("withdrawn as of earlier, not final", state_of("latest", span=replace(SPAN, ends=ANCHORED - 1, cause=EndCause.WITHDRAWN)), Verdict.UNTRUSTED_ISSUER, "issuer.withdrawn_before"),
    ("suspended", state_of(span=ON_HOLD, current_span=ON_HOLD), Verdict.UNTRUSTED_ISSUER, "issuer.suspended"),
    ("suspended, not final", state_of("latest", span=ON_HOLD, current_span=ON_HOLD), Verdict.UNTRUSTED_ISSUER, "issuer.suspended"),
    ("suspended in a later span", state_of(current_span=replace(AGAIN, cause=EndCause.SUSPENDED, ends=NOW - 9)), Verdict.UNTRUSTED_ISSUER, "issuer.suspended"),
    ("reinstated, not final", both(state_of(span=ON_HOLD), both(state_of("final", current_span=ON_HOLD), state_of("latest", current_span=AGAIN))), Verdict.UNTRUSTED_ISSUER, "issuer.suspended"),
    ("reinstated", state_of(span=ON_HOLD, current_span=AGAIN), Verdict.VALID, "verdict.valid"),
    ("suspension escaped by a stranger", state_of(span=ON_HOLD, current_span=ELSEWHERE), Verdict.UNTRUSTED_ISSUER, "issuer.suspended"),
    ("suspension between escaped by a stranger", state_of(span=RENEWED, spans_between=(HELD_AGAIN,), current_span=replace(ELSEWHERE, number=3)), Verdict.UNTRUSTED_ISSUER, "issuer.suspended"),
    ("suspension between lifted", state_of(span=RENEWED, spans_between=(HELD_AGAIN,), current_span=replace(AGAIN, number=3)), Verdict.VALID, "verdict.valid"),
    ("key disavowed at that second", operator_of(disavowed_from=ANCHORED, disavowed_at=NOW), Verdict.UNTRUSTED_ISSUER, "issuer.key_disavowed"),
    ("key disavowed, not final", operator_of("latest", disavowed_from=5, disavowed_at=NOW), Verdict.UNTRUSTED_ISSUER, "issuer.key_disavowed"),
    ("disavowed, confirmation not final", both(operator_of(disavowed_from=5, disavowed_at=NOW), anchor_of("latest", confirmed=True)), Verdict.UNTRUSTED_ISSUER, "issuer.key_disavowed"),
    ("disavowed and confirmed", both(operator_of(disavowed_from=5, disavowed_at=NOW), anchor_of(confirmed=True)), Verdict.VALID, "verdict.valid"),
    ("key disavowed for later", operator_of(disavowed_from=ANCHORED + 1, disavowed_at=NOW), Verdict.VALID, "verdict.valid"),
    ("written by the issuer itself", both(anchor_of(operator=0), state_of(operator=None)), Verdict.VALID, "verdict.valid"),
    ("revoked", state_of(status=REVOKED), Verdict.REVOKED, "status.revoked"),
    ("revoked, not final", state_of("latest", status=REVOKED), Verdict.REVOKED, "status.revoked"),
    ("revoked at final only", state_of("final", status=REVOKED), Verdict.REVOKED, "status.revoked"),
    ("revoked for no stated reason", state_of(status=replace(REVOKED, reason=Reason.UNSPECIFIED)), Verdict.REVOKED, "status.revoked"),
    ("revoked in error", state_of(status=replace(REVOKED, reason=Reason.ISSUED_IN_ERROR)), Verdict.REVOKED, "status.issued_in_error"),
    ("revoked for a lost key", state_of(status=replace(REVOKED, reason=Reason.KEY_COMPROMISE)), Verdict.REVOKED, "status.key_compromise"),
    ("whole list revoked", state_of(status=replace(REVOKED, whole_list=True)), Verdict.REVOKED, "status.revoked_list"),
    ("superseded", state_of(status=replace(REVOKED, reason=Reason.SUPERSEDED)), Verdict.SUPERSEDED, "status.superseded"),
    ("superseded, not final", state_of("latest", status=replace(REVOKED, reason=Reason.SUPERSEDED)), Verdict.SUPERSEDED, "status.superseded"),
    ("superseded, not proven at both", both(state_of("latest", status=replace(REVOKED, reason=Reason.SUPERSEDED)), state_of("final", status=REVOKED)), Verdict.REVOKED, "status.revoked"),
    ("suspended credential", state_of(status=SUSPENDED), Verdict.SUSPENDED, "status.suspended"),
    ("suspension lifted, not final", state_of("final", status=SUSPENDED), Verdict.SUSPENDED, "status.suspended"),
    ("suspended list", state_of(status=replace(SUSPENDED, whole_list=True)), Verdict.SUSPENDED, "status.suspended_list"),
    ("revoked and suspended", state_of(status=replace(REVOKED, suspended=True)), Verdict.REVOKED, "status.revoked"),
    ("not final", state_of("final", anchor=None, span=None, operator=None), Verdict.PENDING, "anchor.not_final"),
    ("not final and revoked", both(state_of("final", anchor=None, span=None, operator=None), state_of("latest", status=REVOKED)), Verdict.REVOKED, "status.revoked"),
    ("not final, disavowed and confirmed", both(state_of("final", anchor=None, span=None, operator=None), both(operator_of("latest", disavowed_from=5), anchor_of("latest", confirmed=True))), Verdict.UNTRUSTED_ISSUER, "issuer.key_disavowed"),
    ("no answer", failing(ChainUnavailableError("chain.timeout", seconds=10)), Verdict.UNKNOWN, "anchor.unavailable"),
    ("another chain", failing(ChainIdentityError("identity.genesis")), Verdict.UNKNOWN, "anchor.unavailable"),
    ("events do not land on the head", failing(HeadMismatchError("head.mismatch")), Verdict.UNKNOWN, "anchor.unavailable"),
    ("stale view", lambda scene: setattr(scene.clock, "seconds", NOW + 600), Verdict.UNKNOWN, "anchor.stale_view"),
    ("oldest view that counts", lambda scene: setattr(scene.clock, "seconds", NOW + 598), Verdict.VALID, "verdict.valid"),
    ("clock behind the view", lambda scene: setattr(scene.clock, "seconds", NOW - 100), Verdict.VALID, "verdict.valid"),
    ("anchor gone at latest", state_of("latest", anchor=None), Verdict.UNKNOWN, "anchor.vanished"),
    ("anchor changed between blocks", anchor_of("latest", time=ANCHORED + 1), Verdict.UNKNOWN, "anchor.vanished"),
    ("answer about another root", anchor_of(root=b"\x01" * 32), Verdict.UNKNOWN, "anchor.other_root"),
    ("span of another number", state_of(span=AGAIN), Verdict.UNKNOWN, "issuer.contradiction"),
    ("span missing", state_of(span=None), Verdict.UNKNOWN, "issuer.contradiction"),
    ("span changed between blocks", state_of("latest", span=replace(SPAN, accreditor=STRANGER)), Verdict.UNKNOWN, "issuer.contradiction"),
    ("operator missing", state_of(operator=None), Verdict.UNKNOWN, "issuer.contradiction"),
    ("operator of another number", operator_of(number=2), Verdict.UNKNOWN, "issuer.contradiction"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "verdict", "code"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_one_change_of_the_registry_gives_this_verdict(
    change: Callable[[Scene], None], verdict: Verdict, code: str
) -> None:
    scene = build_scene()
    change(scene)
    report = scene.verify()
    assert (report.verdict, report.code) == (verdict, code)
    assert report.valid == (verdict is Verdict.VALID)


CHANGED = [
    ("a letter of the name", lambda c: c.update(name="Data literacy")),
    ("a member more", lambda c: c.update(extra=1)),
    ("a member less", lambda c: c.pop("evidence")),
    ("the proof's date", lambda c: c["proof"][0].update(created="2026-11-18T10:00:01Z")),
    ("another list address", lambda c: c["credentialStatus"].update(id="urn:x:y")),
]


@pytest.mark.parametrize("change", [row[1] for row in CHANGED], ids=[row[0] for row in CHANGED])
@pytest.mark.parametrize("failure", [None, ChainUnavailableError("chain.unreachable")])
def test_a_changed_file_is_called_tampered_whether_or_not_a_node_answers(change, failure) -> None:
    scene = build_scene()
    scene.facts.failure = failure
    change(scene.credential)
    report = scene.verify()
    assert report.verdict is Verdict.TAMPERED
    assert report.code == "integrity.changed"
    assert scene.facts.questions == []
    assert (report.claims, report.issuer, report.view) == (None, None, None)


@pytest.mark.parametrize(
    "entry",
    [
        {"statusListIndex": "3"},
        {"statusListCredential": f"https://example.edu/status/{'ff' * 13}/revocation"},
        {"statusPurpose": "suspension"},
    ],
)
def test_a_status_entry_that_contradicts_the_proof_is_tampered_although_it_was_sealed(entry) -> None:
    status = build_document()["credentialStatus"] | entry
    scene = build_scene(credentialStatus=status)
    report = scene.verify()
    assert (report.verdict, report.code) == (Verdict.TAMPERED, "integrity.contradiction")


def test_an_index_beyond_the_size_is_tampered() -> None:
    scene = build_scene()
    proof = replace(scene.secured, anchor=replace(scene.secured.anchor, index=5))
    report = scene.verify(with_proofs(build_document(), proof))
    assert report.verdict is Verdict.TAMPERED


def test_a_registry_outside_the_trust_file_is_never_asked() -> None:
    scene = build_scene(view=replace(VIEW, registry=OTHER_REGISTRY))
    report = scene.verify()
    assert (report.verdict, report.code) == (Verdict.UNTRUSTED_REGISTRY, "registry.not_in_trust")
    assert scene.facts.questions == []
    assert report.claims is None
    assert report.network is not None
    assert report.network.kind is None


def test_the_same_registry_on_another_chain_is_not_trusted() -> None:
    scene = build_scene(view=replace(VIEW, chain_id=1))
    assert scene.verify().verdict is Verdict.UNTRUSTED_REGISTRY


def test_an_empty_trust_file_trusts_nothing() -> None:
    scene = build_scene(trust=Trust("empty", (), (), b""))
    assert scene.verify().verdict is Verdict.UNTRUSTED_REGISTRY


def test_a_trusted_registry_that_nobody_can_ask_is_unknown() -> None:
    scene = build_scene()
    scene.facts.view = replace(VIEW, registry=OTHER_REGISTRY)
    report = scene.verify()
    assert (report.verdict, report.code) == (Verdict.UNKNOWN, "anchor.no_source")


def test_an_answer_about_another_registry_is_unknown() -> None:
    scene = build_scene()
    scene.record_as(build_facts(scene.secured.anchor, replace(VIEW, chain_id=1)))
    report = scene.verify()
    assert (report.verdict, report.code) == (Verdict.UNKNOWN, "anchor.other_registry")


@pytest.mark.parametrize(
    "proof", [None, [], [{"type": "DataIntegrityProof", "cryptosuite": "eddsa-rdfc-2022"}]]
)
def test_a_credential_without_anchor_proof_is_not_anchored(proof) -> None:
    scene = build_scene()
    report = scene.verify({**build_document(), "proof": proof} if proof is not None else build_document())
    assert (report.verdict, report.code) == (Verdict.NOT_ANCHORED, "anchor.no_proof")
    assert (report.network, report.claims) == (None, None)


@pytest.mark.parametrize(
    ("dates", "now", "verdict"),
    [
        ({"validUntil": "2026-11-18T11:23:21Z"}, NOW, Verdict.VALID),
        ({"validUntil": "2026-11-18T11:23:20Z"}, NOW, Verdict.EXPIRED),
        ({"validUntil": "2026-11-18T11:23:19Z"}, NOW, Verdict.EXPIRED),
        ({"validFrom": "2026-11-18T11:23:20Z"}, NOW, Verdict.VALID),
        ({"validFrom": "2026-11-18T11:23:21Z"}, NOW, Verdict.NOT_YET_VALID),
        ({"validFrom": None, "awardedDate": None}, NOW, Verdict.VALID),
    ],
)
def test_dates_are_judged_by_the_wall_clock_and_an_end_that_equals_now_has_passed(
    dates, now, verdict
) -> None:
    assert build_scene(**dates).verify().verdict is verdict


def test_dates_are_judged_at_the_moment_asked_for_and_the_report_says_so() -> None:
    scene = build_scene(validUntil="2026-11-18T11:00:00Z")
    report = scene.verify(at=NOW - 2_000)
    assert report.verdict is Verdict.VALID
    assert "validity.judged_at" in [notice.code for notice in report.warnings]
    assert report.to_json()["at"] == "2026-11-18T10:50:00Z"
    assert scene.verify().verdict is Verdict.EXPIRED


def test_a_date_asked_for_does_not_undo_a_revocation() -> None:
    scene = build_scene()
    scene.change(status=REVOKED)
    assert scene.verify(at=ANCHORED + 1).verdict is Verdict.REVOKED


HASHED = {"type": "IdentityObject", "hashed": True, "identityType": "emailAddress", "salt": "s"}


@pytest.mark.parametrize(
    ("expected", "verdict", "code"),
    [
        (ExpectedHolder(name="  zofia   KOWALSKA "), Verdict.VALID, "verdict.valid"),
        (ExpectedHolder(), Verdict.VALID, "verdict.valid"),
        (ExpectedHolder(name="Zofia Nowak"), Verdict.OTHER_HOLDER, "holder.name_differs"),
        (ExpectedHolder(email="z@example.edu"), Verdict.OTHER_HOLDER, "holder.email_absent"),
        (ExpectedHolder(learner_id="17"), Verdict.OTHER_HOLDER, "holder.learner_id_absent"),
        (
            ExpectedHolder(name="Zofia Kowalska", email="z@example.edu"),
            Verdict.OTHER_HOLDER,
            "holder.email_absent",
        ),
    ],
)
def test_the_holder_is_compared_with_whom_the_verifier_expects(expected, verdict, code) -> None:
    report = build_scene().verify(expect=expected)
    assert (report.verdict, report.code) == (verdict, code)


def test_the_report_tells_how_each_expectation_fared_without_repeating_it() -> None:
    report = build_scene().verify(expect=ExpectedHolder(name="Nobody", email="z@example.edu"))
    assert report.to_json()["expected"] == {"name": False, "email": None}
    assert "Nobody" not in str(report.to_json())


# -- several anchor proofs -----------------------------------------------------------------------


def two_proofs(second_header, **changes):
    """Return a scene whose credential is anchored twice, without a status entry."""
    scene = build_scene(credentialStatus=None)
    document = build_document(credentialStatus=None)
    second = seal(document, second_header, index=1)
    scene.credential = with_proofs(document, scene.secured, second)
    return scene, second


def test_of_two_anchors_the_worst_verdict_counts() -> None:
    scene, second = two_proofs(build_header(list_id=b"\x01" * 13))
    facts = build_facts(second.anchor)
    scene.facts.records[(second.anchor.header.issuer, second.anchor.root)] = facts
    assert scene.verify().verdict is Verdict.VALID
    revoked = replace(facts, latest=replace(facts.latest, status=REVOKED))
    scene.facts.records[(second.anchor.header.issuer, second.anchor.root)] = revoked
    assert scene.verify().verdict is Verdict.REVOKED


def test_a_document_is_hashed_once_however_many_proofs_it_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = build_scene()
    canonical, hashed = rfc8785.dumps, []
    monkeypatch.setattr(rfc8785, "dumps", lambda value: hashed.append(value) or canonical(value))
    credential = with_proofs(scene.credential, *[scene.secured] * 8)
    assert scene.verify(credential).verdict is Verdict.VALID
    assert sum("credentialSubject" in value for value in hashed) == 1


def test_a_second_anchor_that_does_not_exist_counts_against_the_credential() -> None:
    scene, _ = two_proofs(build_header(list_id=b"\x01" * 13))
    assert scene.verify().verdict is Verdict.NOT_ANCHORED


def test_an_anchor_elsewhere_is_ignored_with_a_warning() -> None:
    scene, _ = two_proofs(build_header(registry=OTHER_REGISTRY))
    report = scene.verify()
    assert report.verdict is Verdict.VALID
    assert [notice.code for notice in report.warnings] == ["anchor.elsewhere_ignored"]
    assert [question.root for question in scene.facts.questions] == [scene.secured.anchor.root]


def test_an_anchor_proof_elsewhere_that_does_not_fold_says_that_the_file_was_changed() -> None:
    scene, second = two_proofs(build_header(registry=OTHER_REGISTRY))
    broken = replace(second, anchor=replace(second.anchor, root=b"\x01" * 32))
    report = scene.verify(with_proofs(build_document(credentialStatus=None), scene.secured, broken))
    assert report.verdict is Verdict.TAMPERED


def test_the_order_of_proofs_carries_no_meaning() -> None:
    scene, second = two_proofs(build_header(list_id=b"\x01" * 13))
    scene.facts.records[(second.anchor.header.issuer, second.anchor.root)] = replace(
        build_facts(second.anchor), latest=replace(build_facts(second.anchor).latest, status=SUSPENDED)
    )
    verdict = scene.verify().verdict
    scene.credential["proof"].reverse()
    assert scene.verify().verdict is verdict is Verdict.SUSPENDED


# -- warnings ------------------------------------------------------------------------------------

LAPSED = replace(SPAN, ends=ANCHORED + 1)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda scene: None, []),
        (span_of(ends=ANCHORED + 1), ["issuer.lapsed"]),
        (span_of(ends=ANCHORED + 1, cause=EndCause.WITHDRAWN), ["issuer.withdrawn"]),
        (state_of(current_span=None), ["issuer.lapsed"]),
        (state_of(span=LAPSED, current_span=ELSEWHERE), ["issuer.accreditor_changed"]),
        (operator_of(disavowed_from=ANCHORED + 1), ["issuer.key_disavowed_later"]),
        (both(operator_of(disavowed_from=5), anchor_of(confirmed=True)), ["issuer.key_disavowed_confirmed"]),
        (span_of(name_hash=keccak256(b"Other")), ["issuer.name_unproven"]),
        (span_of(name_hash=keccak256(b"Other"), name="Other"), ["issuer.name_differs"]),
        (span_of(name_hash=keccak256(b"Other"), name="A third"), ["issuer.name_unproven"]),
    ],
)
def test_what_changes_no_verdict_is_a_warning(change, codes) -> None:
    scene = build_scene()
    change(scene)
    report = scene.verify()
    assert report.verdict is Verdict.VALID
    assert [notice.code for notice in report.warnings] == codes
    assert (report.checks[5].status is Status.WARN) == bool(codes)


def test_a_self_accredited_issuer_always_reads_as_such() -> None:
    scene = build_scene()
    scene.trust = replace(TRUST, accreditors=(replace(TRUST.accreditors[0], address=b"\x11" * 20),))
    span_of(accreditor=b"\x11" * 20)(scene)
    report = scene.verify()
    assert report.verdict is Verdict.VALID
    assert [notice.code for notice in report.warnings] == ["issuer.self_accredited"]
    assert report.issuer is not None
    assert report.issuer.self_accredited is True


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"validFrom": "2015-01-01T00:00:00Z"}, "validity.backdated_claim"),
        ({"awardedDate": "2026-10-19T11:06:39Z"}, "validity.backdated_claim"),
        ({"awardedDate": "2026-11-19T11:06:41Z"}, "validity.award_after_anchor"),
        (
            {"@context": ["https://www.w3.org/ns/credentials/v2", "https://example.org/own"]},
            "format.terms_unknown",
        ),
        ({"credentialStatus": {"id": "https://example.org/l#1", "type": "X"}}, "status.other_list"),
    ],
)
def test_what_the_document_claims_beyond_the_evidence_is_a_warning(changes, code) -> None:
    report = build_scene(**changes).verify()
    assert report.verdict is Verdict.VALID
    assert [notice.code for notice in report.warnings] == [code]


@pytest.mark.parametrize("awarded", ["2026-10-19T11:06:40Z", "2026-11-19T11:06:40Z"])
def test_dates_at_the_threshold_do_not_warn(awarded) -> None:
    assert build_scene(awardedDate=awarded).verify().warnings == ()


def test_a_single_source_warns_except_on_a_local_test_chain() -> None:
    alone = replace(VIEW, sources=1)
    assert [notice.code for notice in build_scene(view=alone).verify().warnings] == ["anchor.single_source"]
    local = replace(TRUST.networks[0], chain_id=31337)
    scene = build_scene(view=replace(alone, chain_id=31337), trust=replace(TRUST, networks=(local,)))
    assert scene.verify().warnings == ()


def test_a_test_network_never_looks_real() -> None:
    network = replace(TRUST.networks[0], kind=NetworkKind.TEST)
    scene = build_scene(trust=replace(TRUST, networks=(network,)))
    report = scene.verify()
    assert report.verdict is Verdict.VALID
    assert report.headline() == "TEST, worth nothing: Genuine and valid"
    assert [notice.code for notice in report.warnings] == ["registry.test_network"]


# -- the report ----------------------------------------------------------------------------------


MEMBERS = (
    *("ref", "verdict", "outcome", "valid", "code", "headline", "summary", "next", "claimsStatus", "claims"),
    *("issuer", "expected", "checks", "warnings", "network", "view", "trust", "at", "checkedAt", "engine"),
)


def test_a_report_always_has_every_member() -> None:
    scene = build_scene()
    assert list(scene.verify(ref="line 7").to_json()) == list(MEMBERS)
    assert list(scene.verify(build_document()).to_json()) == list(MEMBERS)
    assert scene.verify(ref="line 7").to_json()["ref"] == "line 7"


@pytest.mark.parametrize(("change", "verdict"), [row[1:3] for row in ROWS], ids=[row[0] for row in ROWS])
def test_claims_are_shown_only_as_far_as_the_verdict_allows(change, verdict) -> None:
    scene = build_scene()
    change(scene)
    report = scene.verify()
    shown = report.to_json()
    assert shown["claimsStatus"] == CLAIMS.get(verdict, ClaimsStatus.CONFIRMED)
    assert (shown["claims"] is None) == (shown["claimsStatus"] == "withheld")
    assert (shown["issuer"] is None) == (shown["claimsStatus"] == "withheld")
    assert [check["id"] for check in shown["checks"]] == [str(check) for check in CheckId]
    for check in shown["checks"]:
        assert check["text"].endswith(".")
        assert "(not known)" not in check["text"]


@pytest.mark.parametrize("change", [span_of(accreditor=STRANGER), span_of(did_hash=bytes(32)), forgetting])
def test_a_name_that_nobody_we_trust_registered_is_not_shown(change) -> None:
    scene = build_scene()
    change(scene)
    report = scene.verify()
    assert report.issuer is None or report.issuer.name is None
    assert report.issuer is None or report.issuer.to_json()["nameSource"] is None


def test_the_registered_name_is_shown_instead_of_another_claimed_one() -> None:
    scene = build_scene()
    span_of(name_hash=keccak256(b"Other"), name="Other")(scene)
    issuer = scene.verify().to_json()["issuer"]
    assert issuer["name"] == "Other"
    assert issuer["nameSource"] == "registry"


def test_without_an_answer_the_issuer_is_named_by_address_only() -> None:
    scene = build_scene()
    scene.facts.failure = ChainUnavailableError("chain.timeout")
    issuer = scene.verify().to_json()["issuer"]
    assert issuer["name"] is None
    assert issuer["did"] == DID
    assert issuer["accreditedWhenAnchored"] is None
    assert issuer["accreditor"] is None


def test_an_issuer_without_span_is_known_not_to_have_been_accredited() -> None:
    scene = build_scene()
    both(anchor_of(span=0), state_of(span=None, current_span=None))(scene)
    issuer = scene.verify().to_json()["issuer"]
    assert issuer["accreditedWhenAnchored"] is False
    assert issuer["standingNow"] == "none"


def test_no_text_of_the_credential_stands_outside_claims_and_issuer() -> None:
    scene = build_scene(name="<script>", description="<script>")
    for change in (
        lambda: None,
        lambda: setattr(scene.facts, "failure", ChainUnavailableError("chain.error")),
    ):
        change()
        shown = scene.verify().to_json()
        shown["claims"] = shown["issuer"] = None
        assert "<script>" not in str(shown)


@pytest.mark.parametrize("change", [row[1] for row in ROWS], ids=[row[0] for row in ROWS])
def test_an_answer_stays_within_four_kilobytes_besides_the_claims(change) -> None:
    scene = build_scene()
    change(scene)
    shown = scene.verify().to_json() | {"claims": None}
    assert len(json.dumps(shown, separators=(",", ":")).encode()) <= 4_096


def test_the_clock_is_read_once() -> None:
    scene = build_scene()
    scene.verify()
    assert scene.clock.reads == 1


def test_the_registry_is_asked_about_exactly_what_was_computed() -> None:
    scene = build_scene()
    scene.verify()
    (question,) = scene.facts.questions
    proof = scene.secured.anchor
    assert (question.issuer, question.root, question.list_id, question.index) == (
        proof.header.issuer, proof.root, LIST_ID, 2,
    )  # fmt: skip


def test_a_malformed_anchor_proof_is_unusable_input() -> None:
    scene = build_scene()
    scene.credential["proof"][0]["proofValue"] = "u"
    with pytest.raises(MalformedProofError):
        scene.verify()


@pytest.mark.parametrize("octets", [b"", b"[]", b"{}", b"null", b'{"a":1,"a":2}', b"\xff"])
def test_unusable_input_is_an_error_and_no_verdict(octets) -> None:
    with pytest.raises(InputError):
        build_scene().verifier().verify(octets)


# -- the table itself ----------------------------------------------------------------------------


def test_every_verdict_has_an_outcome_and_every_outcome_an_exit_code() -> None:
    assert set(OUTCOMES) == set(Verdict)
    assert set(EXIT_CODES) == set(Outcome)
    assert [verdict for verdict in Verdict if OUTCOMES[verdict] is Outcome.ACCEPT] == [Verdict.VALID]


def test_no_failed_check_leads_to_valid() -> None:
    assert Verdict.VALID not in DECIDING.values()
    assert {check for check, _ in DECIDING} == set(CheckId) - {CheckId.FORMAT}


@pytest.mark.parametrize("forgotten", [check for check in CheckId if check not in ("signature", "holder")])
def test_a_needed_check_that_was_not_made_is_unknown(forgotten) -> None:
    report = build_scene().verify()
    assert decide(report.checks) is Verdict.VALID
    assert decide(check for check in report.checks if check.id != forgotten) is Verdict.UNKNOWN
    skipped = [
        replace(check, status=Status.SKIPPED) if check.id == forgotten else check for check in report.checks
    ]
    assert decide(skipped) is Verdict.UNKNOWN


@pytest.mark.parametrize("check", list(CheckId))
@pytest.mark.parametrize("status", [Status.FAIL, Status.UNKNOWN])
def test_one_check_that_does_not_pass_is_never_valid(check, status) -> None:
    report = build_scene().verify()
    changed = [replace(result, status=status) if result.id == check else result for result in report.checks]
    assert decide(changed) is not Verdict.VALID


def test_the_worst_verdict_is_found_wherever_it_stands() -> None:
    assert find_worst([Verdict.VALID, Verdict.UNKNOWN, Verdict.REVOKED, Verdict.EXPIRED]) == 2
    assert all(
        find_worst([Verdict.VALID, verdict]) == 1 for verdict in Verdict if verdict is not Verdict.VALID
    )


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], 0),
        ([Verdict.VALID], 0),
        ([Verdict.VALID, Verdict.UNKNOWN], 3),
        ([Verdict.UNKNOWN, Verdict.EXPIRED, Verdict.VALID], 1),
        ([Verdict.PENDING], 3),
    ],
)
def test_of_many_files_one_comes_before_three_before_zero(verdicts, code) -> None:
    assert exit_code(verdicts) == code


def test_without_an_anchor_proof_there_is_nobody_to_describe() -> None:
    credential = parse_credential(build_document())
    assert (
        build_issuer_line(credential, judge_without_anchor(list(build_scene().verify().checks[:1])), TRUST)
        is None
    )
