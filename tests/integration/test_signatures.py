"""What signatures do to the verdict of credentials that are recorded on a real chain, row by row."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from attestree.adapters.evm.dev_chain import DevChain
from attestree.adapters.evm.direct_facts import DirectFacts
from attestree.adapters.net.did_web import DidWebResolver
from attestree.cli.main import run, shared_flags_first
from attestree.credentials.signatures.jwt import format_vc_jwt
from attestree.credentials.signatures.multikey import KeyKind
from attestree.ports import DidResolver
from attestree.settings import load_settings
from attestree.verifying.report import Report
from attestree.verifying.verdict import Verdict
from attestree.verifying.verifier import Verifier
from attestree.wiring.system import SystemClock
from attestree.wiring.verifiers import read_trust, trusted_sources
from tests.fakes.https_host import serve_https
from tests.fakes.signing import TestKey, build_did_document
from tests.integration.deployed import deploy_registry
from tests.integration.served import NAME, Stand, running
from tests.unit.verifying.genuine import build_document

KEY, OTHER = TestKey(1), TestKey(2)
Sign = Callable[[dict[str, Any]], list[dict[str, Any]]]


@dataclass
class Desk:
    """A registry, and an issuer whose accredited DID is that of `KEY`."""

    stand: Stand

    def record(self, did: str = KEY.did, **changes: Any) -> dict[str, Any]:
        """Return a credential of a DID that is on record."""
        issuer = {"id": did, "type": ["Profile"], "name": NAME}
        return self.stand.issue(issuer=issuer, **changes)[0]

    def judge(self, value: dict[str, Any] | str, *, resolver: DidResolver | None = None) -> Report:
        settings = load_settings(self.stand.folder / "attestree.toml")
        trust, clock = read_trust(self.stand.folder / "trust.toml"), SystemClock()
        sources = trusted_sources(trust, settings)
        facts = {key: DirectFacts(source, clock=clock) for key, source in sources.items()}
        octets = value if isinstance(value, str) else json.dumps(value)
        return Verifier(trust, facts, clock, resolver=resolver).verify(octets.encode())


@pytest.fixture
def desk(chain: DevChain, tmp_path: Path) -> Desk:
    stand = Stand(deploy_registry(chain), tmp_path)
    stand.registry.accredit(stand.issuer, did=KEY.did, name=NAME)
    return Desk(stand)


def with_signatures(credential: dict[str, Any], *proofs: dict[str, Any]) -> dict[str, Any]:
    return {**credential, "proof": [*proofs, *credential["proof"]]}


def changed(credential: dict[str, Any]) -> dict[str, Any]:
    return {**credential, "name": "Another"}


@pytest.mark.parametrize(
    ("sign", "code", "verdict"),
    [
        (lambda c: [], "signature.none", Verdict.VALID),
        (lambda c: [KEY.sign(c)], "signature.fits", Verdict.VALID),
        (lambda c: [KEY.sign(c, suite="eddsa-jcs-2022")], "signature.fits", Verdict.VALID),
        (lambda c: [KEY.sign(changed(c))], "signature.changed", Verdict.TAMPERED),
        (lambda c: [OTHER.sign(c, method=KEY.method)], "signature.changed", Verdict.TAMPERED),
        (lambda c: [OTHER.sign(c)], "signature.other_key", Verdict.VALID),
        (lambda c: [OTHER.sign(changed(c))], "signature.other_key", Verdict.VALID),
        (lambda c: [KEY.sign(c), KEY.sign(changed(c))], "signature.changed", Verdict.TAMPERED),
        (lambda c: [KEY.sign(changed(c)), KEY.sign(c)], "signature.changed", Verdict.TAMPERED),
        (lambda c: [KEY.sign(c), OTHER.sign(c)], "signature.other_key", Verdict.VALID),
        (lambda c: [KEY.sign(c) | {"cryptosuite": "bbs-2023"}], "signature.unknown_suite", Verdict.VALID),
        (lambda c: [KEY.sign(c, proofPurpose="authentication")], "signature.other_purpose", Verdict.VALID),
    ],
)
def test_a_recorded_credential_is_judged_by_its_signatures_too(
    desk: Desk, sign: Sign, code: str, verdict: Verdict
) -> None:
    credential = desk.record()
    report = desk.judge(with_signatures(credential, *sign(credential)))
    assert (report.checks[2].code, report.verdict) == (code, verdict)


def test_terms_without_meaning_and_poison_leave_the_verdict_to_the_record(desk: Desk) -> None:
    subject = copy.deepcopy(build_document()["credentialSubject"])
    names = [f"_:n{number}" for number in range(9)]
    subject["achievement"]["related"] = [
        {"id": name, "type": ["Achievement"], "related": [{"id": other} for other in names if other != name]}
        for name in names
    ]
    signature = KEY.sign(desk.stand.document(issuer={"id": KEY.did, "type": ["Profile"], "name": NAME}))
    for changes, code in (
        ({"grade": "1.0"}, "signature.undefined_terms"),
        ({"credentialSubject": subject}, "signature.too_much_work"),
    ):
        report = desk.judge(with_signatures(desk.record(**changes), signature))
        assert (report.checks[2].code, report.verdict) == (code, Verdict.VALID)


def test_a_did_web_counts_with_the_keys_of_its_host_and_only_where_that_is_allowed(
    desk: Desk, tmp_path: Path
) -> None:
    with serve_https(tmp_path, "university.example") as host:
        did = f"did:web:university.example%3A{host.port}"
        desk.stand.registry.accredit(desk.stand.issuer, did=did, name=NAME)
        document = build_did_document(did, {"#key-1": KEY.public})
        host.pages["/.well-known/did.json"] = json.dumps(document).encode()
        credential = desk.record(did)
        good = with_signatures(credential, KEY.sign(credential, method=f"{did}#key-1"))
        bad = with_signatures(credential, KEY.sign(changed(credential), method=f"{did}#key-1"))
        for value in (good, bad):
            report = desk.judge(value)
            assert (report.checks[2].code, report.verdict) == ("signature.not_resolved", Verdict.VALID)
        assert host.asked == []
        resolver = DidWebResolver(host.client())
        assert desk.judge(good, resolver=resolver).checks[2].code == "signature.fits"
        assert desk.judge(good, resolver=resolver).verdict is Verdict.VALID
        assert desk.judge(bad, resolver=resolver).verdict is Verdict.TAMPERED
        assert len(host.asked) == 1
        del host.pages["/.well-known/did.json"]
        away = desk.judge(good, resolver=DidWebResolver(host.client()))
        assert (away.checks[2].code, away.verdict) == ("signature.not_resolved", Verdict.VALID)


def test_the_did_that_signs_must_be_the_one_that_was_accredited_when_it_was_recorded(desk: Desk) -> None:
    """The registry vouches for the DID of `KEY`; a good signature in another name is none of the issuer."""
    credential = desk.record(OTHER.did)
    report = desk.judge(with_signatures(credential, OTHER.sign(credential)))
    assert report.checks[2].code == "signature.fits"
    assert (report.verdict, report.code) == (Verdict.UNTRUSTED_ISSUER, "issuer.did_differs")
    earlier = desk.record()
    desk.stand.registry.increase_time(60)
    desk.stand.registry.accredit(desk.stand.issuer, did=OTHER.did, name=NAME)
    later, stale = desk.record(OTHER.did), desk.record(KEY.did)
    for signed, verdict in (
        (with_signatures(earlier, KEY.sign(earlier)), Verdict.VALID),
        (with_signatures(later, OTHER.sign(later)), Verdict.VALID),
        (with_signatures(stale, KEY.sign(stale)), Verdict.UNTRUSTED_ISSUER),
    ):
        report = desk.judge(signed)
        assert (report.checks[2].code, report.verdict) == ("signature.fits", verdict), report.code


def envelop(credential: dict[str, Any], key: TestKey = KEY) -> str:
    return format_vc_jwt(credential, method=KEY.method, kind=KeyKind.ED25519, sign=key.private.sign)


def test_a_token_is_judged_with_the_record_of_what_is_inside(desk: Desk) -> None:
    credential = desk.record()
    for key, code, verdict in (
        (KEY, "signature.fits", Verdict.VALID),
        (OTHER, "signature.changed", Verdict.TAMPERED),
    ):
        report = desk.judge(envelop(credential, key))
        assert (report.checks[2].code, report.verdict) == (code, verdict)
    plain = {name: member for name, member in credential.items() if name != "proof"}
    report = desk.judge(envelop(plain))
    assert (report.checks[2].code, report.verdict) == ("signature.fits", Verdict.NOT_ANCHORED)
    touched = envelop({**credential, "name": "Another"})
    assert desk.judge(touched).code == "integrity.changed"


def envelope(token: str) -> dict[str, Any]:
    return {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{token}",
    }


def test_command_and_service_take_signed_files_and_tokens_alike(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    credential = desk.record()
    signed = with_signatures(credential, KEY.sign(credential))
    token = envelop(signed)
    file = desk.stand.folder / "badge.jwt"
    file.write_text(token, "ascii")
    config = str(desk.stand.folder / "attestree.toml")
    assert run(shared_flags_first(["verify", str(file), "--config", config])) == 0
    card = capsys.readouterr().out
    assert f"It is signed by the issuer it names, with a key of {KEY.did}; the signature fits." in card
    with running(desk.stand) as served:
        served.wait_block(desk.stand.registry.block().number)
        answers = [
            served.verify(token.encode(), content_type="application/vc+jwt"),
            served.verify(signed),
            served.verify({"ref": "7", "credential": token}),
            served.verify(envelope(token)),
        ]
        for answer in answers:
            assert answer.json()["verdict"] == "valid"
            assert answer.json()["checks"][2]["evidence"]["signer"] == KEY.did
        broken = served.verify((token[:-8] + "AAAAAAAA").encode(), content_type="application/vc+jwt")
        assert broken.json()["verdict"] == "tampered"
        page = served.client.post("/verify", files={"file": ("badge.jwt", token)}, data={"name": ""})
        assert KEY.did in page.text
