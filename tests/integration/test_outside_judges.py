"""
Badges before judges that share no code with us: @digitalbazaar/vc (npm) and openbadgeslib (PyPI).

What we sign they take, what was changed they refuse as we do, what they sign we take, and our anchor proof
beside a signature changes none of that. Pictures go both ways. The canonical N-Quads that all of it rests
on are those of a third implementation, rdf-canonize.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from openbadgeslib import baking
from openbadgeslib.ob3 import Achievement, Issuer, OpenBadgeCredential
from openbadgeslib.ob3.credential import Evidence, IdentityObject, Result
from openbadgeslib.ob3.ldp import OB3LdpSigner, add_data_integrity_proof
from openbadgeslib.ob3.signer import OB3Signer

from attestree.credentials.anchor_proof import CRYPTOSUITE
from attestree.credentials.credential import parse_credential
from attestree.credentials.dates import parse_timestamp
from attestree.credentials.images import PictureKind, bake_picture, find_credential_text, find_kind
from attestree.credentials.signatures.canonize import canonize
from attestree.credentials.signatures.data_integrity import build_proof
from attestree.credentials.signatures.jwt import parse_vc_jwt
from attestree.credentials.signatures.quads_template import QuadsTemplates
from attestree.credentials.signatures.suites import EDDSA_RDFC_2022
from attestree.credentials.strict_json import JsonObject
from attestree.issuing.signing import build_options
from attestree.verifying.checks.signature import check_signature
from tests.conftest import Depth, Figures
from tests.integration.demo_run import play_demo
from tests.integration.judges.asking import JavaScript, code_here, refusal_there
from tests.integration.judges.material import (
    CREATED,
    OTHER,
    PAIR,
    SEED,
    TEXTS,
    hostile_badges,
    ready,
    sign_all,
    status_documents,
    with_anchor,
)
from tests.unit.credentials.images.pictures import png, svg
from tests.unit.issuing.shapes import SHAPES, with_prose

FITS = "signature.fits"
PEM = Ed25519PrivateKey.from_private_bytes(SEED).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
)
PICTURES = {PictureKind.PNG: png(), PictureKind.SVG: svg()}
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"
OPTIONS = build_options(PAIR.method, created=CREATED)


@pytest.fixture(scope="module")
def javascript(node_program: Path) -> JavaScript:
    """The JavaScript libraries."""
    return JavaScript(node_program)


def signatures_only(badge: JsonObject) -> JsonObject:
    """Return a badge as it was handed over before its batch was anchored."""
    proofs: Any = badge["proof"]
    kept = [proof for proof in proofs if proof["cryptosuite"] != CRYPTOSUITE]
    assert len(kept) == len(proofs) - 1 == 1
    return {**badge, "proof": kept}


# ------------------------------------------------------------------------------------------ the demonstration


def outline(value: Any) -> Any:
    """Return what a value has in common with others of its shape."""
    if isinstance(value, dict):
        return tuple(sorted((name, outline(member)) for name, member in value.items()))
    return tuple(map(outline, value)) if isinstance(value, list) else type(value).__name__


@cache
def demo_documents(pattern: str) -> dict[Path, Any]:
    """Return the JSON of the demo's files, both of its own folder and of the forger's."""
    folder, _ = play_demo()
    return {path: json.loads(path.read_text("utf-8")) for path in sorted(folder.rglob(pattern))}


def demo_lists() -> dict[str, JsonObject]:
    """Return the demo's status lists by their address."""
    found = demo_documents("status/*/*ion").values()
    return {document["id"]: document for document in found}


def demo_badges(depth: Depth) -> list[JsonObject]:
    """Return badges of every shape of every batch of the demo, some of each or all."""
    folder, _ = play_demo()
    lots = [path.read_text("utf-8").splitlines() for path in sorted(folder.rglob("credentials.jsonl"))]
    assert len(lots) == 7
    each = depth.pick(quick=3, ci=3, deep=10_000)
    by_shape: dict[Any, list[JsonObject]] = {}
    for number, lot in enumerate(lots):
        for line in lot:
            badge = json.loads(line)
            by_shape.setdefault((number, outline(signatures_only(badge))), []).append(badge)
    return [badge for alike in by_shape.values() for badge in alike[:each]]


def is_over(badge: Any) -> bool:
    """Say whether a badge of the demo has lapsed; its dates are long past or far ahead."""
    return "validUntil" in badge and parse_timestamp(badge["validUntil"]) < parse_timestamp(
        badge["proof"][0]["created"]
    )


