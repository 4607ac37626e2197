"""`attestree bake` and `unbake`: files in, files out, nothing overwritten, errors in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attestree.cli.main import run
from attestree.credentials.images import find_credential_text
from tests.unit.credentials.images.pictures import JWS, carrier, png, svg
from tests.unit.verifying.genuine import build_scene


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    credential = json.dumps(build_scene().credential, indent=1, ensure_ascii=False)
    (tmp_path / "credential.json").write_text(credential + "\n", encoding="utf-8")
    (tmp_path / "badge.png").write_bytes(png())
    (tmp_path / "badge.svg").write_bytes(svg())
    (tmp_path / "token.jwt").write_text(JWS + "\n")
    return tmp_path


def failure(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Return exit code and code of a command that fails."""
    code = run(["--json", *arguments])
    return code, json.loads(capsys.readouterr().out)["error"]["code"]


@pytest.mark.parametrize("name", ["badge.png", "badge.svg"])
def test_what_is_baked_is_printed_again(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    text = (folder / "credential.json").read_text("utf-8").strip()
    assert run(["bake", "credential.json", name, "-o", "out"]) == 0
    assert capsys.readouterr().out.startswith("Wrote out: ")
    assert find_credential_text((folder / "out").read_bytes()) == text
    assert run(["unbake", "out"]) == 0
    assert capsys.readouterr().out == text + "\n"


def test_programs_get_the_credential_as_an_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--json", "bake", "credential.json", "badge.svg", "-o", "out.svg"]) == 0
    size = (folder / "out.svg").stat().st_size
    assert json.loads(capsys.readouterr().out) == {"file": "out.svg", "kind": "svg", "size": size}
    assert run(["--json", "unbake", "out.svg"]) == 0
    assert json.loads(capsys.readouterr().out) == {"kind": "svg", "credential": build_scene().credential}


def test_a_token_is_baked_as_it_is(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bake", "token.jwt", "badge.png", "-o", "out.png"]) == 0
    assert run(["--json", "unbake", "out.png"]) == 0
    assert json.loads(capsys.readouterr().out.partition("\n")[2])["credential"] == JWS


def test_a_credential_can_be_moved_from_picture_to_picture_and_to_a_file(folder: Path) -> None:
    assert run(["bake", "credential.json", "badge.svg", "-o", "one.svg"]) == 0
    assert run(["bake", "one.svg", "badge.png", "-o", "two.png"]) == 0
    assert run(["unbake", "two.png", "-o", "out.json"]) == 0
    assert json.loads((folder / "out.json").read_text("utf-8")) == build_scene().credential


def test_nothing_is_overwritten_but_by_itself(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert run(["bake", "credential.json", "badge.png", "-o", "out.png"]) == 0
    capsys.readouterr()
    taken = failure(capsys, "bake", "credential.json", "badge.png", "-o", "badge.png")
    assert taken == (2, "image.out_exists")
    assert failure(capsys, "unbake", "out.png", "-o", "badge.png") == (2, "image.out_exists")
    assert failure(capsys, "unbake", "out.png", "-o", ".") == (2, "image.out_exists")
    assert (folder / "badge.png").read_bytes() == png()


def test_a_baked_picture_is_baked_again_only_when_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "old.png").write_bytes(png(carrier(b"{}")))
    again = ("bake", "credential.json", "old.png", "-o", "new.png")
    assert failure(capsys, *again) == (2, "image.already_baked")
    assert run([*again, "--replace"]) == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{}", "format.context"),
        ("[]", "format.not_object"),
        ('{"proof":1,"proof":2}', "json.duplicate_key"),
        (json.dumps({**build_scene().credential, "proof": []}), "image.no_proof"),
    ],
)
def test_only_issued_credentials_are_baked(
    folder: Path, capsys: pytest.CaptureFixture[str], content: str, code: str
) -> None:
    (folder / "draft.json").write_text(content)
    assert failure(capsys, "bake", "draft.json", "badge.png", "-o", "out.png") == (2, code)
    assert not (folder / "out.png").exists()


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (png(), "image.no_credential"),
        (svg("<script/>"), "image.no_credential"),
        (b"{}", "image.unknown_kind"),
        (b"%PDF-1.7", "request.file_kind"),
        (png(carrier(b"https://x", b"openbadges")), "image.open_badges_2"),
    ],
)
def test_a_picture_without_a_credential_is_said_to_be_one(
    folder: Path, capsys: pytest.CaptureFixture[str], octets: bytes, code: str
) -> None:
    (folder / "picture").write_bytes(octets)
    assert failure(capsys, "unbake", "picture") == (2, code)


def test_a_picture_with_a_script_is_not_handed_out(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "active.svg").write_bytes(svg("<script>1</script>"))
    assert failure(capsys, "bake", "credential.json", "active.svg", "-o", "o.svg") == (2, "image.script")


def test_a_picture_that_is_not_there_is_said_to_be_missing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = failure(capsys, "bake", "credential.json", "none.png", "-o", "o.png")
    assert missing == (2, "request.file_missing")
