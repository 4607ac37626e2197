"""The strict model for issuing: every departure from Open Badges 3.0 is found."""

from __future__ import annotations

from typing import Any

import pytest

from attestree.credentials.open_badge import check_open_badge, verify_open_badge
from attestree.credentials.status import status_entries
from attestree.errors import MalformedCredentialError
from tests.unit.credentials.examples import LIST_ID, PUBLIC_URL, build_badge
from tests.unit.credentials.test_credential import with_achievement, with_subject

IDENTITY = build_badge()["credentialSubject"]["identifier"][0]
CONTEXTS = build_badge()["@context"]


def findings(badge: dict[str, Any]) -> set[tuple[str, str]]:
    """Return code and path of every finding."""
    return {(finding.code, finding.path) for finding in check_open_badge(badge)}


def test_a_complete_badge_may_be_issued() -> None:
    (status,) = status_entries(PUBLIC_URL, LIST_ID, 3)
    badge = build_badge(
        credentialStatus=status,
        validUntil="2028-11-22T00:00:00Z",
        evidence=[{"type": ["Evidence"], "id": "https://example.edu/e/1", "narrative": "A report.\n\n- one"}],
        proof=[{"type": "DataIntegrityProof"}],
    )
    badge["credentialSubject"] |= {
        "result": [{"type": ["Result"], "value": "4.5"}],
        "source": {"id": "did:web:a", "type": ["Profile"], "dateOfBirth": "2000-02-29"},
    }
    badge["credentialSubject"]["achievement"]["image"] = {
        "id": "data:image/png;base64,iVBORw0KGgo=",
        "type": "Image",
    }
    assert check_open_badge(badge) == ()
    verify_open_badge(badge)


@pytest.mark.parametrize(
    ("badge", "code", "path"),
    [
        (build_badge(**{"@context": CONTEXTS[::-1]}), "format.context_order", "@context"),
        (build_badge(**{"@context": CONTEXTS[0]}), "format.context_order", "@context"),
        (build_badge(**{"@context": None}), "format.context_order", "@context"),
        (build_badge(id=None), "format.missing", "id"),
        (build_badge(issuer=None), "format.missing", "issuer"),
        (build_badge(issuer="did:web:example.edu"), "format.not_object", "issuer"),
        (build_badge(validFrom=None), "format.missing", "validFrom"),
        (build_badge(validFrom="2026-11-22"), "date.syntax", "validFrom"),
        (build_badge(validFrom=1), "format.not_text", "validFrom"),
        (build_badge(validUntil="2026-11-22T05:43:59Z"), "format.ends_before_start", "validUntil"),
        (build_badge(validUntil="soon"), "date.syntax", "validUntil"),
        (build_badge(type="OpenBadgeCredential"), "format.type", "type"),
        (build_badge(type=["OpenBadgeCredential"]), "format.type", "type"),
        (build_badge(type=["VerifiableCredential"]), "format.type", "type"),
        (build_badge(type=["VerifiableCredential", "OpenBadgeCredential", 1]), "format.type", "type"),
        (build_badge(id="javascript:alert(1)"), "format.url", "id"),
        (build_badge(name="a\u202eb"), "issue.bad_text", "name"),
        (build_badge(name="e\u0301"), "issue.not_nfc", "name"),
        (build_badge(name="x" * 5000), "issue.too_long", "name"),
        (build_badge(name=""), "issue.empty_text", "name"),
        (build_badge(name="two\nlines"), "issue.bad_text", "name"),
        (build_badge(evidence=[]), "format.not_array", "evidence"),
        (build_badge(evidence={"type": ["Evidence"]}), "format.not_array", "evidence"),
        (build_badge(evidence=["x"]), "format.not_object", "evidence[0]"),
        (build_badge(evidence=[{"type": "Evidence"}]), "format.type", "evidence[0].type"),
        (build_badge(proof=[{}]), "format.not_object", "proof[0]"),
        (build_badge(blockchainAnchor={"root": "x"}), "format.unknown_member", "(top level)"),
        (build_badge(credentialStatus=[{}]), "format.not_object", "credentialStatus"),
        (with_subject(identifier=None), "format.not_array", "credentialSubject.identifier"),
        (with_subject(type="AchievementSubject"), "format.type", "credentialSubject.type"),
        (with_subject(creditsEarned=-1), "format.not_number", "credentialSubject.creditsEarned"),
        (with_subject(creditsEarned=True), "format.not_number", "credentialSubject.creditsEarned"),
        (with_subject(creditsEarned=2**53), "json.int_range", "(top level)"),
        (with_subject(narrative="a" * 150_000), "json.too_large", "(top level)"),
        (
            with_subject(identifier=[{**IDENTITY, "hashed": "false"}]),
            "format.not_boolean",
            "credentialSubject.identifier[0].hashed",
        ),
        (
            with_subject(identifier=[{**IDENTITY, "type": ["IdentityObject"]}]),
            "format.type",
            "credentialSubject.identifier[0].type",
        ),
        (with_achievement(criteria=None), "format.not_object", "credentialSubject.achievement.criteria"),
        (
            with_achievement(image={"id": "data:text/html;base64,AAAA", "type": "Image"}),
            "format.url",
            "credentialSubject.achievement.image.id",
        ),
        (
            with_achievement(achievementType="Workshop"),
            "format.unknown_word",
            "credentialSubject.achievement.achievementType",
        ),
        (
            with_subject(identifier=[{**IDENTITY, "identityType": "e-mail"}]),
            "format.unknown_word",
            "credentialSubject.identifier[0].identityType",
        ),
        (
            with_subject(result=[{"type": ["Result"], "status": "ext:Passed"}]),
            "format.unknown_word",
            "credentialSubject.result[0].status",
        ),
        (
            with_achievement(inLanguage="pt-br"),
            "format.language",
            "credentialSubject.achievement.inLanguage",
        ),
        (with_achievement(tag="data"), "format.not_array", "credentialSubject.achievement.tag"),
        (
            with_achievement(alignment=[{"type": ["Alignment"], "targetName": "x"}]),
            "format.missing",
            "credentialSubject.achievement.alignment[0].targetUrl",
        ),
    ],
)
def test_a_departure_from_the_standard_is_found(badge: dict[str, Any], code: str, path: str) -> None:
    assert (code, path) in findings(badge)


