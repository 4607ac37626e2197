"""Lists of others: believed only with the issuer's own signature; all else is never a clear status."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from attestree.credentials.credential import parse_credential
from attestree.credentials.dates import format_timestamp
from attestree.credentials.did import DidDocument
from attestree.credentials.signatures.multikey import KeyKind, PublicKey, did_key_method, format_did_key
from attestree.credentials.status_list import ListTerms, build_status_list
from attestree.errors import UnavailableError
from attestree.issuing.signing import TemplateSigner
from attestree.registry.facts import StatusBits
from attestree.verifying.checks.status import ListedStatus
from attestree.verifying.hosted_status import MAX_ENTRIES, HostedStatus
from attestree.verifying.report import Report
from attestree.verifying.verdict import Verdict
from attestree.verifying.verifier import Verifier
from tests.unit.verifying import genuine
from tests.unit.verifying.genuine import Scene, build_document, build_scene

NOW = 1_800_000_000
LIST = "https://lists.example/status/3"


@dataclass
class Signer:
    """An issuer with a did:key."""

    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def did(self) -> str:
        return format_did_key(PublicKey(KeyKind.ED25519, self.key.public_key().public_bytes_raw()))

    def sign(self, document: dict[str, Any]) -> dict[str, Any]:
        signer = TemplateSigner(did_key_method(self.did), self.key.sign)
        [proof] = signer.sign_batch([document], created=format_timestamp(NOW))
        return {**document, "proof": proof}


@dataclass
class Hosts:
    """`HostedLists` in memory."""

    lists: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def fetch_list(self, address: str) -> bytes:
        self.asked.append(address)
        if address not in self.lists:
            raise UnavailableError("download.no_answer")
        return self.lists[address]


ISSUER = Signer()


def build_list(*bits: int, purpose: str = "revocation", did: str = "", **changes: Any) -> dict[str, Any]:
    octets = bytearray(16_384)
    for bit in bits:
        octets[bit >> 3] |= 0x80 >> (bit & 7)
    terms = ListTerms(
        public_url="https://lists.example",
        list_id=bytes(13),
        purpose=purpose,
        issuer=did or ISSUER.did,
        valid_from=changes.pop("now", NOW) - 60,
        valid_until=NOW + 60,
        ttl_seconds=60,
    )
    document: dict[str, Any] = build_status_list(terms, bytes(octets))
    subject = {**document["credentialSubject"], "id": f"{LIST}#list", **changes.pop("subject", {})}
    return {**document, "id": LIST, "credentialSubject": subject, **changes}


def entry(index: int = 7, purpose: str = "revocation", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"{LIST}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": LIST,
    } | changes


def find(octets: bytes | dict[str, Any] | None, *entries: Any) -> tuple[ListedStatus, ...]:
    """Return what is found for a credential with these entries, where the host serves these bytes."""
    served = json.dumps(octets).encode() if isinstance(octets, dict) else octets
    hosts = Hosts({} if served is None else {LIST: served})
    document = build_document(issuer={"id": ISSUER.did, "type": ["Profile"], "name": "X"})
    document["credentialStatus"] = [*entries] or [entry()]
    return HostedStatus(hosts, None).find(parse_credential(document), now=NOW)


def test_a_signed_list_says_what_its_bit_says() -> None:
    signed = ISSUER.sign(build_list(7))
    assert find(signed) == (ListedStatus(revoked=True),)
    assert find(signed, entry(6)) == (ListedStatus(),)
    assert find(signed, entry(6), entry(7)) == (ListedStatus(), ListedStatus(revoked=True))
    held = ISSUER.sign(build_list(7, purpose="suspension"))
    assert find(held, entry(purpose="suspension")) == (ListedStatus(suspended=True),)


def test_messages_are_no_objection_and_purposes_nobody_knows_are_not_understood() -> None:
    messages = {"statusSize": 1, "statusMessage": [{"status": "0x0", "message": "a"}] * 2}
    told = ISSUER.sign(build_list(7, purpose="message"))
    assert find(told, entry(purpose="message", **messages)) == (ListedStatus(message=True),)
    strange = ISSUER.sign(build_list(7, purpose="karma"))
    assert find(strange, entry(purpose="karma")) == (ListedStatus(because="statuslist.unknown_purpose"),)
    assert find(strange, entry(8, purpose="karma")) == (ListedStatus(),)


def changed_after_signing() -> dict[str, Any]:
    return {**ISSUER.sign(build_list(7)), "validUntil": format_timestamp(NOW + 3_600)}


@pytest.mark.parametrize(
    ("served", "because"),
    [
        (lambda: None, "download.no_answer"),
        (lambda: b"", "json.empty"),
        (lambda: b"eyJhbGciOiJFUzI1NiJ9.e30.c2ln", "json.syntax"),
        (lambda: b"[" * 5_000, "json.too_deep"),
        (lambda: build_list(7), "statuslist.unsigned"),
        (build_list, "statuslist.unsigned"),
        (changed_after_signing, "statuslist.unsigned"),
        (lambda: ISSUER.sign(build_list(issuer=Signer().did)), "statuslist.other_issuer"),
        (lambda: Signer().sign(build_list()), "statuslist.unsigned"),
        (lambda: ISSUER.sign(build_list(id="https://lists.example/status/4")), "statuslist.other_address"),
        (lambda: ISSUER.sign(build_list(validUntil=format_timestamp(NOW))), "statuslist.not_current"),
        (lambda: ISSUER.sign(build_list(validFrom=format_timestamp(NOW + 1))), "statuslist.not_current"),
        (lambda: ISSUER.sign(build_list(purpose="suspension")), "statuslist.other_purpose"),
        (lambda: ISSUER.sign(build_list(subject={"encodedList": "uAAAA"})), "statuslist.not_encoded"),
        (build_document, "statuslist.not_a_list"),
    ],
)
def test_what_cannot_be_believed_is_not_known(served: Callable[[], Any], because: str) -> None:
    assert find(served()) == (ListedStatus(because=because),)


def test_entries_out_of_form_are_not_known_and_nobody_is_asked_for_them() -> None:
    assert find(None, entry(statusListIndex="x")) == (ListedStatus(because="statuslist.entry"),)
    assert find(None, {"id": "https://a.example/1", "type": "1EdTechRevocationList"}) == (
        ListedStatus(because="statuslist.entry"),
    )
    signed = ISSUER.sign(build_list())
    assert find(signed, entry(131_072)) == (ListedStatus(because="statuslist.range"),)


def test_lists_of_ours_are_not_asked_for_and_no_credential_has_many_hosts_asked() -> None:
    ours = entry(statusListCredential=f"https://a.example/status/{bytes(13).hex()}/revocation")
    assert find(None, ours) == ()
    found = find(ISSUER.sign(build_list()), *[entry(number) for number in range(MAX_ENTRIES + 1)])
    assert len(found) == MAX_ENTRIES + 1
    assert found[-1] == ListedStatus(because="statuslist.too_many")


class Resolver:
    """`DidResolver` that knows one DID and one key."""

    def fetch_document(self, did: str) -> DidDocument:
        assert did == genuine.DID
        key = PublicKey(KeyKind.ED25519, ISSUER.key.public_key().public_bytes_raw())
        return DidDocument(did, {f"{did}#key-1": key}, frozenset({f"{did}#key-1"}), frozenset())


def judge(
    *bits: int, purpose: str = "revocation", on: bool = True, served: bool = True, **changes: Any
) -> tuple[Report, Hosts]:
    """Judge a genuine credential that names a list elsewhere."""
    scene: Scene = build_scene(credentialStatus=[entry(purpose=purpose)])
    document = build_list(*bits, purpose=purpose, did=genuine.DID, now=genuine.NOW)
    signer = TemplateSigner(f"{genuine.DID}#key-1", ISSUER.key.sign)
    [proof] = signer.sign_batch([document], created=format_timestamp(genuine.NOW))
    hosts = Hosts({LIST: json.dumps({**document, "proof": proof}).encode()} if served else {})
    hosted = HostedStatus(hosts, Resolver()) if on else None
    for block, status in changes.items():
        scene.change(block, status=status)
    sources = {(scene.facts.view.chain_id, scene.facts.view.registry): scene.facts}
    verifier = Verifier(scene.trust, sources, scene.clock, hosted=hosted)
    assert verifier.looks_up_lists == on
    return verifier.verify(json.dumps(scene.credential).encode()), hosts


def code(report: Report) -> str:
    return next(check.code for check in report.checks if check.id == "status")


def test_nothing_is_looked_up_unless_that_is_asked_for() -> None:
    report, hosts = judge(7, on=False)
    assert (report.verdict, code(report), hosts.asked) == (Verdict.VALID, "status.other_list", [])


def test_a_list_can_say_no_where_the_chain_says_nothing() -> None:
    report, hosts = judge(7)
    assert (report.verdict, code(report), hosts.asked) == (Verdict.REVOKED, "status.listed_revoked", [LIST])
    report, _ = judge(7, purpose="suspension")
    assert (report.verdict, code(report)) == (Verdict.SUSPENDED, "status.listed_suspended")


def test_a_clear_list_leaves_the_credential_valid() -> None:
    report, _ = judge(6)
    assert (report.verdict, code(report)) == (Verdict.VALID, "status.clear")


def test_a_list_that_cannot_be_had_makes_the_answer_unknown() -> None:
    report, _ = judge(served=False)
    assert (report.verdict, code(report)) == (Verdict.UNKNOWN, "status.list_unknown")
    [check] = [check for check in report.checks if check.id == "status"]
    assert check.evidence["because"] == "download.no_answer"


def test_a_message_is_a_remark() -> None:
    report, _ = judge(7, purpose="message")
    assert (report.verdict, code(report)) == (Verdict.VALID, "status.list_message")


def test_what_the_chain_takes_back_stays_taken_back_and_nobody_is_asked() -> None:
    gone = StatusBits(revoked=True, suspended=False, whole_list=False)
    report, hosts = judge(latest=gone)
    assert (report.verdict, code(report), hosts.asked) == (Verdict.REVOKED, "status.revoked", [])
