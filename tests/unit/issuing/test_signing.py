"""Signing a batch: under which name its key is found, and never in the name of another key's DID."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from attestree.credentials.credential import parse_credential
from attestree.credentials.signatures.data_integrity import build_proof, verify_proof
from attestree.credentials.signatures.suites import EDDSA_RDFC_2022
from attestree.credentials.strict_json import JsonObject, parse_json
from attestree.errors import LinkedDataError, SettingsError
from attestree.issuing.claims import Place
from attestree.issuing.compose import Composer
from attestree.issuing.signing import TemplateSigner, choose_method
from attestree.settings import IssuerSettings, Settings
from attestree.wiring.signing import wire_document_signer
from tests.fakes.signing import CREATED, TestKey
from tests.unit.issuing import samples
from tests.unit.issuing.desk import open_desk

KEY, OTHER = TestKey(1), TestKey(2)
WEB = "did:web:university.example"


def documents() -> list[dict[str, object]]:
    composer = Composer(samples.terms(), samples.SEED, samples.CREATED)
    return [
        composer.compose(row, Place(number, number, bytes(13)))
        for number, (_, row) in enumerate(samples.keyed())
    ]


def test_a_batch_is_signed_in_its_order_as_if_each_were_signed_alone() -> None:
    wanted = [
        build_proof(
            document,
            {"created": CREATED, "verificationMethod": KEY.method, "proofPurpose": "assertionMethod"},
            KEY.private.sign,
            EDDSA_RDFC_2022,
        )
        for document in documents()
    ]
    signed = list(TemplateSigner(KEY.method, KEY.private.sign).sign_batch(documents(), created=CREATED))
    assert signed == wanted
    for document, proof in zip(documents(), signed, strict=True):
        verify_proof(document, proof, KEY.public)
        assert set(proof) == {
            *("type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue")
        }


def test_a_did_key_names_its_own_key_and_no_other() -> None:
    assert choose_method(KEY.did, KEY.public) == KEY.method
    assert choose_method(KEY.did, KEY.public, method=KEY.method) == KEY.method
    with pytest.raises(SettingsError) as caught:
        choose_method(OTHER.did, KEY.public)
    assert (caught.value.code, caught.value.values) == ("config.signing_key_of_another", {"key": KEY.did})
    with pytest.raises(SettingsError) as caught:
        choose_method(KEY.did, KEY.public, method=OTHER.method)
    assert caught.value.code == "config.signing_method"


def test_a_did_web_names_the_key_after_itself_unless_the_settings_name_it() -> None:
    assert choose_method(WEB, KEY.public) == f"{WEB}#{KEY.did.removeprefix('did:key:')}"
    assert choose_method(WEB, OTHER.public) != choose_method(WEB, KEY.public)
    for name in ("key-1", "2027"):
        assert choose_method(WEB, KEY.public, method=f"{WEB}#{name}") == f"{WEB}#{name}"
    for method in ("#key-1", f"{WEB}#", "did:web:other.example#key-1", f"{WEB}x#key-1", ""):
        if method:
            with pytest.raises(SettingsError) as caught:
                choose_method(WEB, KEY.public, method=method)
            assert caught.value.code == "config.signing_method"


@pytest.mark.parametrize(
    "did", ["did:ion:abc", "did:web:a.example/x", "https://university.example", "did:web:"]
)
def test_a_did_whose_keys_nobody_can_look_up_does_not_sign(did: str) -> None:
    with pytest.raises(SettingsError) as caught:
        choose_method(did, KEY.public)
    assert caught.value.code == "config.did_cannot_sign"


def issuer_settings(did: str, **changes: object) -> IssuerSettings:
    usual = {"name": "university", "title": "University", "address": "0x" + "11" * 20, "did": did}
    return IssuerSettings.model_validate({**usual, **changes})


def test_the_key_of_the_settings_is_opened_and_compared_with_the_did(tmp_path: Path) -> None:
    from attestree.adapters.keys.ed25519 import create_signing_key

    did = create_signing_key(tmp_path / "key.pem", password="secret")
    settings = Settings(folder=tmp_path)
    signer = wire_document_signer(
        settings, issuer_settings(did, signing_key="key.pem"), ask=lambda _name: "secret"
    )
    assert len(list(signer.sign_batch(documents(), created=CREATED))) == 3
    with pytest.raises(SettingsError) as caught:
        wire_document_signer(
            settings, issuer_settings(KEY.did, signing_key="key.pem"), ask=lambda _name: "secret"
        )
    assert caught.value.code == "config.signing_key_of_another"
    with pytest.raises(SettingsError) as caught:
        wire_document_signer(settings, issuer_settings(did))
    assert caught.value.code == "config.no_signing_key"


def test_a_signed_batch_is_issued_and_a_second_run_finds_it(tmp_path: Path) -> None:
    terms = replace(samples.terms(), profile=replace(samples.profile(), did=KEY.did), signed=True)
    with open_desk(tmp_path) as desk:
        desk.issuing = replace(desk.issuing, sign=TemplateSigner(KEY.method, KEY.private.sign))
        issued = desk.issue_final(desk.request(terms=terms))
        again = desk.issue(desk.request(terms=terms))
        assert (issued.is_new, again.is_new, again.size) == (True, False, 3)
        assert again.batch is not None
        folder = Path(desk.deliver(issued).location)
        for line in (folder / "private" / "credentials.jsonl").read_bytes().splitlines():
            credential = parse_credential(parse_json(line))
            (signature,) = credential.proofs.others
            verify_proof(credential.document, signature, KEY.public)


def test_terms_that_cannot_be_signed_stop_a_batch_before_anything_is_begun(tmp_path: Path) -> None:
    class Refusing:
        def sign_batch(self, documents: Iterable[JsonObject], *, created: str) -> Iterator[JsonObject]:
            for _ in documents:
                raise LinkedDataError("terms.undefined", count=1, created=created)
            yield {}

    terms = replace(samples.terms(), signed=True)
    with open_desk(tmp_path) as desk:
        desk.issuing = replace(desk.issuing, sign=Refusing())
        with pytest.raises(LinkedDataError) as caught:
            desk.issue(desk.request(terms=terms))
        assert caught.value.code == "terms.undefined"
        assert list(desk.store.fetch_batches(issuer=terms.profile.address)) == []
