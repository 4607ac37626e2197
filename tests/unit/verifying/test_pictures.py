"""A picture is judged as the credential in it is, by the library as by everything that stands on it."""

from __future__ import annotations

import json

import pytest

from attestree.credentials.images import bake_picture
from attestree.errors import AttestreeError, ImageError
from attestree.verifying.verdict import Verdict
from tests.unit.credentials.images.pictures import JWS, baked_svg, carrier, png, svg
from tests.unit.verifying.genuine import build_scene


@pytest.mark.parametrize("picture", [png(), svg()], ids=["png", "svg"])
def test_a_picture_has_the_verdict_of_its_credential(picture: bytes) -> None:
    scene = build_scene()
    text = json.dumps(scene.credential)
    assert scene.verifier().verify(bake_picture(picture, text)).verdict is Verdict.VALID
    changed = json.dumps({**scene.credential, "name": "Data Mastery"})
    assert scene.verifier().verify(bake_picture(picture, changed)).verdict is Verdict.TAMPERED


def test_the_report_of_a_picture_is_that_of_the_credential_alone() -> None:
    scene = build_scene()
    text = json.dumps(scene.credential)
    assert scene.verifier().verify(bake_picture(png(), text)) == scene.verifier().verify(text.encode())


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (png(), "image.no_credential"),
        (png(carrier(b"{}"), carrier(b"{}")), "image.ambiguous"),
        (png(carrier(b"{}")), "format.context"),
        (png(carrier(b'{"a":1,"a":2}')), "json.duplicate_key"),
        (baked_svg("{"), "json.syntax"),
    ],
)
def test_a_picture_without_a_credential_is_no_verdict(octets: bytes, code: str) -> None:
    with pytest.raises(AttestreeError) as caught:
        build_scene().verifier().verify(octets)
    assert caught.value.code == code


def test_a_picture_in_a_picture_is_not_looked_for() -> None:
    within = bake_picture(svg(), JWS).decode()
    with pytest.raises(AttestreeError) as caught:
        build_scene().verifier().verify(png(carrier(within.encode())))
    assert not isinstance(caught.value, ImageError)
    assert caught.value.code == "json.syntax"
