"""Identities: hashed as Open Badges says, and compared as people type."""

from __future__ import annotations

from hashlib import sha256

import pytest

from attestree.credentials.identity import (
    ExpectedHolder,
    HolderMatch,
    IdentityObject,
    build_name_identity,
    hash_email,
    hash_identity,
    match_holder,
)

SALT = "5b1f0c"
ZOFIA = (
    build_name_identity("Zofia Żółć"),
    IdentityObject(
        identity_type="emailAddress",
        identity_hash=hash_email(" Zofia@Example.EDU ", SALT),
        hashed=True,
        salt=SALT,
    ),
    IdentityObject(
        identity_type="sourcedId", identity_hash=hash_identity("S-0042", SALT), hashed=True, salt=SALT
    ),
)


def test_a_hash_is_that_of_identifier_and_salt() -> None:
    want = "sha256$" + sha256(b"zofia@example.edu" + SALT.encode()).hexdigest()
    assert hash_identity("zofia@example.edu", SALT) == want
    assert ZOFIA[1].identity_hash == want


def test_only_the_name_stands_in_clear() -> None:
    members = [identity.to_json() for identity in ZOFIA]
    assert members[0] == {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": "Zofia Żółć",
        "identityType": "name",
    }
    assert [member["hashed"] for member in members[1:]] == [True, True]
    assert [member["identityType"] for member in members[1:]] == ["emailAddress", "sourcedId"]
    assert "zofia@" not in str(members[1:]).lower()
    assert "0042" not in str(members[1:])


@pytest.mark.parametrize(
    ("expected", "match"),
    [
        (ExpectedHolder(), HolderMatch((), (), ())),
        (ExpectedHolder(name="Zofia Żółć"), HolderMatch(("name",), (), ())),
        (ExpectedHolder(name="  zofia  Z\u0307o\u0301łc\u0301 "), HolderMatch(("name",), (), ())),
        (ExpectedHolder(name="Zofia"), HolderMatch((), ("name",), ())),
        (ExpectedHolder(email="ZOFIA@example.edu "), HolderMatch(("email",), (), ())),
        (ExpectedHolder(email="anna@example.edu"), HolderMatch((), ("email",), ())),
        (ExpectedHolder(learner_id=" S-0042"), HolderMatch(("learner_id",), (), ())),
        (ExpectedHolder(learner_id="s-0042"), HolderMatch((), ("learner_id",), ())),
        (
            ExpectedHolder(name="Anna", email="zofia@example.edu", learner_id="S-0042"),
            HolderMatch(("email", "learner_id"), ("name",), ()),
        ),
        (ExpectedHolder(name="\ud800", email="\ud800"), HolderMatch((), ("name", "email"), ())),
    ],
)
def test_the_expected_holder_is_compared_field_by_field(expected: ExpectedHolder, match: HolderMatch) -> None:
    assert match_holder(ZOFIA, expected) == match


def test_what_the_credential_does_not_name_is_absent_and_no_match() -> None:
    expected = ExpectedHolder(name="Zofia", email="z@example.edu", learner_id="1")
    assert match_holder((), expected) == HolderMatch((), (), ("name", "email", "learner_id"))


def test_an_e_mail_that_was_hashed_in_capitals_still_matches_as_typed() -> None:
    identity = IdentityObject(
        identity_type="emailAddress", identity_hash=hash_identity("Zofia@X.edu", ""), hashed=True
    )
    assert match_holder([identity], ExpectedHolder(email="Zofia@X.edu")).matching == ("email",)
    assert "salt" not in identity.to_json()


def test_identities_in_clear_are_compared_too() -> None:
    email = IdentityObject(identity_type="emailAddress", identity_hash="Zofia@X.edu", hashed=False)
    number = IdentityObject(identity_type="systemId", identity_hash="7", hashed=False)
    expected = ExpectedHolder(email="zofia@x.edu", learner_id="7")
    assert match_holder([email, number], expected).matching == ("email", "learner_id")


def test_a_hashed_name_is_compared_as_typed() -> None:
    name = IdentityObject(
        identity_type="name", identity_hash=hash_identity("Zofia", "x"), hashed=True, salt="x"
    )
    assert match_holder([name], ExpectedHolder(name="Zofia ")).matching == ("name",)


def test_a_hash_of_another_algorithm_never_matches() -> None:
    identity = IdentityObject(identity_type="sourcedId", identity_hash="md5$abc", hashed=True)
    assert match_holder([identity], ExpectedHolder(learner_id="abc")).differing == ("learner_id",)