def test_words_of_ones_own_stand_where_a_vocabulary_is_open() -> None:
    assert check_open_badge(with_achievement(achievementType="ext:Workshop.1")) == ()
    assert findings(with_achievement(achievementType="ext:")) != set()


def test_a_badge_that_names_nobody_is_found() -> None:
    badge = build_badge()
    del badge["credentialSubject"]["identifier"]
    assert findings(badge) == {("format.no_holder", "credentialSubject")}
    badge["credentialSubject"]["id"] = "did:key:z6Mk"
    assert findings(badge) == set()


def test_further_contexts_allow_further_members_but_not_in_closed_objects() -> None:
    contexts = [*CONTEXTS, "https://example.edu/terms"]
    assert findings(build_badge(**{"@context": contexts}, campus="North")) == set()
    badge = with_subject(identifier=[{**IDENTITY, "extra": 1}])
    badge["@context"] = contexts
    assert findings(badge) == {("format.unknown_member", "credentialSubject.identifier[0]")}


def test_a_subject_that_is_no_object_is_found_once() -> None:
    assert findings(build_badge(credentialSubject="x")) == {("format.not_object", "credentialSubject")}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    badge = build_badge(id=None, name="", validFrom="x")
    assert len(check_open_badge(badge)) == 3


def test_verifying_raises_the_first_finding_and_counts_them() -> None:
    with pytest.raises(MalformedCredentialError) as caught:
        verify_open_badge(build_badge(id=None, name="x" * 5000))
    assert caught.value.code == "format.missing"
    assert caught.value.values == {"path": "id", "findings": 2}


def test_values_of_a_finding_never_carry_the_text() -> None:
    for finding in check_open_badge(build_badge(secretName="s3cret", name="s3cret\u202e")):
        assert "s3cret" not in repr(finding).lower()
        assert "secretName" not in repr(finding)
