"""Many credentials in one run: one line each, in order, whatever they are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attestree.cli import verifying_many
from attestree.cli.console import Console
from attestree.cli.credential_files import Piece
from attestree.cli.verifying_many import BYTES_AT_ONCE, COLUMNS, PIECES_AT_ONCE, Form, judge, verify_many
from attestree.credentials.anchor_hints import MAX_HINTS, find_anchor_hints
from attestree.credentials.identity import ExpectedHolder
from attestree.errors import ChainUnavailableError, RequestError
from attestree.registry.facts import StatusBits
from attestree.verifying.report import Report
from attestree.wiring.verifying_runs import VerifyingRun
from tests.unit.verifying.genuine import Scene, build_document, build_scene

NOBODY = ExpectedHolder()


@pytest.fixture
def scene() -> Scene:
    return build_scene()


@pytest.fixture
def folder(tmp_path: Path, scene: Scene) -> Path:
    """A good file, a changed one, one that is no credential, lines of all kinds, and one without a record."""
    good = json.dumps(scene.credential)
    changed = json.dumps({**scene.credential, "name": '=HYPERLINK("x")'})
    (tmp_path / "a-good.json").write_text(good)
    (tmp_path / "b-changed.json").write_text(changed)
    (tmp_path / "c-broken.json").write_text("{")
    (tmp_path / "d-lines.jsonl").write_text(f"{good}\n\nnot json\n{good}\n")
    (tmp_path / "e-bare.json").write_text(json.dumps(build_document()))
    return tmp_path


EXPECTED = [
    ("a-good.json", "", "valid"),
    ("b-changed.json", "", "tampered"),
    ("c-broken.json", "", "unusable"),
    ("d-lines.jsonl", "1", "valid"),
    ("d-lines.jsonl", "3", "unusable"),
    ("d-lines.jsonl", "4", "valid"),
    ("e-bare.json", "", "not_anchored"),
]


def run_on(scene: Scene, names: list[str], form: Form, expected: ExpectedHolder = NOBODY) -> int:
    run = VerifyingRun(scene.verifier(), {})
    console = Console(form is Form.JSON_LINES)
    return verify_many(console, run, names, form=form, expected=expected, at=None)


def rows_of(printed: bytes) -> list[dict[str, str]]:
    assert printed.startswith(b"\xef\xbb\xbf")
    assert printed.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(printed.decode("utf-8-sig"), newline="")))


def test_a_table_has_a_line_for_each_credential_in_the_order_of_the_input(
    scene: Scene, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run_on(scene, [str(folder)], Form.CSV) == 1
    printed = capfdbinary.readouterr()
    rows = rows_of(printed.out)
    assert [(Path(row["file"]).name, row["line"], row["verdict"]) for row in rows] == EXPECTED
    assert set(rows[0]) == set(COLUMNS)
    assert rows[0]["issuer"] == "Example University"
    assert rows[0]["credential_id"] == scene.credential["id"]
    assert (rows[0]["outcome"], rows[0]["network"], rows[0]["final_block"]) == ("accept", "production", "100")
    assert rows[2]["code"].startswith("json.")
    assert b"7 checked: 1 not_anchored   1 tampered   2 unusable   3 valid" in printed.err


def test_nothing_is_shown_of_a_changed_file(
    scene: Scene, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run_on(scene, [str(folder / "b-changed.json")], Form.CSV)
    printed = capfdbinary.readouterr().out
    assert b"HYPERLINK" not in printed
    assert b"Zofia" not in printed


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " ="])
def test_no_text_of_a_credential_is_a_formula_or_another_line(
    start: str, scene: Scene, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    claimed: dict[str, Any] = {"id": f'{start}cmd|"x",1', "title": f"a{start}\nb"}
    report = scene.verify()
    shown = Report(**{name: getattr(report, name) for name in Report.__slots__} | {"claims": claimed})
    verifying_many.WRITERS[Form.CSV](Piece(f"{start}x.json", None, b""), shown)
    printed = capfdbinary.readouterr().out
    assert printed.count(b"\n") == 1
    cells = next(csv.reader(io.StringIO(printed.decode(), newline="")))
    assert not any(cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in cells)


def test_json_is_a_line_for_each_and_the_counts(
    scene: Scene, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_on(scene, [str(folder)], Form.JSON_LINES) == 1
    *reports, done = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = [f"{name}:{line}" if line else name for name, line, _ in EXPECTED]
    assert [Path(report["ref"]).name for report in reports] == names
    assert [report.get("verdict", "unusable") for report in reports] == [verdict for *_, verdict in EXPECTED]
    assert done == {
        "done": True,
        "lines": 7,
        "counts": {"not_anchored": 1, "tampered": 1, "unusable": 2, "valid": 3},
    }


def test_people_get_a_line_for_each_and_the_counts(
    scene: Scene, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_on(scene, [str(folder)], Form.TEXT)
    *lines, counts = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [verdict for *_, verdict in EXPECTED]
    assert counts == "1 not_anchored   1 tampered   2 unusable   3 valid"


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["a-good.json"], 0),
        (["a-good.json", "c-broken.json"], 2),
        (["c-broken.json", "b-changed.json"], 1),
        (["d-lines.jsonl"], 2),
        (["none.json", "a-good.json"], 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst(scene: Scene, folder: Path, files: list[str], code: int) -> None:
    assert run_on(scene, [str(folder / file) for file in files], Form.TEXT) == code


def test_what_is_asked_of_the_holder_is_asked_of_every_credential(scene: Scene, folder: Path) -> None:
    assert run_on(scene, [str(folder / "d-lines.jsonl")], Form.TEXT, ExpectedHolder(name="Eve")) == 1


def test_a_folder_without_credentials_is_an_error_and_prints_nothing(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.jsonl").write_text("\n\n")
    with pytest.raises(RequestError, match=r"request\.no_credentials"):
        run_on(scene, [str(tmp_path)], Form.CSV)
    assert capsys.readouterr().out == ""


class _Ahead:
    """Notes how much is read ahead, and judges nothing."""

    def __init__(self, scene: Scene) -> None:
        self.run = VerifyingRun(scene.verifier(), {})
        self.drawn = 0
        self.most = 0
        self.answered = 0

    def pieces(self, count: int, octets: bytes) -> Iterator[Piece]:
        for number in range(count):
            self.drawn += 1
            self.most = max(self.most, self.drawn - self.answered)
            yield Piece("f", number, octets)


@pytest.mark.parametrize(
    ("octets", "limit"), [(b"{", PIECES_AT_ONCE), (b"{" * (BYTES_AT_ONCE // 4), 4)], ids=["many", "large"]
)
def test_only_so_much_is_held_at_once(scene: Scene, octets: bytes, limit: int) -> None:
    ahead = _Ahead(scene)
    pieces = ahead.pieces(2 * PIECES_AT_ONCE if limit == PIECES_AT_ONCE else 10, octets)
    for _ in judge(ahead.run, pieces, expected=NOBODY, at=None):
        ahead.answered += 1
    assert ahead.most <= limit + 1


def test_answers_that_wait_for_the_chain_end_with_three(scene: Scene, folder: Path) -> None:
    scene.facts.failure = ChainUnavailableError("chain.timeout")
    assert run_on(scene, [str(folder / "a-good.json")], Form.TEXT) == 3


def test_a_revoked_credential_among_good_ones_is_found(scene: Scene, folder: Path) -> None:
    scene.change(status=StatusBits(revoked=True, suspended=False, whole_list=False))
    assert run_on(scene, [str(folder / "d-lines.jsonl")], Form.TEXT) == 1


def test_hints_are_the_anchors_of_a_file_and_never_raise(scene: Scene) -> None:
    octets = json.dumps(scene.credential).encode()
    (found,) = find_anchor_hints(octets)
    assert found == scene.secured.anchor
    assert len(list(find_anchor_hints(octets * 20))) == MAX_HINTS
    assert list(find_anchor_hints(b'{"proofValue":"u' + b"A" * 200 + b'"}')) == []
    assert list(find_anchor_hints(b"\xff\x00")) == []