def test_badges_of_the_demo_verify_elsewhere_before_and_after_they_are_anchored(
    javascript: JavaScript, depth: Depth, figures: Figures
) -> None:
    after = demo_badges(depth)
    figures.note(f"{len(after)} badges of {len({str(outline(badge)) for badge in after})} shapes")
    before = [signatures_only(badge) for badge in after]
    refusals = javascript.refusals([*after, *before], documents=demo_lists())
    for badge, there in zip([*after, *before], refusals, strict=True):
        assert code_here(badge) == FITS
        if is_over(badge):
            assert "validUntil" in there
            assert "expired" in refusal_there(badge)
        else:
            assert (there, refusal_there(badge)) == ("", "")


def test_each_credential_of_the_story_is_told_apart_elsewhere_as_far_as_its_signature_goes(
    javascript: JavaScript,
) -> None:
    folder, _ = play_demo()
    found = demo_documents("credentials/*.json")
    cards = {path.stem: card for path, card in found.items() if path.parents[1] == folder}
    answers = javascript.ask(verify=list(cards.values()), documents=demo_lists())["verify"]
    there = dict(zip(cards, answers, strict=True))
    refused = {name for name, answer in there.items() if not answer["ok"]}
    assert refused == {"forged-grade", "forged-proof", "forged-root", "no-proof", "over"}
    assert refused == {name for name, card in cards.items() if refusal_there(card)}
    # That it is over shows in its dates, not in its signature.
    assert refused - {"over"} == {name for name, card in cards.items() if code_here(card) != FITS}
    # A suspended one stays unmarked: Open Badges has room for one entry, and that is for revocation.
    revoked = {name for name, answer in there.items() if answer.get("status", {}).get("revocation")}
    assert revoked == {"issued-in-error", "old-name", "revoked"}


# ----------------------------------------------------------------------------------------------- what we sign


@pytest.fixture(scope="module")
def signed() -> list[JsonObject]:
    """Every shape of the examples, under every hostile text, signed by our fast signer."""
    badges = sign_all(hostile_badges())
    written = json.dumps(badges, ensure_ascii=False)
    assert all(json.dumps(text, ensure_ascii=False)[1:-1] in written for text in TEXTS)
    return badges


def test_hostile_text_signed_by_us_verifies_elsewhere_with_and_without_an_anchor(
    javascript: JavaScript, signed: list[JsonObject]
) -> None:
    anchored = [with_anchor(badge) for badge in signed]
    lists = status_documents(signed)
    assert set(javascript.refusals([*signed, *anchored], documents=lists)) == {""}
    assert {refusal_there(badge) for badge in signed[::3] + anchored[1::3]} == {""}
    assert {code_here(badge) for badge in signed + anchored} == {FITS}


def test_the_canonical_quads_are_those_of_another_implementation(
    javascript: JavaScript, signed: list[JsonObject]
) -> None:
    documents = [{name: member for name, member in badge.items() if name != "proof"} for badge in signed]
    proofs: list[Any] = [badge["proof"] for badge in signed]
    options = [
        {
            name: member
            for name, member in {**proof, "@context": signed[0]["@context"]}.items()
            if name != "proofValue"
        }
        for [proof] in proofs
    ]
    # Characters that nobody may issue, and that the standard tells how to write.
    controls = {**documents[0], "name": "".join(map(chr, [*range(1, 32), 0x7F, 0x80, 0x9F, 0xFFFE]))}
    asked = [*documents, *options[:1], controls]
    templates = QuadsTemplates(canonize)
    for document, answer in zip(asked, javascript.ask(canonize=asked)["canonize"], strict=True):
        assert canonize(document).decode() == answer.get("quads"), answer.get("why")
        assert templates.canonize(document) == canonize(document)


# ------------------------------------------------------------------------------------------- what was changed

Change = Callable[[dict[str, Any]], object]


def proof_of(badge: dict[str, Any]) -> dict[str, Any]:
    """Return the one signature of a badge."""
    [proof] = badge["proof"]
    return proof  # type: ignore[no-any-return]  # the badge is any JSON


def sign_again(badge: dict[str, Any], *, method: str) -> None:
    """Sign with a key that is not the issuer's."""
    options = build_options(method, created=CREATED)
    badge["proof"] = [build_proof(badge, options, OTHER.sign, EDDSA_RDFC_2022)]


def define_term(badge: dict[str, Any], **use: str) -> None:
    """Have a badge define a term by itself, and perhaps use it."""
    badge["@context"].append({"gradeAverage": "https://example.org/terms#average"})
    badge.update(use)


