"""The W3C VC API over the strict verifier: the standard's shapes, our verdicts, and nothing believed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from attestree.credentials.did import parse_did_document
from attestree.credentials.presentation import MAX_CREDENTIALS
from attestree.errors import DidUnavailableError
from attestree.ports import DidResolver
from tests.unit.credentials.presented import (
    CHALLENGE,
    DOMAIN,
    HOLDER,
    STRANGER,
    build_credential,
    build_presentation,
    envelop,
    sign,
)
from tests.unit.verifying.genuine import build_document
from tests.unit.web.service import Service, build_service

SUBJECT = build_document()["credentialSubject"] | {"id": HOLDER.did}
ASKED = {"challenge": CHALLENGE, "domain": DOMAIN}
WEB = "did:web:holder.example"


class FakeResolver:
    """Knows one `did:web`, whose key is the holder's."""

    def __init__(self, *, answers: bool) -> None:
        self.answers = answers

    def fetch_document(self, did: str) -> Any:
        if not self.answers:
            raise DidUnavailableError("did.no_answer")
        method = {
            "id": f"{WEB}#key",
            "type": "Multikey",
            "controller": WEB,
            "publicKeyMultibase": HOLDER.did.removeprefix("did:key:"),
        }
        value = {"id": WEB, "verificationMethod": [method], "authentication": ["#key"]}
        return parse_did_document(value, did)


@pytest.fixture
def service() -> Iterator[Service]:
    with build_service(credentialSubject=SUBJECT) as running:
        yield running


def verify(service: Service, credential: Any, **options: Any) -> httpx.Response:
    body = {"verifiableCredential": credential, "options": options}
    return service.client.post("/credentials/verify", json=body)


def present(service: Service, presentation: Any, **options: Any) -> httpx.Response:
    body = {"verifiablePresentation": presentation, "options": options or ASKED}
    return service.client.post("/presentations/verify", json=body)


def problems(answer: httpx.Response) -> list[str]:
    """Return the codes of what stands against it; fails unless the answer is a verdict."""
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["verified"] is (not said["problemDetails"])
    for problem in said["problemDetails"]:
        assert problem["type"] == f"urn:attestree:problem:{problem['code']}"
        assert problem["title"]
    return [problem["code"] for problem in said["problemDetails"]]


# Credentials


def test_a_credential_on_record_is_verified_and_the_whole_report_is_there(service: Service) -> None:
    answer = verify(service, service.credential)
    assert problems(answer) == []
    assert answer.json()["report"] == service.post(service.credential).json()


def test_a_changed_credential_is_not_verified_and_says_why(service: Service) -> None:
    assert problems(verify(service, service.credential | {"name": "Other"})) == ["integrity.changed"]


def test_a_credential_that_nobody_recorded_is_not_verified_whoever_signed_it(service: Service) -> None:
    signed = sign(build_credential(issuer=STRANGER.did), STRANGER, proofPurpose="assertionMethod")
    assert problems(verify(service, signed)) == ["anchor.no_proof"]


def test_production_knows_nothing_of_the_profile(service: Service) -> None:
    assert "x-attestree-profile" not in service.client.get("/").headers
    path = "/eddsa-rdfc-2022/Ed25519/credentials/issue"
    assert service.client.post(path, json={"credential": build_credential()}).status_code == 404


@pytest.mark.parametrize("body", [b"{}", b"[]", b'{"verifiableCredential": "x"}', b'{"credential": {}}'])
def test_what_is_no_request_is_a_problem(service: Service, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = service.client.post("/credentials/verify", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


# Presentations


def test_the_holder_shows_what_is_theirs(service: Service) -> None:
    answer = present(service, sign(build_presentation(service.credential)))
    assert problems(answer) == []
    said = answer.json()
    assert (said["verified"], said["outcome"]) == (True, "accept")
    assert (said["holder"]["id"], said["holder"]["code"]) == (HOLDER.did, "presentation.answered")
    (shown,) = said["credentials"]
    assert (shown["bound"], shown["report"]["verdict"]) == (True, "valid")


def test_a_credential_in_a_token_is_judged_as_it_is_and_must_be_the_holders(service: Service) -> None:
    answer = present(service, sign(build_presentation(envelop(service.credential, STRANGER))))
    assert problems(answer) == []
    (shown,) = answer.json()["credentials"]
    assert (shown["bound"], shown["report"]["verdict"]) == (True, "valid")
    changed = service.credential | {"name": "Other"}
    answer = present(service, sign(build_presentation(envelop(changed, STRANGER))))
    assert problems(answer) == ["integrity.changed"]
    nobody = build_credential(issuer=STRANGER.did)
    answer = present(service, sign(build_presentation(envelop(nobody, STRANGER))))
    assert problems(answer) == ["anchor.no_proof"]
    forged = envelop(nobody, HOLDER, method=STRANGER.method)
    assert problems(present(service, sign(build_presentation(forged)))) == ["signature.changed"]
    theirs = envelop(service.credential, STRANGER)
    answer = present(service, sign(build_presentation(theirs, holder=STRANGER.did), STRANGER))
    assert problems(answer) == ["presentation.other_subject"]


def test_a_presentation_of_nothing_proves_who_the_holder_is(service: Service) -> None:
    answer = present(service, sign(build_presentation()))
    assert problems(answer) == []
    assert answer.json()["credentials"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"challenge": "another"}, "presentation.challenge"),
        ({"domain": "elsewhere.example"}, "presentation.domain"),
        ({"proofPurpose": "assertionMethod"}, "presentation.purpose"),
        ({"expires": "2020-01-01T00:00:00Z"}, "presentation.expired"),
    ],
)
def test_an_answer_to_another_question_is_rejected(
    service: Service, changes: dict[str, Any], code: str
) -> None:
    answer = present(service, sign(build_presentation(service.credential), **changes))
    assert problems(answer) == [code]
    assert answer.json()["outcome"] == "reject"
    assert answer.json()["holder"]["id"] is None


