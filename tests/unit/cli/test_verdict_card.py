"""What `attestree verify` prints, without a chain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from attestree.cli.credential_files import read_file
from attestree.cli.verdict_card import Refusal, format_card, format_line, make_plain
from attestree.cli.verify import parse_moment
from attestree.errors import ChainUnavailableError, MalformedJsonError, RequestError
from attestree.registry.facts import StatusBits
from attestree.verifying.trust import NetworkKind
from tests.unit.verifying.genuine import TRUST, VIEW, build_document, build_scene

REVOKED = StatusBits(revoked=True, suspended=False, whole_list=False)


def test_a_valid_card_says_verdict_claims_and_each_check() -> None:
    card = format_card(build_scene().verify(ref="zofia.json"), explained=False)
    assert card.splitlines()[0] == "GENUINE AND VALID   zofia.json"
    assert "Data Literacy  to Zofia Kowalska  by Example University" in card
    assert "ok  recorded        The issuer recorded it on 18 November 2026" in card
    assert "signature" not in card


def test_an_explained_card_adds_skipped_checks_causes_and_facts() -> None:
    scene = build_scene()
    scene.change(status=REVOKED)
    card = format_card(scene.verify(), explained=True)
    assert "NO  not taken back  The issuer has taken this credential back." in card
    assert "why             No reason is on record." in card
    assert "code            status.revoked" in card
    assert "-   holder" in card
    assert "for the issuer: " in card


def test_a_tampered_card_shows_nothing_of_the_file() -> None:
    scene = build_scene()
    scene.credential["name"] = "X"
    card = format_card(scene.verify(), explained=True)
    assert card.startswith("NOT GENUINE: THE FILE WAS CHANGED")
    assert "Zofia" not in card
    assert "University" not in card


def test_claims_that_are_not_confirmed_are_marked() -> None:
    scene = build_scene()
    scene.facts.failure = ChainUnavailableError("chain.timeout")
    assert "Data Literacy  to Zofia Kowalska   (not confirmed)" in format_card(
        scene.verify(), explained=False
    )


def test_a_credential_without_title_and_holder_has_no_line_of_claims() -> None:
    scene = build_scene(name=None, credentialSubject={"id": "urn:x:y"})
    scene.facts.failure = ChainUnavailableError("chain.timeout")
    assert "(not confirmed)" not in format_card(scene.verify(), explained=False)


def test_every_warning_is_printed() -> None:
    network = replace(TRUST.networks[0], kind=NetworkKind.TEST)
    scene = build_scene(
        view=replace(VIEW, sources=1),
        trust=replace(TRUST, networks=(network,)),
        validFrom="2015-01-01T00:00:00Z",
        awardedDate="2027-01-01T00:00:00Z",
    )
    report = scene.verify()
    card = format_card(report, explained=False)
    assert card.startswith("TEST, WORTH NOTHING: GENUINE AND VALID")
    assert len(report.warnings) == 4
    assert "Only one source was asked" in card
    assert "1 January 2015" in card
    assert "1 January 2027" in card


def test_text_of_a_credential_cannot_move_the_cursor_or_turn_the_line() -> None:
    assert make_plain("a\x1b[2Jb\u202ec\n") == "a\ufffd[2Jb\ufffdc\ufffd"
    assert len(make_plain("x" * 500)) == 120


def test_one_of_many_is_a_line_with_its_verdict_and_its_file() -> None:
    scene = build_scene()
    answers = [
        scene.verify(ref="a.json"),
        Refusal("b.json", MalformedJsonError("json.duplicate_key")),
        scene.verify(build_document(), ref="c.json"),
    ]
    assert [format_line(answer).split()[:2] for answer in answers] == [
        ["valid", "a.json"],
        ["unusable", "b.json"],
        ["not_anchored", "c.json"],
    ]
    assert answers[1].to_json()["ref"] == "b.json"


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"\xff\xd8\xff\xe0", "request.file_kind"),
        (b"%PDF-1.7", "request.file_kind"),
        (b"PK\x03\x04", "request.file_kind"),
    ],
)
def test_photos_and_documents_are_refused_with_one_clear_error(tmp_path, octets, code) -> None:
    file = tmp_path / "badge"
    file.write_bytes(octets)
    with pytest.raises(RequestError) as caught:
        read_file(str(file))
    assert caught.value.code == code


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path) -> None:
    with pytest.raises(RequestError) as missing:
        read_file(str(tmp_path / "none.json"))
    with pytest.raises(RequestError) as folder:
        read_file(str(tmp_path))
    with pytest.raises(RequestError) as nonsense:
        read_file("a\0b")
    codes = [caught.value.code for caught in (missing, folder, nonsense)]
    assert codes == ["request.file_missing", "request.file_unreadable", "request.file_unreadable"]


def test_a_day_and_a_moment_are_read_and_nothing_else() -> None:
    assert parse_moment("1970-01-02") == 86_400
    assert parse_moment("1970-01-01T00:01:00Z") == 60
    for text in ("yesterday", "2026-02-30", "2026-01-01T00:00:00", ""):
        with pytest.raises(RequestError):
            parse_moment(text)
