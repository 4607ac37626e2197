"""Every row of the verdict table on a real contract, through both ways of reading facts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.credentials.anchor_proof import AnchorHeader
from attestree.credentials.binding import fold_anchor
from attestree.credentials.identity import ExpectedHolder
from attestree.credentials.proof_set import SecuredAnchor
from attestree.merkle.keccak import keccak256
from attestree.merkle.kind import SHARD_SIZE, TreeKind
from attestree.registry.facts import Reason
from attestree.verifying.report import Report
from attestree.verifying.trust import Trust
from attestree.verifying.verdict import Verdict
from attestree.verifying.verifier import Verifier
from tests.fakes.lying_node import Answer
from tests.integration.deployed import Actor, AnchoredBatch, Deployed, deploy_registry
from tests.integration.furnishing import trust_in
from tests.integration.readers import KINDS, Reader, build_reader, forwarding
from tests.unit.verifying.genuine import build_document, seal, with_proofs

DID = "did:web:university.example"
NAME = "University"
ISSUER = {"id": DID, "type": ["Profile"], "name": NAME}
PLAIN: dict[str, Any] = {
    "issuer": ISSUER,
    "validFrom": "2020-01-01T00:00:00Z",
    "awardedDate": None,
    "credentialStatus": None,
}


@dataclass
class Scene:
    """A registry, an accredited issuer, and a verifier who trusts both."""

    registry: Deployed
    issuer: Actor
    reader: Reader
    trust: Trust

    def header(self, **changes: Any) -> AnchorHeader:
        fields: dict[str, Any] = {
            "kind": TreeKind.OPENZEPPELIN,
            "chain_id": self.registry.identity.chain_id,
            "registry": self.registry.address,
            "issuer": self.issuer.address,
            "size": 5,
            "list_id": keccak256(b"list")[:13],
        }
        return AnchorHeader(**(fields | changes))

    def seal(
        self, header: AnchorHeader | None = None, **changes: Any
    ) -> tuple[dict[str, Any], SecuredAnchor]:
        document = build_document(**(PLAIN | changes))
        secured = seal(document, header or self.header())
        return with_proofs(document, secured), secured

    def anchor(self, secured: SecuredAnchor, **how: Any) -> AnchoredBatch:
        header = secured.anchor.header
        return self.registry.anchor(
            how.pop("issuer", self.issuer),
            root=secured.anchor.root,
            size=how.pop("size", header.size),
            list_id=how.pop("list_id", header.list_id),
            kind=int(header.kind),
            **how,
        )

    def issue(self, **changes: Any) -> tuple[dict[str, Any], AnchoredBatch]:
        credential, secured = self.seal(**changes)
        return credential, self.anchor(secured)

    def verify(self, credential: dict[str, Any], **question: Any) -> Report:
        self.reader.clock.moment = self.registry.now() + 1
        self.reader.poll()
        return self.verify_unpolled(credential, **question)

    def verify_unpolled(self, credential: dict[str, Any], **question: Any) -> Report:
        key = (self.registry.identity.chain_id, self.registry.address)
        verifier = Verifier(self.trust, {key: self.reader.facts}, self.reader.clock)
        return verifier.verify(json.dumps(credential).encode(), **question)


@pytest.fixture
def registry(chain: DevChain) -> Deployed:
    return deploy_registry(chain)


@pytest.fixture(params=KINDS)
def scene(request: pytest.FixtureRequest, registry: Deployed) -> Scene:
    reader = build_reader(str(request.param), registry)
    issuer = registry.new_actor("university")
    registry.accredit(issuer, did=DID, name=NAME)
    return Scene(registry, issuer, reader, trust_in(registry, registry.accreditor))


def said(report: Report) -> tuple[Verdict, str]:
    return report.verdict, report.code


# -- valid, and the file alone


def test_a_recorded_credential_is_valid_and_its_issuer_is_named(scene: Scene) -> None:
    credential, _ = scene.issue()
    report = scene.verify(credential)
    assert said(report) == (Verdict.VALID, "verdict.valid")
    assert report.issuer is not None
    assert report.issuer.name == NAME
    assert report.issuer.accreditor_name == "accreditor 0"
    assert report.headline().startswith("TEST, worth nothing: ")


def test_a_changed_file_is_tampered(scene: Scene) -> None:
    credential, _ = scene.issue()
    credential["name"] = "Something better"
    assert said(scene.verify(credential)) == (Verdict.TAMPERED, "integrity.changed")


def test_a_path_cut_short_to_the_root_of_a_shard_is_tampered(scene: Scene) -> None:
    document = build_document(**PLAIN)
    secured = seal(document, scene.header())
    # Siblings need not exist to be hashed: 20 steps lead to the root of the shard, one more to the top.
    path = b"".join(keccak256(b"sibling %d" % step) for step in range(21))
    header = scene.header(size=SHARD_SIZE + SHARD_SIZE // 2)
    whole = replace(secured, anchor=replace(secured.anchor, header=header, path=path))
    whole = replace(whole, anchor=replace(whole.anchor, root=fold_anchor(document, whole).root))
    scene.anchor(whole)
    assert scene.verify(with_proofs(document, whole)).verdict is Verdict.VALID
    for steps in (0, 1, 10, 20):
        cut = replace(whole, anchor=replace(whole.anchor, path=path[: 32 * steps]))
        assert scene.verify(with_proofs(document, cut)).verdict is Verdict.TAMPERED


# -- untrusted_registry


def test_a_registry_that_the_trust_file_does_not_name_is_not_trusted(scene: Scene) -> None:
    credential, _ = scene.issue()
    scene.trust = replace(scene.trust, networks=())
    assert said(scene.verify(credential)) == (Verdict.UNTRUSTED_REGISTRY, "registry.not_in_trust")


def test_a_copy_of_the_registry_that_says_yes_is_not_trusted(scene: Scene, chain: DevChain) -> None:
    copy = deploy_registry(chain)
    copy.accredit(scene.issuer, did=DID, name=NAME)
    credential, secured = scene.seal(scene.header(registry=copy.address))
    copy.anchor(scene.issuer, root=secured.anchor.root, size=5, list_id=secured.anchor.header.list_id)
    assert scene.verify(credential).verdict is Verdict.UNTRUSTED_REGISTRY


# -- not_anchored


def test_a_sealed_credential_that_was_never_recorded_is_not_anchored(scene: Scene) -> None:
    scene.issue(name="Another")
    credential, _ = scene.seal()
    assert said(scene.verify(credential)) == (Verdict.NOT_ANCHORED, "anchor.absent")


def test_a_credential_without_anchor_proof_is_not_anchored(scene: Scene) -> None:
    assert said(scene.verify(build_document(**PLAIN))) == (Verdict.NOT_ANCHORED, "anchor.no_proof")


def test_a_root_that_another_issuer_recorded_is_not_anchored(scene: Scene) -> None:
    other = scene.registry.new_issuer("mill")
    credential, secured = scene.seal()
    scene.anchor(secured, issuer=other)
    assert said(scene.verify(credential)) == (Verdict.NOT_ANCHORED, "anchor.absent")


def test_a_root_that_another_issuer_copied_still_counts_for_its_own(scene: Scene) -> None:
    other = scene.registry.new_issuer("mill")
    credential, secured = scene.seal()
    scene.anchor(secured, issuer=other)
    scene.anchor(secured)
    assert scene.verify(credential).verdict is Verdict.VALID


def test_a_cancelled_root_is_not_anchored(scene: Scene) -> None:
    credential, secured = scene.seal()
    scene.registry.cancel(scene.issuer, secured.anchor.root)
    assert said(scene.verify(credential)) == (Verdict.NOT_ANCHORED, "anchor.absent")


@pytest.mark.parametrize(
    ("how", "code"),
    [({"size": 6}, "integrity.size_differs"), ({"list_id": b"\1" * 13}, "integrity.list_differs")],
)
def test_a_record_that_differs_from_the_file_is_tampered(
    scene: Scene, how: dict[str, Any], code: str
) -> None:
    credential, secured = scene.seal()
    scene.anchor(secured, **how)
    assert said(scene.verify(credential)) == (Verdict.TAMPERED, code)


# -- untrusted_issuer


def test_an_issuer_that_nobody_accredited_is_not_trusted(scene: Scene) -> None:
    scene.issuer = scene.registry.new_actor("stranger")
    credential, _ = scene.issue()
    assert said(scene.verify(credential)) == (Verdict.UNTRUSTED_ISSUER, "issuer.no_accreditation")


def test_what_was_recorded_before_the_accreditation_is_not_trusted(scene: Scene) -> None:
    scene.issuer = scene.registry.new_actor("late")
    credential, _ = scene.issue()
    scene.registry.accredit(scene.issuer, did=DID, name=NAME)
    assert said(scene.verify(credential)) == (Verdict.UNTRUSTED_ISSUER, "issuer.no_accreditation")


def test_what_was_recorded_after_the_accreditation_ended_is_not_trusted(scene: Scene) -> None:
    scene.issuer = scene.registry.new_actor("short")
    scene.registry.accredit(scene.issuer, did=DID, name=NAME, until=scene.registry.now() + 100)
    before, _ = scene.issue()
    scene.registry.increase_time(200)
    after, _ = scene.issue(name="Later")
    assert scene.verify(before).verdict is Verdict.VALID
    assert "issuer.lapsed" in [notice.code for notice in scene.verify(before).warnings]
    assert said(scene.verify(after)) == (Verdict.UNTRUSTED_ISSUER, "issuer.no_accreditation")


def test_a_withdrawal_dated_back_before_the_anchor_counts_and_a_later_one_warns(scene: Scene) -> None:
    scene.registry.increase_time(100)
    credential, batch = scene.issue()
    scene.registry.increase_time(100)
    scene.registry.withdraw_accreditation(scene.issuer, span=1, until=batch.time + 1)
    report = scene.verify(credential)
    assert report.verdict is Verdict.VALID
    assert "issuer.withdrawn" in [notice.code for notice in report.warnings]
    scene.registry.withdraw_accreditation(scene.issuer, span=1, until=batch.time)
    assert said(scene.verify(credential)) == (Verdict.UNTRUSTED_ISSUER, "issuer.withdrawn_before")


def test_an_accreditor_outside_the_trust_file_does_not_count(scene: Scene) -> None:
    stranger = scene.registry.new_actor("rubber stamp")
    scene.registry.admit(stranger)
    scene.issuer = scene.registry.new_actor("mill")
    scene.registry.accredit(scene.issuer, did=DID, name=NAME, by=stranger)
    credential, _ = scene.issue()
    report = scene.verify(credential)
    assert said(report) == (Verdict.UNTRUSTED_ISSUER, "issuer.accreditor_not_trusted")
    assert report.issuer is not None
    assert report.issuer.name is None


def test_a_self_accredited_issuer_reads_as_such(scene: Scene) -> None:
    scene.issuer = scene.registry.new_actor("self")
    scene.registry.admit(scene.issuer)
    scene.registry.accredit(scene.issuer, did=DID, name=NAME, by=scene.issuer)
    scene.trust = trust_in(scene.registry, scene.issuer)
    credential, _ = scene.issue()
    report = scene.verify(credential)
    assert report.verdict is Verdict.VALID
    assert "issuer.self_accredited" in [notice.code for notice in report.warnings]


def test_a_credential_that_names_another_did_is_not_trusted(scene: Scene) -> None:
    credential, _ = scene.issue(issuer={**ISSUER, "id": "did:web:harvard.example"})
    assert said(scene.verify(credential)) == (Verdict.UNTRUSTED_ISSUER, "issuer.did_differs")


def test_a_name_that_is_not_the_registered_one_is_never_shown(scene: Scene) -> None:
    credential, _ = scene.issue(issuer={**ISSUER, "name": "Harvard"})
    report = scene.verify(credential)
    assert report.verdict is Verdict.VALID
    assert report.issuer is not None
    assert report.issuer.name in (None, NAME)
    assert {notice.code for notice in report.warnings} & {"issuer.name_differs", "issuer.name_unproven"}


def test_a_suspended_issuer_is_not_trusted_until_it_is_reinstated(scene: Scene) -> None:
    credential, _ = scene.issue()
    scene.registry.increase_time(10)
    scene.registry.suspend_accreditation(scene.issuer)
    assert said(scene.verify(credential)) == (Verdict.UNTRUSTED_ISSUER, "issuer.suspended")
    scene.registry.reinstate_accreditation(scene.issuer)
    assert scene.verify(credential).verdict is Verdict.VALID


def test_a_suspended_issuer_cannot_escape_through_an_accreditor_nobody_trusts(scene: Scene) -> None:
    credential, _ = scene.issue()
    scene.registry.increase_time(10)
    scene.registry.suspend_accreditation(scene.issuer)
    stranger = scene.registry.new_actor("rubber stamp")
    scene.registry.admit(stranger)
    scene.registry.accredit(scene.issuer, did=DID, name=NAME, by=stranger)
    assert said(scene.verify(credential)) == (Verdict.UNTRUSTED_ISSUER, "issuer.suspended")


def test_a_renewal_in_between_does_not_hide_a_suspension(scene: Scene) -> None:
    credential, _ = scene.issue()
    scene.registry.increase_time(10)
    scene.registry.accredit(scene.issuer, did=DID, name=NAME)
    scene.registry.suspend_accreditation(scene.issuer)
    stranger = scene.registry.new_actor("rubber stamp")
    scene.registry.admit(stranger)
    scene.registry.accredit(scene.issuer, did=DID, name=NAME, by=stranger)
    assert said(scene.verify(credential)) == (Verdict.UNTRUSTED_ISSUER, "issuer.suspended")


# -- operators


def test_an_operator_disavowed_from_before_the_anchor_does_not_count_unless_confirmed(scene: Scene) -> None:
    operator = scene.registry.add_operator(scene.issuer)
    credential, secured = scene.seal()
    batch = scene.anchor(secured, by=operator)
    assert scene.verify(credential).verdict is Verdict.VALID
    scene.registry.increase_time(100)
    scene.registry.disavow(scene.issuer, operator, since=batch.time + 1)
    later = scene.verify(credential)
    assert later.verdict is Verdict.VALID
    assert "issuer.key_disavowed_later" in [notice.code for notice in later.warnings]
    scene.registry.disavow(scene.issuer, operator, since=batch.time)
    assert said(scene.verify(credential)) == (Verdict.UNTRUSTED_ISSUER, "issuer.key_disavowed")
    scene.registry.confirm(scene.issuer, secured.anchor.root)
    confirmed = scene.verify(credential)
    assert confirmed.verdict is Verdict.VALID
    assert "issuer.key_disavowed_confirmed" in [notice.code for notice in confirmed.warnings]


def test_a_removed_operator_leaves_what_it_recorded_standing(scene: Scene) -> None:
    operator = scene.registry.add_operator(scene.issuer)
    credential, secured = scene.seal()
    scene.anchor(secured, by=operator)
    scene.registry.remove_operator(scene.issuer, operator)
    assert scene.verify(credential).verdict is Verdict.VALID


# -- status


def test_revoked_superseded_and_suspended_are_told_apart(scene: Scene) -> None:
    credential, batch = scene.issue()
    scene.registry.suspend(batch, [2])
    assert said(scene.verify(credential)) == (Verdict.SUSPENDED, "status.suspended")
    scene.registry.reinstate(batch, [2])
    scene.registry.revoke(batch, [1, 3])
    assert scene.verify(credential).verdict is Verdict.VALID
    scene.registry.revoke(batch, [2], reason=Reason.SUPERSEDED)
    assert said(scene.verify(credential)) == (Verdict.SUPERSEDED, "status.superseded")


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Reason.UNSPECIFIED, "status.revoked"),
        (Reason.ISSUED_IN_ERROR, "status.issued_in_error"),
        (Reason.KEY_COMPROMISE, "status.key_compromise"),
    ],
)
def test_a_revocation_says_its_reason(scene: Scene, reason: Reason, code: str) -> None:
    credential, batch = scene.issue()
    scene.registry.revoke(batch, [2], reason=reason)
    assert said(scene.verify(credential)) == (Verdict.REVOKED, code)


def test_a_whole_list_can_be_revoked_and_suspended(scene: Scene) -> None:
    credential, batch = scene.issue()
    scene.registry.suspend(batch)
    assert said(scene.verify(credential)) == (Verdict.SUSPENDED, "status.suspended_list")
    scene.registry.revoke(batch)
    assert said(scene.verify(credential)) == (Verdict.REVOKED, "status.revoked_list")


def test_recording_again_under_a_second_list_does_not_reset_the_status(scene: Scene) -> None:
    document = build_document(**PLAIN)
    first = seal(document, scene.header())
    batch = scene.anchor(first)
    scene.registry.revoke(batch, [2])
    second = seal(document, scene.header(list_id=b"\2" * 13))
    scene.anchor(second)
    assert scene.verify(with_proofs(document, first)).verdict is Verdict.REVOKED
    assert scene.verify(with_proofs(document, second, first)).verdict is Verdict.REVOKED
    sealed_list = scene.header().list_id.hex()
    entry = {
        "id": f"https://university.example/status/{sealed_list}/revocation#2",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "2",
        "statusListCredential": f"https://university.example/status/{sealed_list}/revocation",
    }
    bound = build_document(**(PLAIN | {"credentialStatus": entry}))
    moved = seal(bound, scene.header(list_id=b"\2" * 13))
    scene.anchor(moved)
    assert said(scene.verify(with_proofs(bound, moved))) == (Verdict.TAMPERED, "integrity.contradiction")


# -- dates and holder


def test_dates_and_holder_are_judged_last(scene: Scene) -> None:
    expired, _ = scene.issue(validUntil="2020-02-01T00:00:00Z")
    assert said(scene.verify(expired)) == (Verdict.EXPIRED, "validity.expired")
    assert scene.verify(expired, at=1_578_000_000).verdict is Verdict.VALID
    early, _ = scene.issue(validFrom="2999-01-01T00:00:00Z")
    assert said(scene.verify(early)) == (Verdict.NOT_YET_VALID, "validity.not_yet_valid")
    good, _ = scene.issue(name="Third")
    other = scene.verify(good, expect=ExpectedHolder(name="Somebody Else"))
    assert said(other) == (Verdict.OTHER_HOLDER, "holder.name_differs")


# -- pending and unknown


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_anchor_is_pending_until_it_is_final_and_harm_counts_at_once(
    kind: str, registry: Deployed
) -> None:
    reader = build_reader(kind, registry, finality="depth:5")
    issuer = registry.new_actor("university")
    registry.accredit(issuer, did=DID, name=NAME)
    registry.mine(6)
    scene = Scene(registry, issuer, reader, trust_in(registry, registry.accreditor))
    credential, batch = scene.issue()
    assert said(scene.verify(credential)) == (Verdict.PENDING, "anchor.not_final")
    registry.mine(6)
    assert scene.verify(credential).verdict is Verdict.VALID
    registry.suspend(batch, [2])
    assert scene.verify(credential).verdict is Verdict.SUSPENDED
    registry.mine(6)
    registry.reinstate(batch, [2])
    assert scene.verify(credential).verdict is Verdict.SUSPENDED
    registry.mine(6)
    assert scene.verify(credential).verdict is Verdict.VALID


Garbage = Callable[[object], Answer | None]

FAULTS: dict[str, Garbage] = {
    "an error page": lambda _body: Answer(b"<html>busy</html>"),
    "status 500": lambda _body: Answer(b"{}", status=500),
    "an empty answer": lambda _body: Answer(b""),
    "half an answer": lambda _body: Answer(b'{"jsonrpc":"2.0","id":1,"resu'),
    "another question's answer": lambda _body: Answer(b'{"jsonrpc":"2.0","id":99999,"result":"0x1"}'),
}


@pytest.fixture(params=sorted(FAULTS))
def faulty(request: pytest.FixtureRequest, registry: Deployed) -> Iterator[Scene]:
    with forwarding(registry.chain.url) as node:
        reader = build_reader("direct", registry, urls=[node.url], timeout_seconds=2)
        issuer = registry.new_actor("university")
        registry.accredit(issuer, did=DID, name=NAME)
        scene = Scene(registry, issuer, reader, trust_in(registry, registry.accreditor))
        credential, _ = scene.issue()
        assert scene.verify(credential).verdict is Verdict.VALID
        node.whole = FAULTS[str(request.param)]
        yield scene


def test_a_node_that_answers_garbage_leaves_it_unknown_and_a_changed_file_is_still_called_changed(
    faulty: Scene,
) -> None:
    credential, _ = faulty.issue(name="Second")
    report = faulty.verify(credential)
    assert said(report) == (Verdict.UNKNOWN, "anchor.unavailable")
    assert report.issuer is not None
    assert report.issuer.name is None
    credential["name"] = "Changed"
    assert faulty.verify(credential).verdict is Verdict.TAMPERED


def test_a_node_that_answers_too_late_leaves_it_unknown(registry: Deployed) -> None:
    issuer = registry.new_actor("university")
    registry.accredit(issuer, did=DID, name=NAME)
    released = threading.Event()
    with forwarding(registry.chain.url) as node:
        node.whole = lambda _body: Answer(b"{}", wait=released)
        reader = build_reader("direct", registry, urls=[node.url], timeout_seconds=0.2)
        scene = Scene(registry, issuer, reader, trust_in(registry, registry.accreditor))
        credential, _ = scene.issue()
        assert said(scene.verify(credential)) == (Verdict.UNKNOWN, "anchor.unavailable")
        credential["name"] = "Changed"
        assert scene.verify(credential).verdict is Verdict.TAMPERED
        released.set()


@pytest.mark.parametrize("kind", KINDS)
def test_without_any_node_nothing_is_known_but_that_a_file_was_changed(kind: str, registry: Deployed) -> None:
    issuer = registry.new_actor("university")
    registry.accredit(issuer, did=DID, name=NAME)
    reader = build_reader(kind, registry, urls=["http://127.0.0.1:9"], timeout_seconds=2)
    scene = Scene(registry, issuer, reader, trust_in(registry, registry.accreditor))
    credential, _ = scene.issue()
    reader.clock.moment = registry.now()
    assert said(scene.verify_unpolled(credential)) == (Verdict.UNKNOWN, "anchor.unavailable")
    credential["name"] = "Changed"
    assert scene.verify_unpolled(credential).verdict is Verdict.TAMPERED


def test_a_followed_view_that_grew_old_is_unknown(registry: Deployed) -> None:
    issuer = registry.new_actor("university")
    registry.accredit(issuer, did=DID, name=NAME)
    reader = build_reader("followed", registry)
    scene = Scene(registry, issuer, reader, trust_in(registry, registry.accreditor))
    credential, _ = scene.issue()
    assert scene.verify(credential).verdict is Verdict.VALID
    reader.clock.moment += 600
    assert scene.verify_unpolled(credential).verdict is Verdict.VALID
    reader.clock.moment += 1
    assert said(scene.verify_unpolled(credential)) == (Verdict.UNKNOWN, "anchor.unavailable")


def test_another_chain_behind_the_same_address_is_unknown(registry: Deployed) -> None:
    issuer = registry.new_actor("university")
    registry.accredit(issuer, did=DID, name=NAME)
    reader = build_reader("direct", registry, identity=replace(registry.identity, genesis_hash=b"\1" * 32))
    scene = Scene(registry, issuer, reader, trust_in(registry, registry.accreditor))
    credential, _ = scene.issue()
    assert said(scene.verify(credential)) == (Verdict.UNKNOWN, "anchor.unavailable")