def test_a_copied_credential_is_never_simply_accepted(service: Service) -> None:
    stolen = sign(build_presentation(service.credential, holder=STRANGER.did), STRANGER)
    answer = present(service, stolen)
    assert problems(answer) == ["presentation.other_subject"]
    said = answer.json()
    assert (said["outcome"], said["credentials"][0]["bound"]) == ("review", False)
    assert said["credentials"][0]["notBound"]["code"] == "presentation.other_subject"
    assert said["credentials"][0]["report"]["verdict"] == "valid"


def test_nobody_signs_for_another_holder(service: Service) -> None:
    forged = sign(build_presentation(service.credential), STRANGER)
    assert problems(present(service, forged)) == ["presentation.other_holder"]


def test_each_credential_gets_its_own_verdict_and_the_worst_counts(service: Service) -> None:
    changed = service.credential | {"name": "Other"}
    both = sign(build_presentation(service.credential, changed))
    answer = present(service, both)
    assert problems(answer) == ["integrity.changed"]
    assert [one["report"]["verdict"] for one in answer.json()["credentials"]] == ["valid", "tampered"]
    assert answer.json()["outcome"] == "reject"


def test_a_presentation_that_was_changed_is_rejected(service: Service) -> None:
    signed = sign(build_presentation(service.credential))
    assert problems(present(service, signed | {"id": "urn:uuid:1"})) == ["signature.mismatch"]


def test_a_presentation_without_a_settled_meaning_is_for_a_person_to_look_at(service: Service) -> None:
    signed = sign(build_presentation(service.credential))
    answer = present(service, signed | {"undefinedTerm": "x"})
    assert problems(answer) == ["terms.undefined"]
    said = answer.json()
    assert (said["outcome"], said["holder"]["status"], said["holder"]["id"]) == ("review", "unknown", None)


def test_a_handful_of_badges_may_be_shown_at_once(service: Service) -> None:
    others = [service.credential | {"id": f"urn:uuid:{number}"} for number in range(MAX_CREDENTIALS - 1)]
    said = present(service, sign(build_presentation(service.credential, *others))).json()
    assert said["holder"]["status"] == "pass"
    verdicts = [one["report"]["verdict"] for one in said["credentials"]]
    assert verdicts == ["valid", *["tampered"] * len(others)]


@pytest.mark.parametrize(
    "options", [{"challenge": CHALLENGE}, {"domain": DOMAIN}, {"challenge": "", "domain": DOMAIN}]
)
def test_a_question_has_a_challenge_and_a_domain(service: Service, options: dict[str, str]) -> None:
    answer = present(service, sign(build_presentation(service.credential)), **options)
    assert (answer.status_code, answer.json()["code"]) == (422, "presentation.no_challenge")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (build_presentation(), "presentation.no_proof"),
        (build_credential(), "presentation.credential"),
        (build_presentation(type=["Other"]), "format.type"),
        (sign(build_presentation(build_credential(issuer="ftp://example.org"))), "format.url"),
    ],
)
def test_what_is_no_presentation_is_a_problem(service: Service, value: Any, code: str) -> None:
    answer = present(service, value)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


# Holders whose keys must be looked up


def web_presentation(service: Service) -> dict[str, Any]:
    return sign(build_presentation(service.credential, holder=WEB), verificationMethod=f"{WEB}#key")


def service_with(resolver: DidResolver | None) -> Any:
    return build_service(resolver=resolver, credentialSubject=SUBJECT | {"id": WEB})


def test_a_holder_whose_keys_may_not_be_looked_up_is_unknown() -> None:
    with service_with(None) as service:
        answer = present(service, web_presentation(service))
        assert problems(answer) == ["presentation.holder_unknown"]
        assert answer.json()["outcome"] == "review"


def test_a_holder_may_be_looked_up_where_that_is_allowed() -> None:
    with service_with(FakeResolver(answers=True)) as service:
        assert problems(present(service, web_presentation(service))) == []


def test_a_holder_whose_host_does_not_answer_is_asked_for_again() -> None:
    with service_with(FakeResolver(answers=False)) as service:
        answer = present(service, web_presentation(service))
        assert problems(answer) == ["did.no_answer"]
        assert (answer.json()["outcome"], answer.json()["holder"]["status"]) == ("retry", "unknown")