CHANGED, UNDEFINED = "signature.changed", "signature.undefined_terms"
CHANGES: dict[str, tuple[str, Change]] = {
    "claim changed": (CHANGED, lambda b: b.update(name="Data Literacy, with distinction")),
    "claim deep inside changed": (
        CHANGED,
        lambda b: b["credentialSubject"]["achievement"].update(description="Everything."),
    ),
    "number changed": (CHANGED, lambda b: b["credentialSubject"]["achievement"].update(creditsAvailable=25)),
    "holder changed": (
        CHANGED,
        lambda b: b["credentialSubject"]["identifier"][0].update(identityHash="Erika Beispiel"),
    ),
    "claim removed": (CHANGED, lambda b: b.pop("evidence")),
    "claim added": (CHANGED, lambda b: b["credentialSubject"].update(role="Rector")),
    "status taken out": (CHANGED, lambda b: b.pop("credentialStatus")),
    "end moved": (CHANGED, lambda b: b.update(validUntil="9999-12-30T23:59:59Z")),
    "other normal form": (CHANGED, lambda b: b["issuer"].update(name="Zoe\u0308")),
    "option changed": (CHANGED, lambda b: proof_of(b).update(created="2026-11-22T09:00:02Z")),
    "option added": (CHANGED, lambda b: proof_of(b).update(expires="9999-01-01T00:00:00Z")),
    "option removed": (CHANGED, lambda b: proof_of(b).pop("created")),
    "purpose changed": (
        "signature.other_purpose",
        lambda b: proof_of(b).update(proofPurpose="authentication"),
    ),
    "suite changed": (CHANGED, lambda b: proof_of(b).update(cryptosuite="eddsa-jcs-2022")),
    "suite unknown": (
        "signature.unknown_suite",
        lambda b: proof_of(b).update(cryptosuite="eddsa-rdfc-2099"),
    ),
    "value cut": (CHANGED, lambda b: proof_of(b).update(proofValue=proof_of(b)["proofValue"][:-1])),
    "value spelled otherwise": (CHANGED, lambda b: proof_of(b).update(proofValue="u" + "A" * 86)),
    "key of another": ("signature.other_key", lambda b: sign_again(b, method=OTHER.method)),
    "key of another under the issuer's name": (CHANGED, lambda b: sign_again(b, method=PAIR.method)),
    "another issuer": ("signature.other_key", lambda b: b["issuer"].update(id=OTHER.did)),
    "method that the DID does not have": (
        "signature.other_key",
        lambda b: proof_of(b).update(verificationMethod=f"{PAIR.did}#key-2"),
    ),
    "undefined term": (UNDEFINED, lambda b: b.update(gradeAverage="1.0")),
    "undefined term deep inside": (
        UNDEFINED,
        lambda b: b["credentialSubject"]["achievement"].update(gradeAverage="1.0"),
    ),
    "undefined term in the proof": (UNDEFINED, lambda b: proof_of(b).update(gradeAverage="1.0")),
    "undefined type": (UNDEFINED, lambda b: b["type"].append("Doctorate")),
    "id without a scheme": ("format.url", lambda b: b["credentialSubject"].update(id="somebody")),
    "unknown context": (UNDEFINED, lambda b: b["@context"].append("https://example.org/terms.json")),
    "term that the badge defines itself": (UNDEFINED, lambda b: define_term(b, gradeAverage="1")),
    "no proof": ("signature.none", lambda b: b.pop("proof")),
}


def fullest() -> JsonObject:
    """Return the badge with the most members, under texts in both normal forms."""
    shape = max(SHAPES, key=lambda shape: len(json.dumps(shape)))
    return sign_all([ready(with_prose(shape, ["One", "Zo\u00eb"]))])[0]


@pytest.fixture(scope="module")
def changed(javascript: JavaScript) -> dict[str, tuple[JsonObject, str]]:
    """The same badge changed in every way, each with what JavaScript says; unchanged it is taken."""
    genuine = fullest()
    badges = {"nothing": genuine}
    for name, (_, change) in CHANGES.items():
        badges[name] = copy.deepcopy(genuine)
        change(badges[name])
        assert badges[name] != genuine
    refusals = javascript.refusals(list(badges.values()), documents=status_documents([genuine]))
    judged = dict(zip(badges, zip(badges.values(), refusals, strict=True), strict=True))
    assert judged.pop("nothing")[1] == refusal_there(genuine) == ""
    assert code_here(genuine) == FITS
    return judged


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_badge_is_refused_by_all(changed: dict[str, tuple[JsonObject, str]], name: str) -> None:
    badge, there = changed[name]
    assert there
    assert refusal_there(badge)
    assert code_here(badge) == CHANGES[name][0]


def test_a_term_that_is_defined_and_not_used_makes_the_one_difference(javascript: JavaScript) -> None:
    badge = copy.deepcopy(fullest())
    define_term(badge)
    # Nothing that is signed has changed, so it verifies; who pins contexts will not say so.
    assert javascript.refusals([badge], documents=status_documents([badge])) == [""]
    assert refusal_there(badge)
    assert code_here(badge) == UNDEFINED


# --------------------------------------------------------------------------------------------- what they sign


def rejected(badge: JsonObject) -> bool:
    """Say whether we notice one letter more."""
    return code_here({**badge, "name": f"{badge['name']}."}) == CHANGED


def test_badges_signed_in_javascript_verify_here_with_and_without_our_anchor(javascript: JavaScript) -> None:
    badges = hostile_badges()[::4]
    wanted: list[JsonObject] = [
        {"credential": badge, "suite": "eddsa-rdfc-2022", "seed": [*SEED], "created": CREATED}
        for badge in badges
    ]
    for badge in badges[:6]:
        contexts: Any = badge["@context"]
        older = {**badge, "@context": [*contexts, ED25519_2020]}
        suite = "Ed25519Signature2020"
        wanted.append({"credential": older, "suite": suite, "seed": [*SEED], "created": CREATED})
    lists = status_documents(badges)
    signed = [one["signed"] for one in javascript.ask(sign=wanted, documents=lists)["sign"]]
    assert {badge["issuer"]["id"] for badge in signed} == {PAIR.did}
    for badge in signed:
        assert code_here(badge) == code_here(with_anchor(badge)) == FITS
        assert rejected(badge)
    assert set(javascript.refusals([with_anchor(badge) for badge in signed], documents=lists)) == {""}
    # The same key over the same options signs the same bytes.
    ours: list[Any] = [badge["proof"] for badge in sign_all(badges)]
    assert [badge["proof"] for badge in signed[: len(badges)]] == [proof for [proof] in ours]


def badge_of_openbadgeslib(text: str) -> OpenBadgeCredential:
    """Return a badge in openbadgeslib's own model, with a text wherever there is room."""
    achievement = Achievement(
        id="https://badges.example.org/soil",
        name=text,
        description=text,
        criteria_narrative=text,
        tags=[text, "soil"],
        credits_available=2.5,
    )
    return OpenBadgeCredential(
        issuer=Issuer(id=PAIR.did, name=text, url="https://badges.example.org"),
        recipient_id="did:example:holder",
        achievement=achievement,
        evidence=[Evidence(id="https://badges.example.org/report", name=text, narrative=text)],
        identifiers=[IdentityObject.create("zofia@example.org", salt="s")],
        results=[Result(value=text)],
        credits_earned=2.5,
    )


@pytest.mark.parametrize("text", TEXTS[:8])
def test_badges_signed_by_openbadgeslib_verify_here_with_and_without_our_anchor(text: str) -> None:
    badge = OB3LdpSigner(PEM).sign(badge_of_openbadgeslib(text))
    for document in (badge, with_anchor(badge)):
        assert refusal_there(document) == ""
        assert code_here(document) == FITS
    assert rejected(badge)


@pytest.mark.parametrize("badge", hostile_badges()[::7])
def test_a_badge_of_ours_signed_by_openbadgeslib_verifies_here(badge: JsonObject) -> None:
    signed = add_data_integrity_proof(badge, PEM, PAIR.method)
    assert code_here(signed) == FITS
    assert rejected(signed)


def test_a_token_signed_by_openbadgeslib_verifies_here() -> None:
    token = OB3Signer(PEM, "EdDSA").sign(badge_of_openbadgeslib(TEXTS[0]))
    envelope = parse_vc_jwt(token)
    credential = parse_credential(envelope.credential)
    assert check_signature(credential, envelope=envelope, now=1_800_000_000).code == FITS


# --------------------------------------------------------------------------------------------------- pictures


def carried_there(kind: PictureKind, picture: bytes) -> str | None:
    """Return the text that openbadgeslib finds in a picture."""
    if kind is PictureKind.PNG:
        return baking.extract_png(picture, keyword=baking.ITXT_KEYWORD_OB3)
    return baking.extract_svg(picture, element=baking.SVG_ELEMENT_OB3, text_fallback=True)


@pytest.mark.parametrize("kind", PictureKind)
def test_a_picture_baked_by_us_is_read_and_verified_elsewhere(
    kind: PictureKind, signed: list[JsonObject]
) -> None:
    for badge in signed[::9]:
        text = json.dumps(with_anchor(badge), ensure_ascii=False)
        found = carried_there(kind, bake_picture(PICTURES[kind], text))
        assert found == text
        assert refusal_there(json.loads(found)) == ""


@pytest.mark.parametrize("kind", PictureKind)
@pytest.mark.parametrize("text", TEXTS[:8])
def test_a_picture_baked_by_openbadgeslib_is_read_and_verified_here(kind: PictureKind, text: str) -> None:
    signer, badge = OB3LdpSigner(PEM), badge_of_openbadgeslib(text)
    bake = signer.sign_into_png if kind is PictureKind.PNG else signer.sign_into_svg
    picture = bake(badge, PICTURES[kind])
    assert find_kind(picture) is kind
    found = json.loads(find_credential_text(picture))
    assert found["name"] == text
    assert code_here(found) == FITS
